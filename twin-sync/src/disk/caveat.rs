//! What a file system cannot do, and is worked on all the same.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A limitation of the file system that has the state file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Caveat {
    /// It does not support locks: this lock file is used instead.
    NoLocks(PathBuf),
    /// It does not support syncing to disk.
    NoSync(PathBuf),
    /// It does not keep the permissions of the state file.
    NoModes(PathBuf),
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caveat::NoLocks(path) => write!(
                f,
                "the file system has no locks: {} keeps other runs out instead (--no-lock does without)",
                path.display()
            ),
            Caveat::NoSync(path) => write!(
                f,
                "the file system of {} cannot sync: what a power failure interrupts may be lost",
                path.display()
            ),
            Caveat::NoModes(path) => {
                write!(f, "the file system does not keep the permissions of {}", path.display())
            }
        }
    }
}

/// The caveats found so far, each once. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Caveats(Arc<Mutex<Vec<Caveat>>>);

impl Caveats {
    pub(crate) fn add(&self, caveat: Caveat) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(&caveat) {
            known.push(caveat);
        }
    }

    /// Returns the caveats found so far.
    pub fn list(&self) -> Vec<Caveat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
