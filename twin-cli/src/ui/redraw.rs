//! One line on standard error that is drawn over, also after the terminal was made narrower or wider.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use dialoguer::console::Term;
use indicatif::{ProgressDrawTarget, TermLike};
use unicode_width::UnicodeWidthStr;

use crate::env;

/// Where a line is drawn.
pub(super) fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::new(OneLine::new(Term::buffered_stderr())), 10)
}

/// Columns there are for the line now. The last one stays free: a full line would make some terminals begin another.
pub(super) fn columns() -> usize {
    Term::stderr().size_checked().map_or(80, |(_, columns)| usize::from(columns).max(2)) - 1
}

#[derive(Debug)]
struct OneLine {
    term: Term,
    /// Columns of the line that is on the screen.
    drawn: AtomicUsize,
    /// A line that no longer fits is broken by the terminal when it becomes narrower. These two do not.
    breaks_lines: bool,
}

impl OneLine {
    fn new(term: Term) -> Self {
        let breaks_lines =
            env::var("XTERM_VERSION").is_none() && env::var("TERM").as_deref() != Some("linux");
        Self { term, drawn: AtomicUsize::new(0), breaks_lines }
    }
}

/// Rows that a line of so many columns takes beyond the first.
fn rows_above(drawn: usize, columns: usize) -> usize {
    drawn.saturating_sub(1) / columns.max(1)
}

impl TermLike for OneLine {
    fn width(&self) -> u16 {
        u16::try_from(columns()).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.term.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        match text {
            "" => Ok(()),
            "\r" => self.clear_line(),
            // Spaces to the edge would become rows of their own when the terminal becomes narrower.
            text if text.chars().all(|sign| sign == ' ') => self.term.write_str("\u{1b}[K"),
            text => {
                self.drawn.store(text.width(), Ordering::Relaxed);
                self.term.write_str(text)
            }
        }
    }

    fn clear_line(&self) -> io::Result<()> {
        let drawn = self.drawn.swap(0, Ordering::Relaxed);
        let above = if self.breaks_lines { rows_above(drawn, columns() + 1) } else { 0 };
        self.term.move_cursor_up(above)?;
        self.term.write_str("\r\u{1b}[J")
    }

    fn flush(&self) -> io::Result<()> {
        self.term.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::rows_above;

    #[test]
    fn a_line_takes_the_rows_a_narrower_terminal_breaks_it_into() {
        assert_eq!(
            [(0, 80), (79, 80), (80, 80), (81, 80), (79, 30)]
                .map(|(drawn, columns)| rows_above(drawn, columns)),
            [0, 0, 0, 1, 2]
        );
    }
}
