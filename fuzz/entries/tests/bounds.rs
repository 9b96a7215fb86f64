//! What every entry takes for its seeds and some mutants of them: memory, counted by the allocator, and processor time,
//! both held against the input's length. One test alone in its process, so that nothing else counts.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and tells figures")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use entries::{ENTRIES, Entry, mutate, seeds};
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that an input may take, whatever its length, and for each of its bytes.
const MEMORY: usize = 24 << 20;
const MEMORY_PER_BYTE: usize = 2_000;
/// The same of processor time, without optimization.
const TIME: Duration = Duration::from_secs(2);
const TIME_PER_BYTE: Duration = Duration::from_micros(50);
/// Mutants of the seeds that are tried beside them.
const MUTANTS: u64 = 12;

#[test]
fn no_input_takes_more_memory_or_time_than_its_length_allows() {
    let mut beyond = Vec::new();
    for entry in ENTRIES {
        let seeds = [(entry.seeds)(), seeds::of_folder(entry.name)].concat();
        let mutants = (0..MUTANTS).map(|number| {
            let mut random = fastrand::Rng::with_seed(number);
            let (seed, other) = (random.usize(..seeds.len()), random.usize(..seeds.len()));
            mutate::mutant(&mut random, &seeds[seed], &seeds[other])
        });
        let inputs: Vec<Vec<u8>> = seeds.iter().cloned().chain(mutants).collect();
        let (mut most_memory, mut most_time) = (0, Duration::ZERO);
        for (number, input) in inputs.iter().enumerate() {
            let (memory, time) = taken(entry, input);
            let len = input.len();
            if memory > MEMORY + MEMORY_PER_BYTE * len
                || time > TIME + TIME_PER_BYTE * u32::try_from(len).unwrap()
            {
                beyond.push(format!("{} {number}: {len} bytes took {memory} bytes and {time:?}", entry.name));
            }
            (most_memory, most_time) = (most_memory.max(memory), most_time.max(time));
        }
        println!("{}: at most {} KiB and {most_time:?}", entry.name, most_memory >> 10);
    }
    assert_eq!(beyond, [""; 0]);
}

fn taken(entry: &Entry, input: &[u8]) -> (usize, Duration) {
    let before = (ALLOCATOR.current_usage(), processor_time());
    ALLOCATOR.reset_peak_usage();
    // Laws are another test's.
    let _ = catch_unwind(AssertUnwindSafe(|| (entry.run)(input)));
    (ALLOCATOR.peak_usage().saturating_sub(before.0), processor_time() - before.1)
}

fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap())
}
