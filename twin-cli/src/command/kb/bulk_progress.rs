//! How far a bulk command is with the knowledge base.

use std::cell::Cell;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use crate::ui::Ui;
use crate::ui::progress::Progress;
use crate::words::rough_time;
use twin_sync::{Meter, Plan, Task};

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
    done: Cell<u64>,
    requests_left: Cell<u64>,
}

impl<'a> Uploading<'a> {
    pub(super) fn start(ui: &Ui, plan: &Plan, meter: &'a Meter, rate: Option<u64>) -> Self {
        Self {
            progress: Progress::start(ui, "Documents"),
            meter,
            rate,
            begun: Instant::now(),
            total: plan.tasks.len() as u64,
            done: Cell::new(0),
            requests_left: Cell::new(plan.requests() as u64),
        }
    }

    /// A source is dealt with.
    pub(super) fn done(&self, task: &Task) {
        self.done.set(self.done.get() + 1);
        let requests = (task.creates + task.deletes) as u64;
        self.requests_left.set(self.requests_left.get().saturating_sub(requests));
    }

    /// Keeps what is shown up to date, for as long as it is polled.
    pub(super) async fn show(&self) -> Infallible {
        loop {
            self.progress.report(self.done.get(), self.total, &self.status());
            tokio::time::sleep(TICK).await;
        }
    }

    fn status(&self) -> String {
        status(
            self.done.get(),
            self.requests_left.get(),
            self.begun.elapsed(),
            self.rate,
            self.meter.waiting(),
        )
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
