//! What the two output streams can show: a terminal or not, how wide, with colour or without.

use std::io::IsTerminal;

use dialoguer::console::Term;

use crate::env;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that can show it.
    #[default]
    Auto,
    /// Also in files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// One output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Someone is looking at it.
    pub is_terminal: bool,
    /// Escape sequences for colour may be written to it.
    pub color: bool,
    /// Lines can be drawn over: a terminal, no dumb one, and no log of a build.
    pub can_redraw: bool,
    /// Columns; meaningful on a terminal only.
    pub width: usize,
}

const DEFAULT_WIDTH: usize = 80;
const NARROWEST: usize = 20;

impl Screen {
    /// Standard output as it is.
    pub fn stdout(choice: ColorChoice) -> Self {
        Self::probe(choice, std::io::stdout().is_terminal(), Term::stdout)
    }

    /// Standard error as it is.
    pub fn stderr(choice: ColorChoice) -> Self {
        Self::probe(choice, std::io::stderr().is_terminal(), Term::stderr)
    }

    fn probe(choice: ColorChoice, is_terminal: bool, term: fn() -> Term) -> Self {
        let width = if is_terminal { term().size_checked().map(|(_, columns)| columns.into()) } else { None };
        let color = use_color(choice, is_terminal, env::var);
        let can_redraw = is_terminal && is_capable(env::var("TERM")) && !env::is_on("CI");
        Self { is_terminal, color, can_redraw, width: usable_width(width) }
    }
}

fn usable_width(columns: Option<usize>) -> usize {
    columns.filter(|&columns| columns > 0).unwrap_or(DEFAULT_WIDTH).max(NARROWEST)
}

/// The flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then `CLICOLOR`, then whether a capable terminal is there.
fn use_color(choice: ColorChoice, is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if env("NO_COLOR").is_some() => false,
        ColorChoice::Auto if env("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
        ColorChoice::Auto if env("CLICOLOR").is_some_and(|wanted| wanted == "0") => false,
        ColorChoice::Auto => is_terminal && is_capable(env("TERM")),
    }
}

/// Whether a terminal of this kind understands escape sequences.
fn is_capable(term: Option<String>) -> bool {
    term.map_or(cfg!(windows), |term| term != "dumb")
}

/// Whether standard output still has a reader. Elsewhere than on Unix that shows only when it is written to.
pub(crate) fn stdout_is_read() -> bool {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdout = std::io::stdout();
        let mut stdout = [PollFd::new(&stdout, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut stdout, Some(&at_once)).is_err()
            || !stdout[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
    }
    #[cfg(not(unix))]
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(is_terminal: bool, set: &[(&str, &str)]) -> bool {
        use_color(ColorChoice::Auto, is_terminal, |name| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colour_needs_a_terminal_that_can_show_it() {
        assert!(auto(true, &[("TERM", "xterm-256color")]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(false, &[("TERM", "xterm-256color")]));
    }

    #[test]
    fn no_color_beats_clicolor_force_and_the_flag_beats_both() {
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!auto(true, &[("CLICOLOR", "0"), ("TERM", "xterm")]));
        assert!(auto(true, &[("CLICOLOR", "1"), ("TERM", "xterm")]));
        assert!(auto(true, &[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")]));
        assert!(!auto(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(use_color(ColorChoice::Always, false, |_| Some("1".to_owned())));
        assert!(!use_color(ColorChoice::Never, true, |_| None));
    }

    #[test]
    fn a_terminal_that_does_not_know_its_size_is_taken_as_eighty_columns() {
        assert_eq!(usable_width(None), 80);
        assert_eq!(usable_width(Some(0)), 80);
        assert_eq!(usable_width(Some(200)), 200);
        assert_eq!(usable_width(Some(3)), NARROWEST);
    }
}
