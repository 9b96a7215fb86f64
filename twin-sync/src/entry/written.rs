//! How an entry stands in the state file, and which ones are refused.

use serde::{Deserialize, Serialize};
use twin_sdk::DocumentType;

use super::{Doubt, Entry, Next};

/// The entry as it stands in the file.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    key: String,
    #[serde(default)]
    title: String,
    #[serde(rename = "type")]
    document_type: DocumentType,
    #[serde(default)]
    hash: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    converter: String,
    /// The parts, then those to be deleted, then those of the next rendering.
    ids: Vec<String>,
    /// How many of `ids` are to be deleted.
    #[serde(default, skip_serializing_if = "is_zero")]
    old: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<WrittenNext>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    doubts: Vec<Doubt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    titles: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct WrittenNext {
    hash: String,
    /// The places of the parts made so far: the last ones of `ids`.
    made: Vec<usize>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl From<Entry> for Written {
    fn from(entry: Entry) -> Self {
        let mut ids = entry.ids;
        let old = entry.old.len();
        ids.extend(entry.old);
        let next = entry.next.map(|next| {
            let (made, parts): (Vec<usize>, Vec<String>) = next.parts.into_iter().unzip();
            ids.extend(parts);
            WrittenNext { hash: next.hash, made }
        });
        Self {
            key: entry.key,
            title: entry.title,
            document_type: entry.document_type,
            hash: entry.hash,
            source: entry.source,
            converter: entry.converter,
            ids,
            old,
            next,
            doubts: entry.doubts,
            titles: entry.titles,
        }
    }
}

impl TryFrom<Written> for Entry {
    type Error = String;

    /// Refuses ids that cannot be what the entry says they are.
    fn try_from(written: Written) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("the entry {} {what}", written.key));
        let made = written.next.as_ref().map_or(&[][..], |next| &next.made);
        if written.old.checked_add(made.len()).is_none_or(|unfinished| unfinished > written.ids.len()) {
            return wrong("counts more documents than it has IDs");
        }
        if !made.is_sorted_by(|one, next| one < next) {
            return wrong("has two documents for one part");
        }
        if written.ids.iter().any(|id| id.trim().is_empty()) {
            return wrong("has a blank ID");
        }
        let mut ids = written.ids;
        let mut last = |count: usize| ids.split_off(ids.len() - count);
        let next = written.next.map(|next| {
            let parts = last(next.made.len());
            Next { hash: next.hash, parts: next.made.into_iter().zip(parts).collect() }
        });
        let old = last(written.old);
        Ok(Self {
            key: written.key,
            title: written.title,
            document_type: written.document_type,
            hash: written.hash,
            source: written.source,
            converter: written.converter,
            ids,
            old,
            next,
            doubts: written.doubts,
            titles: written.titles,
        })
    }
}
