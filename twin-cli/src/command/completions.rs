//! `twin completions`: what a shell needs to complete this command line.

use clap::{ValueEnum, ValueHint};
use clap_complete::Shell as Known;
use clap_complete_nushell::Nushell;
use serde::Serialize;

use super::Outcome;
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

pub(super) fn run(args: &Args, mut command: clap::Command) -> Outcome {
    let mut script = Vec::new();
    match args.shell {
        Shell::Nushell => clap_complete::generate(Nushell, &mut command, "twin", &mut script),
        Shell::Bash => clap_complete::generate(Known::Bash, &mut command, "twin", &mut script),
        Shell::Elvish => clap_complete::generate(Known::Elvish, &mut command, "twin", &mut script),
        Shell::Fish => clap_complete::generate(Known::Fish, &mut command, "twin", &mut script),
        Shell::Powershell => clap_complete::generate(Known::PowerShell, &mut command, "twin", &mut script),
        Shell::Zsh => clap_complete::generate(Known::Zsh, &mut command, "twin", &mut script),
    }
    let mut script = String::from_utf8(script).map_err(CliError::internal)?;
    // These two offer files where nothing else is known: an id is none.
    let paths = without_files(&command);
    match args.shell {
        Shell::Bash => script.push_str(&for_bash(&paths)),
        Shell::Fish => script.push_str(&for_fish(&paths)),
        _ => {}
    }
    let shell = args.shell.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    Ok(Box::new(Script { shell, script }))
}

/// Commands whose arguments are never files, such as `kb get`.
fn without_files(command: &clap::Command) -> Vec<String> {
    let mut paths = Vec::new();
    for sub in command.get_subcommands() {
        let name = sub.get_name();
        let deeper = without_files(sub).into_iter().map(|path| format!("{name} {path}"));
        paths.extend(deeper);
        let is_other = |arg: &clap::Arg| arg.get_value_hint() == ValueHint::Other;
        if !sub.has_subcommands() && sub.get_positionals().all(is_other) {
            paths.push(name.to_owned());
        }
    }
    paths
}

fn for_bash(paths: &[String]) -> String {
    let patterns: Vec<String> = paths.iter().map(|path| format!("*\" {path} \"*")).collect();
    format!(
        "
_twin_without_files() {{
    _twin \"$@\"
    if [[ ${{#COMPREPLY[@]}} -eq 0 && \"${{COMP_WORDS[COMP_CWORD-1]}}\" != -* ]]; then
        case \" ${{COMP_WORDS[*]:1:COMP_CWORD-1}} \" in
            {}) compopt +o default +o bashdefault 2>/dev/null ;;
        esac
    fi
}}
complete -F _twin_without_files -o nosort -o bashdefault -o default twin 2>/dev/null ||
    complete -F _twin_without_files -o bashdefault -o default twin
",
        patterns.join("|")
    )
}

fn for_fish(paths: &[String]) -> String {
    let line = |path: &String| {
        let seen: Vec<String> =
            path.split(' ').map(|word| format!("__fish_seen_subcommand_from {word}")).collect();
        format!("complete -c twin -n '{}' -f\n", seen.join("; and "))
    };
    paths.iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn ids_are_known_to_be_no_files() {
        let paths = without_files(&crate::args::Cli::command());
        for path in ["kb get", "kb delete", "escalations resolve", "ask", "stats"] {
            assert!(paths.iter().any(|known| known == path), "{path} in {paths:?}");
        }
        for path in ["kb add", "kb export", "webhook verify"] {
            assert!(!paths.iter().any(|known| known == path), "{path} in {paths:?}");
        }
    }
}
