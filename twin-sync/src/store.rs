//! A state file and its journal as a pair: whatever happens between two steps, what is known can be read back
//! from the two of them.

use std::io;

use super::disk::Disk;
use super::journal::{Announced, Record};
use super::state::State;

/// The pair of files.
#[derive(Debug)]
pub(crate) struct Store<D> {
    disk: D,
    base_url: String,
    /// The state file as it is.
    on_disk: Option<Vec<u8>>,
    /// The digest of the state it holds.
    base: Option<String>,
    /// The length of the journal's whole lines.
    length: u64,
    /// The state that the last line of the journal announces.
    announced: Option<Announced>,
    /// After a line that may stand there in half none is added.
    torn: bool,
    /// The state can be written over, and not be replaced.
    in_place: bool,
}

/// What was found on the disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// What is in the state file.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The digest of the state it holds.
    pub(crate) digest: Option<String>,
    /// The length of the journal's whole lines.
    pub(crate) length: u64,
    /// The state that the last of them announces.
    pub(crate) announced: Option<Announced>,
    /// Whether anything comes after them.
    pub(crate) torn: bool,
}

impl<D: Disk> Store<D> {
    /// The pair that was found.
    pub(crate) fn new(base_url: &str, found: Found, disk: D) -> Self {
        let Found { bytes, digest, length, announced, torn } = found;
        let base_url = base_url.to_owned();
        Self { disk, base_url, on_disk: bytes, base: digest, length, announced, torn, in_place: false }
    }

    /// Adds a line to the journal. It is on the disk when this returns `Ok`.
    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("cannot write the journal"));
        }
        let mut lines = Vec::new();
        if self.length == 0 {
            lines = Record::begin(&self.base_url, self.base.clone()).to_line();
        }
        lines.extend(record.to_line());
        if let Err(error) = self.disk.append(&lines) {
            self.torn = true;
            return Err(error);
        }
        self.length += lines.len() as u64;
        self.announced = None;
        Ok(())
    }

    /// Says in the journal which state is to be written, unless it says so already.
    fn announce(&mut self, digest: &str, record: &Record, whole: bool) -> io::Result<()> {
        let is_known = |known: &Announced| known.digest == digest && (known.whole || !whole);
        if !self.announced.as_ref().is_some_and(is_known) {
            self.append(record)?;
            self.announced = Some(Announced { digest: digest.to_owned(), whole });
        }
        Ok(())
    }

    /// Brings the state file up to this state, which has all that the journal says; that is then emptied.
    pub(crate) fn write(&mut self, state: &State) -> io::Result<()> {
        let text = state.to_text();
        if self.on_disk.as_deref() != Some(text.as_bytes()) {
            return self.put(state, text);
        }
        if self.length > 0 || self.torn { self.empty() } else { Ok(()) }
    }

    /// Writes the state though it is on the disk already: what cannot be done is known before it matters.
    pub(crate) fn prove(&mut self, state: &State) -> io::Result<()> {
        self.put(state, state.to_text())
    }

    fn put(&mut self, state: &State, text: String) -> io::Result<()> {
        self.mend()?;
        let digest = state.digest();
        if !self.in_place {
            self.announce(&digest, &Record::Fold { state: digest.clone() }, false)?;
            match self.disk.replace(text.as_bytes()) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => self.in_place = true,
                replaced => replaced?,
            }
        }
        if self.in_place {
            self.announce(&digest, &Record::Whole { state: text.clone() }, true)?;
            self.disk.overwrite(text.as_bytes())?;
        }
        (self.on_disk, self.base) = (Some(text.into_bytes()), Some(digest));
        self.empty()
    }

    /// Takes away what stands in half at the end of the journal. Where the whole of it vanished, nobody else
    /// must have been at the state meanwhile.
    fn mend(&mut self) -> io::Result<()> {
        if !self.torn {
            return Ok(());
        }
        let length = self.disk.trim(self.length)?;
        if length == 0 && self.disk.state()? != self.on_disk {
            return Err(io::Error::other("the state file was changed by something else during the run"));
        }
        if length == 0 {
            self.announced = None;
        }
        (self.length, self.torn) = (length, false);
        Ok(())
    }

    /// Empties the journal.
    pub(crate) fn empty(&mut self) -> io::Result<()> {
        self.torn = true; // until it is known to be empty
        self.length = self.disk.trim(0)?;
        (self.torn, self.announced) = (false, None);
        Ok(())
    }
}
