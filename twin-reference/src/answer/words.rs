//! Text into index terms: folded, split, stemmed. Documents and questions go through the same functions,
//! so that a term of one is found in the other.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

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

/// `1,200` and `1.200` are 1200, `1.5` and `2,5` keep their fraction, `1.2.3` is a version.
fn fold_number(number: &mut String) {
    const SEPARATORS: [char; 3] = [',', '.', '\''];
    let fraction = number.rfind(SEPARATORS).filter(|at| number.len() - at != 4);
    let (whole, fraction) = number.split_at(fraction.unwrap_or(number.len()));
    let is_grouped = whole.split(SEPARATORS).skip(1).all(|group| group.len() == 3);
    let whole = if is_grouped { whole.replace(SEPARATORS, "") } else { whole.to_owned() };
    *number = (whole + fraction).replace(',', ".");
}

/// Whether a word is a number, in digits or letters.
pub(crate) fn is_number(word: &str) -> bool {
    const NUMBERS: &str = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty \
                           ninety hundred thousand half once twice";
    word.starts_with(|c: char| c.is_ascii_digit()) || NUMBERS.split(' ').any(|n| word.eq_ignore_ascii_case(n))
}

/// The index term of a folded word: without the endings of English inflection, no more. `hires`, `hired` and
/// `hiring` are one, `intern` and `international` or `car` and `care` are not: what is further apart is left to the
/// word vectors.
pub(crate) fn stem(folded: &str) -> Cow<'_, str> {
    if folded.len() < 3 || !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return Cow::Borrowed(folded);
    }
    let has_vowel = |stem: &&str| stem.len() > 1 && stem.contains(is_vowel);
    if let Some(stem) =
        folded.strip_suffix("ies").or(folded.strip_suffix("ied")).filter(|stem| stem.len() > 1)
    {
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

/// Whether a word of one syllable keeps its final e, as `hire` and `use` do: one that ends in a single consonant after
/// a single vowel.
fn is_short(stem: &str) -> bool {
    let vowels: Vec<bool> = stem.chars().map(is_vowel).collect();
    let first = vowels.iter().position(|vowel| *vowel);
    first == vowels.len().checked_sub(2) && vowels.last() == Some(&false) && !stem.ends_with(['w', 'x'])
}

/// `plann` of `planned` is `plan` and `cancell` of `cancelled` is `cancel`; `call` and `miss` stay.
fn undoubled(stem: &str) -> &str {
    let (beginning, doubled) = match stem.as_bytes() {
        [beginning @ .., a, b] if a == b => (beginning, *b),
        _ => return stem,
    };
    let syllables = beginning.iter().filter(|b| is_vowel(char::from(**b))).count();
    let stays = match doubled {
        b'l' => syllables < 2,
        b's' | b'z' | b'e' | b'o' => true,
        _ => stem.len() < 4,
    };
    if stays { stem } else { &stem[..stem.len() - 1] }
}

/// Hands over every index term of a text, in order. `on-call` gives `on`, `oncall` and `call`; what is written
/// without spaces (Chinese, Japanese, Korean) gives overlapping pairs of characters.
pub(crate) fn each_term(text: &str, mut take: impl FnMut(&str)) {
    let (mut previous, mut end) = (String::new(), 0);
    for word in words(text) {
        if !word.text.is_ascii() && word.text.chars().any(is_cjk) {
            pairs(word.text).iter().for_each(|pair| take(pair));
            previous.clear();
            continue;
        }
        let folded = fold(word.text);
        if !previous.is_empty() && &text[end..word.start] == "-" {
            take(&stem(&format!("{previous}{folded}")));
        }
        if !folded.is_empty() {
            take(&stem(&folded));
        }
        (previous, end) = (folded, word.start + word.text.len());
    }
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
