//! Panics of our own code. A converter's panic costs its file alone and is not reported, which is right for a parser
//! of someone else's, and would hide a mistake of ours.

use std::panic;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use twin_export::{Limits, from_bytes};

static OURS: Mutex<Option<String>> = Mutex::new(None);
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Calls `run`, and panics where code of this project did within it, on whatever thread.
pub(crate) fn none_of_ours<T>(run: impl FnOnce() -> T) -> T {
    let _alone = lock(&ONE_AT_A_TIME);
    listen();
    lock(&OURS).take();
    let result = run();
    let ours = lock(&OURS).take(); // unlocked again before the next panic
    if let Some(place) = ours {
        panic!("a converter panicked at {place}");
    }
    result
}

fn listen() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // The first conversion puts a hook in place that keeps panics quiet: ours goes before it.
        let _ = from_bytes("first.md", b"# First".to_vec(), &Limits::default());
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(place) = info.location().filter(|place| is_ours(place.file())) {
                *lock(&OURS) = Some(place.to_string());
            } else if std::env::var_os("TWIN_FUZZ_VERBOSE").is_some() {
                eprint(&format!("survived: {info}\n"));
            }
            before(info);
        }));
    });
}

fn is_ours(file: &str) -> bool {
    ["twin-cli/src", "twin-export/src", "twin-sdk/src", "fuzz/entries/src"]
        .iter()
        .any(|ours| file.contains(ours))
}

fn eprint(text: &str) {
    use std::io::Write;
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a converter panicked at fuzz/entries/src/panics.rs")]
    fn a_panic_of_ours_is_told_although_it_was_caught_on_another_thread() {
        none_of_ours(|| std::thread::spawn(|| panic!("caught by whoever joins")).join().is_err());
    }

    #[test]
    fn a_panic_of_someone_elses_is_survived() {
        none_of_ours(|| {
            std::thread::spawn(|| std::panic::resume_unwind(Box::new("broken file"))).join().is_err()
        });
    }
}
