//! What comes of a file: its text, and the files that came with it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Aside;
use crate::DocumentType;

/// A file's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Converted {
    /// The first heading, where the format has headings.
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// What the file itself says it is.
    pub(crate) kind: Option<DocumentType>,
    /// Which converter made it, and its version.
    pub(crate) converter: Cow<'static, str>,
    /// Title and text are to stay as they are: they come from a knowledge base.
    pub(crate) is_verbatim: bool,
    /// What is not in the text.
    pub(crate) aside: Aside,
    /// Files that came with it, each a document of its own.
    pub(crate) attached: Vec<Attached>,
}

/// A file within another, such as one that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attached {
    pub(crate) name: String,
    /// SHA-256 of its bytes.
    pub(crate) source: [u8; 32],
    pub(crate) result: Result<Box<Converted>, String>,
}

impl Attached {
    /// Bytes of its text, and of what came with it.
    pub(crate) fn text_bytes(&self) -> usize {
        self.result.as_ref().map_or(0, |converted| {
            converted.text.len() + converted.attached.iter().map(Self::text_bytes).sum::<usize>()
        })
    }
}
