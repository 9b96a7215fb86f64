//! Showing that a command waits: a spinner with the seconds so far, or how long until it goes on.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Ui, redraw};

/// What is over sooner shows nothing at all.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);
/// Columns that are left for `^C` and the seconds.
const RESERVED: usize = 12;

/// What a command waits for besides an answer, such as the rate limit. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// A spinner is there to show waits.
    is_shown: bool,
    until: Option<(Instant, &'static str)>,
}

impl Waits {
    /// Shows a wait by the spinner; false when there is none.
    pub(crate) fn show(&self, why: &'static str, wait: Duration) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.until = Instant::now().checked_add(wait).map(|until| (until, why));
        state.is_shown
    }

    /// Shows until it is dropped that `what` is under way, where someone watches.
    pub(crate) fn spinner(&self, ui: &Ui, what: &str) -> Spinner {
        // Under -v other lines come in between, and a spinner would be in their way.
        if !ui.stderr.can_redraw || ui.options.quiet || ui.options.no_progress || ui.verbosity() > 0 {
            return Spinner { bar: ProgressBar::hidden(), waits: self.clone() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let (waits, what) = (self.clone(), what.to_owned());
        let status = move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = write!(
                text,
                "{}",
                waits.status(&what, state.elapsed(), redraw::columns().saturating_sub(RESERVED).max(8))
            );
        };
        let style = ProgressStyle::with_template("{spinner} {status}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("status", status));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_shown = true;
        let delayed = bar.downgrade();
        // A thread of its own: what is over within a moment never draws.
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            if let Some(bar) = delayed.upgrade().filter(|bar| !bar.is_finished()) {
                bar.set_draw_target(redraw::target());
                bar.enable_steady_tick(TICK);
            }
        });
        Spinner { bar, waits: self.clone() }
    }

    /// `Asking 3s`, or `Rate limit: retrying in 12s` during a wait.
    fn status(&self, what: &str, elapsed: Duration, room: usize) -> String {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        state.until = state.until.filter(|(until, _)| *until > now);
        let mut text = String::new();
        let _ = match state.until {
            Some((until, why)) => {
                let seconds = (until - now).as_secs_f64().ceil();
                write!(text, "{why}: retrying in {seconds}s")
            }
            None => write!(text, "{} {}s", super::table::truncate(what, room), elapsed.as_secs()),
        };
        text
    }
}

/// A spinner on standard error; it goes when dropped.
#[derive(Debug)]
pub(crate) struct Spinner {
    bar: ProgressBar,
    waits: Waits,
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.waits.0.lock().unwrap_or_else(PoisonError::into_inner).is_shown = false;
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_seconds_so_far_or_until_it_goes_on() {
        let waits = Waits::default();
        let seconds = Duration::from_secs;
        assert_eq!(waits.status("Asking", seconds(3), 20), "Asking 3s");
        assert!(!waits.show("Rate limit", seconds(12)), "no spinner is there yet");
        assert_eq!(waits.status("Asking", seconds(3), 20), "Rate limit: retrying in 12s");
        waits.show("Rate limit", Duration::ZERO);
        assert_eq!(waits.status("Asking", seconds(15), 20), "Asking 15s");
    }
}
