//! What carrying out a plan works with: the knowledge base, what is written down of it, and the documents.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::time::Instant;

use super::cancellation::ends_the_run;
use super::disk::Disk;
use super::entry::{Doubt, Entry};
use super::intake::Export;
use super::kb::{Kb, Trouble};
use super::keyed_mutex::KeyedMutex;
use super::ledger::Ledger;
use super::observer::Observer;

/// Carries out a plan.
pub(crate) struct Worker<'a, D> {
    pub(crate) kb: &'a Kb,
    pub(crate) ledger: Mutex<Ledger<D>>,
    pub(crate) export: Mutex<Export>,
    /// Documents that were there before the run, and since when.
    pub(crate) before: Vec<(String, Timestamp)>,
    pub(crate) pace: Pace,
    pub(crate) creating: KeyedMutex,
    /// Creates that had not happened when they were looked for, though they still may: one for each time of sending.
    pub(crate) may_come_late: Mutex<Vec<(String, Doubt)>>,
    /// Hears of every source that is dealt with.
    pub(crate) observer: &'a dyn Observer,
}

/// How much at once, and how patient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Sources at once.
    pub(crate) concurrency: usize,
    /// How long a create that timed out is given to happen after all.
    pub(crate) grace: std::time::Duration,
}

/// Why a source is not dealt with.
#[derive(Debug)]
pub(crate) enum Setback {
    /// A request failed.
    Failed(Arc<twin_sdk::Error>),
    /// A create is in doubt, and is to be looked for again.
    Later(Box<Later>),
    /// The run was stopped.
    Stopped,
}

/// A create to be looked for again.
#[derive(Debug)]
pub(crate) struct Later {
    pub(crate) doubt: Doubt,
    /// Not before this moment.
    pub(crate) due: Instant,
    /// The API said that it happened: it is not sent again.
    pub(crate) happened: bool,
    /// What to say where it stays in doubt.
    pub(crate) reason: String,
}

impl<'a, D: Disk> Worker<'a, D> {
    /// Prepares to carry out a plan whose state is in the ledger.
    pub(crate) fn new(
        kb: &'a Kb,
        ledger: Ledger<D>,
        export: Export,
        before: Vec<(String, Timestamp)>,
        pace: Pace,
        observer: &'a dyn Observer,
    ) -> Self {
        Self {
            kb,
            ledger: Mutex::new(ledger),
            export: Mutex::new(export),
            before,
            pace,
            creating: KeyedMutex::default(),
            may_come_late: Mutex::default(),
            observer,
        }
    }

    /// What is known, as it is written down.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger<D>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn late(&self) -> MutexGuard<'_, Vec<(String, Doubt)>> {
        self.may_come_late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn export(&self) -> MutexGuard<'_, Export> {
        self.export.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deletes what is left of earlier renderings of a source.
    pub(crate) async fn delete_old(&self, key: &str) -> Result<(), Setback> {
        let Some(mut entry) = self.entry(key) else { return Ok(()) };
        while let Some(id) = entry.old.first() {
            self.kb.delete(id).await.map_err(|trouble| self.setback(trouble))?;
            self.kb.succeeded();
            entry.old.remove(0);
            self.put(entry.clone())?;
        }
        Ok(())
    }

    pub(crate) fn entry(&self, key: &str) -> Option<Entry> {
        self.ledger().get(key).cloned()
    }

    /// Writes an entry down; one that says nothing any more goes.
    pub(crate) fn put(&self, mut entry: Entry) -> Result<(), Setback> {
        entry.drop_empty_next();
        entry.drop_titles();
        let mut ledger = self.ledger();
        let put = if entry.is_void() { ledger.remove(&entry.key) } else { ledger.put(entry) };
        put.map_err(|error| self.disk_failed(error))
    }

    pub(crate) fn disk_failed(&self, error: std::io::Error) -> Setback {
        self.kb.disk_failed(error);
        Setback::Stopped
    }

    /// What a call without a result means for its source, and for the run.
    pub(crate) fn setback(&self, trouble: Trouble) -> Setback {
        match trouble {
            Trouble::Stopped => Setback::Stopped,
            Trouble::Failed(error) => {
                self.kb.failed(&error);
                if ends_the_run(&error) { Setback::Stopped } else { Setback::Failed(error) }
            }
        }
    }
}
