//! The command line: the global flags and the tree of commands, and how it is read.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::command::{self, Command};
use crate::flags::GlobalArgs;
use crate::suggest;
use crate::ui::Options;
use crate::ui::term::ColorChoice;

/// Ask your AI twin, maintain its knowledge base, triage its escalations.
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
  0 success, 2 invalid usage, 4 no key, 7 connection failed; 'twin help exit-codes' lists all";

/// Reads a command line; `twin help kb` is another way to say `twin kb --help`.
///
/// # Errors
/// What clap says of it: a mistake, or help and version, which are asked for.
pub fn parse(line: &[OsString]) -> Result<Cli, clap::Error> {
    let cli = parse_once(line)?;
    match cli.command.help_line() {
        Some(line) => parse_once(&line).map_err(command::suggest_topic),
        None => Ok(cli),
    }
}

fn parse_once(line: &[OsString]) -> Result<Cli, clap::Error> {
    // Left to the end of the process: to take the tree apart takes as long as to read the line.
    let command = Box::leak(Box::new(command()));
    let matches = command.try_get_matches_from_mut(line);
    let mut matches = matches.map_err(|error| suggest::improve(error, command, line))?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(command))
}

/// The tree of commands as it is read: a flag that is given twice counts as it was given last, and the value of a
/// flag may begin with a dash. `-h` shows a command's own flags, and one line about the global ones.
pub(crate) fn command() -> clap::Command {
    as_read(Cli::command())
}

fn as_read(command: clap::Command) -> clap::Command {
    let arg = |arg: clap::Arg| {
        let takes_one = arg.get_action().takes_values() && arg.get_num_args().is_none();
        let arg = if arg.is_global_set() { arg.hide_short_help(true) } else { arg };
        if takes_one && !arg.is_positional() { arg.allow_hyphen_values(true) } else { arg }
    };
    let more = "Global options:\n  --json, --quiet, --profile and others: see 'twin help flags'";
    let short = match command.get_after_help() {
        Some(after) => format!("{more}\n\n{after}"),
        None => more.to_owned(),
    };
    let long = command.get_after_help().cloned().unwrap_or_default();
    let command = command.after_long_help(long).after_help(short).args_override_self(true).mut_args(arg);
    // The tree is large, and a line needs one branch of it.
    command.mut_subcommands(|sub| sub.defer(as_read))
}

/// Returns what `twin` alone prints: every command, within a screen of 80 by 24.
pub fn overview(error: &clap::Error, line: &[OsString]) -> Option<String> {
    if error.kind() != clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let command = command();
    let is_bare = suggest::innermost(&command, line).1 == command.get_name();
    is_bare.then(|| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let mut text = format!("{about}\nUsage: twin <COMMAND>\n");
        for sub in command.get_subcommands() {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            // What is said in more than a line is said in its own help.
            let about = about.split(", or ").next().unwrap_or_default();
            text += &format!("  {:<12} {about}\n", sub.get_name());
        }
        text + "\nTry: twin ask --from handbook.zip 'What is the expense policy?'\n\
                More: twin help COMMAND, twin help flags, twin help exports\n"
    })
}

/// Reads the output flags from a command line that could not be parsed, as far as possible.
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
    use super::*;

    #[test]
    fn the_tree_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn twin_alone_fits_a_small_screen() {
        let line = ["twin".into()];
        let text = overview(&parse(&line).unwrap_err(), &line).unwrap();
        assert!(text.lines().count() <= 23, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let line = ["twin".into(), "kb".into()];
        assert_eq!(overview(&parse(&line).unwrap_err(), &line), None);
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
