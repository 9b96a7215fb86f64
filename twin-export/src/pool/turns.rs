//! Results on their way from the threads that make them to the one that hands them out.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Texts;
use super::spill::{Spill, Spilled};

/// Bytes of results that wait for their turn in memory.
const MOST_BYTES_WAITING: usize = 16 << 20;
/// Results that are worth waking the one who hands them out: waking it for each costs more than what it does.
const BATCH: usize = 32;
/// How often the run's cancellation, and a smaller batch, are looked at while nothing comes.
const LOOK: Duration = Duration::from_millis(50);

/// Where results wait for their turn.
pub(super) struct Turns<R> {
    state: Mutex<Results<R>>,
    /// The next result is there, or no more will be.
    ready: Condvar,
    /// A result was taken out.
    taken: Condvar,
}

struct Results<R> {
    early: Early<R>,
    next: u64,
    /// Threads that may still bring one.
    at_work: usize,
    /// The one who hands out sleeps.
    is_awaited: bool,
    /// Threads that wait until there is room.
    waiting: usize,
    stopped: bool,
}

/// What there is to hand out.
pub(super) enum Turn<R> {
    Result(R),
    NotYet,
    Over,
}

impl<R> Default for Turns<R> {
    fn default() -> Self {
        let early = Early::default();
        let results = Results { early, next: 0, at_work: 0, is_awaited: false, waiting: 0, stopped: false };
        Self { state: Mutex::new(results), ready: Condvar::new(), taken: Condvar::new() }
    }
}

impl<R> Turns<R> {
    fn lock(&self) -> MutexGuard<'_, Results<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, state: &mut Results<R>) {
        if std::mem::take(&mut state.is_awaited) {
            self.ready.notify_one();
        }
    }

    /// A thread begins; it ends when what this returns is dropped.
    pub(super) fn enter(&self) -> AtWork<'_, R> {
        self.lock().at_work += 1;
        AtWork(self)
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.taken.notify_all();
    }
}

impl<R: Texts> Turns<R> {
    /// Adds a result; false when nobody wants any more. While others are ready to be handed out, one for which there is
    /// no room waits for them.
    pub(super) fn add(&self, index: u64, mut result: R) -> bool {
        let bytes: usize = result.texts().iter().map(|text| text.len()).sum();
        let mut state = self.lock();
        while !state.stopped
            && index != state.next
            && state.early.bytes + bytes > MOST_BYTES_WAITING
            && state.early.results.contains_key(&state.next)
        {
            self.wake(&mut state);
            state.waiting += 1;
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        let is_next = index == state.next;
        state.early.add(index, result, is_next);
        if state.early.results.len() >= BATCH && state.early.results.contains_key(&state.next) {
            self.wake(&mut state);
        }
        !state.stopped
    }

    pub(super) fn next(&self) -> Turn<R> {
        let mut state = self.lock();
        let next = state.next;
        if !state.early.results.contains_key(&next) {
            if state.at_work == 0 {
                return Turn::Over;
            }
            state.is_awaited = true;
            state = self.ready.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
            state.is_awaited = false;
        }
        let Some(result) = state.early.take(next) else { return Turn::NotYet };
        state.next += 1;
        if state.waiting > 0 {
            self.taken.notify_all();
        }
        Turn::Result(result)
    }
}

/// A thread that may bring results.
pub(super) struct AtWork<'a, R>(&'a Turns<R>);

impl<R> Drop for AtWork<'_, R> {
    fn drop(&mut self) {
        self.0.lock().at_work -= 1;
        self.0.ready.notify_one();
    }
}

/// Results that are ready before their turn.
struct Early<R> {
    results: BTreeMap<u64, (R, usize, Vec<Spilled>)>,
    bytes: usize,
    spill: Spill,
}

impl<R> Default for Early<R> {
    fn default() -> Self {
        Self { results: BTreeMap::new(), bytes: 0, spill: Spill::default() }
    }
}

impl<R: Texts> Early<R> {
    fn add(&mut self, index: u64, mut result: R, is_next: bool) {
        let mut bytes: usize = result.texts().iter().map(|text| text.len()).sum();
        let mut spilled = Vec::new();
        if !is_next && self.bytes + bytes > MOST_BYTES_WAITING {
            // Where nothing can be written aside, memory must do.
            spilled = result.texts().into_iter().map(|text| self.spill.put(text)).collect();
            bytes = result.texts().iter().map(|text| text.len()).sum();
        }
        self.bytes += bytes;
        self.results.insert(index, (result, bytes, spilled));
    }

    fn take(&mut self, index: u64) -> Option<R> {
        let (mut result, bytes, spilled) = self.results.remove(&index)?;
        self.bytes -= bytes;
        for (text, place) in result.texts().into_iter().zip(spilled) {
            self.spill.restore(text, place);
        }
        Some(result)
    }
}
