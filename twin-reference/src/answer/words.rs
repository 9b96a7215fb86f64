//! Text into index terms: folded, split, stemmed. Documents and questions go through the same functions,
//! so that a term of one is found in the other.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

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
        '.' | ',' | ':' => before.is_ascii_digit() && after.is_ascii_digit(),
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
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        fold_number(&mut folded);
    } else if folded.contains('\'') {
        fold_apostrophes(&mut folded);
    }
    folded
}

fn fold_apostrophes(word: &mut String) {
    if word.ends_with("'s") {
        word.truncate(word.len() - 2);
    } else if let Some((article, noun)) = word.split_once('\'')
        && matches!(article, "l" | "d" | "j" | "n" | "c" | "qu")
    {
        *word = noun.to_owned();
    }
    word.retain(|c| c != '\'');
}

/// `1,200` and `1.200` are 1200, `1.5` and `2,5` keep their fraction.
fn fold_number(number: &mut String) {
    let groups_of_three = number.split([',', '.']).skip(1).all(|group| group.len() == 3);
    if groups_of_three {
        number.retain(|c| !matches!(c, ',' | '.'));
    } else {
        *number = number.replace(',', ".");
    }
}

thread_local! {
    static STEMMER: Stemmer = Stemmer::create(Algorithm::English);
    /// The stems of the words seen before. Most words of a text have been.
    static STEMS: RefCell<HashMap<String, String>> = RefCell::new(HashMap::new());
}

/// How many stems are remembered, and of words of how many bytes at most: what is longer is hardly seen again.
const MOST_STEMS: usize = 50_000;
const LONGEST_WORD: usize = 32;

/// The index term of a folded word.
pub(crate) fn stem(folded: &str) -> String {
    with_stem(folded, str::to_owned)
}

fn with_stem<T>(folded: &str, then: impl FnOnce(&str) -> T) -> T {
    if folded.len() < 3 || !folded.is_ascii() || folded.starts_with(|c: char| c.is_ascii_digit()) {
        return then(folded);
    }
    STEMS.with_borrow_mut(|stems| {
        if let Some(stem) = stems.get(folded) {
            return then(stem);
        }
        let word = vocabulary::irregular(folded).unwrap_or(folded);
        let stem = match vocabulary::irregular(word) {
            Some(itself) => itself.to_owned(),
            None => STEMMER.with(|stemmer| stemmer.stem(word).into_owned()),
        };
        let result = then(&stem);
        if stems.len() < MOST_STEMS && folded.len() <= LONGEST_WORD {
            stems.insert(folded.to_owned(), stem);
        }
        result
    })
}

/// Hands over every index term of a text, in order. `on-call` gives `on`, `oncall` and `call`, and so does
/// `on call` where the two words are known to name one notion; what is written without spaces (Chinese,
/// Japanese, Korean) gives overlapping pairs of characters.
fn each_term(text: &str, mut take: impl FnMut(&str)) {
    let (mut previous, mut end) = (String::new(), 0);
    for word in words(text) {
        if !word.text.is_ascii() && word.text.chars().any(is_cjk) {
            pairs(word.text).iter().for_each(|pair| take(pair));
            previous.clear();
            continue;
        }
        let mut folded = fold(word.text);
        if let Some(time) = time_of_day(&folded, &text[word.start + word.text.len()..]) {
            take(&time);
            folded.clear();
        }
        let between = &text[end..word.start];
        if !previous.is_empty()
            && (between == "-" || (between == " " && vocabulary::is_phrase(&previous, &folded)))
        {
            with_stem(&format!("{previous}{folded}"), &mut take);
        }
        if !folded.is_empty() {
            with_stem(&folded, &mut take);
        }
        (previous, end) = (folded, word.start + word.text.len());
    }
}

/// A time of day in hours and minutes: `2 pm`, `2pm` and `14:00` are one, and so are `noon` and `12:00`.
pub(crate) fn time_of_day(folded: &str, after: &str) -> Option<String> {
    if folded == "noon" || folded == "midday" {
        return Some("12:00".to_owned());
    }
    if !folded.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = folded.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut half = folded[digits.len()..].to_owned();
    if half.is_empty() {
        half = after
            .trim_start_matches([' ', '.'])
            .chars()
            .filter(|&c| c != '.')
            .take(2)
            .collect::<String>()
            .to_lowercase();
    }
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "00"));
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let hours = match half.as_str() {
        "pm" if hours < 12 => hours + 12,
        "am" if hours == 12 => 0,
        "am" | "pm" => hours,
        _ if digits.contains(':') => hours,
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| format!("{hours:02}:{minutes:02}"))
}

/// Every index term of a text, once.
pub(crate) fn term_set(text: &str) -> HashSet<String> {
    let mut terms = HashSet::new();
    each_term(text, |term| {
        if !terms.contains(term) {
            terms.insert(term.to_owned());
        }
    });
    terms
}

/// A text as the search index takes it: its terms, separated by spaces.
pub(crate) fn indexed(text: &str) -> String {
    let mut terms = String::with_capacity(text.len());
    each_term(text, |term| {
        terms.push_str(term);
        terms.push(' ');
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        indexed(text).split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn plural_possessive_and_case_make_no_difference() {
        assert_eq!(terms("The company’s Policies"), terms("the company policy"));
    }

    #[test]
    fn irregular_forms_are_those_of_their_word_and_look_alikes_are_not() {
        assert_eq!(terms("chosen bought children reporters"), terms("choose buy child reporter"));
        assert_ne!(terms("internal reporter"), terms("intern report"));
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
    fn a_time_of_day_is_found_however_it_is_written() {
        for text in ["2 pm", "2pm", "14:00", "2:00 p.m."] {
            assert_eq!(terms(text)[0], "14:00", "{text}");
        }
        assert_eq!(terms("noon"), ["12:00"]);
        assert_eq!(terms("12 am"), ["00:00", "am"]);
        assert_eq!(terms("14 days, 16:90"), ["14", "day", "16:90"]);
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
    fn only_words_that_may_come_again_are_remembered() {
        let long = "x".repeat(50_000);
        assert_eq!(terms(&format!("policies {long}")), ["polici", &long]);
        STEMS.with_borrow(|stems| assert!(stems.contains_key("policies") && !stems.contains_key(&long)));
    }

    #[test]
    fn elided_articles_do_not_count() {
        assert_eq!(terms("l’employé"), terms("employé"));
    }
}
