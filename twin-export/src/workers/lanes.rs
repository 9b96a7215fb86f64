//! How many workers are at work at once, so that all of them together stay within the run's memory.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::pool::cores;
use super::child::Worker;

/// Workers that are at work at once; fewer where the machine has fewer cores.
pub(super) const WORKERS: usize = 3;

static LANES: Lanes = Lanes {
    state: Mutex::new(State { idle: Vec::new(), at_work: 0, is_alone: false, wants_alone: 0, waiting: 0 }),
    moved: Condvar::new(),
};

struct Lanes {
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    /// Workers that wait for a file.
    idle: Vec<Worker>,
    at_work: usize,
    /// A heavy worker is at work: no other may be there.
    is_alone: bool,
    wants_alone: usize,
    /// Those who wait for a place.
    waiting: usize,
}

/// Where a worker may be at work; another may once this is dropped.
pub(super) struct Place {
    is_alone: bool,
}

fn lock() -> MutexGuard<'static, State> {
    LANES.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until somebody left a place.
fn moved(mut state: MutexGuard<'static, State>) -> MutexGuard<'static, State> {
    state.waiting += 1;
    let mut state = LANES.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
    state.waiting -= 1;
    state
}

/// A place beside others, as soon as there is one.
pub(super) fn light() -> Place {
    let most = cores().clamp(2, WORKERS);
    let mut state = lock();
    while state.is_alone || state.wants_alone > 0 || state.at_work >= most {
        state = moved(state);
    }
    state.at_work += 1;
    Place { is_alone: false }
}

/// The place of one that is alone, as soon as all others are done. Idle workers end.
pub(super) fn alone() -> Place {
    let mut state = lock();
    state.wants_alone += 1;
    while state.is_alone || state.at_work > 0 {
        state = moved(state);
    }
    state.wants_alone -= 1;
    state.is_alone = true;
    let idle = std::mem::take(&mut state.idle);
    drop(state);
    drop(idle);
    Place { is_alone: true }
}

/// Ends the workers that wait for a file.
pub(crate) fn dismiss() {
    let idle = std::mem::take(&mut lock().idle);
    drop(idle);
}

impl Place {
    /// A worker that waits for a file, if there is one.
    pub(super) fn worker(&self) -> Option<Worker> {
        if self.is_alone { None } else { lock().idle.pop() }
    }

    /// Lets a worker wait for the next file.
    pub(super) fn keep(&self, worker: Worker) {
        lock().idle.push(worker);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock();
        if self.is_alone {
            state.is_alone = false;
        } else {
            state.at_work -= 1;
        }
        if state.waiting > 0 {
            LANES.moved.notify_all();
        }
    }
}
