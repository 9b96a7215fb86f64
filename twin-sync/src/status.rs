//! How a source compares to what is known of it. Pure.

use super::entry::Entry;
use super::source::Source;

/// How a source stands to what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing whole is in the knowledge base.
    New,
    /// It is there, rendered the same.
    Same,
    /// It is there, rendered by another version of the converter from the same bytes.
    Rerendered,
    /// It is there, and is not what it was.
    Changed,
}

impl Status {
    /// How this source stands to its entry. `rerender` counts another converter's rendering as a change.
    pub(crate) fn of(entry: Option<&Entry>, source: &Source, rerender: bool) -> Self {
        let Some(entry) = entry.filter(|entry| entry.is_whole()) else { return Self::New };
        if entry.hash == source.hash {
            return Self::Same;
        }
        let same_bytes = entry.source == source.source && entry.document_type == source.document_type;
        if same_bytes && entry.converter != source.converter && !rerender {
            return Self::Rerendered;
        }
        Self::Changed
    }
}
