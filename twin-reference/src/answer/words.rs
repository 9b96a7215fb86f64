//! Text into words and index terms: split, folded, stemmed. Documents and questions go through the same functions,
//! so that a term of one is found in the other.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::table::Vector;

/// A word as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    /// Where it begins, in bytes.
    pub(crate) start: usize,
}

impl Word<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The words of a text in order. A word is a run of letters and digits; an apostrophe between letters or digits and
/// a separator between digits belong to it.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut last) = rest.by_ref().find(|(_, c)| c.is_alphanumeric())?;
        let mut end = start + last.len_utf8();
        while let Some(&(at, c)) = rest.peek() {
            let next = text[at + c.len_utf8()..].chars().next();
            if !(c.is_alphanumeric() || is_mark(c) || next.is_some_and(|next| joins(last, c, next))) {
                break;
            }
            (end, last) = (at + c.len_utf8(), c);
            rest.next();
        }
        Some(Word { text: &text[start..end], start })
    })
}

/// The words of a text, and of `on-call` the whole after `on`, so that it is also found where it is written as one.
pub(crate) fn each<'a>(text: &'a str, mut take: impl FnMut(&'a str)) {
    let mut start_and_end = (0, 0);
    for word in words(text) {
        let (start, end) = start_and_end;
        if end > 0 && &text[end..word.start] == "-" {
            take(&text[start..word.end()]);
        }
        take(word.text);
        start_and_end = (word.start, word.end());
    }
}

/// A combining mark that stands on its own in decomposed text.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn joins(before: char, c: char, after: char) -> bool {
    match c {
        '\'' | '\u{2019}' => before.is_alphanumeric() && after.is_alphanumeric(),
        '.' | ',' | ':' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

/// Lower case without diacritics, hyphens, apostrophes, possessive and other short endings, elided articles and the
/// separators of thousands.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        let lower = word.nfkd().filter(|&c| !is_mark(c)).flat_map(char::to_lowercase);
        lower.collect::<String>().replace('ß', "ss").replace('\u{2019}', "'")
    };
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        folded = fold_number(&folded);
    } else if let Some((before, after)) = folded.split_once('\'') {
        folded = match (before, after) {
            (_, "s" | "ll" | "ve" | "re" | "d" | "m") => before.to_owned(),
            ("l" | "d" | "j" | "n" | "c" | "qu", _) => after.to_owned(),
            _ => folded.replace('\'', ""),
        };
    }
    folded.retain(|c| c != '-');
    folded
}

/// `1,200` and `1.200` are 1200, `1.5` and `2,5` keep their fraction, `1.2.3` is a version.
fn fold_number(number: &str) -> String {
    const SEPARATORS: [char; 3] = [',', '.', '\''];
    let fraction = number.rfind(SEPARATORS).filter(|at| number.len() - at != 4);
    let (whole, fraction) = number.split_at(fraction.unwrap_or(number.len()));
    let is_grouped = whole.split(SEPARATORS).skip(1).all(|group| group.len() == 3);
    let whole = if is_grouped { whole.replace(SEPARATORS, "") } else { whole.to_owned() };
    (whole + fraction).replace(',', ".")
}

/// The index term of a folded word: without the endings of English inflection, no more. `hires`, `hired` and
/// `hiring` are one, `intern` and `international` or `car` and `care` are not: what is further apart is left to the
/// word vectors.
pub(crate) fn stem(folded: &str) -> Cow<'_, str> {
    if folded.len() < 3 || !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return Cow::Borrowed(folded);
    }
    let has_vowel = |stem: &&str| stem.len() > 1 && stem.contains(is_vowel);
    let of_y = folded.strip_suffix("ies").or(folded.strip_suffix("ied"));
    if let Some(stem) = of_y.filter(|stem| stem.len() > 1) {
        return Cow::Owned(format!("{stem}y"));
    }
    let is_plural = |stem: &&str| stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']);
    let singular = folded.strip_suffix('s').filter(is_plural).unwrap_or(folded);
    let bare = singular.strip_suffix("ing").or(singular.strip_suffix("ed"));
    match bare.filter(has_vowel).filter(|bare| !bare.ends_with('e')) {
        Some(bare) if is_short(bare) => Cow::Owned(format!("{bare}e")),
        Some(bare) => Cow::Borrowed(undoubled(bare)),
        None => match singular.strip_suffix('e') {
            Some(bare) if has_vowel(&bare) && !is_short(bare) => Cow::Borrowed(undoubled(bare)),
            _ => Cow::Borrowed(undoubled(singular)),
        },
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// Whether a word of one syllable keeps its final e, as `hire` and `use` do: one that ends in its only vowel and a
/// consonant.
fn is_short(stem: &str) -> bool {
    stem.find(is_vowel) == stem.len().checked_sub(2)
        && !stem.ends_with(is_vowel)
        && !stem.ends_with(['w', 'x'])
}

/// `plann` of `planned` is `plan` and `cancell` of `cancelled` is `cancel`; `call` and `miss` stay.
fn undoubled(stem: &str) -> &str {
    let [beginning @ .., a, b] = stem.as_bytes() else { return stem };
    let vowels = beginning.iter().filter(|b| is_vowel(char::from(**b))).count();
    let stays = match b {
        b'l' => vowels < 2,
        b's' | b'z' | b'e' | b'o' => true,
        _ => stem.len() < 4,
    };
    if a != b || stays { stem } else { &stem[..stem.len() - 1] }
}

/// The index terms of a word: its stem, and of what is written without spaces (Chinese, Japanese, Korean) the
/// overlapping pairs of characters.
pub(crate) fn terms(word: &str, folded: &str) -> Vec<String> {
    if word.is_ascii() || !word.contains(is_cjk) {
        return if folded.is_empty() { Vec::new() } else { vec![stem(folded).into_owned()] };
    }
    let run: Vec<char> = word.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    run.windows(run.len().clamp(1, 2)).map(|pair| pair.iter().collect()).collect()
}

/// A text as the search index takes it: its terms, separated by spaces, and the sum of what its words point at.
pub(crate) fn indexed(text: &str) -> (String, Vector) {
    let (mut terms, mut vector) = (String::with_capacity(text.len()), Vector::default());
    each(text, |word| {
        let folded = fold(word);
        for term in self::terms(word, &folded) {
            terms += &term;
            terms.push(' ');
        }
        if !word.contains('-') {
            vector.add(&folded, 1.0);
        }
    });
    (terms, vector)
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        indexed(text).0.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn plural_possessive_and_case_make_no_difference() {
        assert_eq!(terms("The company’s Policies"), terms("the company policy"));
    }

    #[test]
    fn inflected_forms_are_those_of_their_word_and_look_alikes_are_not() {
        assert_eq!(terms("planned policies hires tried boxes"), terms("planning policy hiring try boxed"));
        assert_eq!(terms("use rate cancel travel case"), terms("using rated cancelled travelling cases"));
        assert_eq!(terms("add note PR"), terms("added notes PRs"));
        assert_ne!(terms("internal reporter"), terms("intern report"));
        assert_ne!(terms("car not plan"), terms("care note plane"));
        assert_eq!(terms("bus miss need"), ["bus", "miss", "need"]);
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
        assert_eq!(terms("1,234.50 or 1.234,50"), ["1234.50", "or", "1234.50"]);
        assert_eq!(terms("1.2.3"), ["1.2.3"]);
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
