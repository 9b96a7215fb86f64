//! Jobs on their way to the threads that do them.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::job::Lane;

/// Jobs that are taken and whose results are not handed out yet.
const MOST_AHEAD: u64 = 4096;
/// Bytes to be read by jobs that are at work; a single larger job runs alone.
const MOST_BYTES_AT_WORK: u64 = 24 << 20;

pub(super) struct Queue<I: Iterator> {
    state: Mutex<State<I>>,
    /// There may be room for another quick job.
    room: Condvar,
    /// There is a slow job, or there will be none any more.
    slow: Condvar,
}

struct State<I: Iterator> {
    jobs: Peekable<I>,
    taken: u64,
    /// Jobs that took long, to be done beside the others.
    slow: VecDeque<(u64, u64, I::Item)>,
    /// Jobs that were taken and whose results are not handed out yet.
    ahead: u64,
    /// Quick jobs that are at work, and the bytes they read.
    at_work: u64,
    bytes_at_work: u64,
    /// Threads that wait for room.
    waiting: usize,
    stopped: bool,
}

impl<I: Iterator> Queue<I> {
    pub(super) fn new(jobs: I) -> Self {
        let state = State {
            jobs: jobs.peekable(),
            taken: 0,
            slow: VecDeque::new(),
            ahead: 0,
            at_work: 0,
            bytes_at_work: 0,
            waiting: 0,
            stopped: false,
        };
        Self { state: Mutex::new(state), room: Condvar::new(), slow: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job with its place and weight, as soon as there is room for it.
    pub(super) fn next(&self, lane: Lane, weight: impl Fn(&I::Item) -> u64) -> Option<(u64, u64, I::Item)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let next = match lane {
                Lane::Quick => state.quick(&weight)?,
                Lane::Slow => match state.slow.pop_front() {
                    None if state.is_over() => return None,
                    job => job,
                },
            };
            if next.is_some() {
                return next;
            }
            state = match lane {
                Lane::Quick => {
                    state.waiting += 1;
                    let mut state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.waiting -= 1;
                    state
                }
                Lane::Slow => self.slow.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    pub(super) fn put_off(&self, index: u64, bytes: u64, job: I::Item) {
        let mut state = self.lock();
        state.slow.push_back((index, bytes, job));
        state.left(bytes);
        self.tell(state, true);
    }

    pub(super) fn done(&self, lane: Lane, bytes: u64) {
        if lane == Lane::Quick {
            let mut state = self.lock();
            state.left(bytes);
            let is_over = state.is_over();
            self.tell(state, is_over);
        }
    }

    pub(super) fn emitted(&self) {
        let mut state = self.lock();
        state.ahead -= 1;
        self.tell(state, false);
    }

    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        self.tell(state, true);
    }

    /// Wakes those who wait for what changed, and nobody else: there is a change with every file.
    fn tell(&self, state: MutexGuard<'_, State<I>>, concerns_slow: bool) {
        let waiting = state.waiting;
        drop(state);
        if waiting > 0 {
            self.room.notify_all();
        }
        if concerns_slow {
            self.slow.notify_all();
        }
    }
}

impl<I: Iterator> State<I> {
    /// Some job that fits, none that fits now, or none any more.
    fn quick(&mut self, weight: impl Fn(&I::Item) -> u64) -> Option<Option<(u64, u64, I::Item)>> {
        let bytes = weight(self.jobs.peek()?);
        let fits = self.ahead < MOST_AHEAD && self.bytes_at_work + bytes <= MOST_BYTES_AT_WORK;
        if !fits && self.at_work > 0 || self.ahead >= MOST_AHEAD {
            return Some(None);
        }
        let index = self.taken;
        self.taken += 1;
        self.ahead += 1;
        self.at_work += 1;
        self.bytes_at_work += bytes;
        Some(self.jobs.next().map(|job| (index, bytes, job)))
    }

    /// No slow job will come any more.
    fn is_over(&mut self) -> bool {
        self.at_work == 0 && self.jobs.peek().is_none()
    }

    fn left(&mut self, bytes: u64) {
        self.at_work -= 1;
        self.bytes_at_work -= bytes;
    }
}
