//! The marks of footnotes and endnotes.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::super::package::{attribute, name_of};

/// Counts notes in the order in which they are met, whatever their kind, so that each has a mark of its own.
#[derive(Debug, Default)]
pub(super) struct Notes(HashMap<String, usize>);

impl Notes {
    /// A note's mark, whether its reference or its text is met.
    pub(super) fn mark(&mut self, tag: &BytesStart<'_>) -> String {
        let kind = name_of(tag).trim_end_matches("Reference");
        let id = attribute(tag, "id").unwrap_or_default();
        let next = self.0.len() + 1;
        format!("[{}]", self.0.entry(format!("{kind} {id}")).or_insert(next))
    }
}
