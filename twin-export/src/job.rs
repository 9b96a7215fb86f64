//! One file's work within a run: what it may read, how long it may take, and whether others wait for it.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::tree::Entry;
use super::{Limits, Options, reason};

/// Stops reading from another thread, or at a time.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    is_cancelled: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Cancellation {
    /// Creates one that is cancelled at `deadline`, if not before.
    #[must_use]
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// Stops what looks at this or at a clone of it: soon, and for good.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Returns whether it is time to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || self.deadline.is_some_and(|at| Instant::now() >= at)
    }
}

/// What all files of a run share: everything that is read, written aside or kept is charged here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Bytes read or written aside.
    read: AtomicU64,
    /// Files that took too long.
    given_up: AtomicU32,
}

impl Budget {
    /// Charges bytes that are read or written aside; false when the run's limit is passed.
    pub(crate) fn charge(&self, bytes: u64, limits: &Limits) -> bool {
        self.0.read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= limits.run_bytes
    }

    /// How many bytes may still be read or written aside.
    pub(crate) fn left(&self, limits: &Limits) -> u64 {
        limits.run_bytes.saturating_sub(self.0.read.load(Ordering::Relaxed))
    }
}

/// Whether others wait for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// They do: what takes long is put off.
    Quick,
    /// It is done beside the others.
    Slow,
}

/// The work on one file.
pub(crate) struct Job<'a> {
    options: &'a Options,
    budget: &'a Budget,
    lane: Lane,
    is_put_off: Cell<bool>,
    /// Held while the bytes of a large file are in memory.
    large: RefCell<Option<MutexGuard<'static, ()>>>,
}

/// Bytes from which on a file counts as large: one such file is in memory at a time.
const LARGE: u64 = 4 << 20;
static LARGE_FILE: Mutex<()> = Mutex::new(());

impl<'a> Job<'a> {
    pub(crate) fn new(options: &'a Options, budget: &'a Budget, lane: Lane) -> Self {
        Self { options, budget, lane, is_put_off: Cell::new(false), large: RefCell::new(None) }
    }

    pub(crate) fn options(&self) -> &'a Options {
        self.options
    }

    pub(crate) fn limits(&self) -> &'a Limits {
        &self.options.limits
    }

    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.options.cancellation.is_cancelled()
    }

    /// Reads a whole entry, or tells why not. The limits count what really comes out.
    pub(crate) fn read(&self, entry: &Entry) -> Result<Vec<u8>, &'static str> {
        let limits = self.limits();
        if let Some(reason) = entry.missing() {
            return Err(reason);
        }
        if self.budget.left(limits) == 0 {
            return Err(reason::RUN_TOO_LARGE);
        }
        let stream = entry.open().map_err(|_| reason::UNREADABLE)?;
        self.read_stream(stream, entry.size)
    }

    /// Reads a whole stream whose length may be `hint`.
    pub(crate) fn read_stream(&self, stream: impl Read, hint: u64) -> Result<Vec<u8>, &'static str> {
        let limits = self.limits();
        let most = limits.entry_bytes;
        let mut bytes = Vec::with_capacity(usize::try_from(hint.min(most).min(1 << 20)).unwrap_or(0));
        let mut stream = stream.take(most.saturating_add(1));
        let mut next = LARGE;
        let read: io::Result<()> = loop {
            match (&mut stream).take(next).read_to_end(&mut bytes) {
                Ok(read) if (read as u64) < next => break Ok(()),
                Ok(_) => {
                    // There is more to come.
                    self.hold_large();
                    next = u64::MAX;
                }
                Err(error) => break Err(error),
            }
        };
        let is_within = self.budget.charge(bytes.len() as u64, limits);
        match read {
            Err(_) => Err(reason::UNREADABLE),
            Ok(()) if bytes.len() as u64 > most => Err(reason::TOO_LARGE),
            Ok(()) if !is_within => Err(reason::RUN_TOO_LARGE),
            Ok(()) => Ok(bytes),
        }
    }

    fn hold_large(&self) {
        let mut large = self.large.borrow_mut();
        if large.is_none() {
            *large = Some(LARGE_FILE.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// How long this file may take. The more files took too long, the less the next may: a run has an end.
    pub(crate) fn patience(&self) -> Duration {
        let longest = self.limits().conversion;
        let given_up = self.budget.0.given_up.load(Ordering::Relaxed);
        (longest / 2u32.pow(given_up.saturating_sub(1).min(5))).max(longest.min(LEAST_PATIENCE))
    }

    pub(crate) fn gave_up(&self) {
        self.budget.0.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Puts the file off: it is begun again beside the others, and whatever comes of this beginning is dropped.
    pub(crate) fn put_off(&self) -> &'static str {
        self.is_put_off.set(true);
        reason::TOO_SLOW
    }

    pub(crate) fn is_put_off(&self) -> bool {
        self.is_put_off.get()
    }
}

const LEAST_PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_files_took_too_long_the_less_the_next_may() {
        let (options, budget) = (Options::default(), Budget::default());
        let job = Job::new(&options, &budget, Lane::Slow);
        let mut patience = Vec::new();
        for _ in 0..8 {
            patience.push(job.patience().as_millis());
            job.gave_up();
        }
        assert_eq!(patience, [30_000, 30_000, 15_000, 7_500, 3_750, 1_875, 1_000, 1_000]);
    }

    #[test]
    fn a_cancellation_holds_for_its_clones_and_at_its_time() {
        let cancellation = Cancellation::default();
        let clone = cancellation.clone();
        assert!(!clone.is_cancelled());
        cancellation.cancel();
        assert!(clone.is_cancelled());
        assert!(Cancellation::at(Instant::now()).is_cancelled());
    }
}
