//! The ledger: the state of a run under way, whose every change is in the journal before anything is done
//! upon it, and in the state file from time to time.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::entry::Entry;
use super::journal::Record;
use super::state::State;

/// When the journal is folded into the state file.
const FOLD_AFTER: Duration = Duration::from_secs(30);
const FOLD_AT: usize = 500;

/// The state of a run, and where it is kept.
#[derive(Debug)]
pub struct Ledger<D> {
    state: State,
    /// Every document that is ours.
    owned: HashSet<String>,
    disk: D,
    /// The text of the state file as it is.
    on_disk: Option<String>,
    /// Lines in the journal since the state was last written.
    lines: usize,
    folded: Instant,
    journal_failed: bool,
}

impl<D: Disk> Ledger<D> {
    /// Starts from a state; `on_disk` is the state file as it is. Writes the state where it differs, so that
    /// a disk that cannot be written to is known of before anything else happens.
    pub fn open(state: State, on_disk: Option<String>, disk: D) -> io::Result<Self> {
        let owned = state.entries().flat_map(Entry::owned).map(str::to_owned).collect();
        let mut ledger =
            Self { state, owned, disk, on_disk, lines: 0, folded: Instant::now(), journal_failed: false };
        ledger.write_state()?;
        ledger.disk.reset()?;
        Ok(ledger)
    }

    /// What is known of a source.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.state.get(key)
    }

    /// Whether a document is known to be ours.
    pub fn owns(&self, id: &str) -> bool {
        self.owned.contains(id)
    }

    /// Puts an entry in the place of the one with its key. It is on the disk when this returns `Ok`;
    /// otherwise it is known here alone, for [`Self::close`] to save if the disk lets it.
    pub fn put(&mut self, entry: Entry) -> io::Result<()> {
        let logged = self.log(Record::Change { drop: None, put: Some(Box::new(entry.clone())) });
        for id in entry.owned() {
            if !self.owned.contains(id) {
                self.owned.insert(id.to_owned());
            }
        }
        self.state.put(entry);
        logged.and_then(|()| self.fold_when_due())
    }

    /// Forgets a source. It is on the disk when this returns `Ok`.
    pub fn remove(&mut self, key: &str) -> io::Result<()> {
        let logged = self.log(Record::Change { drop: Some(key.to_owned()), put: None });
        self.state.remove(key);
        logged.and_then(|()| self.fold_when_due())
    }

    /// Writes the state file, which then says all there is to say.
    pub fn close(&mut self) -> io::Result<()> {
        if !self.journal_failed {
            return self.fold();
        }
        self.write_state()?;
        self.disk.reset()
    }

    fn fold(&mut self) -> io::Result<()> {
        if self.lines > 0 {
            self.append(&Record::Fold { state: self.state.digest() })?;
            self.write_state()?;
            self.disk.reset()?;
            self.lines = 0;
        }
        self.folded = Instant::now();
        Ok(())
    }

    fn fold_when_due(&mut self) -> io::Result<()> {
        if self.lines >= FOLD_AT || self.folded.elapsed() >= FOLD_AFTER {
            return self.fold();
        }
        Ok(())
    }

    fn log(&mut self, record: Record) -> io::Result<()> {
        if self.lines == 0 {
            self.append(&Record::begin(&self.state.base_url, Some(&self.state)))?;
        }
        self.append(&record)?;
        self.lines += 1;
        Ok(())
    }

    /// After a line that may stand there in half, none is added any more.
    fn append(&mut self, record: &Record) -> io::Result<()> {
        if self.journal_failed {
            return Err(io::Error::other("the journal cannot be written to"));
        }
        let appended = self.disk.append(&record.to_line());
        self.journal_failed = appended.is_err();
        appended
    }

    fn write_state(&mut self) -> io::Result<()> {
        let text = self.state.to_text();
        if self.on_disk.as_ref() != Some(&text) {
            self.disk.replace(text.as_bytes())?;
            self.on_disk = Some(text);
        }
        Ok(())
    }
}
