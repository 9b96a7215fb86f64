//! Keeping other runs out: by the system's lock on the journal, which goes with the process however that ends, or
//! where the file system has none, by a file that names the process.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::Unavailable;
use super::paths::{is_at, refuse_unfit};
use super::system::{System, our_file};

/// How old a lock file is before one without a name in it counts as left by a process that died making it.
const NAMELESS_FOR: Duration = Duration::from_secs(10);

/// The claim of a run to its files.
#[derive(Debug)]
pub(crate) enum Lock {
    /// The system's.
    System,
    /// A file, which is taken away at the end.
    File(File, PathBuf),
    /// None, as was asked for.
    None,
}

impl Lock {
    /// Locks an open journal, or makes the lock file where the system does not lock.
    pub(crate) fn take(system: &impl System, journal: &File, path: &Path) -> Result<Self, Unavailable> {
        match system.lock(journal) {
            Ok(()) => Ok(Lock::System),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(Unavailable::Busy(None)),
            Err(_) => make(system, path),
        }
    }

    /// Whether no run has these files now.
    pub(crate) fn check_free(system: &impl System, journal: &File, path: &Path) -> Result<(), Unavailable> {
        match system.lock_shared(journal) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(Unavailable::Busy(None)),
            Err(_) => check_gone(path),
        }
    }

    /// Whether the claim still stands.
    pub(crate) fn stands(&self) -> bool {
        match self {
            Lock::File(file, path) => is_at(file, path),
            Lock::System | Lock::None => true,
        }
    }

    /// Gives it up.
    pub(crate) fn give_up(&self, system: &impl System) {
        if let Lock::File(file, path) = self
            && is_at(file, path)
        {
            let _ = system.remove(path);
        }
    }
}

/// Makes a lock file; one of a process that is gone gives way.
fn make(system: &impl System, path: &Path) -> Result<Lock, Unavailable> {
    let io = |error| Unavailable::Io(path.to_owned(), error);
    loop {
        match system.open(path, our_file().write(true).create_new(true)) {
            Ok(file) => {
                let line = serde_json::to_vec(&Holder::this_process()).map_err(|error| io(error.into()))?;
                if let Err(error) = system.write(&file, &line) {
                    let _ = system.remove(path);
                    return Err(io(error));
                }
                return Ok(Lock::File(file, path.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(error)),
        }
        check_gone(path)?;
        // Where two take it away at once, the one that loses its own file finds out before its next write.
        system.remove(path).map_err(io)?;
    }
}

/// Whether the process that made a lock file is known to be gone, or there is no such file.
fn check_gone(path: &Path) -> Result<(), Unavailable> {
    refuse_unfit(path)?;
    let io = |error| Unavailable::Io(path.to_owned(), error);
    let file = match our_file().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    let made = file.metadata().and_then(|file| file.modified()).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes).map_err(io)?;
    match serde_json::from_slice::<Holder>(&bytes) {
        Ok(holder) if holder.may_live() => Err(Unavailable::Busy(Some(holder.describe(path)))),
        Ok(_) => Ok(()),
        // It died, or is about to write its name.
        Err(_) if BEGINNING.starts_with(&bytes) || bytes.starts_with(BEGINNING) => {
            let age = SystemTime::now().duration_since(made).unwrap_or_default();
            let busy = Unavailable::Busy(Some(format!("another process is making {}", path.display())));
            if age < NAMELESS_FOR { Err(busy) } else { Ok(()) }
        }
        Err(_) => Err(Unavailable::Unfit(path.to_owned(), "not a lock file of a sync")),
    }
}

/// How a lock file of ours begins.
const BEGINNING: &[u8] = br#"{"pid":"#;

/// The process that made a lock file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
    /// What tells one start of the machine, and one view of its processes, from another.
    boot: String,
    /// When the process started, as the system counts.
    started: String,
}

impl Holder {
    fn this_process() -> Self {
        let pid = std::process::id();
        Self { pid, host: host(), boot: boot(), started: started(pid).unwrap_or_default() }
    }

    /// Whether the process may be at work still. Of another machine's nothing is known.
    fn may_live(&self) -> bool {
        if self.host != host() {
            return true;
        }
        match (self.boot.split_once(' '), boot().split_once(' ')) {
            (Some((then, _)), Some((now, _))) if then != now => false, // the machine was started anew since
            (Some((_, theirs)), Some((_, ours))) if theirs != ours => true, // a process that cannot be seen
            _ => is_alive(self.pid, &self.started),
        }
    }

    fn describe(&self, path: &Path) -> String {
        format!("process {} on {} holds {}", self.pid, self.host, path.display())
    }
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// The start of this machine, and the processes that can be seen; empty where the system does not tell.
fn boot() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let processes = std::fs::read_link("/proc/self/ns/pid");
    match (machine, processes) {
        (Ok(machine), Ok(processes)) => format!("{} {}", machine.trim(), processes.display()),
        _ => String::new(),
    }
}

/// When a process started, where the system tells.
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in brackets, may hold anything; the start is the 20th field after it.
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19).map(str::to_owned)
}

fn is_alive(pid: u32, started_then: &str) -> bool {
    match started(pid) {
        Some(started) => started == started_then,
        None => !std::path::Path::new("/proc/self/stat").exists() && answers(pid),
    }
}

#[cfg(unix)]
fn answers(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn answers(_: u32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_that_is_known_to_be_gone_gives_way() {
        let this = Holder::this_process();
        assert!(this.may_live());
        assert!(Holder { host: "elsewhere.example".into(), ..this.clone() }.may_live());
        if cfg!(target_os = "linux") {
            assert!(!Holder { pid: 4_194_305, ..this.clone() }.may_live(), "no such process");
            assert!(!Holder { started: "1".into(), ..this.clone() }.may_live(), "its number was used again");
            let (machine, processes) = this.boot.split_once(' ').unwrap();
            assert!(!Holder { boot: format!("earlier {processes}"), ..this.clone() }.may_live());
            assert!(Holder { boot: format!("{machine} pid:[1]"), pid: 4_194_305, ..this.clone() }.may_live());
        }
    }
}
