//! An operating system that refuses calls, runs out of space, or lets the process die around any of its calls.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::system::{Call, System};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// The process dies before its nth call.
    DeathBefore(usize),
    /// It dies in the middle of its nth call, where that writes.
    DeathWithin(usize),
    /// From the nth call on the disk is full.
    FullFrom(usize),
}

/// Calls that a file system does not have, and how it says so.
pub(crate) type Refused = &'static [(Call, io::ErrorKind)];

#[derive(Debug, Clone)]
pub(crate) struct TestSystem(Arc<Mutex<Script>>);

#[derive(Debug)]
struct Script {
    refused: Refused,
    fault: Fault,
    calls: usize,
    dead: bool,
}

impl TestSystem {
    pub(crate) fn new(refused: Refused, fault: Fault) -> Self {
        Self(Arc::new(Mutex::new(Script { refused, fault, calls: 0, dead: false })))
    }

    /// Whether the process died, or a disk that was to be full was needed.
    pub(crate) fn went_wrong(&self) -> bool {
        let script = self.0.lock().unwrap();
        script.dead || matches!(script.fault, Fault::FullFrom(n) if script.calls > n)
    }

    fn perform<T>(
        &self,
        call: Call,
        all: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<T> {
        let mut script = self.0.lock().unwrap();
        let dead = || Err(io::Error::other("dead"));
        if script.dead {
            return dead();
        }
        if let Some((_, kind)) = script.refused.iter().find(|(refused, _)| *refused == call) {
            return Err((*kind).into());
        }
        let n = script.calls;
        script.calls += 1;
        match script.fault {
            Fault::DeathBefore(at) if at == n => {}
            Fault::DeathWithin(at) if at == n => half()?,
            Fault::FullFrom(from) if from <= n && matches!(call, Call::Write | Call::Open) => {
                half()?;
                return Err(io::ErrorKind::StorageFull.into());
            }
            _ => return all(),
        }
        script.dead = true;
        dead()
    }
}

impl System for TestSystem {
    fn call<T>(&self, call: Call, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.perform(call, act, || Ok(()))
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        let write = |mut file: &File, bytes: &[u8]| {
            file.seek(SeekFrom::End(0))?;
            file.write_all(bytes)
        };
        self.perform(Call::Write, || write(file, bytes), || write(file, &bytes[..bytes.len() / 2]))
    }

    fn sync(&self, _: &File) -> io::Result<()> {
        self.call(Call::Sync, || Ok(())) // nothing here loses power
    }

    fn sync_folder(&self, _: &Path) {}
}
