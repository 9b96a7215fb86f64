//! Keeps one bad file from ending a run: a converter that panics or hangs costs that file alone.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;

use super::super::reason;

/// Stack of every thread that converts: parsers recurse as deep as files nest.
pub(crate) const STACK: usize = 64 << 20;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `convert`; a panic becomes the reason "unreadable" and prints nothing.
pub(crate) fn guarded<T>(convert: impl FnOnce() -> Result<T, &'static str>) -> Result<T, &'static str> {
    silence_converters();
    let outer = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(convert));
    QUIET.set(outer);
    result.unwrap_or(Err(reason::UNREADABLE))
}

/// As [`guarded`], on a thread of its own that is given up after `longest`. A thread cannot be stopped:
/// one that hangs goes on until the process ends, but nobody waits for it.
pub(crate) fn bounded<T: Send + 'static>(
    longest: Duration,
    convert: impl FnOnce() -> Result<T, &'static str> + Send + 'static,
) -> Result<T, &'static str> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let spawned = thread::Builder::new().name("converter".into()).stack_size(STACK).spawn(move || {
        // The receiver is gone when the time was up: the result is no longer wanted.
        let _ = sender.send(guarded(convert));
    });
    match spawned {
        Ok(_) => receiver.recv_timeout(longest).unwrap_or(Err(reason::TOO_SLOW)),
        Err(_) => Err(reason::UNREADABLE),
    }
}

/// Panics elsewhere are reported as before.
fn silence_converters() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let report: Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                report(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_reason() {
        assert_eq!(guarded::<()>(|| panic!("broken file")), Err(reason::UNREADABLE));
    }

    #[test]
    fn a_converter_that_hangs_is_given_up() {
        let (_keep_open, never) = mpsc::channel::<()>();
        let result = bounded(Duration::from_millis(1), move || {
            let _ = never.recv();
            Ok(())
        });
        assert_eq!(result, Err(reason::TOO_SLOW));
    }

    #[test]
    fn a_deep_recursion_fits_the_stack() {
        fn depth(left: usize) -> usize {
            let frame = [left; 64];
            if left == 0 { 0 } else { 1 + depth(std::hint::black_box(frame)[0] - 1) }
        }
        assert_eq!(bounded(Duration::from_secs(60), || Ok(depth(20_000))), Ok(20_000));
    }
}
