//! Every entry with all its seeds and some mutants of them, the same ones every time: what libFuzzer does for hours,
//! for seconds and without its compiler. `TWIN_FUZZ_ROUNDS=100` tries a hundred times as many.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "--nocapture tells how much was tried")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use entries::{ENTRIES, Entry, mutate, seeds};

/// No input is as long as to need this much time, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

macro_rules! entries {
    ($($entry:ident)+) => {
        /// A test for each entry, so that a failure names it.
        mod no_bytes_break_a_law_of {
            $(#[test]
            fn $entry() {
                super::hold(stringify!($entry));
            })+
        }

        #[test]
        fn every_entry_has_its_test() {
            let tested = [$(stringify!($entry)),+];
            let entries: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
            assert_eq!(entries, tested);
        }
    };
}

entries! {
    webhook responses rate_limit base_url duration config credentials state terminal split markdown html csv mail_file
    docx pptx xlsx xls epub flat pdf notion drive slack mail folder vault confluence zendesk intercom evernote jsonl archive tar
}

#[test]
fn every_entry_has_its_libfuzzer_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz_targets");
    let mut targets: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    targets.sort();
    let mut entries: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
    entries.sort_unstable();
    assert_eq!(targets, entries);
}

fn hold(name: &str) {
    let entry = ENTRIES.iter().find(|entry| entry.name == name).unwrap();
    let seeds = [(entry.seeds)(), seeds::of_folder(name)].concat();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let rounds: u32 = std::env::var("TWIN_FUZZ_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let mutants = entry.mutants * rounds;
    let of_seed = seeds.iter().enumerate().map(|(number, seed)| (format!("seed-{number}"), seed.clone()));
    let of_mutant = (0..mutants).map(|number| {
        let mut random = fastrand::Rng::with_seed(u64::from(number));
        let (seed, other) = (random.usize(..seeds.len()), random.usize(..seeds.len()));
        (format!("mutant-{number}"), mutate::mutant(&mut random, &seeds[seed], &seeds[other]))
    });
    let took = of_seed.chain(of_mutant).map(|(what, input)| (try_one(entry, &what, &input), what));
    let (longest, what) = took.max().unwrap();
    println!("{name}: {} seeds and {mutants} mutants; {what} took longest, {longest:?}", seeds.len());
}

/// How long it took.
fn try_one(entry: &Entry, what: &str, input: &[u8]) -> Duration {
    let begun = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (entry.run)(input)));
    let took = begun.elapsed();
    if outcome.is_err() || took > LONGEST {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{what}", entry.name));
        std::fs::write(&path, input).unwrap();
        let what = if outcome.is_err() { "broke a law".to_owned() } else { format!("took {took:?}") };
        panic!("{}: an input {what}; it is kept in {}", entry.name, path.display());
    }
    took
}
