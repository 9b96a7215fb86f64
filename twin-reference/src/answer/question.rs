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
/// The length of the row of a word that tells much; shorter rows are those of everyday words.
const TELLING: f64 = 1.0;
/// What an everyday word counts at least.
const EVERYDAY: f64 = 0.25;
/// What a word that is not searched for counts in the direction of a question, beside one that tells as much as the
/// others do on average.
const STOP_WORD: f32 = 0.5;
/// What a word is worth that is found through one that is nearly the same: a typo of it, or a compound with it.
const KIN: f64 = 0.6;
/// How many words of a conversation are looked at, and what they count beside the question's own.
const CONTEXT_TERMS: usize = 12;
const CONTEXT: f64 = 0.3;

/// One word of a question.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// Index terms that stand for it, each with how well it does; the first is the word itself.
    pub(crate) forms: Vec<(String, f64)>,
    /// How much it tells: by its rarity in this knowledge base, and in the language.
    pub(crate) weight: f64,
    /// How much it tells in the language alone: 1 for a word of some subject, less for `time`, `name` or `help`.
    pub(crate) telling: f64,
    /// Whether any document has it, in one of its forms.
    pub(crate) is_known: bool,
    /// Whether it names something: a capital letter within a sentence, or no word of the language.
    pub(crate) is_name: bool,
    /// Whether it is a word of the conversation before the question.
    pub(crate) is_context: bool,
    pub(crate) vector: Vector,
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
    /// Whether it asks how many, how much or how long: for a number.
    pub(crate) asks_number: bool,
}

impl Question {
    pub(crate) fn read(store: &Store, text: &str, context: &str) -> Result<Self> {
        let mut terms = terms(store, text)?;
        let mut vector = direction(text, &terms);
        let mut before = self::terms(store, context)?;
        if terms.is_empty() {
            terms = before;
            vector = direction(context, &terms);
        } else if !before.is_empty() {
            vector = vector.plus(&Vector::of(context), CONTEXT as f32).unit();
            before.retain(|other| !terms.iter().any(|term| term.forms[0].0 == other.forms[0].0));
            before.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            before.truncate(CONTEXT_TERMS);
            terms.extend(before.into_iter().map(|term| Term {
                weight: CONTEXT * term.weight,
                is_context: true,
                ..term
            }));
        }
        // Of "I'm" and "what's" the table has the parts.
        let parts = words::words(text).flat_map(|word| word.text.split(['\'', '\u{2019}']));
        let words = parts.map(words::fold);
        let (known, all) =
            words.fold((0, 0), |(known, all), word| (known + i32::from(table::knows(&word)), all + 1));
        let english = (2.0 * f64::from(known) / f64::from(all.max(1)) - 0.5).clamp(0.0, 1.0);
        let asks_number = words::words(text).any(|word| is_measure(text, &word));
        Ok(Self { terms, vector, english, sums: amounts::amounts(text), asks_number })
    }
}

/// Where a question points: its words count by what they tell in this knowledge base.
fn direction(text: &str, terms: &[Term]) -> Vector {
    let mean = terms.iter().map(|term| term.weight).sum::<f64>() / terms.len().max(1) as f64;
    let mut vector = Vector::default();
    for word in words::words(text) {
        let folded = words::fold(word.text);
        let stem = words::stem(&folded);
        let term = terms.iter().find(|term| term.forms[0].0 == stem);
        vector.add_part(word.text, term.map_or(STOP_WORD, |term| (term.weight / mean) as f32));
    }
    // The vector of a misspelt word is that of its scraps.
    terms.iter().flat_map(|term| term.forms.iter().skip(1)).for_each(|(form, _)| vector.add(form));
    vector.unit()
}

/// The words of a text, each once, without those that tell nothing.
fn terms(store: &Store, text: &str) -> Result<Vec<Term>> {
    let passages = (store.passages()? as f64).max(FEWEST_PASSAGES);
    let mut terms: Vec<Term> = Vec::new();
    let mut end = 0;
    for word in words::words(text) {
        let hyphenated = &text[end..word.start] == "-";
        end = word.start + word.text.len();
        let folded = words::fold(word.text);
        let stems = if word.text.chars().any(words::is_cjk) {
            words::pairs(word.text)
        } else if folded.is_empty() || is_stop_word(&word, &folded) || is_number(text, &word, &folded) {
            continue;
        } else {
            vec![words::stem(&folded).into_owned()]
        };
        for stem in stems {
            if terms.iter().any(|term| term.forms[0].0 == stem) {
                continue;
            }
            let is_word = table::knows(&folded) || table::knows(&stem);
            let is_name = is_name(text, &word) || !(hyphenated || is_word);
            let mut forms = vec![(stem, 1.0)];
            let mut frequency = store.frequency(&forms[0].0)?;
            if frequency == 0 {
                for kin in kin(store, &forms[0].0)? {
                    frequency = frequency.max(store.frequency(&kin)?);
                    forms.push((kin, KIN));
                }
            }
            let mut vector = Vector::default();
            vector.add(&folded);
            let telling = f64::from(vector.length()) / TELLING;
            let telling = if is_name { 1.0 } else { telling.clamp(EVERYDAY, 1.0) };
            let rarity = ((passages + 0.5) / (frequency as f64 + 0.5)).ln().max(0.05);
            terms.push(Term {
                forms,
                weight: rarity * telling,
                telling,
                is_known: frequency > 0,
                is_name,
                is_context: false,
                // What is put together from scraps of words is like nothing but itself.
                vector: if is_word { vector.unit() } else { Vector::default() },
            });
        }
    }
    Ok(terms)
}

/// Words the documents know for one they do not: a misspelt one's right form, and compounds and derivations that
/// begin alike (`Urlaub`, `Urlaubsantrag`).
fn kin(store: &Store, word: &str) -> Result<Vec<String>> {
    let Some(beginning) = word.get(..3).filter(|_| word.len() >= 5) else { return Ok(Vec::new()) };
    let is_kin = |known: &String| {
        if word.len() >= 6 && is_typo(word, known) {
            return true;
        }
        // In English the vectors know better what derives from what.
        let shared = word.bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
        !table::knows(word) && shared >= 5 && shared * 10 >= 7 * word.len().min(known.len())
    };
    Ok(store.terms_beginning(beginning)?.into_iter().filter(is_kin).collect())
}

/// Whether one letter was left out, added, changed or swapped with the next, and the word is none itself. Another last
/// letter is an ending.
fn is_typo(word: &str, known: &str) -> bool {
    let ends_alike = word.bytes().next_back() == known.bytes().next_back();
    ends_alike && strsim::osa_distance(word, known) == 1 && !table::knows(word)
}

/// A word with a capital letter that does not begin a sentence, or has further ones.
fn is_name(text: &str, word: &Word<'_>) -> bool {
    let mut letters = word.text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let before = text[..word.start].trim_end();
    let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':', '\n']);
    capital && (!begins || letters.any(char::is_uppercase))
}

/// Whether a word says after `how` what is to be counted or measured.
fn is_measure(text: &str, word: &Word<'_>) -> bool {
    const MEASURES: &str = "many much long often soon quickly fast early late big old far large high";
    let before = text[..word.start].split_whitespace().next_back();
    before.is_some_and(|before| before.eq_ignore_ascii_case("how"))
        && MEASURES.split(' ').any(|measure| word.text.eq_ignore_ascii_case(measure))
}

/// Sums are judged elsewhere and small numbers only mislead a search; a year stays.
fn is_number(text: &str, word: &Word<'_>, folded: &str) -> bool {
    let is_year = folded.len() == 4 && (folded.starts_with("19") || folded.starts_with("20"));
    let money = text[..word.start].trim_end().ends_with(['$', '€', '£']);
    let plain = folded.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    folded.starts_with(|c: char| c.is_ascii_digit())
        && (money || (plain && !is_year && folded.len() != 3) || folded.ends_with('k'))
}

/// A word that is not searched for; `I'll` is one, `ill` is not.
pub(super) fn is_stop_word(word: &Word<'_>, folded: &str) -> bool {
    let ending = word.text.rsplit_once(['\'', '\u{2019}']).map(|(_, ending)| ending.to_ascii_lowercase());
    let contracted = ending.is_some_and(|e| matches!(e.as_str(), "ll" | "d" | "ve" | "re" | "m" | "t"));
    contracted || STOP_WORDS.contains(folded)
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
        assert!(!is_typo("wedding", "welding"), "a word of its own");
    }
}
