//! The intake: what an export holds, as far as planning needs it. Of documents that need no upload only
//! digests are kept.

use std::collections::HashSet;
use std::io;

use twin_sdk::DocumentType;

use super::digest;
use super::plan::Standing;
use super::spool::{Slot, Spool};
use super::state::State;
use twin_export::{Document, Part, split};

/// A document of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub key: String,
    pub title: String,
    pub kind: DocumentType,
    /// The digest of the rendering.
    pub hash: String,
    /// The digest of the bytes it came from.
    pub source: String,
    pub converter: String,
    /// Where it is in the export, for people.
    pub path: String,
    /// The length of its text.
    pub bytes: usize,
    /// How many documents of the knowledge base it becomes.
    pub parts: usize,
    /// Where its text is, where it may be needed.
    slot: Option<Slot>,
}

/// Takes in the documents of an export.
#[derive(Debug)]
pub struct Intake<'a> {
    state: &'a State,
    /// Keep the text of every document, known or not.
    keep_all: bool,
    rerender: bool,
    seen: HashSet<String>,
    export: Export,
}

/// What was taken in.
#[derive(Debug, Default)]
pub struct Export {
    /// The documents, in the order of the export.
    pub sources: Vec<Source>,
    texts: Spool,
}

impl<'a> Intake<'a> {
    /// Takes in what is compared with `state`.
    pub fn new(state: &'a State, keep_all: bool, rerender: bool) -> Self {
        Self { state, keep_all, rerender, seen: HashSet::new(), export: Export::default() }
    }

    /// Takes in a document. The second of a key is passed over: readers hand out none.
    pub fn take(&mut self, document: Document) -> io::Result<()> {
        if !self.seen.insert(document.key.clone()) {
            return Ok(());
        }
        let kind = DocumentType::from(document.kind.as_str());
        let mut source = Source {
            hash: digest::of_rendering(&document.title, &kind, &document.text),
            bytes: document.text.len(),
            parts: 1,
            slot: None,
            path: document.path,
            key: document.key,
            title: document.title,
            kind,
            source: document.source,
            converter: document.converter,
        };
        let standing = Standing::of(self.state.get(&source.key), &source, self.rerender);
        if self.keep_all || !matches!(standing, Standing::Same | Standing::Rerendered) {
            source.parts = split(&source.title, &document.text).len();
            source.slot = Some(self.export.texts.add(&document.text)?);
        }
        self.export.sources.push(source);
        Ok(())
    }

    /// What was taken in.
    pub fn finish(self) -> Export {
        self.export
    }
}

impl Export {
    /// The documents of the knowledge base that a source becomes.
    pub fn parts(&mut self, source: usize) -> io::Result<Vec<Part>> {
        let source = self.sources.get(source).ok_or(io::ErrorKind::NotFound)?;
        let slot = source.slot.ok_or(io::ErrorKind::NotFound)?;
        let text = self.texts.get(slot)?;
        Ok(split(&source.title, &text))
    }
}

#[cfg(test)]
impl Source {
    /// A document whose text is not needed.
    pub fn plain(
        key: &str,
        title: &str,
        kind: DocumentType,
        hash: &str,
        source: &str,
        converter: &str,
        parts: usize,
    ) -> Self {
        let [key, title, hash, source, converter] = [key, title, hash, source, converter].map(str::to_owned);
        Self { path: key.clone(), key, title, kind, hash, source, converter, bytes: 0, parts, slot: None }
    }
}
