//! The journal: what a run did since the state file was last written, a line a step, so that the run after
//! one that vanished knows what that one knew. Pure: lines out, and lines in onto a state.
//!
//! A change names whole entries. Replaying one twice, or one that is in the state already, does no harm.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::state::State;

const VERSION: u64 = 1;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Record {
    /// The first line: which state the changes are to.
    #[serde(rename_all = "camelCase")]
    Begin {
        /// The version of this format.
        journal: u64,
        /// The twin.
        base_url: String,
        /// The digest of the state; `None` where there was no state file.
        state: Option<String>,
    },
    /// The entry with the key `drop` goes, and `put` takes the place of the one with its key.
    Change {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drop: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        put: Option<Box<Entry>>,
    },
    /// The state with this digest, which has all changes so far, is about to be written.
    Fold { state: String },
}

/// Why a journal cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A line within it is not what this version writes.
    #[error("its line {0} is damaged")]
    Damaged(usize),
    /// It was written by a later version.
    #[error("it was written by a later version of twin")]
    Future,
    /// It is about another state than the one that is there.
    #[error("it does not belong to the state beside it")]
    Foreign,
    /// What it makes of the state is none that could be read again.
    #[error("it contradicts itself: {0}")]
    Contradictory(String),
}

impl Record {
    /// The first line of a journal of changes to `state`.
    pub fn begin(base_url: &str, state: Option<&State>) -> Self {
        let state = state.map(State::digest);
        Self::Begin { journal: VERSION, base_url: base_url.to_owned(), state }
    }

    /// A line, with its end.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default(); // strings and numbers only: it cannot fail
        line.push(b'\n');
        line
    }
}

/// The state with what the journal says; `None` where the journal says nothing.
///
/// A last line that was cut short, or never got its bytes, is what a machine leaves that went down: it was
/// not acted upon, and is passed over.
pub fn replay(state: Option<&State>, journal: &[u8]) -> Result<Option<State>, Unusable> {
    let mut records = records(journal)?.into_iter();
    let Some(first) = records.next() else { return Ok(None) };
    let Record::Begin { journal: version, base_url, state: base } = first else {
        return Err(Unusable::Damaged(1));
    };
    if version != VERSION {
        return Err(Unusable::Future);
    }
    let mut result = state.cloned().unwrap_or_else(|| State::new(base_url.clone()));
    let found = state.map(State::digest);
    let mut belongs = result.base_url == base_url && found == base;
    let mut changed = false;
    for (index, record) in records.enumerate() {
        match record {
            Record::Change { drop, put } => {
                changed = true;
                drop.and_then(|key| result.remove(&key));
                put.and_then(|entry| result.put(*entry));
            }
            Record::Fold { state } => {
                belongs |= result.base_url == base_url && found.as_ref() == Some(&state)
            }
            Record::Begin { .. } => return Err(Unusable::Damaged(index + 2)),
        }
    }
    match (changed, belongs) {
        (false, _) => Ok(None),
        (true, false) => Err(Unusable::Foreign),
        (true, true) => match result.each_id_once() {
            Ok(()) => Ok(Some(result)),
            Err(error) => Err(Unusable::Contradictory(error)),
        },
    }
}

fn records(journal: &[u8]) -> Result<Vec<Record>, Unusable> {
    let mut records = Vec::new();
    let mut damaged = None;
    for (index, line) in journal.split_inclusive(|&byte| byte == b'\n').enumerate() {
        match line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok()) {
            Some(record) if damaged.is_none() => records.push(record),
            Some(_) => break,
            None => damaged = damaged.or(Some(index + 1)),
        }
    }
    let lines = journal.split_inclusive(|&byte| byte == b'\n').count();
    match damaged {
        Some(line) if line < lines => Err(Unusable::Damaged(line)),
        _ => Ok(records),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::tests::{entries, entry};
    use super::*;

    fn state(entries: &[Entry]) -> State {
        let mut state = State::new("http://a");
        for entry in entries {
            state.put(entry.clone());
        }
        state
    }

    /// As [`entries`], which makes the same ids again every time, and a journal claims none twice.
    fn with_ids_of_its_own(mut entry: Entry) -> Entry {
        let parts = entry.next.iter_mut().flat_map(|next| next.parts.values_mut());
        entry.ids.iter_mut().chain(&mut entry.old).chain(parts).for_each(|id| id.push_str("_later"));
        entry
    }

    fn put(entry: Entry) -> Record {
        Record::Change { drop: None, put: Some(Box::new(entry)) }
    }

    fn text(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(Record::to_line).collect()
    }

    #[test]
    fn changes_are_replayed_onto_the_state_they_were_made_to() {
        let base = state(&[entry("a", "h1", &["doc_1"]), entry("b", "h1", &["doc_2"])]);
        let journal = text(&[
            Record::begin("http://a", Some(&base)),
            put(entry("a", "h2", &["doc_3"])),
            Record::Change { drop: Some("b".to_owned()), put: Some(Box::new(entry("c", "h1", &["doc_2"]))) },
        ]);
        let expected = state(&[entry("a", "h2", &["doc_3"]), entry("c", "h1", &["doc_2"])]);
        assert_eq!(replay(Some(&base), &journal), Ok(Some(expected)));
    }

    #[test]
    fn a_journal_of_a_first_run_stands_for_the_state_that_was_never_written() {
        let journal = text(&[Record::begin("http://a", None), put(entry("a", "h", &["doc_1"]))]);
        assert_eq!(replay(None, &journal), Ok(Some(state(&[entry("a", "h", &["doc_1"])]))));
    }

    #[test]
    fn a_journal_that_was_folded_but_not_emptied_does_no_harm() {
        let base = state(&[]);
        let folded = state(&[entry("a", "h", &["doc_1"])]);
        let journal = text(&[
            Record::begin("http://a", Some(&base)),
            put(entry("a", "h", &["doc_1"])),
            Record::Fold { state: folded.digest() },
        ]);
        assert_eq!(replay(Some(&folded), &journal), Ok(Some(folded.clone())));
        assert_eq!(replay(Some(&base), &journal), Ok(Some(folded)));
    }

    #[test]
    fn a_journal_beside_another_state_is_refused_unless_it_says_nothing() {
        let (base, other) = (state(&[]), state(&[entry("z", "h", &["doc_9"])]));
        let begin = Record::begin("http://a", Some(&base));
        assert_eq!(replay(Some(&other), &text(std::slice::from_ref(&begin))), Ok(None));
        let journal = text(&[begin, put(entry("a", "h", &["doc_1"]))]);
        assert_eq!(replay(Some(&other), &journal), Err(Unusable::Foreign));
        assert_eq!(replay(None, &journal), Err(Unusable::Foreign));
    }

    #[test]
    fn a_damaged_line_is_passed_over_at_the_end_only() {
        let base = state(&[]);
        let (begin, change) = (Record::begin("http://a", Some(&base)), put(entry("a", "h", &["doc_1"])));
        let good = text(&[begin.clone(), change.clone()]);
        for tail in [&b"{\"change\":{\"pu"[..], b"\0\0\0\0", b"{\"change\":{\"pu\n", b"\0\0\n"] {
            let torn = [&good, tail].concat();
            assert_eq!(replay(Some(&base), &torn), replay(Some(&base), &good));
        }
        let within = [&text(&[begin])[..], b"{\"change\":{\"pu\n", &text(&[change])].concat();
        assert_eq!(replay(Some(&base), &within), Err(Unusable::Damaged(2)));
    }

    #[test]
    fn a_journal_after_which_two_entries_would_claim_a_document_is_refused() {
        let base = state(&[entry("a", "h", &["doc_1"])]);
        let begin = Record::begin("http://a", Some(&base));
        let journal = text(&[begin, put(entry("b", "h", &["doc_1"]))]);
        assert!(matches!(replay(Some(&base), &journal), Err(Unusable::Contradictory(_))));
    }

    #[test]
    fn a_later_versions_journal_is_left_alone() {
        let line = br#"{"begin":{"journal":2,"baseUrl":"http://a","state":null}}"#;
        assert_eq!(replay(None, &[line, &b"\n"[..]].concat()), Err(Unusable::Future));
    }

    proptest! {
        #[test]
        fn wherever_a_journal_is_cut_the_whole_lines_before_are_replayed(
            before in entries(), after in entries(), cut in any::<prop::sample::Index>(),
        ) {
            let base = state(&before);
            let after: Vec<Entry> = after.into_iter().map(with_ids_of_its_own).collect();
            let mut records = vec![Record::begin("http://a", Some(&base))];
            records.extend(after.iter().cloned().map(put));
            let journal = text(&records);
            let cut = &journal[..cut.index(journal.len() + 1)];
            let whole = cut.iter().filter(|&&byte| byte == b'\n').count();
            let mut expected = base.clone();
            for entry in after.iter().take(whole.saturating_sub(1)) {
                expected.put(entry.clone());
            }
            let expected = (whole > 1).then_some(expected);
            prop_assert_eq!(replay(Some(&base), cut), Ok(expected));
        }
    }
}
