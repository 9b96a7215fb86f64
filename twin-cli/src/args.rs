//! The command line: the global flags and the tree of commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, ValueHint};

use crate::command::Command;
use crate::duration;
use crate::ui::Options;
use crate::ui::term::ColorChoice;

/// Ask your AI twin, fill its knowledge base, triage what it escalates.
#[derive(Debug, Parser)]
#[command(name = "twin", version, max_term_width = 100, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Cli {
    /// Flags that any command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  twin ask --from handbook.zip 'What is the expense policy?'
  twin login
  twin kb list

Exit codes:
  0 done, 2 usage, 4 no key, 7 no connection; 'twin help exit-codes' has them all";

/// What can be told of output flags from a command line that could not be parsed.
pub fn ui_of_broken_line(args: &[std::ffi::OsString]) -> Options {
    let mut options = Options::default();
    let words = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|&arg| arg != "--");
    let mut previous = "";
    for word in words {
        let color = word.strip_prefix("--color=").or((previous == "--color").then_some(word));
        match color {
            Some("always") => options.color = ColorChoice::Always,
            Some("never") => options.color = ColorChoice::Never,
            _ => options.json |= word == "--json",
        }
        previous = word;
    }
    options
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_tree_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_broken_line_still_tells_the_form_of_its_error() {
        let line = |text: &str| text.split(' ').map(Into::into).collect::<Vec<_>>();
        assert!(ui_of_broken_line(&line("twin asc --json")).json);
        assert!(!ui_of_broken_line(&line("twin ask -- --json")).json);
        assert_eq!(ui_of_broken_line(&line("twin --color never x")).color, ColorChoice::Never);
        assert_eq!(ui_of_broken_line(&line("twin --color=always x")).color, ColorChoice::Always);
    }
}
