//! The intake: what an export holds, as far as planning needs it. Of documents that need no upload only
//! digests are kept.

use std::collections::HashSet;
use std::io;

use twin_sdk::DocumentType;

use super::digest;
use super::source::Source;
use super::spool::Spool;
use super::state::State;
use super::status::Status;
use twin_export::{Document, Part, split};

/// Takes in documents.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// Keep the text of every document, known or not.
    keep_all: bool,
    rerender: bool,
    seen: HashSet<String>,
    export: Export,
}

/// What was taken in.
#[derive(Debug, Default)]
pub(crate) struct Export {
    /// The documents, in the order of the export.
    pub(crate) sources: Vec<Source>,
    texts: Spool,
}

impl Intake {
    /// Takes in documents, and keeps the texts of all that may have to be sent.
    pub(crate) fn new(keep_all: bool, rerender: bool) -> Self {
        Self { keep_all, rerender, ..Self::default() }
    }

    /// Takes in a document to be compared with `state`. The second of a key is passed over.
    pub(crate) fn take(&mut self, state: Option<&State>, document: Document) -> io::Result<()> {
        if !self.seen.insert(document.key.clone()) {
            return Ok(());
        }
        let document_type = DocumentType::from(document.document_type.as_str());
        let mut source = Source {
            hash: digest::of_rendering(&document.title, &document_type, &document.text),
            bytes: document.text.len(),
            parts: 1,
            slot: None,
            path: document.path,
            key: document.key,
            title: document.title,
            document_type,
            source: document.source,
            converter: document.converter,
        };
        let known = state.and_then(|state| state.get(&source.key));
        let status = Status::of(known, &source, self.rerender);
        if self.keep_all || !matches!(status, Status::Same | Status::Rerendered) {
            source.parts = split(&source.title, &document.text).len();
            source.slot = Some(self.export.texts.add(&document.text)?);
        }
        self.export.sources.push(source);
        Ok(())
    }

    /// How many documents were taken in.
    pub(crate) fn count(&self) -> usize {
        self.export.sources.len()
    }

    /// What was taken in.
    pub(crate) fn finish(self) -> Export {
        self.export
    }
}

impl Export {
    /// The documents of the knowledge base that a source becomes.
    pub(crate) fn parts(&mut self, source: usize) -> io::Result<Vec<Part>> {
        let source = self.sources.get(source).ok_or(io::ErrorKind::NotFound)?;
        let slot = source.slot.ok_or(io::ErrorKind::NotFound)?;
        let text = self.texts.get(slot)?;
        Ok(split(&source.title, &text))
    }
}
