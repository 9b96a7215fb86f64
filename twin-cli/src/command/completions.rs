//! `twin completions`: what a shell needs to complete this command line.

use clap::ValueEnum;
use serde::Serialize;

use super::Outcome;
use crate::complete;
use crate::error::CliError;
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// The shells there are scripts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

/// Print a completion script for a shell
///
/// Completes commands, flags, values and files; profiles and settings in config.toml; and titles, keys and
/// IDs of the documents in twin-kb.lock.json in the current folder. Never uses the network.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin completions bash > ~/.local/share/bash-completion/completions/twin
  twin completions zsh > ~/.zfunc/_twin
  twin completions fish > ~/.config/fish/completions/twin.fish
  twin completions nushell > twin.nu

Exit codes:
  0 success, 2 unknown shell")]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Outcome {
    let shell = args.shell.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let script = complete::script(&shell).map_err(CliError::internal)?;
    Ok(Box::new(Script { shell, script: script.unwrap_or_default() }))
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

impl Report for Script {
    fn text(&self, page: &mut Page) {
        page.verbatim(&self.script);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}
