//! What readers make of files: drafts of documents, and what became of each file.

use std::borrow::Cow;

use super::convert::{Aside, Attached, Converted};
use super::pool::Texts;
use super::run::Digest256;
use super::tree::stem;
use super::{Document, DocumentType, reason, text};

/// Bytes of a document's text: no less than of the largest file that is read.
const MOST_TEXT: usize = 52 << 20;
/// Bytes of a title; a first "heading" may be a whole page.
const MOST_TITLE: usize = 1_000;

/// A document as a reader makes it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) kind: DocumentType,
    pub(crate) source: Digest256,
    pub(crate) converter: Cow<'static, str>,
    pub(crate) path: String,
    /// The path as people read it, where that differs.
    pub(crate) clean_path: Option<String>,
    /// Two sources of this key are one document whatever they hold (a Notion page, say); elsewhere the
    /// second keeps its text under a key of its own.
    pub(crate) key_is_identity: bool,
    /// How many files went into it.
    pub(crate) files: u64,
    /// What of them is not in the text.
    pub(crate) aside: Aside,
}

impl Draft {
    pub(crate) fn into_document(self) -> Document {
        Document {
            key: self.key,
            title: self.title,
            document_type: self.kind,
            text: self.text,
            source: hex::encode(self.source),
            converter: self.converter.into_owned(),
            path: self.path,
        }
    }
}

/// Where a file of its own is.
pub(crate) struct Place<'a> {
    pub(crate) key: String,
    pub(crate) path: &'a str,
    /// As in [`Draft::clean_path`].
    pub(crate) clean_path: Option<String>,
    pub(crate) name: &'a str,
}

/// What became of a file.
#[derive(Debug)]
pub(crate) enum Outcome {
    Document(Box<Draft>),
    /// Of a file within another, which counts as a file of its own.
    Attached(Box<Self>),
    /// Of a file and of what came with it.
    Several(Vec<Self>),
    /// Part of another document.
    Merged,
    /// Says nothing: a document that was made of it before is gone.
    Skipped {
        path: String,
        reason: &'static str,
    },
    /// Has a key, but no text this time: a document that was made of it before is not gone.
    Unconverted {
        key: String,
        path: String,
        reason: &'static str,
        /// How many files it would have been made of; none where it is part of one, such as a message in an mbox.
        files: u64,
    },
    /// Left out as the options say: it may well be there.
    LeftOut {
        key: String,
        path: String,
        reason: &'static str,
    },
}

impl Outcome {
    /// A document, tidied; without any text it is skipped.
    pub(crate) fn document(mut draft: Draft) -> Self {
        let Some(text) = text::tidy(&draft.text, MOST_TEXT) else {
            let Draft { key, path, files, .. } = draft;
            return Self::Unconverted { key, path, reason: reason::TOO_LARGE, files };
        };
        draft.text = text;
        draft.key = text::tidy_line(&draft.key);
        if draft.text.is_empty() {
            let Draft { key, path, files, .. } = draft;
            return Self::Unconverted { key, path, reason: reason::NO_TEXT, files };
        }
        let title = text::tidy_line(&draft.title);
        draft.title = match text::beginning(&title, MOST_TITLE) {
            "" => "Untitled".to_owned(),
            whole if whole.len() == title.len() => title,
            cut => format!("{}…", cut.trim_end()),
        };
        Self::Document(Box::new(draft))
    }

    /// A document whose title and text stay as they are, unless one of them is blank.
    pub(crate) fn verbatim(draft: Draft) -> Self {
        if draft.title.trim().is_empty() || draft.text.trim().is_empty() {
            return Self::document(draft);
        }
        Self::Document(Box::new(draft))
    }

    /// What becomes of a file of its own, and of the files that came with it. `name` is its title if it has none,
    /// `kind` its type if it does not tell.
    pub(crate) fn of_file(
        place: Place<'_>,
        source: Digest256,
        mut converted: Converted,
        kind: DocumentType,
    ) -> Self {
        let Place { key, path, clean_path, name } = place;
        let kind = converted.kind.unwrap_or(kind);
        let attached = Self::of_attached(&mut converted.attached, &key, path, &kind);
        let make = if converted.is_verbatim { Self::verbatim } else { Self::document };
        make(Draft {
            key,
            title: converted.title.unwrap_or_else(|| stem(name).to_owned()),
            text: converted.text,
            kind,
            source,
            converter: converted.converter,
            path: path.to_owned(),
            clean_path,
            key_is_identity: false,
            files: 1,
            aside: converted.aside,
        })
        .with_attached(attached)
    }

    /// What becomes of the files that came with another one: documents below its key. The names stay.
    pub(crate) fn of_attached(
        attached: &mut [Attached],
        key: &str,
        path: &str,
        kind: &DocumentType,
    ) -> Vec<Self> {
        let mut outcomes = Vec::new();
        for Attached { name, source, result } in attached {
            let (key, path) = (format!("{key}/{name}"), format!("{path}/{name}"));
            outcomes.push(match std::mem::replace(result, Err(String::new())) {
                Ok(converted) => {
                    let place = Place { key, path: &path, clean_path: None, name };
                    Self::of_file(place, *source, *converted, kind.clone())
                }
                Err(reason) => Self::unconverted(key, &path, reason::known(&reason)),
            });
        }
        outcomes
    }

    /// A document, and those of the files that came with it.
    pub(crate) fn with_attached(self, attached: Vec<Self>) -> Self {
        if attached.is_empty() {
            return self;
        }
        let attached = attached.into_iter().map(|one| Self::Attached(Box::new(one)));
        Self::Several(std::iter::once(self).chain(attached).collect())
    }

    pub(crate) fn skipped(path: &str, reason: &'static str) -> Self {
        Self::Skipped { path: path.to_owned(), reason }
    }

    pub(crate) fn filtered(key: String, path: &str) -> Self {
        Self::LeftOut { key, path: path.to_owned(), reason: reason::FILTERED }
    }

    /// A file of which nothing could be made, or that says nothing any more: what was made of it before is not gone.
    pub(crate) fn unconverted(key: String, path: &str, reason: &'static str) -> Self {
        Self::Unconverted { key, path: path.to_owned(), reason, files: 1 }
    }
}

impl Texts for Outcome {
    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::Document(draft) => vec![&mut draft.text],
            Self::Attached(inner) => inner.texts(),
            Self::Several(all) => all.iter_mut().flat_map(Texts::texts).collect(),
            _ => Vec::new(),
        }
    }
}

impl Texts for Vec<Outcome> {
    fn texts(&mut self) -> Vec<&mut String> {
        self.iter_mut().flat_map(Texts::texts).collect()
    }
}
