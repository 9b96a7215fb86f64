//! Whether time grows as the input does: in the thread's own processor time, which others' work hardly touches.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

fn time(mut run: impl FnMut()) -> Duration {
    let mut once = || {
        let before = now();
        run();
        now() - before
    };
    // The least of several: a page fault counts as work, too.
    (0..4).map(|_| once()).min().unwrap_or_default()
}

/// Doubles an input of so many bytes three times: eight times the input takes about eight times as long, where it would
/// be 64 times if each part were compared with all others. Tells what takes longer.
pub(crate) fn beyond_linear<R>(
    what: &str,
    make: impl Fn(usize) -> String,
    run: impl Fn(&str) -> R,
) -> Option<String> {
    let (small, large) = (make(1_000), make(8_000));
    let small = time(|| drop(run(&small))).max(Duration::from_micros(500));
    let large = time(|| drop(run(&large)));
    (large > small * 40).then(|| format!("{what:?}: {small:?} became {large:?}"))
}
