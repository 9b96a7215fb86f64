//! Text as it may stand in the knowledge base: composed (NFC), without invisible filler, with
//! tidy lines.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Tidies a whole text: line ends, filler characters, trailing blanks, at most one blank line in a row. None where that
/// makes more than `most` bytes: some characters take more once they are composed.
pub(crate) fn tidy(text: &str, most: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len().min(most));
    let mut blank_lines = 0;
    for line in text.split('\n') {
        // Line by line, so that nothing stands in memory a third time.
        for line in composed(line.strip_suffix('\r').unwrap_or(line)).split(['\n', '\u{2028}', '\u{2029}']) {
            let line = line.trim_end();
            if line.is_empty() {
                blank_lines += 1;
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
                if blank_lines > 0 {
                    out.push('\n');
                }
            }
            blank_lines = 0;
            if out.len() + line.len() > most {
                return None;
            }
            out.push_str(line);
        }
    }
    Some(out)
}

/// One line for a title, a cell or a key: as [`tidy`], with every run of white space as one space.
pub(crate) fn tidy_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_tidy_line(&mut out, text);
    out
}

/// Appends what [`tidy_line`] makes of `text`.
pub(crate) fn push_tidy_line(out: &mut String, text: &str) {
    let mut is_first = true;
    for word in composed(text).split_whitespace() {
        if !is_first {
            out.push(' ');
        }
        is_first = false;
        out.push_str(word);
    }
}

/// NFC, with NBSP as a space and without zero-width spaces, soft hyphens, byte order marks and control characters.
/// Joiners and direction marks carry meaning in many scripts and stay.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.len() <= PIECE {
        return composed_piece(text);
    }
    // No character is composed with an ASCII one behind it: a text may be parted there.
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let window = beginning(rest, PIECE);
        let is_whole = window.len() == rest.len();
        let parting = window.rfind(|character: char| character.is_ascii()).filter(|&at| at > 0 && !is_whole);
        let (piece, after) = rest.split_at(parting.unwrap_or(window.len()));
        out.push_str(&composed_piece(piece));
        rest = after;
    }
    Cow::Owned(out)
}

/// Bytes that are composed at once: the marks on one letter are sorted, however many they are.
const PIECE: usize = 256 * 1024;

fn composed_piece(text: &str) -> Cow<'_, str> {
    let text = if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    };
    if !text.contains(is_filler) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{A0}' => out.push(' '),
            '\r' if characters.peek() != Some(&'\n') => out.push('\n'),
            '\u{0B}' | '\u{0C}' | '\u{85}' => out.push('\n'),
            other if is_filler(other) => {}
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn is_filler(character: char) -> bool {
    match character {
        '\t' | '\n' => false,
        '\u{A0}' | '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => true,
        other => other.is_control(),
    }
}

/// The longest beginning of at most so many bytes that ends between characters.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `%20` and its like resolved; what is no valid UTF-8 afterwards stays as it was.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1_000_000;

    #[test]
    fn a_long_text_is_composed_as_its_parts_are() {
        let sentence = "Cafe\u{301} und Bu\u{308}ro\r";
        let long = sentence.repeat(40_000);
        assert!(long.len() > 2 * PIECE);
        assert_eq!(tidy(&long, MOST).unwrap(), ["Café und Büro"; 40_000].join("\n"));
    }

    #[test]
    fn text_that_grows_beyond_measure_is_none() {
        assert_eq!(tidy(&"\u{1D160}".repeat(100_000), MOST), None);
    }

    #[test]
    fn titles_and_keys_are_composed_and_hold_no_filler() {
        assert_eq!(tidy_line("Cafe\u{301}\u{A0}\u{200B}menu\u{FEFF}"), "Café menu");
    }

    #[test]
    fn joiners_and_direction_marks_stay() {
        let family = "👨\u{200D}👩\u{200D}👧 می\u{200C}خواهم \u{200F}ok";
        assert_eq!(tidy(family, MOST).unwrap(), family);
    }

    #[test]
    fn line_ends_are_one_kind_and_blank_lines_never_pile_up() {
        assert_eq!(tidy("\r\n a  \r\n\r\n\r\n\r\nb\rc\n\n", MOST).unwrap(), " a\n\nb\nc");
        assert_eq!(
            tidy("one\u{85}two\u{2028}three\0 and no more", MOST).unwrap(),
            "one\ntwo\nthree and no more"
        );
    }

    #[test]
    fn soft_hyphens_go() {
        assert_eq!(tidy("Donau\u{AD}dampf\u{AD}schiff", MOST).unwrap(), "Donaudampfschiff");
    }

    #[test]
    fn percent_encoding_is_resolved_once_and_never_breaks_text() {
        assert_eq!(percent_decoded("Q%26A%20%C3%A9"), "Q&A é");
        assert_eq!(percent_decoded("100%25"), "100%");
        assert_eq!(percent_decoded("100% of %ZZ %"), "100% of %ZZ %");
        assert_eq!(percent_decoded("%FF"), "%FF");
    }
}
