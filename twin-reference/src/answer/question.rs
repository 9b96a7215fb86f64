//! A question into weighted search terms.

use super::vocabulary;
use super::words::{self, Word};

/// One notion of a question: a word, and what else it may be called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// Index terms that stand for it, each with how well it does (1.0 is the word itself).
    pub(crate) forms: Vec<(String, f64)>,
    /// How much it matters that this one is found, before rarity.
    pub(crate) importance: f64,
}

/// The notions of a text, without question words and other words that say nothing of a topic.
pub(crate) fn terms(text: &str, importance: f64) -> Vec<Term> {
    let mut found: Vec<Term> = Vec::new();
    for word in words::words(text) {
        for term in terms_of(text, word) {
            if !found.iter().any(|known| known.forms.first() == term.forms.first()) {
                found.push(Term { importance: term.importance * importance, ..term });
            }
        }
    }
    found
}

fn terms_of(text: &str, word: Word<'_>) -> Vec<Term> {
    if word.text.chars().any(words::is_cjk) {
        let pairs = words::pairs(word.text).into_iter();
        return pairs.map(|pair| Term { forms: vec![(pair, 1.0)], importance: 0.5 }).collect();
    }
    let folded = words::fold(word.text);
    if folded.is_empty() || vocabulary::is_stop_word(&folded) || is_amount(text, word, &folded) {
        return Vec::new();
    }
    let stem = words::stem(&folded);
    let mut forms = vec![(stem.clone(), 1.0)];
    forms.extend(vocabulary::synonyms(&stem).map(|(synonym, quality)| (synonym.to_owned(), quality)));
    let importance = if vocabulary::is_weak(&stem) { 0.35 } else { 1.0 };
    vec![Term { forms, importance }]
}

/// Small numbers and sums are judged elsewhere; as search terms they only mislead.
fn is_amount(text: &str, word: Word<'_>, folded: &str) -> bool {
    let money = text[..word.start].ends_with(['$', '€', '£']);
    money || folded.len() < 4 && folded.bytes().all(|b| b.is_ascii_digit())
}
