//! The journal: what a run did since the state file was last written, a line a step, so that the run after
//! one that vanished knows what that one knew. Pure: lines out, and lines in onto a state.
//!
//! A change names whole entries. Replaying one twice, or one that is in the state already, does no harm.

use serde::{Deserialize, Serialize};

use super::digest;
use super::entry::Entry;
use super::state::State;

const VERSION: u64 = 1;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Record {
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
    /// The state with this digest, which has all changes so far, is about to take the place of the one before.
    Fold { state: String },
    /// This state, which has all changes so far, is about to be written over the one before.
    Whole { state: String },
}

/// Why a journal cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It is not a journal of this crate.
    #[error("it is not a journal of a sync")]
    ForeignFile,
    /// It has a line that this version cannot read.
    #[error("its line {0} is damaged")]
    Damaged(usize),
    /// It was written by a newer version.
    #[error("it was written by a newer version of twin")]
    Future,
    /// It belongs to another state file.
    #[error("it does not belong to the state file next to it")]
    Foreign,
    /// It leads to a state that cannot be read.
    #[error("it contradicts itself: {0}")]
    Contradictory(String),
}

/// What a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replayed {
    /// The state with all changes; `None` where there are none.
    pub(crate) state: Option<State>,
    /// The length of its whole lines, in bytes.
    pub(crate) length: u64,
    /// The state that its last line announces.
    pub(crate) announced: Option<Announced>,
}

/// A state that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) digest: String,
    /// All of it is in the journal.
    pub(crate) whole: bool,
}

impl Record {
    /// The first line of a journal of changes to the state with this digest.
    pub(crate) fn begin(base_url: &str, state: Option<String>) -> Self {
        Self::Begin { journal: VERSION, base_url: base_url.to_owned(), state }
    }

    /// Which state is about to be written.
    fn announces(&self) -> Option<Announced> {
        match self {
            Record::Fold { state } => Some(Announced { digest: state.clone(), whole: false }),
            Record::Whole { state } => {
                Some(Announced { digest: digest::of_bytes(state.as_bytes()), whole: true })
            }
            Record::Begin { .. } | Record::Change { .. } => None,
        }
    }

    /// A line, with its end.
    pub(crate) fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default(); // strings and numbers only: it cannot fail
        line.push(b'\n');
        line
    }
}

/// Replays what the journal says onto the state beside it.
///
/// A last line that was cut short, or never got its bytes, is what a machine leaves that went down: it was
/// not acted upon, and is passed over.
pub(crate) fn replay(state: Option<&State>, journal: &[u8]) -> Result<Replayed, JournalError> {
    let (records, length) = records(journal)?;
    let announced = records.last().and_then(Record::announces);
    let nothing = Replayed { state: None, length, announced: announced.clone() };
    let Some((base_url, base)) = begin(&records)? else { return Ok(nothing) };
    let found = state.map(State::digest);
    let same_twin = state.is_none_or(|state| state.base_url == base_url);
    // What was folded into the state that is there is in it, and whatever it says more is newer.
    let is_found = |record: &Record| {
        record.announces().is_some_and(|announced| found.as_ref() == Some(&announced.digest))
    };
    let folded = records.iter().rposition(is_found).filter(|_| same_twin);
    let belongs = folded.is_some() || (same_twin && found == base);
    let mut result = state.cloned().unwrap_or_else(|| State::new(base_url));
    let mut changed = false;
    for (index, record) in records.into_iter().enumerate().skip(folded.map_or(1, |folded| folded + 1)) {
        match record {
            Record::Change { drop, put } => {
                changed = true;
                drop.and_then(|key| result.remove(&key));
                put.and_then(|entry| result.put(*entry));
            }
            Record::Whole { state } => {
                changed = true;
                result =
                    State::parse(&state).map_err(|error| JournalError::Contradictory(error.to_string()))?;
            }
            Record::Fold { .. } => {}
            Record::Begin { .. } => return Err(JournalError::Damaged(index + 1)),
        }
    }
    match (changed, belongs) {
        (false, _) => Ok(nothing),
        (true, false) => Err(JournalError::Foreign),
        (true, true) => match result.check() {
            Ok(()) => Ok(Replayed { state: Some(result), length, announced }),
            Err(error) => Err(JournalError::Contradictory(error)),
        },
    }
}

/// The state that was being written over when the run died, where what is in its file is the beginning of it.
pub(crate) fn rescue(torn: &[u8], journal: &[u8]) -> Option<State> {
    let (records, _) = records(journal).ok()?;
    begin(&records).ok()??;
    let last = records.into_iter().rev().find_map(|record| match record {
        Record::Whole { state } => Some(state),
        _ => None,
    })?;
    // A machine that went down may leave zeros in the place of what was not written yet.
    let written = torn.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    last.as_bytes().starts_with(&torn[..written]).then(|| State::parse(&last).ok()).flatten()
}

/// Which twin and which state the changes are to; `None` where the journal is empty.
fn begin(records: &[Record]) -> Result<Option<(String, Option<String>)>, JournalError> {
    match records.first() {
        None => Ok(None),
        Some(Record::Begin { journal: VERSION, base_url, state }) => {
            Ok(Some((base_url.clone(), state.clone())))
        }
        Some(Record::Begin { .. }) => Err(JournalError::Future),
        Some(_) => Err(JournalError::Damaged(1)),
    }
}

fn records(journal: &[u8]) -> Result<(Vec<Record>, u64), JournalError> {
    let mut records = Vec::new();
    let mut length = 0;
    let mut lines = journal.split_inclusive(|&byte| byte == b'\n');
    while let Some(line) = lines.next() {
        match line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok()) {
            Some(record) => records.push(record),
            None if records.is_empty() && !may_be_ours(line) => return Err(JournalError::ForeignFile),
            None if lines.next().is_some() => return Err(JournalError::Damaged(records.len() + 1)),
            None => break,
        }
        length += line.len() as u64;
    }
    Ok((records, length))
}

/// Whether a first line that was cut short, or never got all its bytes, can be one of ours.
fn may_be_ours(line: &[u8]) -> bool {
    const BEGINNING: &[u8] = br#"{"begin":{"#;
    let written = line.iter().take_while(|&&byte| byte != 0 && byte != b'\n').count();
    let written = &line[..written];
    written.starts_with(BEGINNING) || BEGINNING.starts_with(written)
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

    fn replayed(state: Option<&State>, journal: &[u8]) -> Result<Option<State>, JournalError> {
        replay(state, journal).map(|replayed| replayed.state)
    }

    fn text(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(Record::to_line).collect()
    }

    #[test]
    fn changes_are_replayed_onto_the_state_they_were_made_to() {
        let base = state(&[entry("a", "h1", &["doc_1"]), entry("b", "h1", &["doc_2"])]);
        let journal = text(&[
            Record::begin("http://a", Some(base.digest())),
            put(entry("a", "h2", &["doc_3"])),
            Record::Change { drop: Some("b".to_owned()), put: Some(Box::new(entry("c", "h1", &["doc_2"]))) },
        ]);
        let expected = state(&[entry("a", "h2", &["doc_3"]), entry("c", "h1", &["doc_2"])]);
        assert_eq!(replayed(Some(&base), &journal), Ok(Some(expected)));
    }

    #[test]
    fn a_journal_of_a_first_run_stands_for_the_state_that_was_never_written() {
        let journal = text(&[Record::begin("http://a", None), put(entry("a", "h", &["doc_1"]))]);
        assert_eq!(replayed(None, &journal), Ok(Some(state(&[entry("a", "h", &["doc_1"])]))));
    }

    #[test]
    fn a_journal_that_was_folded_but_not_emptied_does_no_harm() {
        let base = state(&[]);
        let folded = state(&[entry("a", "h", &["doc_1"])]);
        let journal = text(&[
            Record::begin("http://a", Some(base.digest())),
            put(entry("a", "h", &["doc_1"])),
            Record::Fold { state: folded.digest() },
        ]);
        assert_eq!(replayed(Some(&folded), &journal), Ok(None), "the state has it all");
        assert_eq!(replayed(Some(&base), &journal), Ok(Some(folded)));
    }

    #[test]
    fn what_was_folded_into_the_state_is_not_taken_back_by_older_lines() {
        let base = state(&[]);
        let newer = state(&[entry("a", "h2", &["doc_2"])]); // its last change is in no line: the disk was full
        let journal = text(&[
            Record::begin("http://a", Some(base.digest())),
            put(entry("a", "h1", &["doc_1"])),
            Record::Fold { state: newer.digest() },
        ]);
        assert_eq!(replayed(Some(&newer), &journal), Ok(None));
    }

    #[test]
    fn a_state_that_was_being_written_over_is_in_the_journal_whole() {
        let base = state(&[entry("a", "h", &["doc_1"])]);
        let whole = state(&[entry("a", "h", &["doc_1"]), entry("b", "h", &["doc_2"])]);
        let records =
            [Record::begin("http://a", Some(base.digest())), Record::Whole { state: whole.to_text() }];
        let journal = text(&records);
        assert_eq!(replayed(Some(&base), &journal), Ok(Some(whole.clone())), "nothing is written yet");
        assert_eq!(replayed(Some(&whole), &journal), Ok(None), "all of it is");
        let text = whole.to_text().into_bytes();
        for torn in [&b""[..], &text[..1], &text[..text.len() - 2], &[&text[..9], &[0; 30]].concat()] {
            assert_eq!(rescue(torn, &journal), Some(whole.clone()));
        }
        assert_eq!(rescue(b"<<<<<<< HEAD\n", &journal), None, "that is someone else's doing");
        assert_eq!(replayed(Some(&state(&[])), &journal), Err(JournalError::Foreign));
    }

    #[test]
    fn a_file_that_is_no_journal_is_told_from_one_that_was_cut_short() {
        for foreign in [&b"Dear diary"[..], b"Dear diary\n", b"{\"a\":1}\n{}\n", b"\x7fELF\0\0"] {
            assert_eq!(replay(None, foreign), Err(JournalError::ForeignFile), "{foreign:?}");
        }
        for torn in [&b""[..], b"{", b"{\"begin\":{\"jour", b"\0\0\0", b"{\"beg\0\0\0\n"] {
            let nothing = Replayed { state: None, length: 0, announced: None };
            assert_eq!(replay(None, torn), Ok(nothing), "{torn:?}");
        }
    }

    #[test]
    fn a_journal_beside_another_state_is_refused_unless_it_says_nothing() {
        let (base, other) = (state(&[]), state(&[entry("z", "h", &["doc_9"])]));
        let begin = Record::begin("http://a", Some(base.digest()));
        assert_eq!(replayed(Some(&other), &text(std::slice::from_ref(&begin))), Ok(None));
        let journal = text(&[begin, put(entry("a", "h", &["doc_1"]))]);
        assert_eq!(replayed(Some(&other), &journal), Err(JournalError::Foreign));
        assert_eq!(replayed(None, &journal), Err(JournalError::Foreign));
    }

    #[test]
    fn a_damaged_line_is_passed_over_at_the_end_only() {
        let base = state(&[]);
        let (begin, change) =
            (Record::begin("http://a", Some(base.digest())), put(entry("a", "h", &["doc_1"])));
        let good = text(&[begin.clone(), change.clone()]);
        for tail in [&b"{\"change\":{\"pu"[..], b"\0\0\0\0", b"{\"change\":{\"pu\n", b"\0\0\n"] {
            let torn = [&good, tail].concat();
            assert_eq!(replayed(Some(&base), &torn), replayed(Some(&base), &good));
        }
        let within = [&text(&[begin])[..], b"{\"change\":{\"pu\n", &text(&[change])].concat();
        assert_eq!(replayed(Some(&base), &within), Err(JournalError::Damaged(2)));
    }

    #[test]
    fn a_journal_after_which_two_entries_would_claim_a_document_is_refused() {
        let base = state(&[entry("a", "h", &["doc_1"])]);
        let begin = Record::begin("http://a", Some(base.digest()));
        let journal = text(&[begin, put(entry("b", "h", &["doc_1"]))]);
        assert!(matches!(replayed(Some(&base), &journal), Err(JournalError::Contradictory(_))));
    }

    #[test]
    fn a_later_versions_journal_is_left_alone() {
        let line = br#"{"begin":{"journal":2,"baseUrl":"http://a","state":null}}"#;
        assert_eq!(replayed(None, &[line, &b"\n"[..]].concat()), Err(JournalError::Future));
    }

    proptest! {
        #[test]
        fn wherever_a_journal_is_cut_the_whole_lines_before_are_replayed(
            before in entries(), after in entries(), cut in any::<prop::sample::Index>(),
        ) {
            let base = state(&before);
            let after: Vec<Entry> = after.into_iter().map(with_ids_of_its_own).collect();
            let mut records = vec![Record::begin("http://a", Some(base.digest()))];
            records.extend(after.iter().cloned().map(put));
            let journal = text(&records);
            let cut = &journal[..cut.index(journal.len() + 1)];
            let whole = cut.iter().filter(|&&byte| byte == b'\n').count();
            let mut expected = base.clone();
            for entry in after.iter().take(whole.saturating_sub(1)) {
                expected.put(entry.clone());
            }
            let expected = (whole > 1).then_some(expected);
            prop_assert_eq!(replayed(Some(&base), cut), Ok(expected));
        }
    }
}
