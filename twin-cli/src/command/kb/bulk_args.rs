//! The flags that `kb import` and `kb sync` share.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use twin_sdk::DocumentType;

use crate::duration;
use crate::files::output_file;
use twin_export::{self as export, Filter, Glob};
use twin_sync::MaxDelete;

/// What both bulk commands take.
#[derive(Debug, clap::Args)]
pub(crate) struct BulkArgs {
    /// Exports (zip, tar or folder) or single files; pass all parts of one export together
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,

    /// Kind of the exports
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    format: FormatArg,

    /// Type of all documents [default: depends on the kind of export]
    #[arg(long = "type", value_name = "T", value_parser = super::type_parser())]
    of_type: Option<DocumentType>,

    /// Type of the files that match a glob, such as 'Policies/**=policy'
    #[arg(long, value_name = "GLOB=TYPE", value_parser = parse_type_map)]
    type_map: Vec<(Glob, export::DocumentType)>,

    /// Include only files that match this glob
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    include: Vec<Glob>,

    /// Exclude files that match this glob
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    exclude: Vec<Glob>,

    /// Read pictures and scanned PDFs with a program: 'tesseract {} -'
    #[arg(long, value_name = "CMD", value_parser = parse_ocr_command)]
    ocr_command: Option<export::OcrCommand>,

    /// Name of the folder in document keys [default: the folder's own name]
    #[arg(long, value_name = "NAME", value_parser = parse_root)]
    root: Option<String>,

    /// Include private Slack conversations (direct messages and groups)
    #[arg(long)]
    include_private: bool,

    /// Show the plan without changing anything
    #[arg(long)]
    pub(super) dry_run: bool,

    /// With --dry-run, print one source as it would be uploaded, part by part
    #[arg(
        long,
        value_name = "KEY|TITLE",
        requires = "dry_run",
        conflicts_with_all = ["exit_code", "report"],
        allow_hyphen_values = true
    )]
    pub(super) show: Option<String>,

    /// With --dry-run, exit with code 8 if changes are pending
    #[arg(long, requires = "dry_run")]
    pub(super) exit_code: bool,

    /// State file, which records what was imported; keep or commit it
    #[arg(long, value_name = "PATH", default_value = "twin-kb.lock.json")]
    pub(super) state: PathBuf,

    /// Start without a state file, and adopt documents that equal those of the export
    #[arg(long)]
    pub(super) init: bool,

    /// Create documents even if they may exist already
    #[arg(long)]
    pub(super) assume_new: bool,

    /// Check that every known document still exists, and recreate missing ones
    #[arg(long)]
    pub(super) verify: bool,

    /// With --verify, the maximum number of known documents that may be missing [default: same as
    /// --max-delete]
    #[arg(long, value_name = "N|N%", value_parser = parse_max_delete)]
    pub(super) max_missing: Option<MaxDelete>,

    /// Do not lock the state file
    #[arg(long)]
    pub(super) no_lock: bool,

    /// Maximum requests per minute, if lower than the server's limit
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) rate: Option<u32>,

    /// Number of documents to process at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(super) concurrency: u8,

    /// Stop after this time and save the progress; the next run continues
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_positive)]
    pub(super) max_duration: Option<Duration>,

    /// Also write the report to this file, as JSON
    #[arg(long, value_name = "FILE", value_parser = output_file(), value_hint = clap::ValueHint::FilePath)]
    pub(super) report: Option<PathBuf>,

    /// Do not ask for confirmation
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// The kinds of exports.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum FormatArg {
    /// Detect the kind from the content
    #[default]
    Auto,
    Notion,
    Drive,
    Slack,
    Mail,
    Confluence,
    Zendesk,
    Intercom,
    Evernote,
    Jsonl,
    Folder,
}

impl BulkArgs {
    /// How the exports are to be read.
    pub(super) fn export_options(&self) -> export::Options {
        export::Options {
            format: match self.format {
                FormatArg::Auto => export::Format::Auto,
                FormatArg::Notion => export::Format::Notion,
                FormatArg::Drive => export::Format::Drive,
                FormatArg::Slack => export::Format::Slack,
                FormatArg::Mail => export::Format::Mail,
                FormatArg::Confluence => export::Format::Confluence,
                FormatArg::Zendesk => export::Format::Zendesk,
                FormatArg::Intercom => export::Format::Intercom,
                FormatArg::Evernote => export::Format::Evernote,
                FormatArg::Jsonl => export::Format::Jsonl,
                FormatArg::Folder => export::Format::Folder,
            },
            type_override: self.of_type.as_ref().map(|of_type| of_type.as_str().into()),
            type_map: self.type_map.clone(),
            filter: Filter { include: self.include.clone(), exclude: self.exclude.clone() },
            include_private: self.include_private,
            root: self.root.clone(),
            ocr: self.ocr_command.clone(),
            ..export::Options::default()
        }
    }
}

fn parse_type_map(text: &str) -> Result<(Glob, export::DocumentType), String> {
    let (glob, kind) = text.rsplit_once('=').ok_or("expected GLOB=TYPE, such as 'Policies/**=policy'")?;
    let known = || {
        export::DocumentType::KNOWN.iter().map(export::DocumentType::as_str).collect::<Vec<_>>().join(", ")
    };
    let kind = export::DocumentType::KNOWN.iter().find(|known| known.as_str() == kind);
    Ok((Glob::new(glob)?, kind.cloned().ok_or_else(|| format!("expected one of the types {}", known()))?))
}

/// Reads the command of a program that reads pictures, which must be there: else every file would fail.
fn parse_ocr_command(line: &str) -> Result<export::OcrCommand, String> {
    let command = export::OcrCommand::parse(line)?;
    if command.is_installed() {
        return Ok(command);
    }
    Err(format!("cannot find the program '{}': install it, or give its path", command.program()))
}

/// Reads the name of a root: one part of a key.
fn parse_root(text: &str) -> Result<String, String> {
    let bare = text.trim();
    // What leads elsewhere in a path names nothing in a key.
    let is_way = matches!(bare, "" | "." | "..") || (bare.len() == 2 && bare.ends_with(':'));
    if !is_way && !text.contains(|c: char| c.is_control() || c == '/' || c == '\\') {
        Ok(text.to_owned())
    } else {
        Err("expected a name without slashes, such as 'handbook'".to_owned())
    }
}

/// Reads `N` or `N%`.
pub(super) fn parse_max_delete(text: &str) -> Result<MaxDelete, String> {
    let wrong = || "expected a number, or a percentage up to 100%".to_owned();
    match text.strip_suffix('%') {
        None => text.parse().map(MaxDelete::Count).map_err(|_| wrong()),
        Some(percent) => match percent.parse() {
            Ok(percent @ 0..=100) => Ok(MaxDelete::Percent(percent)),
            _ => Err(wrong()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_map_is_a_glob_and_a_known_type() {
        let (glob, kind) = parse_type_map("HR=1/**=policy").unwrap();
        assert!(glob.matches("HR=1/leave.md"));
        assert_eq!(kind, export::DocumentType::Policy);
        for wrong in ["policy", "a=b=polici", "[=policy"] {
            assert!(parse_type_map(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_most_deletions_are_a_number_or_a_percentage() {
        assert_eq!(parse_max_delete("12"), Ok(MaxDelete::Count(12)));
        assert_eq!(parse_max_delete("100%"), Ok(MaxDelete::Percent(100)));
        for wrong in ["", "%", "101%", "-1", "1.5%", "many"] {
            assert!(parse_max_delete(wrong).is_err(), "{wrong}");
        }
    }
}
