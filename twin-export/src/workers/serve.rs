//! The program as a worker: it reads requests from standard input and answers each with a line.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::super::convert::guard::guarded;
use super::super::{convert, jsonl, reason};
use super::Task;
use super::child::{Answer, Head};
#[cfg(feature = "html")]
use crate::confluence;
#[cfg(feature = "evernote")]
use crate::evernote;
#[cfg(feature = "notion")]
use crate::notion;
#[cfg(feature = "slack")]
use crate::slack;

/// The exit code of a worker whose time was up.
pub(super) const GAVE_UP: i32 = 4;
/// Of the thread that converts: as deep as any file may nest.
const STACK: usize = 16 << 20;

/// How often the time of a request is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Works until there are no more requests.
pub(super) fn serve(memory: u64) -> ! {
    bound_process(memory);
    let longest = Arc::new(Mutex::new(None));
    let watched = Arc::clone(&longest);
    let converter = thread::Builder::new().stack_size(STACK).spawn(move || work(&watched));
    while converter.as_ref().is_ok_and(|thread| !thread.is_finished()) {
        thread::sleep(LOOK);
        let until = *longest.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may wait any longer: whoever started this may have ended.
        if until.is_some_and(|until| Instant::now() >= until) {
            std::process::exit(GAVE_UP);
        }
    }
    std::process::exit(0)
}

/// Answers requests until there are no more, and says until when each may take.
fn work(until: &Mutex<Option<Instant>>) {
    let say = |time| *until.lock().unwrap_or_else(PoisonError::into_inner) = time;
    let mut input = BufReader::with_capacity(64 * 1024, io::stdin().lock());
    while let Ok(Some((head, bytes))) = request(&mut input) {
        say(Instant::now().checked_add(head.limits.conversion * 2));
        if answer(head, bytes).is_err() {
            break;
        }
        say(None);
    }
    std::process::exit(0)
}

fn request(input: &mut impl BufRead) -> io::Result<Option<(Head<'static>, Vec<u8>)>> {
    let mut line = Vec::new();
    if input.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let head: Head<'static> = serde_json::from_slice(&line)?;
    let mut bytes = Vec::new();
    // Where there is no room for it, this fails rather than ends the process.
    bytes.try_reserve_exact(head.bytes).map_err(io::Error::other)?;
    input.take(head.bytes as u64).read_to_end(&mut bytes)?;
    Ok(Some((head, bytes)))
}

macro_rules! tasks {
    ($head:ident, $bytes:ident; $($(#[$when:meta])? $task:ty),+ $(,)?) => {
        match &*$head.task {
            $($(#[$when])? <$task>::NAME => done_by::<$task>($head, $bytes),)+
            _ => written(&Answer::<()>::Refused(reason::UNREADABLE.to_owned())),
        }
    };
}

fn answer(head: Head<'_>, bytes: Vec<u8>) -> io::Result<()> {
    tasks!(
        head, bytes;
        convert::ConvertFile,
        #[cfg(feature = "mail")]
        convert::mail::ReadLetter,
        #[cfg(feature = "html")]
        confluence::ReadPage,
        #[cfg(feature = "evernote")]
        evernote::ReadNote,
        jsonl::ReadLine,
        #[cfg(feature = "notion")]
        notion::ReadHtml,
        #[cfg(feature = "notion")]
        notion::ReadMarkdown,
        #[cfg(feature = "slack")]
        slack::ReadDay,
    )
}

fn done_by<T: Task>(head: Head<'_>, bytes: Vec<u8>) -> io::Result<()> {
    let result = match serde_json::from_str::<T>(&head.arguments) {
        Ok(task) => guarded(|| task.run(bytes, &head.limits)),
        Err(_) => Err(reason::UNREADABLE),
    };
    written(&match result {
        Ok(output) => Answer::Output(output),
        Err(reason) => Answer::Refused(reason.to_owned()),
    })
}

fn written(answer: &impl Serialize) -> io::Result<()> {
    let mut output = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    serde_json::to_writer(&mut output, answer)?;
    output.write_all(b"\n")?;
    output.flush()
}

/// Bounds memory and stack, and leaves no core file with what was read.
#[cfg(unix)]
fn bound_process(memory: u64) {
    use rustix::process::{Rlimit, setrlimit};

    for (resource, most) in bounds(memory) {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(unix)]
fn bounds(memory: u64) -> [(rustix::process::Resource, u64); 2] {
    use rustix::process::Resource;

    [(Resource::Data, STACK as u64 + memory), (Resource::Core, 0)]
}

/// What cannot be bounded, is watched by time alone.
#[cfg(not(unix))]
fn bound_process(_: u64) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_a_worker_leave_no_core_file() {
        use rustix::process::Resource;

        assert!(bounds(1 << 20).contains(&(Resource::Core, 0)));
        assert!(bounds(1 << 20).contains(&(Resource::Data, (1 << 20) + STACK as u64)));
    }
}
