//! Works through jobs on a few threads and hands the results out in the jobs' order, with little ahead.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use super::convert::guard::STACK;

/// How far the threads may run ahead of the results handed out.
const MOST_AHEAD: u64 = 64;
/// The same, in bytes to be read; a single larger job runs alone.
const MOST_BYTES_AHEAD: u64 = 24 << 20;

/// Runs `work` over `jobs` and `emit` over its results, in order, until `emit` breaks.
/// `weight` says how many bytes a job is going to read.
pub(crate) fn ordered<T: Send, R: Send>(
    jobs: impl Iterator<Item = T> + Send,
    weight: impl Fn(&T) -> u64 + Sync,
    work: impl Fn(T) -> R + Sync,
    mut emit: impl FnMut(R) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let queue = Queue::new(jobs);
    let (sender, receiver) = mpsc::channel();
    let worker = |sender: mpsc::Sender<_>| {
        while let Some((index, bytes, job)) = queue.next(&weight) {
            if sender.send((index, bytes, work(job))).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(4));
        for _ in 0..threads {
            let sender = sender.clone();
            // Where no further thread can be had, those that run do the work.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || worker(sender));
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (index, bytes, result) in &receiver {
            early.insert(index, (bytes, result));
            while let Some((bytes, result)) = early.remove(&next) {
                next += 1;
                let flow = emit(result);
                queue.emitted(bytes, flow);
                flow?;
            }
        }
        ControlFlow::Continue(())
    })
}

struct Queue<I: Iterator> {
    state: Mutex<State<I>>,
    moved: Condvar,
}

struct State<I: Iterator> {
    jobs: Peekable<I>,
    taken: u64,
    /// Jobs and bytes that were taken and whose results are not handed out yet.
    ahead: u64,
    bytes_ahead: u64,
    stopped: bool,
}

impl<I: Iterator> Queue<I> {
    fn new(jobs: I) -> Self {
        let state = State { jobs: jobs.peekable(), taken: 0, ahead: 0, bytes_ahead: 0, stopped: false };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job with its place and weight, as soon as there is room for it.
    fn next(&self, weight: impl Fn(&I::Item) -> u64) -> Option<(u64, u64, I::Item)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let bytes = weight(state.jobs.peek()?);
            let fits = state.ahead < MOST_AHEAD && state.bytes_ahead + bytes <= MOST_BYTES_AHEAD;
            if fits || state.ahead == 0 {
                let index = state.taken;
                state.taken += 1;
                state.ahead += 1;
                state.bytes_ahead += bytes;
                return state.jobs.next().map(|job| (index, bytes, job));
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn emitted(&self, bytes: u64, flow: ControlFlow<()>) {
        let mut state = self.lock();
        state.ahead -= 1;
        state.bytes_ahead -= bytes;
        state.stopped |= flow.is_break();
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_jobs() {
        let mut seen = Vec::new();
        let flow = ordered(
            0..1000u64,
            |job| if job % 100 == 0 { 50 << 20 } else { 10 },
            |job| job * 2,
            |result| {
                seen.push(result);
                ControlFlow::Continue(())
            },
        );
        assert!(flow.is_continue());
        assert_eq!(seen, (0..1000).map(|job| job * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_break_stops_the_work() {
        let mut count = 0;
        let flow = ordered(
            0..,
            |_| 1,
            |job: u64| job,
            |_| {
                count += 1;
                if count == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert!(flow.is_break());
        assert_eq!(count, 10);
    }
}
