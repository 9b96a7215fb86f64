//! Shows what `twin kb import` would make of exports, without a knowledge base:
//! `cargo run -p twin-examples --bin convert -- [--json] [--format F] PATH…`
//!
//! Prints the title and the text of every document, or one JSON line each; what was skipped goes to
//! standard error.

use std::error::Error;
use std::io::{BufWriter, Write, stderr, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;

use twin_export::{Export, Format, Options, split};

fn main() -> Result<(), Box<dyn Error>> {
    // A file that takes too much costs itself alone.
    twin_export::use_worker_processes();
    let mut options = Options { include_private: true, ..Options::default() };
    let mut json = false;
    let mut paths = Vec::new();
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--json") => json = true,
            Some("--format") => options.format = format(arguments.next().unwrap_or_default().to_str())?,
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let mut out = BufWriter::new(stdout().lock());
    let mut broken = None;
    let summary = Export::open(&paths, &options)?.read(&(), |document| {
        let written = if json {
            let fields = serde_json::json!({
                "key": document.key, "title": document.title, "type": document.document_type.as_str(),
                "path": document.path, "converter": document.converter, "parts": split(&document.title, &document.text).len(),
                "text": document.text,
            });
            writeln!(out, "{fields}")
        } else {
            writeln!(out, "══ {} ({})\n{}\n", document.title, document.key, document.text)
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                broken = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    broken.map_or(Ok(()), Err)?;
    out.flush()?;
    for skipped in &summary.skipped {
        writeln!(stderr(), "skipped {}: {}", skipped.path, skipped.reason)?;
    }
    let (documents, merged, skipped) = (summary.documents, summary.merged, summary.skipped.len());
    writeln!(stderr(), "{documents} documents, {merged} files merged into them, {skipped} skipped")?;
    Ok(())
}

fn format(name: Option<&str>) -> Result<Format, String> {
    Ok(match name {
        Some("auto") => Format::Auto,
        Some("notion") => Format::Notion,
        Some("drive") => Format::Drive,
        Some("slack") => Format::Slack,
        Some("confluence") => Format::Confluence,
        Some("zendesk") => Format::Zendesk,
        Some("intercom") => Format::Intercom,
        Some("evernote") => Format::Evernote,
        Some("jsonl") => Format::Jsonl,
        Some("mail") => Format::Mail,
        Some("folder") => Format::Folder,
        _ => return Err("--format takes auto, notion, drive, slack, confluence, zendesk, intercom, evernote, jsonl, mail or folder".to_owned()),
    })
}
