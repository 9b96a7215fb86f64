//! How far a bulk command is with the knowledge base.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::progress::Progress;
use crate::words::rough_time;
use twin_sync::{Meter, Observer, Plan, Task};

/// The longest a status is shown before it is brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Working on the knowledge base.
pub(super) struct Uploading<'a> {
    progress: Progress,
    meter: &'a Meter,
    /// Requests a minute.
    rate: Option<u64>,
    begun: Instant,
    total: u64,
    done: AtomicU64,
    requests_left: AtomicU64,
}

impl<'a> Uploading<'a> {
    pub(super) fn start(ui: &Ui, plan: &Plan, meter: &'a Meter, rate: Option<u64>) -> Self {
        Self {
            progress: Progress::start(ui, "Documents"),
            meter,
            rate,
            begun: Instant::now(),
            total: plan.tasks().len() as u64,
            done: AtomicU64::new(0),
            requests_left: AtomicU64::new(plan.requests() as u64),
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
        status(
            self.done.load(Ordering::Relaxed),
            self.requests_left.load(Ordering::Relaxed),
            self.begun.elapsed(),
            self.rate,
            self.meter.waiting(),
        )
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

/// Documents a minute, the time left, and what it waits for: `58/min, about 8m left, rate limit: 12 s`.
fn status(
    done: u64,
    requests_left: u64,
    elapsed: Duration,
    rate: Option<u64>,
    waiting: Option<Duration>,
) -> String {
    let mut parts = Vec::new();
    if elapsed >= Duration::from_secs(2) && done > 0 {
        parts.push(format!("{:.0}/min", done as f64 * 60.0 / elapsed.as_secs_f64()));
    }
    if let Some(rate) = rate {
        parts.push(format!("about {} left", rough_time(requests_left, rate)));
    }
    if let Some(wait) = waiting.filter(|wait| *wait >= Duration::from_secs(1)) {
        parts.push(format!("rate limit: {} s", wait.as_secs()));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_tells_rate_time_left_and_what_it_waits_for() {
        let seconds = Duration::from_secs;
        assert_eq!(
            status(29, 480, seconds(30), Some(60), Some(seconds(12))),
            "58/min, about 8m left, rate limit: 12 s"
        );
        assert_eq!(status(0, 480, seconds(0), None, None), "");
    }
}
