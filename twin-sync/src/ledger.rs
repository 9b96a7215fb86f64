//! The ledger: the state of a run under way, whose every change is in the journal before anything is done
//! upon it, and in the state file from time to time.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::entry::Entry;
use super::journal::Record;
use super::state::State;
use super::store::Store;

/// When the journal is folded into the state file.
const FOLD_AFTER: Duration = Duration::from_secs(30);
const FOLD_AT: usize = 500;

/// The state of a run, and where it is kept.
#[derive(Debug)]
pub(crate) struct Ledger<D> {
    state: State,
    /// Every document that is ours.
    owned: HashSet<String>,
    store: Store<D>,
    /// Changes since the state file was last written.
    changes: usize,
    folded: Instant,
}

/// Whether a run is about to write to the knowledge base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// It is: what cannot be written down must be known before.
    Ahead,
    /// It is not.
    None,
}

impl<D: Disk> Ledger<D> {
    /// Starts from a state. Where there is work ahead, it is proven that the state can be written, and the journal.
    pub(crate) fn open(state: State, mut store: Store<D>, work: Work) -> io::Result<Self> {
        let owned = state.entries().flat_map(Entry::owned).map(str::to_owned).collect();
        match work {
            Work::Ahead => store.prove(&state)?,
            Work::None => store.write(&state)?,
        }
        Ok(Self { state, owned, store, changes: 0, folded: Instant::now() })
    }

    /// What is known of a source.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.state.get(key)
    }

    /// Whether a document is known to be ours.
    pub(crate) fn owns(&self, id: &str) -> bool {
        self.owned.contains(id)
    }

    /// Puts an entry in the place of the one with its key. It is on the disk when this returns `Ok`;
    /// otherwise it is known here alone, for [`Self::close`] to save if the disk lets it.
    pub(crate) fn put(&mut self, entry: Entry) -> io::Result<()> {
        let logged = self.log(&Record::Change { drop: None, put: Some(Box::new(entry.clone())) });
        for id in entry.owned() {
            if !self.owned.contains(id) {
                self.owned.insert(id.to_owned());
            }
        }
        self.state.put(entry);
        logged.and_then(|()| self.fold_when_due())
    }

    /// Forgets a source. It is on the disk when this returns `Ok`.
    pub(crate) fn remove(&mut self, key: &str) -> io::Result<()> {
        let logged = self.log(&Record::Change { drop: Some(key.to_owned()), put: None });
        self.state.remove(key);
        logged.and_then(|()| self.fold_when_due())
    }

    /// Writes the state file, which then says all there is to say.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.store.write(&self.state)?;
        (self.changes, self.folded) = (0, Instant::now());
        Ok(())
    }

    fn fold_when_due(&mut self) -> io::Result<()> {
        if self.changes >= FOLD_AT || self.folded.elapsed() >= FOLD_AFTER {
            return self.close();
        }
        Ok(())
    }

    fn log(&mut self, record: &Record) -> io::Result<()> {
        self.store.append(record)?;
        self.changes += 1;
        Ok(())
    }
}
