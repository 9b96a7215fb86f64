//! Works through jobs on a few threads and hands the results out in the jobs' order. What takes long is done beside
//! the others, and what is ready before its turn waits in a temporary file where memory has no room for it.

mod queue;
mod spill;
mod turns;

use std::io;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::thread;

use super::Options;
use super::convert::guard::STACK;
use super::job::{Budget, Job, Lane};
use queue::Queue;
use turns::{Turn, Turns};

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
    let turns = Turns::default();
    let worker = |lane: Lane| {
        while let Some((index, bytes, item)) = queue.next(lane, &weight) {
            let job = Job::new(options, budget, lane);
            let result = work(&item, &job);
            if job.is_put_off() && !job.is_cancelled() {
                drop(job);
                queue.put_off(index, bytes, item);
                continue;
            }
            queue.done(lane, bytes);
            if !turns.add(index, result) {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let threads = cores().min(THREADS);
        let mut started = Err(io::Error::other("none was asked for"));
        for lane in [vec![Lane::Quick; threads], vec![Lane::Slow; SLOW_THREADS]].concat() {
            let (worker, at_work) = (&worker, turns.enter());
            // Where no further thread can be had, those that run do the work.
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
                worker(lane);
                drop(at_work);
            });
            if lane == Lane::Quick && started.is_err() {
                started = thread.map(drop);
            }
        }
        if let Err(error) = started {
            queue.stop();
            budget.is_without_threads(&error);
            return ControlFlow::Break(());
        }
        let flow = loop {
            if options.cancellation.is_cancelled() {
                break ControlFlow::Break(());
            }
            match turns.next() {
                Turn::Result(result) => {
                    let flow = emit(result);
                    queue.emitted();
                    if flow.is_break() {
                        break flow;
                    }
                }
                Turn::NotYet => {}
                Turn::Over => break ControlFlow::Continue(()),
            }
        };
        queue.stop();
        turns.stop();
        flow
    })
}

/// How many threads can work at once.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    // Asked once: on Linux the answer is read from files.
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

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
