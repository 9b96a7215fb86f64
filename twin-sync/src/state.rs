//! The state: what a sync knows of the knowledge base, in a file meant to be committed. Pure: parses text and
//! writes back the very same text.

use std::collections::{BTreeMap, HashMap};

use super::digest;
use super::entry::Entry;

/// The schema this version writes, and the only one it reads.
pub(crate) const SCHEMA: u64 = 1;

/// The contents of a state file: the documents that were created, by the key of their source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The twin of the documents: its base URL, or `local:` and the path of its data.
    pub base_url: String,
    documents: BTreeMap<String, Entry>,
}

/// Why a state file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It was written by a newer version.
    #[error("it has schema {0}, which this version of twin does not support")]
    Future(u64),
    /// It is damaged or not a state file.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl State {
    /// Creates an empty state.
    pub(crate) fn new(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), documents: BTreeMap::new() }
    }

    /// Reads a state file.
    pub(crate) fn parse(text: &str) -> Result<Self, StateError> {
        #[derive(serde::Deserialize)]
        struct Head {
            schema: u64,
        }
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            base_url: String,
            documents: Vec<Entry>,
        }
        let damaged = |error: serde_json::Error| StateError::Damaged(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(damaged)?;
        if head.schema != SCHEMA {
            return Err(StateError::Future(head.schema));
        }
        let body: Body = serde_json::from_str(text).map_err(damaged)?;
        let mut state = Self::new(body.base_url);
        for entry in body.documents {
            let key = entry.key.clone();
            if state.put(entry).is_some() {
                return Err(StateError::Damaged(format!("duplicate key {key}")));
            }
        }
        state.check().map_err(StateError::Damaged)?;
        Ok(state)
    }

    /// A document that two entries claim would be deleted with either of them.
    pub(crate) fn check(&self) -> Result<(), String> {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        for entry in self.entries() {
            for id in entry.owned() {
                if !may_be_id(id) {
                    return Err(format!("{} has {id:?} for a document, which is no ID", entry.key));
                }
                if let Some(other) = owners.insert(id, &entry.key) {
                    return Err(format!("the document {id} is claimed by {other} and by {}", entry.key));
                }
            }
        }
        Ok(())
    }

    /// The canonical text: sorted by key, one entry a line.
    pub fn to_text(&self) -> String {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        let mut text = format!("{{\n  \"schema\": {SCHEMA},\n  \"baseUrl\": {},\n", quote(&self.base_url));
        text += "  \"documents\": [";
        let mut separator = "\n";
        for entry in self.entries() {
            text += separator;
            text += "    ";
            text += &entry.to_json();
            separator = ",\n";
        }
        text += if self.documents.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" };
        text
    }

    /// What tells this state from any other.
    pub(crate) fn digest(&self) -> String {
        digest::of_bytes(self.to_text().as_bytes())
    }

    /// Returns the entry with this key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.documents.get(key)
    }

    /// Puts an entry in the place of the one with its key, and hands that back.
    pub(crate) fn put(&mut self, entry: Entry) -> Option<Entry> {
        self.documents.insert(entry.key.clone(), entry)
    }

    /// Forgets a source.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Entry> {
        self.documents.remove(key)
    }

    /// Returns the entries in the order of their keys.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.documents.values()
    }

    /// Returns whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.documents.len()
    }
}

/// Whether a document may have this id: it is no path to anything else.
fn may_be_id(id: &str) -> bool {
    !id.starts_with('.')
        && !id.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::tests::entries;
    use super::*;

    const TEXT: &str = r#"{
  "schema": 1,
  "baseUrl": "https://api.twin.ai",
  "documents": [
    {"key":"folder:a/1.md","title":"One","type":"note","hash":"h1","source":"s1","converter":"md/1","ids":["doc_1"]},
    {"key":"notion:ab","title":"Two \"2\"","type":"policy","hash":"h2","source":"s2","converter":"md/1","ids":["doc_2","doc_3"]}
  ]
}
"#;

    #[test]
    fn a_state_is_written_as_it_was_read_to_the_byte() {
        let state = State::parse(TEXT).unwrap();
        assert_eq!(state.to_text(), TEXT);
        assert_eq!(state.get("notion:ab").unwrap().ids, ["doc_2", "doc_3"]);
        let empty = State::new("https://api.twin.ai");
        assert_eq!(State::parse(&empty.to_text()), Ok(empty));
    }

    #[test]
    fn a_state_of_a_later_version_is_told_from_a_damaged_one() {
        let later = TEXT.replace("\"schema\": 1", "\"schema\": 2");
        assert_eq!(State::parse(&later), Err(StateError::Future(2)));
        for broken in [
            "",
            "{}",
            "null",
            &TEXT[..TEXT.len() / 2],
            &TEXT.replace("\"schema\": 1", "\"schema\": \"1\""),
            &TEXT.replace("\"ids\":[\"doc_1\"]", "\"ids\":\"doc_1\""),
            &format!("<<<<<<< HEAD\n{TEXT}"),
        ] {
            assert!(matches!(State::parse(broken), Err(StateError::Damaged(_))), "{broken}");
        }
    }

    #[test]
    fn a_merge_that_left_a_key_or_an_id_twice_is_refused() {
        let twice = TEXT.replace("notion:ab", "folder:a/1.md");
        assert!(State::parse(&twice).unwrap_err().to_string().contains("duplicate key folder:a/1.md"));
        let claimed = TEXT.replace("doc_3", "doc_1");
        let error = State::parse(&claimed).unwrap_err().to_string();
        assert!(error.contains("doc_1 is claimed by folder:a/1.md and by notion:ab"), "{error}");
    }

    #[test]
    fn ids_that_are_not_the_parts_of_their_entry_are_refused() {
        let with = |ids: &str| TEXT.replace(r#""ids":["doc_2","doc_3"]"#, ids);
        assert!(State::parse(&with(r#""ids":["doc_2","doc_3"],"old":1"#)).is_ok());
        for wrong in [
            r#""ids":["doc_2","doc_3"],"old":3"#,
            r#""ids":["doc_2","doc_3"],"old":1,"next":{"hash":"h","made":[0,1]}"#,
            r#""ids":["doc_2","doc_3"],"next":{"hash":"h","made":[1,1]}"#,
            r#""ids":["doc_2","doc_2"]"#,
            r#""ids":["doc_2",""]"#,
            r#""ids":["doc_2","../escalations/x"]"#,
            r#""ids":["doc_2","doc 3"]"#,
            r#""ids":["doc_2","doc_3"],"old":18446744073709551615"#,
        ] {
            assert!(matches!(State::parse(&with(wrong)), Err(StateError::Damaged(_))), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_no_text_breaks_the_reader(
            entries in entries(), base_url in "\\PC{0,20}", cut in any::<prop::sample::Index>(),
        ) {
            let mut state = State::new(base_url);
            for entry in entries {
                state.put(entry);
            }
            let text = state.to_text();
            prop_assert_eq!(State::parse(&text), Ok(state));
            let at = text.floor_char_boundary(cut.index(text.len()));
            if at < text.trim_end().len() {
                prop_assert!(State::parse(&text[..at]).is_err());
            }
        }
    }
}
