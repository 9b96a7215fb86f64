//! Text into index terms: folded, split, stemmed. Documents and questions go through the same functions,
//! so that a term of one is found in the other.

use std::cell::RefCell;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use super::vocabulary;

/// A word as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    /// Where it begins, in bytes.
    pub(crate) start: usize,
}

/// The words of a text in order. A word is a run of letters and digits; an apostrophe between letters and
/// a separator between digits belong to it.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = loop {
            let (at, c) = rest.next()?;
            if c.is_alphanumeric() {
                break (at, c);
            }
        };
        let (mut end, mut last) = (start + first.len_utf8(), first);
        while let Some(&(at, c)) = rest.peek() {
            let next = text[at + c.len_utf8()..].chars().next();
            if !(c.is_alphanumeric() || is_mark(c) || joins(last, c, next)) {
                break;
            }
            (end, last) = (at + c.len_utf8(), c);
            rest.next();
        }
        Some(Word { text: &text[start..end], start })
    })
}

/// A combining mark that stands on its own in decomposed text.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn joins(before: char, c: char, after: Option<char>) -> bool {
    let Some(after) = after else { return false };
    match c {
        '\'' | '\u{2019}' => before.is_alphabetic() && after.is_alphabetic(),
        '.' | ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

/// Lower case without diacritics, apostrophes, possessive endings, elided articles and the separators of
/// thousands.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        let lower = word.nfkd().filter(|&c| !is_mark(c)).flat_map(char::to_lowercase);
        lower.collect::<String>().replace('ß', "ss").replace('\u{2019}', "'")
    };
    if let Some(stem) = folded.strip_suffix("'s") {
        folded.truncate(stem.len());
    } else if let Some((article, noun)) = folded.split_once('\'')
        && matches!(article, "l" | "d" | "j" | "n" | "c" | "qu")
    {
        folded = noun.to_owned();
    }
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        fold_number(&folded)
    } else {
        folded.replace('\'', "")
    }
}

/// `1,200` and `1.200` are 1200, `1.5` and `2.50` keep their fraction.
fn fold_number(number: &str) -> String {
    let groups_of_three = number.split([',', '.']).skip(1).all(|group| group.len() == 3);
    if groups_of_three { number.replace([',', '.'], "") } else { number.replace(',', ".") }
}

/// Forms a stemmer does not know for those of another word.
const IRREGULAR: [(&str, &str); 54] = [
    ("paid", "pay"),
    ("bought", "buy"),
    ("sold", "sell"),
    ("left", "leave"),
    ("lost", "lose"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("broke", "break"),
    ("broken", "break"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("sent", "send"),
    ("spent", "spend"),
    ("kept", "keep"),
    ("held", "hold"),
    ("gave", "give"),
    ("given", "give"),
    ("took", "take"),
    ("taken", "take"),
    ("wrote", "write"),
    ("written", "write"),
    ("drove", "drive"),
    ("driven", "drive"),
    ("flew", "fly"),
    ("flown", "fly"),
    ("rang", "ring"),
    ("rung", "ring"),
    ("met", "meet"),
    ("taught", "teach"),
    ("brought", "bring"),
    ("caught", "catch"),
    ("built", "build"),
    ("made", "make"),
    ("came", "come"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("ran", "run"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("slept", "sleep"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("drew", "draw"),
    ("drawn", "draw"),
    ("children", "child"),
    ("people", "person"),
    ("wives", "wife"),
    ("lent", "lend"),
];

/// The index term of a folded word.
pub(crate) fn stem(folded: &str) -> String {
    thread_local! {
        static STEMMER: Stemmer = Stemmer::create(Algorithm::English);
        static KNOWN: RefCell<HashMap<String, String>> = RefCell::new(HashMap::new());
    }
    if folded.len() < 3 || !folded.is_ascii() || folded.starts_with(|c: char| c.is_ascii_digit()) {
        return folded.to_owned();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(stem) = known.get(folded) {
            return stem.clone();
        }
        let regular = IRREGULAR.iter().find(|(form, _)| *form == folded).map_or(folded, |(_, word)| word);
        let stem = STEMMER.with(|stemmer| stemmer.stem(regular).into_owned());
        if known.len() < 50_000 {
            known.insert(folded.to_owned(), stem.clone());
        }
        stem
    })
}

/// Every index term of a text, in order. `on-call` gives `on`, `call` and `oncall`, and so does `on call`
/// where the two words are known to name one notion; what is written without spaces (Chinese, Japanese, Korean) gives overlapping pairs of characters.
pub(crate) fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut previous: Option<(Word<'_>, String)> = None;
    for word in words(text) {
        if word.text.chars().any(is_cjk) {
            terms.extend(pairs(word.text));
            previous = None;
            continue;
        }
        let folded = fold(word.text);
        if folded.is_empty() {
            continue;
        }
        if let Some((before, text_before)) = &previous {
            let between = &text[before.start + before.text.len()..word.start];
            let joined = format!("{text_before}{folded}");
            if between == "-" || (between == " " && vocabulary::is_phrase(&joined)) {
                terms.push(stem(&joined));
            }
        }
        terms.push(stem(&folded));
        previous = Some((word, folded));
    }
    terms
}

pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Overlapping pairs of characters; a character alone stands for itself.
pub(crate) fn pairs(run: &str) -> Vec<String> {
    let folded: Vec<char> = run.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    if folded.len() < 2 {
        return folded.iter().map(char::to_string).collect();
    }
    folded.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// A text as the search index takes it: its terms, separated by spaces.
pub(crate) fn indexed(text: &str) -> String {
    terms(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_possessive_and_case_make_no_difference() {
        assert_eq!(terms("The company’s Policies"), terms("the company policy"));
    }

    #[test]
    fn diacritics_make_no_difference_composed_or_not() {
        assert_eq!(terms("Kündigung"), terms("Ku\u{308}ndigung"));
        assert_eq!(terms("Kündigung"), terms("kundigung"));
    }

    #[test]
    fn separators_of_thousands_make_no_difference_and_fractions_stay() {
        assert_eq!(terms("$1,200"), ["1200"]);
        assert_eq!(terms("1.200"), ["1200"]);
        assert_eq!(terms("1.5"), ["1.5"]);
    }

    #[test]
    fn a_hyphenated_word_is_found_joined_and_in_parts() {
        assert_eq!(terms("on-call"), ["on", "oncal", "call"]);
        assert_eq!(terms("Wi-Fi"), ["wi", "wifi", "fi"]);
    }

    #[test]
    fn what_has_no_spaces_is_split_into_pairs() {
        assert_eq!(terms("休暇規定"), ["休暇", "暇規", "規定"]);
    }

    #[test]
    fn elided_articles_do_not_count() {
        assert_eq!(terms("l’employé"), terms("employé"));
    }
}
