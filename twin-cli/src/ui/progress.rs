//! Progress on standard error: a line that is drawn over where someone looks, a line every ten seconds where no one does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use twin_export::{self as export, Observer};
use unicode_width::UnicodeWidthStr;

use super::page::Tone;
use super::table::truncate;
use super::{Ui, redraw, sanitize};

/// What is over sooner shows nothing at all.
const PATIENCE: Duration = Duration::from_millis(300);
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Columns of the bar, where there is room for one.
const BAR: usize = 16;

/// How far a long command is. Dropping it takes the line away.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    shown: Arc<Mutex<Shown>>,
    form: Form,
}

/// What the line tells.
#[derive(Debug, Clone, Default)]
struct Shown {
    what: String,
    done: u64,
    total: u64,
    status: String,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    Lines { ui: Ui, last: Mutex<Instant> },
    None,
}

impl Progress {
    /// Begins to show how far `what` is: `Reading`, say.
    pub fn start(ui: &Ui, what: impl Into<String>) -> Self {
        let began = Instant::now();
        let shown = Arc::new(Mutex::new(Shown { what: what.into(), ..Shown::default() }));
        let form = if ui.options.quiet || ui.options.no_progress {
            Form::None
        } else if ui.stderr.can_redraw && ui.verbosity() == 0 {
            // Under -v other lines come in between, and a bar would be in their way.
            Form::Bar(bar(shown.clone()))
        } else {
            Form::Lines { ui: *ui, last: Mutex::new(began) }
        };
        Self { began, shown, form }
    }

    /// So many of so many are done; `current` is what it is busy with, for those who watch.
    pub fn update(&self, done: u64, total: u64, current: &str) {
        self.show(done, total, current, "");
    }

    /// So many of so many are done; `status` is worth telling off a terminal as well.
    pub fn report(&self, done: u64, total: u64, status: &str) {
        self.show(done, total, status, status);
    }

    fn show(&self, done: u64, total: u64, current: &str, status: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.form {
            Form::Bar(bar) => {
                (shown.done, shown.total) = (done, total);
                shown.status = sanitize::single_line(current).into_owned();
                drop(shown); // drawing reads it
                if bar.is_hidden() && self.began.elapsed() >= PATIENCE {
                    bar.set_draw_target(redraw::target());
                }
                bar.tick();
            }
            Form::Lines { ui, last } => {
                let Ok(mut last) = last.lock() else { return };
                if last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    let separator = if status.is_empty() { "" } else { ", " };
                    let line = format!("{}: {done} of {total}{separator}{status}", shown.what);
                    ui.say(&[(&line, Tone::Plain)]);
                }
            }
            Form::None => {}
        }
    }
}

/// Shows how far reading an export is.
impl Observer for Progress {
    fn progress(&self, read: &export::Progress<'_>) {
        self.update(read.files, read.listed, read.current);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

fn bar(shown: Arc<Mutex<Shown>>) -> ProgressBar {
    let line = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
        let shown = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let _ = text.write_str(&shown.line(redraw::columns()));
    };
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template("{line}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("line", line));
    bar
}

impl Shown {
    /// The line, in at most so many columns: the numbers, then the status, then the bar where there is room.
    fn line(&self, columns: usize) -> String {
        let numbers = format!("{} {}/{}", self.what, self.done, self.total);
        let rest = columns.saturating_sub(numbers.width() + 2);
        if rest < self.status.width() || self.status.is_empty() && rest < BAR {
            return truncate(&format!("{numbers}  {}", self.status), columns).trim_end().to_owned();
        }
        if rest < self.status.width() + BAR + 2 {
            return format!("{numbers}  {}", self.status).trim_end().to_owned();
        }
        let filled = (BAR as u64 * self.done.min(self.total)).checked_div(self.total).unwrap_or(0) as usize;
        let bar = format!("{}{}", "━".repeat(filled), "┈".repeat(BAR - filled));
        format!("{bar}  {numbers}  {}", self.status).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(done: u64, total: u64, status: &str, columns: usize) -> String {
        Shown { what: "Documents".into(), done, total, status: status.into() }.line(columns)
    }

    #[test]
    fn the_numbers_come_first_and_the_bar_only_where_there_is_room() {
        let status = "rate limit 12s, about 8m left";
        assert_eq!(line(150, 600, status, 79), format!("━━━━┈┈┈┈┈┈┈┈┈┈┈┈  Documents 150/600  {status}"));
        assert_eq!(line(150, 600, status, 50), format!("Documents 150/600  {status}"));
        assert_eq!(line(150, 600, status, 39), "Documents 150/600  rate limit 12s, abo…");
    }

    proptest! {
        #[test]
        fn it_never_runs_over_the_edge(done in 0u64..2_000, total in 0u64..2_000, status in "[a-z 東é]{0,90}", columns in 5usize..200) {
            prop_assert!(line(done, total, &status, columns).width() <= columns);
        }
    }
}
