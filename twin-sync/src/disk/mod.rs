//! The state file and the journal beside it on disk: one run at a time, nothing half written, whatever the file
//! system cannot do.

mod files;
mod limitation;
mod lock;
mod paths;
pub(crate) mod system;
#[cfg(test)]
pub(crate) mod test_system;

use std::io;
use std::path::PathBuf;

pub(crate) use files::{Files, Locking};
pub use limitation::{Limitation, Limitations};
pub(crate) use paths::{DIRECTORY, Paths};
pub(crate) use system::{Os, System};

/// Where a run keeps what it must not lose. [`Files`] is the one outside of tests.
pub(crate) trait Disk: Send {
    /// Adds a line to the journal; it is on the disk when this returns.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;

    /// Cuts the journal to so many bytes. Where it vanished, an empty one is made. Returns how long it is then.
    fn trim(&mut self, length: u64) -> io::Result<u64>;

    /// Puts a state file in the place of the one that is there, in one step. Fails with
    /// [`io::ErrorKind::ResourceBusy`], having changed nothing, where that cannot be done.
    fn replace(&mut self, state: &[u8]) -> io::Result<()>;

    /// Writes the state over the one that is there, in as many steps as it takes.
    fn overwrite(&mut self, state: &[u8]) -> io::Result<()>;

    /// What is in the state file now.
    fn state(&mut self) -> io::Result<Option<Vec<u8>>>;
}

/// Why the files cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unavailable {
    /// Another run has them; who, where that is known.
    #[error("another run is using the state file")]
    Busy(Option<String>),
    /// A file that is there is none to work with.
    #[error("{0} is {1}")]
    Unfit(PathBuf, &'static str),
    /// The system says no.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}
