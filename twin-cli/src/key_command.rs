//! The command of a profile that prints its key, such as that of a password manager.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::error::{CliError, Code};

/// The longest a command may take. A person may have to touch a key or type a password.
const LIMIT: Duration = Duration::from_secs(60);

/// What the command prints. `place` names it in errors. It ends with this program, and all it started too.
pub(crate) async fn run(command: &str, place: &str) -> Result<String, CliError> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let failed = |why: String| {
        CliError::new(Code::NoKey, format!("{place} failed: {why}"))
            .hint("run the command by itself to see why")
    };
    // Not `output()`, which keeps back what the command has to say on standard error.
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let stdout = child.stdout.take();
    let mut family = Family(child);
    let read = async {
        let mut bytes = Vec::new();
        if let Some(mut stdout) = stdout {
            tokio::io::AsyncReadExt::read_to_end(&mut stdout, &mut bytes).await?;
        }
        Ok::<_, std::io::Error>((family.0.wait().await?, bytes))
    };
    let ended = tokio::time::timeout(LIMIT, read).await;
    let ended = ended.map_err(|_| failed(format!("no key after {} s", LIMIT.as_secs())))?;
    let (status, bytes) = ended.map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    String::from_utf8(bytes).map_err(|_| failed("its output is not text".to_owned()))
}

/// A process that takes its descendants along when it is dropped. It stays in the process group of the terminal,
/// since it may want to ask there.
struct Family(Child);

impl Drop for Family {
    fn drop(&mut self) {
        // Of a process that was waited for there is no id any more.
        if let Some(id) = self.0.id() {
            let descendants = descendants_of(id);
            let _ = self.0.start_kill();
            descendants.into_iter().for_each(kill);
        }
    }
}

/// The processes that a process started, and those that they started.
#[cfg(target_os = "linux")]
fn descendants_of(id: u32) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let child: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
            // The name in parentheses may hold anything; the parent is the second field behind it.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((child, parent))
        })
        .collect();
    let mut family = vec![id];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(processes.iter().filter(|process| process.1 == parent).map(|process| process.0));
        next += 1;
    }
    family.split_off(1)
}

#[cfg(not(target_os = "linux"))]
fn descendants_of(_: u32) -> Vec<u32> {
    Vec::new()
}

#[cfg(unix)]
fn kill(id: u32) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_command_prints_is_the_key() {
        assert_eq!(run("printf a; printf b", "it").await, Ok("ab".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_that_does_not_end_is_given_up_after_a_minute() {
        let error = run("exec sleep 600", "api_key_command of profile 'work'").await.unwrap_err();
        assert_eq!(error.message(), "api_key_command of profile 'work' failed: no key after 60 s");
    }
}
