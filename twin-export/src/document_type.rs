//! What kind of text a document is, as the Twin API names it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of text a document is. The set is open: a value this version does not know is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum DocumentType {
    /// A standard operating procedure.
    Sop,
    /// A policy.
    Policy,
    /// An e-mail or a thread of them.
    Email,
    /// Slack messages.
    Slack,
    /// A file from Google Drive.
    Drive,
    /// A note, such as a Notion page.
    Note,
    /// Any other value.
    Other(String),
}

impl DocumentType {
    /// Every value this version knows.
    pub const KNOWN: &'static [DocumentType] =
        &[Self::Sop, Self::Policy, Self::Email, Self::Slack, Self::Drive, Self::Note];

    /// Returns the value as the API spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sop => "sop",
            Self::Policy => "policy",
            Self::Email => "email",
            Self::Slack => "slack",
            Self::Drive => "drive",
            Self::Note => "note",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for DocumentType {
    fn from(text: &str) -> Self {
        let known = Self::KNOWN.iter().find(|known| known.as_str() == text);
        known.cloned().unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl From<String> for DocumentType {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<DocumentType> for String {
    fn from(kind: DocumentType) -> Self {
        kind.as_str().to_owned()
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
