//! What each shell is told, and how it asks.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::CompletionCandidate;
use clap_complete::engine::complete;
use clap_complete::env::{self, EnvCompleter};
use serde_json::json;

use super::quoting::{Quote, quoted, unquoted, words};

fn value(candidate: &CompletionCandidate) -> String {
    candidate.get_value().to_string_lossy().into_owned()
}

/// The first line of what is said of a candidate.
fn help(candidate: &CompletionCandidate) -> String {
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    help.lines().next().unwrap_or_default().to_owned()
}

/// Bash breaks words at colons, which keys of documents have, and replaces the last piece alone: it hands over its
/// line, and gets that piece.
#[derive(Debug)]
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        write!(
            buf,
            r#"_twin() {{
    local reply
    COMPREPLY=()
    while IFS= read -r reply; do
        COMPREPLY+=("$reply")
    done < <({var}=bash TWIN_WORDBREAKS="$COMP_WORDBREAKS" {completer} -- "${{COMP_LINE:0:COMP_POINT}}" 2>/dev/null)
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}}
complete -o nosort -F _twin {bin} 2>/dev/null || complete -F _twin {bin}
"#
        )
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let line = args.first().map(|line| line.to_string_lossy().into_owned()).unwrap_or_default();
        let breaks = std::env::var("TWIN_WORDBREAKS").unwrap_or_default();
        let breaks: String = breaks.chars().filter(|c| ":=".contains(*c)).collect();
        let (mut words, typed) = words(&line, &breaks);
        words.push(typed.word.clone());
        let index = words.len() - 1;
        let words = words.into_iter().map(OsString::from).collect();
        for candidate in complete(cmd, words, index, current_dir)? {
            let value = value(&candidate);
            let Some(rest) = value.get(typed.replaced_from..) else { continue };
            if typed.quote != Quote::Single || !rest.contains('\'') {
                writeln!(buf, "{}", quoted(rest, typed.quote))?;
            }
        }
        Ok(())
    }
}

/// A shell that hands over words as they were typed.
#[derive(Debug)]
pub(super) struct Unquoting<S>(pub(super) S);

impl<S: EnvCompleter> EnvCompleter for Unquoting<S> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn is(&self, name: &str) -> bool {
        self.0.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        self.0.write_registration(var, name, bin, completer, buf)
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let args = args.iter().map(|word| unquoted(&word.to_string_lossy()).into()).collect();
        self.0.write_complete(cmd, args, current_dir, buf)
    }
}

/// PowerShell inserts what it gets as it is.
#[derive(Debug)]
pub(super) struct Powershell;

impl EnvCompleter for Powershell {
    fn name(&self) -> &'static str {
        env::Powershell.name()
    }

    fn is(&self, name: &str) -> bool {
        env::Powershell.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        env::Powershell.write_registration(var, name, bin, completer, buf)
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let index = args.len().saturating_sub(1);
        for candidate in complete(cmd, args, index, current_dir)? {
            let value = value(&candidate);
            let is_plain = |c: char| c.is_alphanumeric() || "_-./:=\\".contains(c);
            let value = match value.chars().all(is_plain) {
                true => value,
                false => format!("'{}'", value.replace('\'', "''")),
            };
            writeln!(buf, "{value}\t{}", help(&candidate))?;
        }
        Ok(())
    }
}

/// Nushell has one completer for all programs: what was there before goes on to serve the others.
#[derive(Debug)]
pub(super) struct Nushell;

impl EnvCompleter for Nushell {
    fn name(&self) -> &'static str {
        "nushell"
    }

    fn is(&self, name: &str) -> bool {
        matches!(name, "nushell" | "nu")
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        write!(
            buf,
            r#"let twin_others = ($env.config.completions.external.completer? | default {{|spans| null }})
$env.config.completions.external.enable = true
$env.config.completions.external.completer = {{|spans|
    if ($spans | first) == "{bin}" {{
        with-env {{ {var}: "nushell" }} {{ ^{completer} -- ...$spans }} | from json
    }} else {{
        do $twin_others $spans
    }}
}}
"#
        )
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let args: Vec<OsString> = args.iter().map(|word| unquoted(&word.to_string_lossy()).into()).collect();
        let index = args.len().saturating_sub(1);
        let row = |candidate: CompletionCandidate| {
            let value = value(&candidate);
            let is_plain = |c: char| c.is_alphanumeric() || "_-./:=".contains(c);
            let value = if value.chars().all(is_plain) { value } else { json!(value).to_string() };
            json!({ "value": value, "description": help(&candidate) })
        };
        let rows: Vec<_> = complete(cmd, args, index, current_dir)?.into_iter().map(row).collect();
        writeln!(buf, "{}", json!(rows))
    }
}
