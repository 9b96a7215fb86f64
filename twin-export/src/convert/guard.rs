//! Keeps one bad file from ending a run: a converter that panics or hangs costs that file alone.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::sync::{Arc, Once, mpsc};
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

/// As [`guarded`], on a thread of its own that is given up after `longest`. A thread cannot be stopped: one that hangs
/// goes on until the process ends, but nobody waits for it. While some of those go on, nothing more is begun: they
/// would pile up.
pub(crate) fn bounded<T: Send + 'static>(
    longest: Duration,
    convert: impl FnOnce() -> Result<T, &'static str> + Send + 'static,
) -> Result<T, &'static str> {
    if GIVEN_UP.load(Ordering::Relaxed) >= MOST_GIVEN_UP {
        return Err(reason::TOO_SLOW);
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let is_settled = Arc::new(AtomicBool::new(false));
    let settled = Arc::clone(&is_settled);
    let spawned = thread::Builder::new().name("converter".into()).stack_size(STACK).spawn(move || {
        let result = guarded(convert);
        if settled.swap(true, Ordering::Relaxed) {
            GIVEN_UP.fetch_sub(1, Ordering::Relaxed);
        }
        // The receiver is gone when the time was up: the result is no longer wanted.
        let _ = sender.send(result);
    });
    if spawned.is_err() {
        return Err(reason::UNREADABLE);
    }
    match receiver.recv_timeout(longest) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(reason::UNREADABLE),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            if !is_settled.swap(true, Ordering::Relaxed) {
                GIVEN_UP.fetch_add(1, Ordering::Relaxed);
            }
            Err(reason::TOO_SLOW)
        }
    }
}

/// Threads that go on though nobody waits for them.
static GIVEN_UP: AtomicIsize = AtomicIsize::new(0);
const MOST_GIVEN_UP: isize = 4;

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
