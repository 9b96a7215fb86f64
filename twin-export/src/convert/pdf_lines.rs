//! Words that a page cut at the end of a line, and letters it drew as one.

use std::collections::HashSet;

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
            |page: &str| ["- ", "-\n", "\u{2010} ", "\u{2010}\n"].iter().any(|cut| page.contains(cut));
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

    /// The text with cut words joined.
    pub(super) fn joined(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(|c| is_hyphen(c) || c == SOFT_HYPHEN) {
            let hyphen = rest[at..].chars().next().unwrap_or('-');
            let after = &rest[at + hyphen.len_utf8()..];
            out.push_str(&rest[..at]);
            let blank = after.len() - after.trim_start_matches([' ', '\n']).len();
            let right = beginning(&after[blank..]);
            let left = end(&out);
            let is_cut = blank > 0
                && after[..blank].matches('\n').count() < 2
                && !left.is_empty()
                && !right.is_empty();
            if hyphen == SOFT_HYPHEN {
                rest = if is_cut { &after[blank..] } else { after };
                continue;
            }
            if !is_cut || SUSPENDED.contains(&right.to_lowercase().as_str()) {
                out.push(hyphen);
                rest = after;
                continue;
            }
            if self.keeps_hyphen(left, right) {
                out.push('-');
            }
            rest = &after[blank..];
        }
        out + rest
    }

    fn keeps_hyphen(&self, left: &str, right: &str) -> bool {
        let (left_small, right_small) = (left.to_lowercase(), right.to_lowercase());
        if self.hyphenated.contains(&format!("{left_small}-{right_small}")) {
            return true;
        }
        if self.whole.contains(&format!("{left_small}{right_small}")) {
            return false;
        }
        let is_name = right.starts_with(char::is_uppercase) && left.chars().any(char::is_lowercase);
        is_name || left.chars().count() == 1 || PREFIXES.contains(&left_small.as_str())
    }
}

const SOFT_HYPHEN: char = '\u{AD}';

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

    fn joined(text: &str) -> String {
        Words::of([text].into_iter()).joined(text)
    }

    #[test]
    fn words_cut_at_the_end_of_a_line_are_joined() {
        assert_eq!(joined("the ware- house manager"), "the warehouse manager");
        assert_eq!(joined("the insur-\nance"), "the insurance");
        assert_eq!(joined("dam\u{AD} aged co\u{AD}op"), "damaged coop");
        assert_eq!(joined("a SAFE- TY notice"), "a SAFETY notice");
    }

    #[test]
    fn a_hyphen_of_the_word_itself_stays() {
        assert_eq!(joined("a re-entry pass; the re- entry desk"), "a re-entry pass; the re-entry desk");
        assert_eq!(joined("the self- service desk"), "the self-service desk");
        assert_eq!(joined("Meyer- Schmidt, an e- mail"), "Meyer-Schmidt, an e-mail");
        assert_eq!(joined("pre- and post-sale"), "pre- and post-sale");
        assert_eq!(joined("2020- 2021, a - b, x-"), "2020- 2021, a - b, x-");
        assert_eq!(joined("selfless acts; self- less"), "selfless acts; selfless");
    }

    #[test]
    fn letters_drawn_as_one_are_told_apart() {
        assert_eq!(without_ligatures("ofﬁce ﬂow eﬃcient"), "office flow efficient");
    }
}
