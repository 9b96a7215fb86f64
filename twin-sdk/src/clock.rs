//! [`Clock`]: the one source of time and of waiting, so that tests inject it and never sleep.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A future that completes when a wait is over.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The client's source of time: deadlines, backoff and rate-limit waits all use it.
///
/// [`SystemClock`] is the default. A test passes its own to
/// [`TwinBuilder::clock`](crate::TwinBuilder::clock), and hours pass at once. (The timeout of a single
/// attempt is enforced by the HTTP transport, in real time.)
pub trait Clock: Send + Sync + 'static {
    /// Returns the monotonic time, for durations.
    fn now(&self) -> Instant;

    /// Returns the wall-clock time. Used only if a response has no `Date` header to compare with.
    fn wall(&self) -> SystemTime;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The system's clock and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}
