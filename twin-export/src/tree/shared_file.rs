//! A file that several threads read at once, each at its own place, and a window on a part of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::super::job::Budget;

/// A range of an open file. Cloning is cheap; clones share the file, not the position.
#[derive(Debug, Clone)]
pub(crate) struct SharedFile {
    file: Arc<File>,
    start: u64,
    len: u64,
    /// Its bytes were charged to the run when they were written aside.
    is_charged: bool,
    /// Of the run that reads it, which may be stopped, and hears of a disk that fails.
    budget: Budget,
}

impl SharedFile {
    pub(crate) fn new(file: File, budget: &Budget) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), start: 0, len, is_charged: false, budget: budget.clone() })
    }

    /// A file of what is written aside, and charged then; it may still grow: read only through windows on what is
    /// there.
    pub(crate) fn aside(file: File, budget: &Budget) -> Self {
        Self { file: Arc::new(file), start: 0, len: u64::MAX, is_charged: true, budget: budget.clone() }
    }

    pub(crate) fn is_charged(&self) -> bool {
        self.is_charged
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The part of this range that begins at `start`; cut where this range ends.
    pub(crate) fn window(&self, start: u64, len: u64) -> Self {
        let start = start.min(self.len);
        Self { start: self.start + start, len: len.min(self.len - start), ..self.clone() }
    }

    /// A buffered reader of its own, at the beginning of the range.
    pub(crate) fn cursor(&self) -> Cursor {
        let capacity = usize::try_from(self.len).map_or(BUFFER, |len| len.clamp(1, BUFFER));
        Cursor { source: self.clone(), at: 0, buffer: Vec::new(), buffer_at: 0, capacity }
    }

    pub(crate) fn begins_with(&self, magic: &[u8]) -> bool {
        let mut start = vec![0; magic.len()];
        self.cursor().read_exact(&mut start).is_ok() && start == magic
    }

    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.budget.cancellation().is_cancelled() {
            return Err(super::stopped());
        }
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let read = read_at(&self.file, &mut buffer[..wanted], self.start + at);
        if read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted) {
            self.budget.read_failed();
        }
        read
    }
}

/// Reads at a place, so that threads need not take turns.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

const BUFFER: usize = 64 * 1024;

/// Reads a [`SharedFile`]; its buffer survives small seeks, which a zip's directory makes many of.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    source: SharedFile,
    at: u64,
    buffer: Vec<u8>,
    buffer_at: u64,
    capacity: usize,
}

impl Cursor {
    fn buffered(&self) -> &[u8] {
        let offset = self.at.checked_sub(self.buffer_at).and_then(|offset| usize::try_from(offset).ok());
        offset.and_then(|offset| self.buffer.get(offset..)).unwrap_or_default()
    }
}

impl io::BufRead for Cursor {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.buffered().is_empty() {
            self.buffer.resize(self.capacity, 0);
            let read = self.source.read_at(self.at, &mut self.buffer)?;
            self.buffer.truncate(read);
            self.buffer_at = self.at;
        }
        Ok(self.buffered())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = io::BufRead::fill_buf(self)?;
        let len = available.len().min(buffer.len());
        buffer[..len].copy_from_slice(&available[..len]);
        io::BufRead::consume(self, len);
        Ok(len)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
