//! Documents that say nearly the same: found by sketches of their texts, in one pass and in a few hundred bytes a
//! document, whatever their length.

use std::collections::HashMap;

use super::Document;
use super::text::tidy_line;

/// Finds documents that have the same title, or nearly the same text.
///
/// ```
/// use twin_export::Similar;
/// # use twin_export::{Document, DocumentType};
/// # let document = |key: &str, title: &str, text: &str| Document {
/// #     key: key.into(), title: title.into(), document_type: DocumentType::Note, text: text.into(),
/// #     source: String::new(), converter: String::new(), path: String::new(),
/// # };
/// let mut similar = Similar::default();
/// similar.add(&document("folder:a/leave.md", "Leave", "Thirty days a year."));
/// similar.add(&document("notion:86ce25c6", "leave", "Twenty-eight days a year."));
/// assert_eq!(similar.finish()[0].keys, ["folder:a/leave.md", "notion:86ce25c6"]);
/// ```
#[derive(Debug, Default)]
pub struct Similar {
    documents: Vec<Sketch>,
}

/// Documents that may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Their identities, in the order in which they came.
    pub keys: Vec<String>,
    /// The title of the first.
    pub title: String,
    /// What they have in common.
    pub likeness: Likeness,
}

/// What documents have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Likeness {
    /// Every word, in the same order.
    SameText,
    /// So many percent of their wording, at least and roughly.
    SimilarText(u8),
    /// The title, whatever its case.
    SameTitle,
}

/// Values of a sketch: each is the least hash of those that fall to it, so that two texts share as large a part of
/// them as of their wording.
const BINS: usize = 64;
/// Values that must all be equal for two documents to be compared: with 16 such bands few that share four fifths
/// of their wording are missed.
const BAND: usize = 4;
/// Equal values, of [`BINS`], from which on texts are nearly the same.
const ENOUGH: usize = 51;
/// Runs of words below which a text is too short to be compared in parts.
const LEAST_RUNS: usize = 24;
/// Documents of a band with which one is compared.
const MOST_COMPARED: usize = 4;

#[derive(Debug)]
struct Sketch {
    key: String,
    title: String,
    /// Of all words in their order.
    words: u64,
    /// Nothing of a short text.
    bins: Option<Box<Bins>>,
}

impl Similar {
    /// Adds a document.
    pub fn add(&mut self, document: &Document) {
        let (words, bins) = sketch(&document.text);
        self.documents.push(Sketch {
            key: document.key.clone(),
            title: tidy_line(&document.title),
            words,
            bins,
        });
    }

    /// Returns groups of documents that are alike, the first of each in the order in which they came.
    #[must_use]
    pub fn finish(self) -> Vec<Alike> {
        let documents = &self.documents;
        let mut texts = Groups::of(documents.len());
        let mut first_of: HashMap<u64, usize> = HashMap::new();
        for (at, document) in documents.iter().enumerate() {
            match first_of.get(&document.words) {
                Some(&first) => texts.join(first, at, BINS),
                None => {
                    first_of.insert(document.words, at);
                }
            }
        }
        for band in 0..BINS / BAND {
            // Of one band at a time, so that memory stays flat.
            let mut bands: HashMap<u64, Vec<usize>> = HashMap::new();
            for (at, document) in documents.iter().enumerate() {
                let Some(bins) = document.bins.as_deref() else { continue };
                if first_of.get(&document.words) != Some(&at) {
                    continue;
                }
                let values = &bins[band * BAND..(band + 1) * BAND];
                let hash = values.iter().fold(0, |hash, value| mixed(hash ^ u64::from(*value)));
                let others = bands.entry(hash).or_default();
                for &other in others.iter() {
                    let shared = documents[other].bins.as_deref().map_or(0, |others| equal(bins, others));
                    if shared >= ENOUGH {
                        texts.join(other, at, shared);
                    }
                }
                if others.len() < MOST_COMPARED {
                    others.push(at);
                }
            }
        }
        let mut titles = Groups::of(documents.len());
        let mut first_of: HashMap<String, usize> = HashMap::new();
        for (at, document) in documents.iter().enumerate() {
            match first_of.get(&document.title.to_lowercase()) {
                Some(&first) => titles.join(first, at, BINS),
                None => {
                    first_of.insert(document.title.to_lowercase(), at);
                }
            }
        }
        let alike_in_text = texts.gathered();
        let mut alike: Vec<(usize, Alike)> = Vec::new();
        for (members, least) in &alike_in_text {
            let first = &documents[members[0]];
            let is_same = members.iter().all(|&member| documents[member].words == first.words);
            let percent = u8::try_from(least * 100 / BINS).unwrap_or(100).min(99);
            let likeness = if is_same { Likeness::SameText } else { Likeness::SimilarText(percent) };
            alike.push((members[0], self.alike(members, likeness)));
        }
        for (members, _) in titles.gathered() {
            // What is said of their texts says it already.
            let root = texts.root(members[0]);
            if members.iter().any(|&member| texts.root(member) != root) {
                alike.push((members[0], self.alike(&members, Likeness::SameTitle)));
            }
        }
        alike.sort_by_key(|(first, _)| *first);
        alike.into_iter().map(|(_, alike)| alike).collect()
    }

    fn alike(&self, members: &[usize], likeness: Likeness) -> Alike {
        let keys = members.iter().map(|&member| self.documents[member].key.clone()).collect();
        Alike { keys, title: self.documents[members[0]].title.clone(), likeness }
    }
}

type Bins = [u16; BINS];

/// Documents that belong together.
struct Groups {
    above: Vec<usize>,
    /// The least that two of a group share.
    least: Vec<usize>,
}

impl Groups {
    fn of(len: usize) -> Self {
        Self { above: (0..len).collect(), least: vec![BINS; len] }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize, shared: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = (one.min(other), one.max(other));
        if first != second {
            self.above[second] = first;
            self.least[first] = self.least[first].min(self.least[second]).min(shared);
        }
    }

    /// The groups of several.
    fn gathered(&mut self) -> Vec<(Vec<usize>, usize)> {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for at in 0..self.above.len() {
            let root = self.root(at);
            if root != at {
                members.entry(root).or_insert_with(|| vec![root]).push(at);
            }
        }
        let mut gathered: Vec<_> = members.into_values().collect();
        gathered.sort_unstable();
        gathered.into_iter().map(|members| (self.least[members[0]], members)).map(|(l, m)| (m, l)).collect()
    }
}

fn equal(one: &Bins, other: &Bins) -> usize {
    one.iter().zip(other).filter(|(one, other)| one == other).count()
}

/// The hash of all words, and the sketch of each three in a row.
fn sketch(text: &str) -> (u64, Option<Box<Bins>>) {
    let mut least = [u32::MAX; BINS];
    let (mut all, mut runs) = (0, 0);
    let mut last = [0u64; 2];
    words(text.as_bytes(), |word| {
        all = mixed(all ^ word);
        let run = mixed(last[0].rotate_left(17) ^ last[1].rotate_left(7) ^ word);
        last = [last[1], word];
        runs += 1;
        // The upper bits tell the place, the lower ones the value.
        let bin = (run >> 58) as usize;
        least[bin] = least[bin].min(run as u32);
    });
    if runs < LEAST_RUNS {
        return (all, None);
    }
    let is_full = |bin: &usize| least[*bin] != u32::MAX;
    // What nothing fell to borrows from the next. Half of a value tells it from others well enough.
    let value = |bin: usize| {
        let steps = (0..BINS).find(|step| is_full(&((bin + step) % BINS))).unwrap_or(0);
        (least[(bin + steps) % BINS] as u16).wrapping_add((steps as u16).wrapping_mul(977))
    };
    (all, Some(Box::new(std::array::from_fn(value))))
}

/// Hands out a hash of each word: of letters and digits in lower case, and of each sign of scripts without blanks.
fn words(text: &[u8], mut take: impl FnMut(u64)) {
    let (mut word, mut len) = (0u64, 0);
    for &byte in text {
        let is_of_word = byte.is_ascii_alphanumeric() || byte >= 0x80;
        // Where a sign of East Asia begins, a word ends.
        if len > 0 && (!is_of_word || byte >= 0xE3) {
            take(mixed(word));
            (word, len) = (0, 0);
        }
        if is_of_word {
            word = (word.rotate_left(5) ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(MULTIPLIER);
            len += 1;
        }
    }
    if len > 0 {
        take(mixed(word));
    }
}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 32)).wrapping_mul(MULTIPLIER);
    (value ^ (value >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (value >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocumentType;

    fn document(key: &str, title: &str, text: &str) -> Document {
        Document {
            key: key.to_owned(),
            title: title.to_owned(),
            document_type: DocumentType::Note,
            text: text.to_owned(),
            source: String::new(),
            converter: String::new(),
            path: String::new(),
        }
    }

    fn found(documents: &[(&str, &str, String)]) -> Vec<(String, Likeness)> {
        let mut similar = Similar::default();
        documents.iter().for_each(|(key, title, text)| similar.add(&document(key, title, text)));
        similar.finish().into_iter().map(|alike| (alike.keys.join(" "), alike.likeness)).collect()
    }

    /// A text of its own, of so many words.
    fn essay(seed: u64, words: usize) -> String {
        let mut state = seed;
        let mut word = || {
            state = mixed(state.wrapping_add(MULTIPLIER));
            format!("w{}", state % 5000)
        };
        (0..words).map(|_| word()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn equal_titles_and_texts_are_found_and_nothing_is_said_twice() {
        let found = found(&[
            ("a", "Leave", "Thirty days.".to_owned()),
            ("b", "LEAVE", "Twenty days.".to_owned()),
            ("c", "Keys", "At the desk.".to_owned()),
            ("d", "keys", "At the  desk".to_owned()),
            ("e", "Other", "Something else.".to_owned()),
        ]);
        assert_eq!(found, [("a b".to_owned(), Likeness::SameTitle), ("c d".to_owned(), Likeness::SameText)]);
    }

    #[test]
    fn a_text_with_a_few_words_changed_is_similar_and_another_is_not() {
        for seed in 0..40 {
            let text = essay(seed, 400);
            let changed = text.replacen("w1", "changed", 3);
            let other = format!("{} {}", essay(seed + 100, 200), &text[..text.len() / 2]);
            let found = found(&[("a", "1", text), ("b", "2", changed), ("c", "3", other)]);
            assert_eq!(found.len(), 1, "{seed}: {found:?}");
            assert!(found[0].0 == "a b" && matches!(found[0].1, Likeness::SimilarText(80..)), "{found:?}");
        }
    }

    #[test]
    fn texts_without_blanks_are_compared_sign_by_sign() {
        let text = "鍵は受付にあります。夜は警備員が持っています。返すときは名前を書いてください。なくしたらすぐに知らせること。";
        let changed = text.replace("名前", "氏名");
        let found = found(&[("a", "1", text.repeat(2)), ("b", "2", changed.repeat(2))]);
        assert!(matches!(found[..], [(_, Likeness::SimilarText(_))]), "{found:?}");
    }

    #[test]
    fn many_documents_of_one_wording_are_one_group() {
        let documents: Vec<_> =
            (0..300).map(|n| (format!("k{n}"), format!("{} id{n}", essay(7, 300)))).collect();
        let documents: Vec<_> =
            documents.iter().map(|(key, text)| (key.as_str(), key.as_str(), text.clone())).collect();
        let found = found(&documents);
        assert_eq!((found.len(), found[0].0.split(' ').count()), (1, 300));
    }
}
