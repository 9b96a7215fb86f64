//! What a file system cannot do, and is worked on all the same.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that the file system of a state cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Caveat {
    /// It has no locks: this file keeps other runs out instead.
    NoLocks(PathBuf),
    /// It does not say when something is on the disk.
    NoSync(PathBuf),
    /// It does not keep who may read the state file.
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

/// Caveats as they are found, each once. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Caveats(Arc<Mutex<Vec<Caveat>>>);

impl Caveats {
    pub(crate) fn add(&self, caveat: Caveat) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(&caveat) {
            known.push(caveat);
        }
    }

    /// Those found so far.
    pub fn list(&self) -> Vec<Caveat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
