//! Works through jobs on a few threads and hands the results out in the jobs' order. What takes long is done beside
//! the others, and what is ready before its turn waits in a temporary file where memory has no room for it.

mod spill;

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use super::Options;
use super::convert::guard::STACK;
use super::job::{Budget, Job, Lane};
use spill::{Spill, Spilled};

/// Jobs that are taken and whose results are not handed out yet.
const MOST_AHEAD: u64 = 4096;
/// Bytes to be read by jobs that are at work; a single larger job runs alone.
const MOST_BYTES_AT_WORK: u64 = 24 << 20;
/// Bytes of results that wait for their turn in memory.
const MOST_BYTES_WAITING: usize = 16 << 20;
/// Threads that try all jobs, and threads for those that take long.
const THREADS: usize = 4;
const SLOW_THREADS: usize = 2;

/// What comes of a job, as far as keeping it in memory goes.
pub(crate) trait Texts {
    /// The long texts in it.
    fn texts(&mut self) -> Vec<&mut String>;
}

/// Runs `work` over `jobs` and `emit` over its results, in order, until `emit` breaks or the run is cancelled.
/// `weight` says how many bytes a job is going to read.
pub(crate) fn ordered<T: Send, R: Texts + Send>(
    jobs: impl Iterator<Item = T> + Send,
    weight: impl Fn(&T) -> u64 + Sync,
    (options, budget): (&Options, &Budget),
    work: impl Fn(&T, &Job<'_>) -> R + Sync,
    mut emit: impl FnMut(R) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let queue = Queue::new(jobs);
    let (sender, receiver) = mpsc::sync_channel(0);
    let worker = |lane: Lane, sender: mpsc::SyncSender<_>| {
        while let Some((index, bytes, item)) = queue.next(lane, &weight) {
            let job = Job::new(options, budget, lane);
            let result = work(&item, &job);
            if job.is_put_off() && !job.is_cancelled() {
                drop(job);
                queue.put_off(index, bytes, item);
                continue;
            }
            queue.done(lane, bytes);
            if sender.send((index, result)).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
        for lane in [vec![Lane::Quick; threads], vec![Lane::Slow; SLOW_THREADS]].concat() {
            let sender = sender.clone();
            let worker = &worker;
            // Where no further thread can be had, those that run do the work.
            let _ =
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || worker(lane, sender));
        }
        drop(sender);
        let mut early = Early::default();
        let mut next = 0;
        let flow = loop {
            match receiver.recv_timeout(LOOK) {
                Ok((index, result)) => early.add(index, result, index == next),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break ControlFlow::Continue(()),
            }
            if options.cancellation.is_cancelled() {
                break ControlFlow::Break(());
            }
            let mut flow = ControlFlow::Continue(());
            while flow.is_continue()
                && let Some(result) = early.take(next)
            {
                next += 1;
                flow = emit(result);
                queue.emitted();
            }
            if flow.is_break() {
                break flow;
            }
        };
        queue.stop();
        // Whoever has a result to send is let go.
        drop(receiver);
        flow
    })
}

/// How often the run's cancellation is looked at while nothing comes.
const LOOK: Duration = Duration::from_millis(50);

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

struct Queue<I: Iterator> {
    state: Mutex<State<I>>,
    moved: Condvar,
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
    stopped: bool,
}

impl<I: Iterator> Queue<I> {
    fn new(jobs: I) -> Self {
        let state = State {
            jobs: jobs.peekable(),
            taken: 0,
            slow: VecDeque::new(),
            ahead: 0,
            at_work: 0,
            bytes_at_work: 0,
            stopped: false,
        };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job with its place and weight, as soon as there is room for it.
    fn next(&self, lane: Lane, weight: impl Fn(&I::Item) -> u64) -> Option<(u64, u64, I::Item)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let next = match lane {
                Lane::Quick => state.quick(&weight)?,
                Lane::Slow => match state.slow.pop_front() {
                    None if state.jobs.peek().is_none() && state.at_work == 0 => return None,
                    job => job,
                },
            };
            if next.is_some() {
                return next;
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put_off(&self, index: u64, bytes: u64, job: I::Item) {
        let mut state = self.lock();
        state.slow.push_back((index, bytes, job));
        state.left(bytes);
        self.moved.notify_all();
    }

    fn done(&self, lane: Lane, bytes: u64) {
        if lane == Lane::Quick {
            self.lock().left(bytes);
            self.moved.notify_all();
        }
    }

    fn emitted(&self) {
        self.lock().ahead -= 1;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
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

    fn left(&mut self, bytes: u64) {
        self.at_work -= 1;
        self.bytes_at_work -= bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Texts for String {
        fn texts(&mut self) -> Vec<&mut String> {
            vec![self]
        }
    }

    fn run(
        jobs: impl Iterator<Item = u64> + Send,
        work: impl Fn(&u64, &Job<'_>) -> String + Sync,
        emit: impl FnMut(String) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let weight = |job: &u64| if job.is_multiple_of(100) { 50 << 20 } else { 10 };
        ordered(jobs, weight, (&Options::default(), &Budget::default()), work, emit)
    }

    #[test]
    fn results_come_in_the_order_of_their_jobs() {
        let mut seen = Vec::new();
        let flow = run(
            0..1000,
            |job, _| job.to_string(),
            |result| {
                seen.push(result);
                ControlFlow::Continue(())
            },
        );
        assert!(flow.is_continue());
        assert_eq!(seen, (0..1000).map(|job| job.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn a_break_stops_the_work() {
        let mut count = 0;
        let flow = run(
            0..,
            |job, _| job.to_string(),
            |_| {
                count += 1;
                if count == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert!(flow.is_break());
        assert_eq!(count, 10);
    }

    #[test]
    fn what_takes_long_is_begun_again_beside_the_others_and_keeps_its_place() {
        let done = Mutex::new(0);
        let mut seen = Vec::new();
        let work = |job: &u64, within: &Job<'_>| {
            if !job.is_multiple_of(10) {
                *done.lock().unwrap() += 1;
                return job.to_string();
            }
            if within.lane() == Lane::Quick {
                within.put_off();
                return "of no use".to_owned();
            }
            // The slow ones end only once all the quick ones have.
            while *done.lock().unwrap() < 90 {
                thread::yield_now();
            }
            format!("slow {job}")
        };
        let flow = run(0..100, work, |result| {
            seen.push(result);
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        let expected =
            (0..100u64).map(|job| if job % 10 == 0 { format!("slow {job}") } else { job.to_string() });
        assert_eq!(seen, expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_waits_for_its_turn_beyond_the_room_in_memory_comes_out_the_same() {
        let large = |job: u64| job.to_string().repeat((3 << 20) / job.to_string().len());
        let done = Mutex::new(0);
        let mut seen = 0;
        let work = |job: &u64, _: &Job<'_>| {
            while *job == 1
                && *done.lock().unwrap() < 10
                && thread::available_parallelism().is_ok_and(|n| n.get() > 1)
            {
                thread::yield_now();
            }
            *done.lock().unwrap() += 1;
            large(*job)
        };
        let flow = run(1..17, work, |result| {
            assert!(result == large(seen + 1));
            seen += 1;
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        assert_eq!(seen, 16);
    }

    #[test]
    fn a_cancelled_run_stops_though_nothing_comes() {
        let options = Options::default();
        let cancellation = options.cancellation.clone();
        let work = |_: &u64, job: &Job<'_>| {
            cancellation.cancel();
            while !job.is_cancelled() {}
            String::new()
        };
        let flow =
            ordered(0..9u64, |_| 1, (&options, &Budget::default()), work, |_| ControlFlow::Continue(()));
        assert!(flow.is_break());
    }
}
