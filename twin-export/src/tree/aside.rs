//! What is written aside, in an unnamed temporary file that is gone with the process.

use std::fs::File;
use std::io::{self, Seek, Write};

use super::super::job::Budget;

/// A temporary file. That it cannot be written is no fault of what is read: it ends the run.
pub(super) struct Aside<'a> {
    file: File,
    budget: &'a Budget,
}

impl<'a> Aside<'a> {
    pub(super) fn new(budget: &'a Budget) -> io::Result<Self> {
        let file = tempfile::tempfile().inspect_err(|error| budget.is_without_room(error))?;
        Ok(Self { file, budget })
    }

    pub(super) fn position(&mut self) -> io::Result<u64> {
        self.file.stream_position()
    }

    /// The file, to be read.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Write for Aside<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| self.budget.is_without_room(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
