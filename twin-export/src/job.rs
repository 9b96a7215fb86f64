//! One file's work within a run: what it may read, how long it may take, and whether others wait for it.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::tree::Entry;
use super::{Limits, Options, ReadError, reason};

/// Cancels reading, from another thread or at a deadline. Clones cancel the same run.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    is_cancelled: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Cancellation {
    /// Creates a cancellation that takes effect at `deadline`, if not before.
    #[must_use]
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// Cancels the run soon, and permanently.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Returns whether the run is cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || self.deadline.is_some_and(|at| Instant::now() >= at)
    }
}

/// What all files of a run share: everything that is read, written aside or kept is charged here. Once the run is
/// cancelled nothing is left of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Bytes read or written aside.
    read: AtomicU64,
    /// Bytes that are kept in memory until the run's end.
    kept: AtomicU64,
    /// Bytes of notes that were read into others.
    embedded: AtomicU64,
    /// Bytes of long keys and titles of documents that were handed out.
    told: AtomicU64,
    /// Files that took too long.
    given_up: AtomicU32,
    /// Pictures are not passed over: there is a program that reads them.
    keeps_pictures: bool,
    cancellation: Cancellation,
    /// What of this machine gave out, and how.
    lack: OnceLock<(Lack, io::Error)>,
    /// The disk could not read part of an archive.
    read_failed: AtomicBool,
}

/// What a machine may not have for a run.
#[derive(Debug, Clone, Copy)]
enum Lack {
    /// Room for temporary files.
    Room,
    /// A thread.
    Threads,
}

fn copy_of(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// Bytes of notes that a run reads into others: a few short notes could embed a long one again and again.
const MOST_EMBEDDED: u64 = 64 << 20;

/// Bytes of long keys and titles: whoever takes the documents keeps them to the run's end, too.
const MOST_TOLD: u64 = 40 << 20;

impl Budget {
    /// Creates the budget of a run.
    pub(crate) fn of(options: &Options) -> Self {
        Self(Arc::new(Shared {
            keeps_pictures: options.ocr.is_some(),
            cancellation: options.cancellation.clone(),
            ..Shared::default()
        }))
    }

    pub(crate) fn keeps_pictures(&self) -> bool {
        self.0.keeps_pictures
    }

    /// Stops the run that is charged here.
    pub(crate) fn cancellation(&self) -> &Cancellation {
        &self.0.cancellation
    }

    /// Takes down that part of an archive could not be read, which is no fault of what it holds: looks at a file see
    /// nothing then, and what they would have seen is not known.
    pub(crate) fn read_failed(&self) {
        self.0.read_failed.store(true, Ordering::Relaxed);
    }

    /// Whether part of an archive could not be read.
    pub(crate) fn has_read_failed(&self) -> bool {
        self.0.read_failed.load(Ordering::Relaxed)
    }

    /// Takes down that a temporary file could not be made or written.
    pub(crate) fn is_without_room(&self, error: &io::Error) {
        if error.kind() != io::ErrorKind::Interrupted {
            let _ = self.0.lack.set((Lack::Room, copy_of(error)));
        }
    }

    /// Takes down that not one thread could be started.
    pub(crate) fn is_without_threads(&self, error: &io::Error) {
        let _ = self.0.lack.set((Lack::Threads, copy_of(error)));
    }

    /// Why the run cannot be trusted: what could not be written aside looked like damage to whoever read it, and what
    /// nobody worked on like nothing at all.
    pub(crate) fn check_machine(&self) -> Result<(), ReadError> {
        let Some((lack, error)) = self.0.lack.get() else { return Ok(()) };
        let source = copy_of(error);
        Err(match lack {
            Lack::Room => ReadError::Temporary { folder: std::env::temp_dir(), source },
            Lack::Threads => ReadError::Threads { source },
        })
    }

    /// Charges bytes that are read or written aside; false when the run's limit is passed.
    pub(crate) fn charge(&self, bytes: u64, limits: &Limits) -> bool {
        self.0.read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= limits.run_bytes
    }

    /// How many bytes may still be read or written aside.
    pub(crate) fn left(&self, limits: &Limits) -> u64 {
        if self.0.cancellation.is_cancelled() {
            return 0;
        }
        limits.run_bytes.saturating_sub(self.0.read.load(Ordering::Relaxed))
    }

    /// Charges bytes of a note that is read into another; false when the run embeds too much.
    pub(crate) fn embed(&self, bytes: u64) -> bool {
        self.0.embedded.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= MOST_EMBEDDED
    }

    /// Charges bytes of a document's key and title that are more than usual; false when there is no room for them.
    pub(crate) fn tell(&self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        bytes == 0 || self.0.told.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= MOST_TOLD
    }

    /// Charges bytes that are kept in memory until the run's end. False, and nothing is charged, when there is no room
    /// for them.
    pub(crate) fn keep(&self, bytes: usize, limits: &Limits) -> bool {
        let bytes = bytes as u64;
        let kept = self.0.kept.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let fits = kept <= limits.index_bytes;
        if !fits {
            self.0.kept.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }

    /// Takes back what was charged for something that is kept no longer.
    pub(crate) fn release(&self, bytes: usize) {
        self.0.kept.fetch_sub(bytes as u64, Ordering::Relaxed);
    }

    /// Reads the first bytes of an entry, fewer where it is shorter or damaged, or where nothing may be read any more.
    pub(crate) fn head(&self, entry: &Entry, len: usize, limits: &Limits) -> Vec<u8> {
        if self.left(limits) == 0 {
            return Vec::new();
        }
        let head = entry.head(len);
        self.charge(head.len() as u64, limits);
        head
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

    pub(crate) fn budget(&self) -> &'a Budget {
        self.budget
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
        if self.budget.left(limits) == 0 && !entry.is_charged() {
            return Err(reason::RUN_TOO_LARGE);
        }
        let stream = entry.open().map_err(|_| reason::UNREADABLE)?;
        self.read_stream(stream, entry.size, entry.is_charged())
    }

    /// Reads a whole entry beside the file that is worked on, be that large or not.
    pub(crate) fn read_beside(&self, entry: &Entry) -> Result<Vec<u8>, &'static str> {
        if let Some(reason) = entry.missing() {
            return Err(reason);
        }
        let limits = self.limits();
        let (mut bytes, most) = (Vec::new(), limits.entry_bytes.min(self.budget.left(limits)));
        let read =
            entry.open().and_then(|stream| stream.take(most.saturating_add(1)).read_to_end(&mut bytes));
        self.budget.charge(bytes.len() as u64, limits);
        match read {
            Err(_) => Err(reason::UNREADABLE),
            Ok(_) if bytes.len() as u64 > most => Err(reason::TOO_LARGE),
            Ok(_) => Ok(bytes),
        }
    }

    /// Reads a whole stream whose length may be `hint`; it may be charged to the run already.
    pub(crate) fn read_stream(
        &self,
        stream: impl Read,
        hint: u64,
        is_charged: bool,
    ) -> Result<Vec<u8>, &'static str> {
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
        let is_within = is_charged || self.budget.charge(bytes.len() as u64, limits);
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
        (longest / 4u32.pow(given_up.min(8))).max(longest.min(LEAST_PATIENCE))
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
        assert_eq!(patience, [30_000, 7_500, 1_875, 1_000, 1_000, 1_000, 1_000, 1_000]);
    }

    #[test]
    fn what_is_kept_is_charged_until_it_is_released() {
        let limits = Limits { index_bytes: 100, ..Limits::default() };
        let budget = Budget::default();
        assert!(budget.keep(60, &limits) && !budget.keep(60, &limits) && budget.keep(40, &limits));
        budget.release(60);
        assert!(budget.keep(60, &limits));
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
