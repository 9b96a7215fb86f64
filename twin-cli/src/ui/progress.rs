//! Progress on standard error: a bar where someone looks, a line every ten seconds where no one does.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;
use super::page::Tone;
use super::sanitize;
use super::table::truncate;
use twin_export::{self as export, Observer};

/// What is over sooner shows nothing at all.
const PATIENCE: Duration = Duration::from_millis(300);
const LINE_EVERY: Duration = Duration::from_secs(10);
const DRAWS_A_SECOND: u8 = 10;

/// How far a long command is. Dropping it takes the bar away.
#[derive(Debug)]
pub struct Progress {
    what: String,
    began: Instant,
    /// Columns for the message. What is typed meanwhile, such as `^C`, has room behind it.
    room: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    Lines { ui: Ui, last: Mutex<Instant> },
    None,
}

impl Progress {
    /// Progress of `what` is done: `Reading`, say.
    pub fn start(ui: &Ui, what: impl Into<String>) -> Self {
        let began = Instant::now();
        let form = if ui.options.quiet || ui.options.no_progress {
            Form::None
        } else if ui.stderr.can_redraw && ui.verbosity() == 0 {
            // Under -v other lines come in between, and a bar would be in their way.
            let bar = ProgressBar::hidden();
            bar.set_style(style());
            Form::Bar(bar)
        } else {
            Form::Lines { ui: *ui, last: Mutex::new(began) }
        };
        Self { what: what.into(), began, room: ui.stderr.width.saturating_sub(40).max(8), form }
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
        match &self.form {
            Form::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
                let message = format!("{}  {}", self.what, sanitize::single_line(current));
                bar.set_message(truncate(&message, self.room));
                if bar.is_hidden() && self.began.elapsed() >= PATIENCE {
                    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND));
                    bar.tick();
                }
            }
            Form::Lines { ui, last } => {
                let Ok(mut last) = last.lock() else { return };
                if last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    let separator = if status.is_empty() { "" } else { ", " };
                    let line = format!("{}: {done} of {total}{separator}{status}", self.what);
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

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:20} {pos}/{len} {msg}");
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ ")
}
