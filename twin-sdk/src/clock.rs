//! [`Clock`]: the one source of time and of waiting, so that tests inject it and never sleep.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A wait that ends some time later.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Time as the client sees it: deadlines, back-off and rate-limit waits all go through here.
///
/// [`SystemClock`] is the default. A test hands over its own with
/// [`TwinBuilder::clock`](crate::TwinBuilder::clock) and lets hours pass at once. (The timeout of a single
/// attempt is kept by the HTTP transport, in real time.)
pub trait Clock: Send + Sync + 'static {
    /// The monotonic time, for durations.
    fn now(&self) -> Instant;

    /// The wall-clock time; used only where a response has no `Date` header to compare with.
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
