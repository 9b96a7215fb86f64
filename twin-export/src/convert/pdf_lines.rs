//! Words that a page cut at the end of a line, and letters it drew as one.

use std::collections::{BTreeSet, HashSet};

/// A document's words as it shows them, to tell a word that was cut from one that has a hyphen of its own.
#[derive(Debug, Default)]
pub(super) struct Words {
    hyphenated: HashSet<String>,
    whole: HashSet<String>,
}

/// A document of more words tells no more.
const MOST_WORDS: usize = 200_000;

impl Words {
    /// The words of all pages, where any of them may have been cut.
    pub(super) fn of<'a>(pages: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut words = Self::default();
        let may_be_cut =
            |page: &str| page.match_indices(LINE_END).any(|(at, _)| page[..at].ends_with(is_hyphen));
        if pages.clone().any(may_be_cut) {
            pages.for_each(|page| words.take(page));
        }
        words
    }

    fn take(&mut self, text: &str) {
        for word in text.split(|c: char| !(c.is_alphanumeric() || is_hyphen(c))) {
            let word = word.trim_matches(is_hyphen);
            let words = if word.contains(is_hyphen) { &mut self.hyphenated } else { &mut self.whole };
            if !word.is_empty() && words.len() < MOST_WORDS {
                words.insert(word.to_lowercase().replace(is_hyphen, "-"));
            }
        }
    }

    /// The text with its lines joined: a blank between words, none within one that was cut.
    pub(super) fn joined(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut lines = text.split(LINE_END);
        push_without_soft(&mut out, lines.next().unwrap_or_default());
        for line in lines {
            let line = line.trim_start_matches(' ');
            out.truncate(out.trim_end_matches(' ').len());
            match out.chars().next_back() {
                Some(SOFT_HYPHEN) => {
                    out.pop();
                }
                Some(hyphen) if is_hyphen(hyphen) => self.end_hyphen(&mut out, hyphen, line),
                _ => out.push(' '),
            }
            push_without_soft(&mut out, line);
        }
        out
    }

    /// Keeps the hyphen at the end of a line, or not; and what stands between it and the next.
    fn end_hyphen(&self, out: &mut String, hyphen: char, line: &str) {
        let before = &out[..out.len() - hyphen.len_utf8()];
        let (left, right) = (end(before), beginning(line));
        // The word as it stands, with whatever is no blank.
        let token = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let next = line.split(char::is_whitespace).next().unwrap_or_default();
        let is_address = token.contains("://")
            || token.starts_with("www.")
            || token.contains(['@', '_', '\\'])
            || next.contains('@');
        if token.is_empty() || !before.ends_with(|c: char| c.is_alphanumeric()) || next.is_empty() {
            // A dash, or a sign of its own.
            out.push(' ');
        } else if is_address {
            // Its signs are what it is.
        } else if SUSPENDED.contains(&right.to_lowercase().as_str()) {
            out.push(' ');
        } else if left.is_empty() || right.is_empty() {
            if !line.starts_with(char::is_alphanumeric) {
                out.push(' ');
            }
        } else if !self.keeps_hyphen(left, right) && !is_chain(before, left) {
            out.pop();
        } else if hyphen != '-' {
            out.pop();
            out.push('-');
        }
    }

    fn keeps_hyphen(&self, left: &str, right: &str) -> bool {
        let (left_small, right_small) = (left.to_lowercase(), right.to_lowercase());
        if self.hyphenated.contains(&format!("{left_small}-{right_small}")) {
            return true;
        }
        if self.whole.contains(&format!("{left_small}{right_small}")) {
            return false;
        }
        // `Anna-Lena`, `EU-Mitglieder`; capitals alone may have been cut anywhere.
        let is_name = right.starts_with(char::is_uppercase)
            && (left.chars().chain(right.chars()).any(char::is_lowercase));
        is_name || left.chars().count() == 1 || PREFIXES.contains(&left_small.as_str())
    }
}

/// Whether a text ends within a word or a range of numbers, as a column or a page may, and the next goes on with it.
pub(super) fn goes_on(text: &str, next: &str) -> bool {
    let Some(cut) = text.trim_end().strip_suffix(['-', '\u{2010}', SOFT_HYPHEN]) else { return false };
    let Some(last) = cut.chars().next_back() else { return false };
    let next = next.trim_start();
    last.is_alphabetic() && next.starts_with(char::is_lowercase)
        || last.is_ascii_digit() && next.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a word goes on with hyphens of its own, as `state-of-the-` does.
fn is_chain(before: &str, left: &str) -> bool {
    before[..before.len() - left.len()].ends_with(is_hyphen) && LINKS.contains(&left.to_lowercase().as_str())
}

/// What links the words of such a chain.
const LINKS: [&str; 13] = ["of", "the", "to", "in", "and", "on", "by", "for", "a", "an", "up", "und", "de"];

/// Where a line of a paragraph ends on the page: a character that no text has.
pub(super) const LINE_END: char = '\u{FDD0}';

const SOFT_HYPHEN: char = '\u{AD}';

/// A soft hyphen shows only at the end of a line.
fn push_without_soft(out: &mut String, line: &str) {
    let shown = line.trim_end_matches([SOFT_HYPHEN, ' ']).len();
    let (shown, end) = line.split_at(shown);
    out.extend(shown.chars().filter(|character| *character != SOFT_HYPHEN));
    out.push_str(end.trim_end());
}

fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}')
}

/// Before these a hyphen stands for the rest of a word: `pre- and post-sale`.
const SUSPENDED: [&str; 24] = [
    "and", "or", "nor", "to", "through", "but", "und", "oder", "bis", "sowie", "bzw", "et", "ou", "y", "o",
    "e", "i", "ed", "en", "of", "och", "og", "eller", "vs",
];

/// What keeps its hyphen in nearly every word it begins.
const PREFIXES: [&str; 8] = ["self", "well", "half", "cross", "ex", "all", "non", "co"];

/// The letters that a text ends with.
fn end(text: &str) -> &str {
    let start = text.char_indices().rev().take_while(|(_, c)| c.is_alphabetic()).last().map(|(at, _)| at);
    start.map_or("", |start| &text[start..])
}

/// The letters that a text begins with.
fn beginning(text: &str) -> &str {
    let len = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    &text[..len]
}

/// The words of a title whose capitals somebody set apart with blanks: `P R I C E   L I S T`. Heads of columns are letters
/// in the order of the alphabet, the first ones of days and months, or the same again.
pub(super) fn closed_up(text: &str) -> Option<String> {
    if !text.trim_start().chars().nth(1).is_some_and(char::is_whitespace) {
        return None;
    }
    let words: Vec<String> = text.split("  ").map(|word| word.split(' ').collect::<String>()).collect();
    let words: Vec<&String> = words.iter().filter(|word| !word.is_empty()).collect();
    let is_spaced = text.split_whitespace().all(|letter| letter.chars().count() == 1);
    let letters: Vec<char> = words.iter().flat_map(|word| word.chars()).collect();
    let vowels = letters.iter().filter(|letter| "AEIOUYÄÖÜ".contains(**letter)).count();
    let is_word = is_spaced
        && letters.len() >= 5
        && letters.iter().all(|letter| letter.is_uppercase())
        && letters.iter().collect::<BTreeSet<_>>().len() >= 4
        && 4 * vowels >= letters.len()
        && !letters.is_sorted()
        && words.iter().all(|word| (2..=10).contains(&word.chars().count()))
        && !"JFMAMJJASOND".contains(&letters.iter().collect::<String>());
    is_word.then(|| words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" "))
}

/// Letters drawn as one, written as those they are.
pub(super) fn without_ligatures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its line ends written as `|`.
    fn joined(text: &str) -> String {
        let text = text.replace('|', &LINE_END.to_string());
        Words::of([text.as_str()].into_iter()).joined(&text)
    }

    #[test]
    fn words_cut_at_the_end_of_a_line_are_joined() {
        assert_eq!(joined("the ware-|house manager"), "the warehouse manager");
        assert_eq!(joined("the insur- |ance"), "the insurance");
        assert_eq!(joined("dam\u{AD}|aged co\u{AD}op"), "damaged coop");
        assert_eq!(joined("a SAFE-|TY notice"), "a SAFETY notice");
        assert_eq!(joined("one|two"), "one two");
    }

    #[test]
    fn a_hyphen_of_the_word_itself_stays() {
        assert_eq!(joined("a re-entry pass; the re-|entry desk"), "a re-entry pass; the re-entry desk");
        assert_eq!(joined("the self-|service desk"), "the self-service desk");
        assert_eq!(joined("Meyer-|Schmidt, an e-|mail"), "Meyer-Schmidt, an e-mail");
        assert_eq!(joined("pre-|and post-sale"), "pre- and post-sale");
        assert_eq!(joined("2020- 2021, a -|b, x-"), "2020- 2021, a - b, x-");
        assert_eq!(joined("selfless acts; self-|less"), "selfless acts; selfless");
        assert_eq!(joined("a ware- house"), "a ware- house");
        assert_eq!(joined("EU-|Mitglieder, KFZ-|Steuer"), "EU-Mitglieder, KFZ-Steuer");
        assert_eq!(joined("a state-of-the-|art plant"), "a state-of-the-art plant");
    }

    #[test]
    fn numbers_and_addresses_keep_every_sign_at_the_end_of_a_line() {
        assert_eq!(joined("in 2020-|2025 by 3-|5 per cent"), "in 2020-2025 by 3-5 per cent");
        assert_eq!(joined("gate A-|12, the COVID-|19 rules"), "gate A-12, the COVID-19 rules");
        assert_eq!(joined("see https://e.com/long-|path/x"), "see https://e.com/long-path/x");
        assert_eq!(joined("info-|desk@e.com"), "info-desk@e.com");
        assert_eq!(joined("a -|b"), "a - b");
    }

    #[test]
    fn titles_in_letters_set_apart_are_words_and_heads_of_columns_are_not() {
        assert_eq!(closed_up("P R I C E   L I S T").as_deref(), Some("PRICE LIST"));
        assert_eq!(closed_up(" N O T I C E ").as_deref(), Some("NOTICE"));
        for kept in [
            "A B C D E",
            "M T W T F S S",
            "J F M A M J J A S O N D",
            "J A S O N D",
            "X O X O X O",
            "A word",
            "1 2 3 4 5",
            "Y E S",
            "a e i o u b",
            "P R I C E list",
        ] {
            assert_eq!(closed_up(kept), None, "{kept}");
        }
    }

    #[test]
    fn letters_drawn_as_one_are_told_apart() {
        assert_eq!(without_ligatures("ofﬁce ﬂow eﬃcient"), "office flow efficient");
    }
}
