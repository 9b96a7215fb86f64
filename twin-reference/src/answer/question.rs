//! A question into weighted search terms and a direction.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::amounts::{self, Amount};
use super::table::{self, Vector};
use super::words::{self, Word};
use crate::store::{Result, Store};

/// Question words, pronouns, auxiliaries, prepositions: every handbook has them on every page, so that they tell no
/// page from another, while the rarity of a word misleads in a small one. The later lines hold those of some other
/// languages, where they are no words of English.
static STOP_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("stop_words.txt").split_whitespace().collect());

/// Rarity is measured as if there were at least this many passages, or a word would be common in a small
/// knowledge base for standing there once.
const FEWEST_PASSAGES: f64 = 50.0;
/// What an everyday word counts at least, whose row in the table is short.
const EVERYDAY: f64 = 0.25;
/// What a word that is not searched for counts in the direction of a question, beside one that tells as much as the
/// others do on average.
const STOP_WORD: f32 = 0.5;
/// What a word is worth that is found through one that is nearly the same: a typo of it, or a compound with it.
const KIN: f64 = 0.6;
/// What the conversation before it counts in the direction of a question.
const CONTEXT: f32 = 0.3;

/// One word of a question.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// Index terms that stand for it; the first is the word itself.
    pub(crate) forms: Vec<Form>,
    /// How much it tells: by its rarity in this knowledge base, and in the language.
    pub(crate) weight: f64,
    /// How much it tells in the language alone: 1 for a word of some subject, less for `time`, `name` or `help`.
    pub(crate) telling: f64,
    /// Whether any document has it, in one of its forms.
    pub(crate) is_known: bool,
    /// Whether it names something: a capital letter within a sentence, or no word of the language.
    pub(crate) is_name: bool,
    pub(crate) vector: Vector,
}

/// An index term, how well it stands for a word, and how many passages have it.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) text: String,
    pub(crate) quality: f64,
    pub(crate) passages: u64,
}

/// A question as it is held against passages.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) terms: Vec<Term>,
    pub(crate) vector: Vector,
    /// The share of its words that are words of English, which is what the vectors know; 1 when it is most of them.
    pub(crate) english: f64,
    /// The sums it names.
    pub(crate) sums: Vec<Amount>,
}

impl Question {
    pub(crate) fn read(store: &Store, text: &str, context: &str) -> Result<Self> {
        let terms = terms(store, text)?;
        // "How many are there?" asks for what was spoken of.
        if terms.is_empty() && !context.is_empty() {
            return Self::read(store, context, "");
        }
        let vector = direction(text, &terms).plus(&Vector::of(context), CONTEXT).unit();
        let known: Vec<bool> = words::words(text).map(|word| table::knows(&words::fold(word.text))).collect();
        let share = known.iter().filter(|known| **known).count() as f64 / known.len().max(1) as f64;
        let english = (2.0 * share - 0.5).clamp(0.0, 1.0);
        Ok(Self { terms, vector, english, sums: amounts::amounts(text) })
    }
}

/// Where a question points: its words count by what they tell in this knowledge base.
fn direction(text: &str, terms: &[Term]) -> Vector {
    let mean = terms.iter().map(|term| term.weight).sum::<f64>() / terms.len().max(1) as f64;
    let mut vector = Vector::default();
    for word in words::words(text) {
        let folded = words::fold(word.text);
        let stem = words::stem(&folded);
        let term = terms.iter().find(|term| term.forms[0].text == stem);
        vector.add(&folded, term.map_or(STOP_WORD, |term| (term.weight / mean) as f32));
    }
    // The vector of a misspelt word is that of its scraps.
    terms.iter().flat_map(|term| term.forms.iter().skip(1)).for_each(|form| vector.add(&form.text, 1.0));
    vector.unit()
}

/// The words of a text, each once, without those that tell nothing.
fn terms(store: &Store, text: &str) -> Result<Vec<Term>> {
    let passages = (store.passages()? as f64).max(FEWEST_PASSAGES);
    let mut terms: Vec<Term> = Vec::new();
    for word in words::words(text) {
        let folded = words::fold(word.text);
        if is_stop_word(&folded) || is_number(text, &word, &folded) {
            continue;
        }
        for stem in words::terms(word.text, &folded) {
            if terms.iter().any(|term| term.forms[0].text == stem) {
                continue;
            }
            let is_word = table::knows(&folded) || table::knows(&stem);
            let is_name = is_name(text, &word) || !is_word;
            let mut forms = vec![Form { passages: store.frequency(&stem)?, text: stem, quality: 1.0 }];
            if forms[0].passages == 0 {
                for text in kin(store, &forms[0].text)? {
                    forms.push(Form { passages: store.frequency(&text)?, text, quality: KIN });
                }
            }
            let frequency = forms.iter().map(|form| form.passages).max().unwrap_or_default();
            let mut vector = Vector::default();
            vector.add(&folded, 1.0);
            let telling = if is_name { 1.0 } else { f64::from(vector.length()).clamp(EVERYDAY, 1.0) };
            let rarity = ((passages + 0.5) / (frequency as f64 + 0.5)).ln().max(0.05);
            terms.push(Term {
                forms,
                weight: rarity * telling,
                telling,
                is_known: frequency > 0,
                is_name,
                // What is put together from scraps of words is like nothing but itself.
                vector: if is_word { vector.unit() } else { Vector::default() },
            });
        }
    }
    Ok(terms)
}

/// Words the documents know for one they and the language do not: a misspelt one's right form, and compounds and
/// derivations that begin alike (`Urlaub`, `Urlaubsantrag`).
fn kin(store: &Store, word: &str) -> Result<Vec<String>> {
    let Some(beginning) = word.get(..3).filter(|_| word.len() >= 5 && !table::knows(word)) else {
        return Ok(Vec::new());
    };
    let begins_alike = |known: &String| {
        let shared = word.bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
        shared >= 5 && shared * 10 >= 7 * word.len().min(known.len())
    };
    let mut kin = store.terms_beginning(beginning)?;
    kin.retain(|known| is_typo(word, known) || begins_alike(known));
    Ok(kin)
}

/// Whether one letter was left out, added, changed or swapped with the next. Another last letter is an ending.
fn is_typo(word: &str, known: &str) -> bool {
    let ends_alike = word.bytes().next_back() == known.bytes().next_back();
    word.len() >= 6 && ends_alike && strsim::osa_distance(word, known) == 1
}

/// A word with a capital letter that does not begin a sentence, or has further ones.
fn is_name(text: &str, word: &Word<'_>) -> bool {
    let mut letters = word.text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let before = text[..word.start].trim_end();
    let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':', '\n']);
    capital && (!begins || letters.any(char::is_uppercase))
}

/// Sums are judged elsewhere and small numbers only mislead a search; a year or a code stays.
fn is_number(text: &str, word: &Word<'_>, folded: &str) -> bool {
    let is_money = text[..word.start].trim_end().ends_with(amounts::SYMBOLS);
    let digits = folded.strip_suffix('k').unwrap_or(folded);
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_plain && (is_money || !(3..=4).contains(&folded.len()))
}

/// A word that is not searched for.
pub(super) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.contains(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_wrong_missing_added_or_swapped_is_a_typo_and_another_word_is_none() {
        for word in ["expence", "expnse", "expennse", "epxense"] {
            assert!(is_typo(word, "expense"), "{word}");
        }
        assert!(!is_typo("expense", "expanse of") && !is_typo("expanding", "expense"));
    }
}
