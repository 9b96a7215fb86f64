//! `twin man`: a manual page for each command.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use serde::Serialize;

use super::Outcome;
use super::help::{self, Topic};
use crate::error::CliError;
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// Write manual pages to a folder
///
/// When piped, prints the name of each file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin man ~/.local/share/man/man1
  twin man man1 && man man1/twin-ask.1

Exit codes:
  0 success, 2 the folder cannot be created, 1 a file cannot be written")]
pub struct Args {
    /// Folder to write to; created if it does not exist
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, mut tree: clap::Command) -> Outcome {
    std::fs::create_dir_all(&args.dir).map_err(|error| {
        CliError::invalid(format!("cannot create the folder {}: {error}", args.dir.display()))
    })?;
    tree.build();
    let mut files = Vec::new();
    write_all(&tree, true, &args.dir, &mut files)
        .map_err(|error| CliError::io(format_args!("cannot write to {}", args.dir.display()), &error))?;
    Ok(Box::new(Written { files }))
}

/// The heading of the exit codes in a command's help.
const EXIT_CODES: &str = "Exit codes";

fn write_all(command: &clap::Command, is_root: bool, dir: &Path, files: &mut Vec<String>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let path = dir.join(format!("{name}.1"));
    std::fs::write(&path, page(command, name, is_root)?)?;
    files.push(path.display().to_string());
    let is_page = |sub: &&clap::Command| sub.get_name() != "help" || is_root;
    command.get_subcommands().filter(is_page).try_for_each(|sub| write_all(sub, false, dir, files))
}

fn page(command: &clap::Command, name: &str, is_root: bool) -> io::Result<Vec<u8>> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let command = command.clone().after_help(Resettable::Reset);
    let version = concat!("twin ", env!("CARGO_PKG_VERSION"));
    let mut text = Vec::new();
    Man::new(command).title(name.to_uppercase()).source(version).manual("Twin").render(&mut text)?;
    let mut more = Roff::new();
    // The page of the whole has the whole table of exit codes.
    let is_told_below = |section: &&str| is_root && section.starts_with(EXIT_CODES);
    for section in after.split("\n\n").filter(|section| !is_told_below(section)) {
        add_section(section, &mut more);
    }
    if is_root {
        add_topic("EXIT STATUS", &help::exit_codes(), &mut more);
        add_topic("ENVIRONMENT", &help::environment(), &mut more);
    }
    more.to_writer(&mut text)?;
    Ok(text)
}

/// A part of the help that stands behind the options: its heading, and lines that stay as they are.
fn add_section(section: &str, page: &mut Roff) {
    let Some((heading, lines)) = section.split_once(":\n") else { return };
    let heading = if heading == EXIT_CODES { "EXIT STATUS".to_owned() } else { heading.to_uppercase() };
    page.control("SH", [heading.as_str()]);
    let is_example = heading == "EXAMPLES";
    if is_example {
        page.control("nf", []);
    }
    for line in lines.lines() {
        page.text([roman(line.trim())]);
    }
    if is_example {
        page.control("fi", []);
    }
}

fn add_topic(heading: &str, topic: &Topic, page: &mut Roff) {
    page.control("SH", [heading]);
    for (name, text) in &topic.entries {
        page.control("TP", []);
        page.text([bold(name)]);
        page.text([roman(text.as_str())]);
    }
}

#[derive(Serialize)]
struct Written {
    files: Vec<String>,
}

impl Report for Written {
    fn text(&self, page: &mut Page) {
        for file in &self.files {
            page.row(&[file]);
        }
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
    fn every_page_has_its_exit_codes_once() {
        let mut root = crate::args::Cli::command();
        root.build();
        let kb = root.find_subcommand("kb").unwrap();
        for (command, is_root) in [(&root, true), (kb, false)] {
            let page = String::from_utf8(page(command, command.get_name(), is_root).unwrap()).unwrap();
            assert_eq!(page.matches("EXIT STATUS").count(), 1, "{page}");
        }
    }
}
