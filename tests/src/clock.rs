//! A clock whose waits pass at once and are written down.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use twin_sdk::{Clock, Sleep};

#[derive(Clone)]
pub struct TestClock(Arc<Mutex<State>>, Option<EachWait>);

type EachWait = Arc<dyn Fn(Duration) + Send + Sync>;

/// No more than this passes, so that what asks for all of time does not leave the calendar.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

struct State {
    begun: Instant,
    passed: Duration,
    waits: Vec<Duration>,
    wall: SystemTime,
}

impl TestClock {
    pub fn new() -> Self {
        Self(
            Arc::new(Mutex::new(State {
                begun: Instant::now(),
                passed: Duration::ZERO,
                waits: Vec::new(),
                wall: SystemTime::now(),
            })),
            None,
        )
    }

    /// Calls `then` for each wait, so that another clock can pass the same time.
    pub fn with_each_wait(mut self, then: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.1 = Some(Arc::new(then));
        self
    }

    /// Every wait so far, in order.
    pub fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().waits.clone()
    }

    /// The waits together.
    pub fn waited(&self) -> Duration {
        self.waits().iter().sum()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        let state = self.0.lock().unwrap();
        state.begun + state.passed
    }

    fn wall(&self) -> SystemTime {
        let state = self.0.lock().unwrap();
        state.wall + state.passed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clone();
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut state = clock.0.lock().unwrap();
            state.passed = state.passed.saturating_add(duration).min(CENTURY);
            state.waits.push(duration);
            if let Some(then) = &clock.1 {
                then(duration);
            }
        })
    }
}
