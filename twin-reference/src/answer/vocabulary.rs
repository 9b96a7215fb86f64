//! What is known of words before any document is read: which say nothing of a topic, which hardly narrow
//! one down, and which are other words for the same thing. General English, workplace first; no list
//! knows of any particular company.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::words;

/// Question words, pronouns, auxiliaries, prepositions: not searched for. The later lines hold those of some
/// other languages, where they are no words of English.
const STOP_WORDS: &str = include_str!("vocabulary/stop_words.txt");

/// Workplace words that stand in too many questions to narrow one down.
const WEAK_WORDS: &str = include_str!("vocabulary/weak_words.txt");

/// Common words of English, which name a question's circumstances more often than its topic.
const COMMON_WORDS: &str = include_str!("vocabulary/common_words.txt");

/// Words that mean about the same at work, one group a line. Each stands for the others at `SYNONYM` of its
/// own worth. A name of two words is written with a hyphen.
const SYNONYMS: &str = include_str!("vocabulary/synonyms.txt");

/// Words of one topic, one topic a line. Each speaks for the others a little.
const RELATED: &str = include_str!("vocabulary/related.txt");

/// Verbs, and words that say how or in what manner: a question may use any of them for what a document says
/// with another one, or with none.
const MANNER: [&str; 2] = [include_str!("vocabulary/verbs.txt"), include_str!("vocabulary/adjectives.txt")];

/// What a synonym is worth beside the word itself.
const SYNONYM: f64 = 0.8;
/// What a word of the same topic is worth.
const RELATIVE: f64 = 0.35;

/// How much a word tells of a question's topic, before its rarity is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Weak,
    Common,
    /// Verbs and adjectives.
    Manner,
    Telling,
}

struct Vocabulary {
    stop: HashSet<&'static str>,
    weak: HashSet<String>,
    common: HashSet<String>,
    manner: HashSet<String>,
    synonyms: HashMap<String, Vec<(String, f64)>>,
    /// The first words of names of two words, with the second ones.
    phrases: HashMap<&'static str, Vec<&'static str>>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let stems = |list: &str| list.split_whitespace().map(words::stem).collect();
    let mut synonyms: HashMap<String, Vec<(String, f64)>> = HashMap::new();
    let mut phrases: HashMap<_, Vec<_>> = HashMap::new();
    let lines = SYNONYMS.lines().map(|group| (group, SYNONYM));
    for (group, worth) in lines.chain(RELATED.lines().map(|topic| (topic, RELATIVE))) {
        let group: Vec<&str> = group.split_whitespace().collect();
        for (first, second) in group.iter().filter_map(|name| name.split_once('-')) {
            phrases.entry(first).or_default().push(second);
        }
        let stems: Vec<String> = group.iter().map(|name| words::stem(&name.replace('-', ""))).collect();
        for stem in &stems {
            let known = synonyms.entry(stem.clone()).or_default();
            for other in stems.iter().filter(|other| *other != stem) {
                if !known.iter().any(|(synonym, _)| synonym == other) {
                    known.push((other.clone(), worth));
                }
            }
        }
    }
    Vocabulary {
        stop: STOP_WORDS.split_whitespace().collect(),
        weak: stems(WEAK_WORDS),
        common: stems(COMMON_WORDS),
        manner: MANNER.iter().flat_map(|list| list.split_whitespace()).map(words::stem).collect(),
        synonyms,
        phrases,
    }
});

/// Words after which a question tells of its circumstances rather than its topic.
pub(super) fn opens_circumstances(folded: &str) -> bool {
    const OPENING: [&str; 17] = [
        "for", "in", "at", "from", "during", "when", "if", "after", "before", "because", "since", "while",
        "without", "within", "where", "as", "so",
    ];
    OPENING.contains(&folded)
}

pub(super) fn is_stop_word(folded: &str) -> bool {
    VOCABULARY.stop.contains(folded)
}

/// Whether two words name one notion together, such as `time off`.
pub(super) fn is_phrase(first: &str, second: &str) -> bool {
    VOCABULARY.phrases.get(first).is_some_and(|seconds| seconds.contains(&second))
}

/// The word a form belongs to that the stemmer would get wrong: `buy` for `bought`. A word that belongs to
/// itself is not to be stemmed: `internal` has nothing to do with `intern`.
pub(super) fn irregular(folded: &str) -> Option<&'static str> {
    static IRREGULAR: LazyLock<HashMap<&str, &'static str>> = LazyLock::new(|| {
        include_str!("vocabulary/irregular.txt").lines().filter_map(|line| line.split_once(' ')).collect()
    });
    IRREGULAR.get(folded).copied()
}

/// The class of a stem; in several lists it counts as what is found first here.
pub(super) fn class(stem: &str) -> Class {
    if VOCABULARY.weak.contains(stem) {
        Class::Weak
    } else if VOCABULARY.common.contains(stem) {
        Class::Common
    } else if VOCABULARY.manner.contains(stem) {
        Class::Manner
    } else {
        Class::Telling
    }
}

/// Other index terms for a notion, and how well each stands for it.
pub(super) fn synonyms(stem: &str) -> impl Iterator<Item = (&'static str, f64)> {
    VOCABULARY.synonyms.get(stem).into_iter().flatten().map(|(synonym, worth)| (synonym.as_str(), *worth))
}
