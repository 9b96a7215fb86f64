//! A clock whose waits pass at once and are added up.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use twin_sdk::{Clock, Sleep};

#[derive(Clone)]
pub struct TestClock {
    begun: Instant,
    wall: SystemTime,
    passed: Arc<Mutex<Duration>>,
    each_wait: Option<EachWait>,
}

type EachWait = Arc<dyn Fn(Duration) + Send + Sync>;

/// No more than this passes, so that what asks for all of time does not leave the calendar.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl TestClock {
    pub fn new() -> Self {
        Self { begun: Instant::now(), wall: SystemTime::now(), passed: Arc::default(), each_wait: None }
    }

    /// Calls `then` for each wait, so that another clock can pass the same time.
    pub fn with_each_wait(mut self, then: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.each_wait = Some(Arc::new(then));
        self
    }

    /// How much time has passed by waiting.
    pub fn waited(&self) -> Duration {
        *self.passed.lock().unwrap()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.begun + self.waited()
    }

    fn wall(&self) -> SystemTime {
        self.wall + self.waited()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clone();
        let until = self.waited().saturating_add(duration).min(CENTURY);
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut passed = clock.passed.lock().unwrap();
            // Waits that overlap pass the same time.
            let more = until.saturating_sub(*passed);
            *passed += more;
            if let Some(then) = &clock.each_wait {
                then(more);
            }
        })
    }
}
