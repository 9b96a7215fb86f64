//! PDFs are converted in a process of their own: the program starts itself again, bounded in memory and
//! time. A file that would take all memory, or never end, costs that file alone.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::super::{Limits, reason};
use super::{guard, pdf};

/// What the program is told when it is started to convert; no command for people.
const COMMAND: &str = "__convert-pdf";
/// Bytes of data, beside the stack, that are enough for nearly every file; several may take them at once.
const USUAL_MEMORY: u64 = 64 << 20;
/// What one process at a time may take.
const MOST_MEMORY: u64 = 144 << 20;
/// Told by the exit code: there is no text, and the output says why.
const REFUSED: u8 = 3;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// For the start of the program: converts where that is what it was started for, and says how that ended.
/// Otherwise remembers that it can be started so.
pub fn serve(line: &[OsString]) -> Option<ExitCode> {
    if line.get(1).is_none_or(|command| command != COMMAND) {
        if let Ok(program) = std::env::current_exe() {
            // Set twice, it is the same.
            let _ = PROGRAM.set(program);
        }
        return None;
    }
    let number = |at: usize| line.get(at)?.to_str()?.parse::<u64>().ok();
    let mut limits = Limits::default();
    limits.entry_bytes = number(2).unwrap_or(limits.entry_bytes);
    limits.conversion = number(3).map_or(limits.conversion, Duration::from_millis);
    bound_process(number(4).unwrap_or(MOST_MEMORY), &limits);
    let mut bytes = Vec::new();
    let read = io::stdin().take(limits.entry_bytes + 1).read_to_end(&mut bytes);
    let result = match read {
        Ok(_) => in_thread(bytes, &limits),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => Err(reason::TOO_LARGE),
        Err(_) => Err(reason::UNREADABLE),
    };
    let (code, output) = match &result {
        Ok(text) => (0, text.as_str()),
        Err(reason) => (REFUSED, *reason),
    };
    let written = io::stdout().write_all(output.as_bytes()).and_then(|()| io::stdout().flush());
    Some(ExitCode::from(if written.is_ok() { code } else { 1 }))
}

/// The text of a PDF, made in a process of its own where one can be had.
pub(super) fn pdf_to_text(bytes: Vec<u8>, limits: &Limits) -> Result<String, &'static str> {
    static ALONE: Mutex<()> = Mutex::new(());
    let Some(program) = PROGRAM.get() else { return in_thread(bytes, limits) };
    let mut result = Ok(Err(reason::TOO_LARGE));
    if bytes.len() as u64 * 8 <= USUAL_MEMORY {
        result = in_process(program, &bytes, USUAL_MEMORY, limits);
    }
    if matches!(result, Ok(Err(reason::TOO_LARGE))) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        result = in_process(program, &bytes, MOST_MEMORY, limits);
    }
    // Where no process can be had, a thread must do.
    result.unwrap_or_else(|_| in_thread(bytes, limits))
}

fn in_thread(bytes: Vec<u8>, limits: &Limits) -> Result<String, &'static str> {
    let owned = limits.clone();
    guard::bounded(limits.conversion, move |pulse| pdf::to_text(&bytes, &owned, pulse))
}

fn in_process(
    program: &PathBuf,
    bytes: &[u8],
    memory: u64,
    limits: &Limits,
) -> io::Result<Result<String, &'static str>> {
    let mut child = Command::new(program)
        .arg(COMMAND)
        .arg(limits.entry_bytes.to_string())
        .arg(limits.conversion.as_millis().to_string())
        .arg(memory.to_string())
        // It needs to know nothing, secrets least of all.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // One that ended before it has read everything tells why by its end.
        let _ = input.write_all(bytes);
    }
    let output = child.wait_with_output()?;
    Ok(result_of(output.status, output.stdout))
}

fn result_of(status: ExitStatus, output: Vec<u8>) -> Result<String, &'static str> {
    if status.success() {
        return String::from_utf8(output).map_err(|_| reason::UNREADABLE);
    }
    let refused = status.code() == Some(i32::from(REFUSED));
    let known = REASONS.into_iter().find(|reason| refused && reason.as_bytes() == output);
    Err(known.unwrap_or_else(|| ended_by_signal(status)))
}

/// What a PDF may be refused for.
const REASONS: [&str; 6] = [
    reason::ENCRYPTED,
    reason::NO_TEXT,
    reason::UNREADABLE,
    reason::TOO_LARGE,
    reason::TOO_DEEP,
    reason::TOO_SLOW,
];

#[cfg(unix)]
fn ended_by_signal(status: ExitStatus) -> &'static str {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::Signal;

    match status.signal() {
        // So ends a program that gets no more memory.
        Some(signal) if signal == Signal::ABORT.as_raw() => reason::TOO_LARGE,
        Some(signal) if signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw() => {
            reason::TOO_SLOW
        }
        _ => reason::UNREADABLE,
    }
}

#[cfg(not(unix))]
fn ended_by_signal(_: ExitStatus) -> &'static str {
    reason::UNREADABLE
}

/// What cannot be bounded, is watched by time alone.
#[cfg(unix)]
fn bound_process(memory: u64, limits: &Limits) {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let bound = |resource, most| {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    };
    bound(Resource::Data, guard::STACK as u64 + memory);
    bound(Resource::Core, 0);
    bound(Resource::Cpu, (limits.conversion * (guard::MOST_PATIENCE + 1)).as_secs().max(1));
}

#[cfg(not(unix))]
fn bound_process(_: u64, _: &Limits) {}
