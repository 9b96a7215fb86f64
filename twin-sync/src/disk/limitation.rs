//! What a file system cannot do, and is worked on all the same.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A limitation of the file system that has the state file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Limitation {
    /// It does not support locks: this lock file is used instead.
    NoLocks(PathBuf),
    /// It does not support syncing to disk.
    NoSync(PathBuf),
    /// It does not keep the permissions of the state file.
    NoModes(PathBuf),
}

impl fmt::Display for Limitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limitation::NoLocks(path) => {
                write!(f, "the file system does not support locks: {} is used instead", path.display())
            }
            Limitation::NoSync(path) => write!(
                f,
                "the file system of {} does not support syncing: a power failure may lose changes",
                path.display()
            ),
            Limitation::NoModes(path) => {
                write!(f, "the file system does not keep the permissions of {}", path.display())
            }
        }
    }
}

/// The limitations found so far, each once. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Limitations(Arc<Mutex<Vec<Limitation>>>);

impl Limitations {
    pub(crate) fn add(&self, limitation: Limitation) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(&limitation) {
            known.push(limitation);
        }
    }

    /// Returns the limitations found so far.
    pub fn list(&self) -> Vec<Limitation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
