//! `--dry-run --show`: the text of one source as it would be uploaded, part by part. It needs no key and no connection.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::Serialize;

use super::bulk_args::BulkArgs;
use super::bulk_read;
use crate::command::Outcome;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::progress::Progress;
use crate::ui::{Json, Report};
use crate::words::count;
use twin_export::{self as export, Document, Observer, ReadError, Skipped};

/// Finds the source of this key, else the one of this title, and shows it.
pub(super) async fn run(args: &BulkArgs, wanted: &str, context: &Context) -> Outcome {
    let cancellation = export::Cancellation::default();
    let options = export::Options { cancellation: cancellation.clone(), ..args.export_options() };
    let (paths, name) = (args.paths.clone(), wanted.to_owned());
    let observer = Progress::start(&context.ui, "Reading");
    let mut signal = context.stop().graceful();
    let mut search = tokio::task::spawn_blocking(move || Search::through(&paths, &options, &observer, name));
    let ended = tokio::select! {
        ended = &mut search => Some(ended),
        _ = signal.wait_for(Option::is_some) => None,
    };
    let Some(search) = ended else {
        cancellation.cancel();
        // What was found by then may not be what is meant.
        let _ = search.await;
        let asked = *signal.borrow();
        return Err(asked.unwrap_or(Signal::Interrupt).error());
    };
    let search = search.map_err(CliError::internal)?.map_err(bulk_read::unreadable)?;
    Ok(Box::new(Shown::of(search.found()?)))
}

/// What was found so far.
struct Search {
    wanted: String,
    by_key: Option<Document>,
    by_title: Option<Document>,
    /// The keys of all that have the title.
    titled: Vec<String>,
    /// Titles that hold what is wanted, and their keys.
    close: BTreeMap<String, String>,
    skipped: Option<Skipped>,
}

/// Titles that are proposed.
const MOST_CLOSE: usize = 5;

impl Search {
    fn through(
        paths: &[PathBuf],
        options: &export::Options,
        observer: &dyn Observer,
        wanted: String,
    ) -> Result<Self, ReadError> {
        let mut search = Self {
            wanted,
            by_key: None,
            by_title: None,
            titled: Vec::new(),
            close: BTreeMap::new(),
            skipped: None,
        };
        let summary =
            export::Export::open(paths, options)?.read(observer, |document| search.look_at(document))?;
        let wanted = search.wanted.as_str();
        search.skipped = summary.skipped.into_iter().find(|skipped| {
            skipped.path == wanted
                || (!skipped.path.is_empty() && wanted.ends_with(&format!("/{}", skipped.path)))
        });
        Ok(search)
    }

    fn look_at(&mut self, document: Document) -> ControlFlow<()> {
        if document.key == self.wanted {
            self.by_key = Some(document);
            return ControlFlow::Break(());
        }
        let (title, wanted) = (document.title.to_lowercase(), self.wanted.trim().to_lowercase());
        if title == wanted {
            self.titled.push(document.key.clone());
            self.by_title.get_or_insert(document);
        } else if title.contains(&wanted) && self.close.len() < MOST_CLOSE {
            self.close.insert(document.key, document.title);
        }
        ControlFlow::Continue(())
    }

    fn found(self) -> Result<Document, CliError> {
        if let Some(document) = self.by_key {
            return Ok(document);
        }
        if self.titled.len() > 1 {
            let few: Vec<&str> = self.titled.iter().take(MOST_CLOSE).map(String::as_str).collect();
            let message = format!("{} have the title '{}'", count(self.titled.len(), "source"), self.wanted);
            return Err(CliError::invalid(message).hint(format!("give the key of one: {}", few.join(", "))));
        }
        if let Some(document) = self.by_title {
            return Ok(document);
        }
        if let Some(Skipped { path, reason }) = self.skipped {
            return Err(CliError::new(Code::NotFound, format!("{path} becomes no document: {reason}")));
        }
        let error =
            CliError::new(Code::NotFound, format!("no source has the key or the title '{}'", self.wanted));
        let close: Vec<String> =
            self.close.into_iter().map(|(key, title)| format!("'{title}' ({key})")).collect();
        Err(match close.as_slice() {
            [] => error.hint("--dry-run lists the keys and the titles"),
            close => error.hint(format!("there are {}", close.join(", "))),
        })
    }
}

/// A source, and the documents that it would be.
#[derive(Debug, Serialize)]
struct Shown {
    key: String,
    title: String,
    #[serde(rename = "type")]
    kind: String,
    path: String,
    converter: String,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    title: String,
    content: String,
}

impl Shown {
    fn of(document: Document) -> Self {
        let parts = export::split(&document.title, &document.text);
        Self {
            key: document.key,
            title: document.title,
            kind: document.document_type.as_str().to_owned(),
            path: document.path,
            converter: document.converter,
            parts: parts.into_iter().map(|part| Part { title: part.title, content: part.text }).collect(),
        }
    }
}

impl Report for Shown {
    fn text(&self, page: &mut Page) {
        for part in &self.parts {
            page.block(&format!("==> {} <==", part.title), Tone::Strong);
            if page.is_terminal() {
                let length = format!("{} characters", part.content.chars().count());
                page.block(&[&self.key, &self.kind, &length].map(String::as_str).join(" · "), Tone::Dim);
                page.gap();
            }
            page.block(&part.content, Tone::Plain);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}
