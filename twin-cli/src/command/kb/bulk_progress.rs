//! How far a bulk command is with the knowledge base.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::progress::Progress;
use crate::words::rough_seconds;
use twin_sync::{Cancellation, Meter, Observer, Plan, StopReason, Task, Window};

/// The longest a status is shown before it is brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Working on the knowledge base.
pub(super) struct Uploading<'a> {
    progress: Progress,
    meter: &'a Meter,
    cancellation: &'a Cancellation,
    /// Requests a minute.
    rate: Option<u64>,
    total: u64,
    done: AtomicU64,
    requests: u64,
    requests_left: AtomicU64,
    began: Instant,
}

impl<'a> Uploading<'a> {
    pub(super) fn start(
        ui: &Ui,
        plan: &Plan,
        meter: &'a Meter,
        cancellation: &'a Cancellation,
        rate: Option<u64>,
    ) -> Self {
        Self {
            progress: Progress::start(ui, "Documents"),
            meter,
            cancellation,
            rate,
            total: plan.tasks().len() as u64,
            done: AtomicU64::new(0),
            requests: plan.requests() as u64,
            requests_left: AtomicU64::new(plan.requests() as u64),
            began: Instant::now(),
        }
    }

    /// Keeps what is shown up to date, for as long as it is polled.
    pub(super) async fn show(&self) -> Infallible {
        loop {
            self.progress.report(self.done.load(Ordering::Relaxed), self.total, &self.status());
            tokio::time::sleep(TICK).await;
        }
    }

    fn status(&self) -> String {
        if matches!(self.cancellation.reason(), Some(StopReason::Asked)) {
            return "finishing what is in flight; Ctrl-C again stops at once".to_owned();
        }
        let left = self.requests_left.load(Ordering::Relaxed);
        let so_far = (self.requests.saturating_sub(left), self.began.elapsed());
        let pace = Pace { rate: self.rate, window: self.meter.window(), so_far };
        status(left, pace, self.meter.waiting())
    }
}

impl Observer for Uploading<'_> {
    fn done(&self, task: &Task) {
        self.done.fetch_add(1, Ordering::Relaxed);
        let requests = (task.creates + task.deletes) as u64;
        let left = self.requests_left.load(Ordering::Relaxed);
        self.requests_left.store(left.saturating_sub(requests), Ordering::Relaxed);
    }

    fn describe(&self, error: &twin_sdk::Error) -> (String, String) {
        let error = CliError::from(error);
        (error.code().name().to_owned(), error.message().to_owned())
    }
}

/// What limits how fast requests go.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Requests a minute, where there is a limit: the server's, or a lower one that was asked for.
    rate: Option<u64>,
    window: Option<Window>,
    /// Requests of the plan that are done, and the time they took.
    so_far: (u64, Duration),
}

impl Pace {
    /// How long so many requests take. A window's requests go in a burst at its beginning, so that their pace tells
    /// nothing: what counts is how many windows must begin before the last one is sent.
    /// Where no limit is told, the rest takes as long as what is done did.
    fn time_for(self, requests: u64) -> Option<Duration> {
        let Some(rate) = self.rate.filter(|rate| *rate > 0) else {
            let (done, elapsed) = self.so_far;
            return (done > 0).then(|| elapsed.mul_f64(requests as f64 / done as f64));
        };
        let window = self.window.filter(|window| window.limit > 0 && window.limit <= rate);
        let Some(window) = window else {
            return Some(Duration::from_secs((requests * 60).div_ceil(rate)));
        };
        match requests.saturating_sub(window.remaining) {
            0 => Some(Duration::ZERO),
            beyond => {
                let windows = beyond.div_ceil(window.limit);
                Some(window.reset_in + Duration::from_secs(60 * (windows - 1)))
            }
        }
    }
}

/// What it waits for and the time left: `rate limit 12s, about 8m left`.
fn status(requests_left: u64, pace: Pace, waiting: Option<Duration>) -> String {
    let mut parts = Vec::new();
    if let Some(wait) = waiting.filter(|wait| *wait >= Duration::from_secs(1)) {
        parts.push(format!("rate limit {}s", wait.as_secs_f64().ceil()));
    }
    match pace.time_for(requests_left) {
        Some(left) if left >= Duration::from_secs(2) => {
            parts.push(format!("about {} left", rough_seconds(left.as_secs_f64().ceil() as u64)));
        }
        Some(_) if requests_left > 0 => parts.push("a few seconds left".to_owned()),
        None if requests_left > 0 && parts.is_empty() => parts.push("waiting for the API".to_owned()),
        _ => {}
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(remaining: u64, reset_in: u64) -> Pace {
        let window = Window { limit: 60, remaining, reset_in: Duration::from_secs(reset_in) };
        Pace { rate: Some(60), window: Some(window), so_far: (0, Duration::ZERO) }
    }

    /// Of a server that tells no limit.
    fn unlimited(done: u64, seconds: u64) -> Pace {
        Pace { rate: None, window: None, so_far: (done, Duration::from_secs(seconds)) }
    }

    #[test]
    fn the_time_left_is_that_of_the_windows_and_not_of_the_burst() {
        let seconds = |requests, pace: Pace| pace.time_for(requests).map(|time| time.as_secs());
        assert_eq!(seconds(60, pace(60, 50)), Some(0), "all fit into this window");
        assert_eq!(seconds(61, pace(60, 50)), Some(50), "one has to wait for the next");
        assert_eq!(seconds(600, pace(0, 12)), Some(12 + 9 * 60));
        assert_eq!(seconds(600, Pace { rate: Some(60), ..unlimited(0, 9) }), Some(600));
        let slower = Pace { rate: Some(30), ..pace(60, 50) };
        assert_eq!(seconds(60, slower), Some(120), "a lower rate that was asked for counts");
        assert_eq!(seconds(60, unlimited(0, 9)), None);
        assert_eq!(seconds(60, unlimited(20, 10)), Some(30), "as fast as so far");
    }

    #[test]
    fn the_status_tells_what_it_waits_for_and_the_time_left() {
        assert_eq!(
            status(480, pace(0, 12), Some(Duration::from_secs(12))),
            "rate limit 12s, about 7m20s left"
        );
        assert_eq!(status(4, pace(30, 12), None), "a few seconds left");
        assert_eq!(status(0, pace(30, 12), None), "");
        assert_eq!(status(480, unlimited(0, 9), None), "waiting for the API");
        assert_eq!(status(42, unlimited(18, 10), None), "about 24s left");
    }
}
