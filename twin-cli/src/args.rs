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

/// Flags that any command takes, in any position.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The profile of config.toml to use [env: TWIN_PROFILE]
    #[arg(long, global = true, value_name = "NAME", value_hint = ValueHint::Other)]
    pub profile: Option<String>,

    /// The API's address [env: TWIN_BASE_URL]
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,

    /// Read the API key from a file, or from standard input with '-'
    #[arg(long, global = true, value_name = "PATH|-", value_hint = ValueHint::FilePath)]
    pub api_key_file: Option<PathBuf>,

    /// Use the embedded twin on this machine: no account, no network [env: TWIN_LOCAL]
    #[arg(long, global = true)]
    pub local: bool,

    /// Where the embedded twin keeps its data, or ':memory:'
    #[arg(long, global = true, value_name = "PATH|:memory:", value_hint = ValueHint::FilePath)]
    pub local_data: Option<PathBuf>,

    /// Print exactly one JSON document
    #[arg(long, global = true)]
    pub json: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorChoice,

    /// Leave out progress and remarks; errors and warnings stay
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Show each request; twice: also where the settings come from
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// Longest time for one try of one request [default: 30s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse_positive, value_hint = ValueHint::Other)]
    pub timeout: Option<Duration>,

    /// Longest wait for a rate limit [default: 2m; bulk commands: as long as it takes]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse, value_hint = ValueHint::Other)]
    pub max_wait: Option<Duration>,

    /// Never ask anything
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,

    /// Also trust the certificates in this PEM file
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub cacert: Option<PathBuf>,

    /// Also trust the certificates of the operating system
    #[arg(long, global = true)]
    pub system_certs: bool,
}

impl GlobalArgs {
    /// The flags that decide how things are printed.
    pub fn ui(&self) -> Options {
        Options {
            color: self.color,
            json: self.json,
            quiet: self.quiet,
            verbose: self.verbose,
            no_input: self.no_input,
            no_progress: self.no_progress,
        }
    }
}

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
