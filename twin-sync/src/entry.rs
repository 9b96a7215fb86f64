//! An entry of the state: one source, the documents of the knowledge base that belong to it, and what is
//! unfinished about them.

mod written;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twin_sdk::DocumentType;

use super::source::Source;
use written::Written;

/// The entry of one source.
///
/// A finished entry has a `hash` and as many `ids` as the document has parts. While it is being changed, it
/// also owns the parts of its next rendering made so far and those of earlier ones still to be deleted; in
/// the file all of them stand in `ids`, so that whatever reads it knows every document that is ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Entry {
    /// The source's identity.
    pub key: String,
    /// The title of the rendering.
    pub title: String,
    /// Its type.
    pub document_type: DocumentType,
    /// Its digest; empty while no rendering is whole in the knowledge base.
    pub hash: String,
    /// The digest of the bytes it came from.
    pub source: String,
    /// What rendered it.
    pub converter: String,
    /// Its parts, in order.
    pub ids: Vec<String>,
    /// Documents of earlier renderings, to be deleted.
    pub old: Vec<String>,
    /// The rendering that is to come, as far as it is made.
    pub next: Option<Next>,
    /// Creates whose outcome is not known.
    pub doubts: Vec<Doubt>,
    /// Other titles that documents of an unfinished entry bear.
    pub titles: Vec<String>,
}

/// A rendering that is not whole yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Its digest.
    pub hash: String,
    /// The parts made so far, by their place.
    pub parts: BTreeMap<usize, String>,
}

/// A create that was sent, or was about to be, and of which no answer tells whether it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The rendering it was for.
    pub hash: String,
    /// Which part of it.
    pub part: usize,
    /// The title it was sent with.
    pub title: String,
    /// The type.
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    /// The digest of the trimmed content.
    pub content: String,
    /// The attempt was not before this moment, by the server's clock.
    pub since: Timestamp,
    /// Documents that were there before the attempt, though no older than `since`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

impl Entry {
    /// Of a source of which nothing is there yet.
    pub(crate) fn blank(source: &Source) -> Self {
        Self {
            key: source.key.clone(),
            title: source.title.clone(),
            document_type: source.document_type.clone(),
            hash: String::new(),
            source: source.source.clone(),
            converter: source.converter.clone(),
            ids: Vec::new(),
            old: Vec::new(),
            next: None,
            doubts: Vec::new(),
            titles: Vec::new(),
        }
    }

    /// Notes a title that documents of it bear, or are about to.
    pub(crate) fn bear(&mut self, title: &str) {
        if title != self.title && !self.titles.iter().any(|known| known == title) {
            self.titles.push(title.to_owned());
        }
    }

    /// Forgets the titles of documents that are there no more.
    pub(crate) fn drop_titles(&mut self) {
        if self.old.is_empty() && self.next.is_none() && self.doubts.is_empty() {
            self.titles.clear();
        }
    }

    /// Whether a document of this title can be one of its parts.
    pub(crate) fn made(&self, title: &str) -> bool {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        let title = words(title);
        std::iter::once(&self.title).chain(&self.titles).any(|ours| {
            let rest = title.strip_prefix(&words(ours));
            rest.is_some_and(|rest| rest.is_empty() || is_place(rest))
        })
    }

    /// Every document that belongs to the source.
    pub fn owned(&self) -> impl Iterator<Item = &str> {
        let next = self.next.iter().flat_map(|next| next.parts.values());
        self.ids.iter().chain(&self.old).chain(next).map(String::as_str)
    }

    /// The documents that should be there: those to be deleted may be gone already.
    pub fn expected(&self) -> impl Iterator<Item = &str> {
        let next = self.next.iter().flat_map(|next| next.parts.values());
        self.ids.iter().chain(next).map(String::as_str)
    }

    /// Whether a rendering is whole in the knowledge base.
    pub fn is_whole(&self) -> bool {
        !self.hash.is_empty() && !self.ids.is_empty()
    }

    /// Whether nothing is unfinished about it.
    pub fn is_settled(&self) -> bool {
        self.is_whole() && self.old.is_empty() && self.next.is_none() && self.doubts.is_empty()
    }

    /// Whether documents of it are left of other renderings.
    pub(crate) fn is_unfinished(&self) -> bool {
        !self.old.is_empty() || self.next.is_some()
    }

    /// Whether it says nothing: no document is ours, and none may be.
    pub(crate) fn is_void(&self) -> bool {
        self.owned().next().is_none() && self.doubts.is_empty()
    }

    /// A rendering of which nothing is made was not begun.
    pub(crate) fn drop_empty_next(&mut self) {
        if self.next.as_ref().is_some_and(|next| next.parts.is_empty()) && self.doubts.is_empty() {
            self.next = None;
        }
    }

    /// Gives up the rendering that was to come: the parts made of it are to be deleted.
    pub(crate) fn drop_next(&mut self) {
        self.old.extend(self.next.take().into_iter().flat_map(|next| next.parts.into_values()));
    }

    /// Begins a rendering, unless it is the one begun already.
    pub(crate) fn begin(&mut self, hash: &str) {
        if self.next.as_ref().is_none_or(|next| next.hash != hash) {
            self.drop_next();
            self.next = Some(Next { hash: hash.to_owned(), parts: BTreeMap::new() });
        }
    }

    /// Notes a document that a doubtful create turned out to have made.
    pub(crate) fn found(&mut self, doubt: &Doubt, id: String) {
        self.doubts.retain(|other| other != doubt);
        match &mut self.next {
            Some(next) if next.hash == doubt.hash && !next.parts.contains_key(&doubt.part) => {
                next.parts.insert(doubt.part, id);
            }
            _ => self.old.push(id),
        }
    }

    /// Takes what a doubtful create made for a whole first rendering, where its title says that there is no other
    /// part: it bears no `(1/3)`.
    pub(crate) fn complete_if_single(&mut self, made: &Doubt) {
        let is_first = !self.is_whole() && made.part == 0 && made.title == self.title;
        if is_first && let Some(next) = self.next.take_if(|next| next.hash == made.hash) {
            self.hash = next.hash;
            self.ids = next.parts.into_values().collect();
        }
    }

    /// The entry as one line of JSON, in the order of fields that the contract names.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() // strings and numbers only: it cannot fail
    }
}

/// Whether it is ` (2/3)`, as it stands behind the title of one part of several.
fn is_place(text: &str) -> bool {
    let numbers = text.strip_prefix(" (").and_then(|text| text.strip_suffix(')'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.and_then(|text| text.split_once('/')).is_some_and(|(part, of)| is_number(part) && is_number(of))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    /// A finished entry of this rendering.
    pub(crate) fn entry(key: &str, hash: &str, ids: &[&str]) -> Entry {
        Entry {
            key: key.to_owned(),
            title: key.to_owned(),
            document_type: DocumentType::Note,
            hash: hash.to_owned(),
            source: format!("source of {hash}"),
            converter: "md/1".to_owned(),
            ids: ids.iter().map(|&id| id.to_owned()).collect(),
            old: Vec::new(),
            next: None,
            doubts: Vec::new(),
            titles: Vec::new(),
        }
    }

    pub(crate) fn doubt(hash: &str, part: usize, since: i64) -> Doubt {
        Doubt {
            hash: hash.to_owned(),
            part,
            title: "Title".to_owned(),
            document_type: DocumentType::Note,
            content: "digest".to_owned(),
            since: Timestamp::from_second(since).unwrap(),
            except: Vec::new(),
        }
    }

    /// Entries of every shape, with keys and ids of their own.
    pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let shape = ("\\PC{0,12}", 0usize..4, 0usize..3, option::of((0usize..3, "[a-z]{1,3}")), 0usize..3);
        (btree_set("\\PC{1,10}", 0..8), vec(shape, 8)).prop_map(|(keys, shapes)| {
            keys.into_iter()
                .zip(shapes)
                .enumerate()
                .map(|(row, (key, (title, ids, old, next, doubts)))| {
                    let named = |what: &str, count: usize| {
                        (0..count).map(|n| format!("doc_{row}_{what}{n}")).collect::<Vec<_>>()
                    };
                    let mut entry = entry(&key, if ids == 0 { "" } else { "h" }, &[]);
                    entry.title = title;
                    entry.ids = named("part", ids);
                    entry.old = named("old", old);
                    entry.next = next.map(|(made, hash)| Next {
                        hash,
                        parts: named("next", made)
                            .into_iter()
                            .enumerate()
                            .map(|(n, id)| (n * 2, id))
                            .collect(),
                    });
                    entry.doubts = (0..doubts).map(|part| doubt("h", part, 1_700_000_000)).collect();
                    entry
                })
                .collect()
        })
    }

    #[test]
    fn every_document_that_is_ours_stands_in_ids_also_while_unfinished() {
        let mut unfinished = entry("k", "h1", &["doc_1"]);
        unfinished.old = vec!["doc_0".to_owned()];
        unfinished.next = Some(Next {
            hash: "h2".to_owned(),
            parts: [(0, "doc_2".to_owned()), (2, "doc_3".to_owned())].into(),
        });
        let json = unfinished.to_json();
        assert!(
            json.contains(
                r#""ids":["doc_1","doc_0","doc_2","doc_3"],"old":1,"next":{"hash":"h2","made":[0,2]}"#
            ),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), unfinished);
    }

    #[test]
    fn a_part_is_known_by_its_title() {
        let mut entry = entry("Leave", "h", &["doc_1"]);
        entry.bear("Holidays (2/3)");
        for title in ["Leave", " Leave ", "Leave (1/2)", "Holidays (2/3)", "Holidays  (2/3) (10/12)"] {
            assert!(entry.made(title), "{title}");
        }
        for title in ["Leave policy", "Leave (1)", "Leave (a/b)", "Holidays", "leave", "", "(1/2)"] {
            assert!(!entry.made(title), "{title}");
        }
        entry.drop_titles();
        assert!(!entry.made("Holidays (2/3)"));
    }

    #[test]
    fn parts_of_a_rendering_given_up_are_to_be_deleted() {
        let mut changed = entry("k", "h1", &["doc_1"]);
        changed.begin("h2");
        changed.next.as_mut().unwrap().parts.insert(0, "doc_2".to_owned());
        changed.begin("h2");
        assert_eq!(changed.next.as_ref().unwrap().parts.len(), 1);
        changed.begin("h3");
        assert_eq!(
            (changed.old.as_slice(), changed.next.unwrap().parts.len()),
            (["doc_2".to_owned()].as_slice(), 0)
        );
    }

    #[test]
    fn what_a_doubtful_create_made_is_a_part_where_it_still_fits_and_to_be_deleted_elsewhere() {
        let (first, late) = (doubt("h2", 0, 0), doubt("h9", 0, 0));
        let mut unsure = entry("k", "h1", &["doc_1"]);
        unsure.begin("h2");
        unsure.doubts = vec![first.clone(), late.clone()];
        unsure.found(&first, "doc_2".to_owned());
        unsure.found(&late, "doc_3".to_owned());
        assert_eq!(unsure.next.unwrap().parts[&0], "doc_2");
        assert_eq!((unsure.old, unsure.doubts), (vec!["doc_3".to_owned()], Vec::new()));
    }
}
