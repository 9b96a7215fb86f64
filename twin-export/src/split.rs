//! Cuts a long text into parts that the API takes: at a heading, else a blank line, else a line, else
//! a sentence, else between two graphemes.

use unicode_segmentation::UnicodeSegmentation;

use super::text::beginning;

/// The maximum length of a document's text in the API, in UTF-16 units. A text never has more scalar values
/// than UTF-16 units, so the limit holds however the server counts.
pub const MOST_UNITS: usize = 50_000;

/// One part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The title, such as `Title (2/17)`, or the unchanged title if there is only one part.
    pub title: String,
    /// The text, at most [`MOST_UNITS`] long.
    pub text: String,
    /// Number of bytes at the start of `text` that repeat the header of a table. Without them, the joined
    /// parts are the whole text.
    pub repeated: usize,
}

/// Cuts `text` into parts of at most [`MOST_UNITS`] UTF-16 units.
#[must_use]
pub fn split(title: &str, text: &str) -> Vec<Part> {
    let pieces = pieces(text, MOST_UNITS);
    let count = pieces.len();
    let part = |(index, (header, piece)): (usize, (&str, &str))| Part {
        title: if count == 1 { title.to_owned() } else { format!("{title} ({}/{count})", index + 1) },
        text: format!("{header}{piece}"),
        repeated: header.len(),
    };
    pieces.into_iter().enumerate().map(part).collect()
}

/// Pieces of the text, each with the table header to be repeated before it.
fn pieces(text: &str, most: usize) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut table: Option<&str> = None;
    loop {
        let header = table.filter(|&header| units(header) < most / 4).unwrap_or_default();
        let rest = &text[start..];
        let room = most - units(header);
        let Some(window) = window(rest, room) else {
            pieces.push((header, rest));
            return pieces;
        };
        let end = start + cut(rest, window);
        pieces.push((header, &text[start..end]));
        table = table_header(text, end, start, table);
        start = end;
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The bytes that fit, or `None` when all of them do.
fn window(text: &str, most: usize) -> Option<usize> {
    if text.len() <= most {
        return None;
    }
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.len_utf16();
        if used > most {
            return Some(at);
        }
    }
    None
}

/// Where to cut, at most at `window`, after at least one character.
fn cut(text: &str, window: usize) -> usize {
    // A line that begins right behind the window may be cut before.
    let candidates: Vec<usize> =
        text[..window].match_indices('\n').map(|(at, _)| at + 1).filter(|&at| at < text.len()).collect();
    let after_blank = |at: usize| text[..at].ends_with("\n\n");
    let late = |at: usize| at >= window / 2;
    let last = |accepted: &dyn Fn(usize) -> bool| candidates.iter().rev().copied().find(|&at| accepted(at));
    last(&|at| late(at) && after_blank(at) && begins_with_heading(&text[at..]))
        .or_else(|| last(&|at| late(at) && after_blank(at)))
        .or_else(|| last(&|at| late(at) || after_blank(at)))
        .or_else(|| last_boundary(text, window))
        .unwrap_or(window)
        .max(text.chars().next().map_or(1, char::len_utf8))
}

/// The last end of a sentence, of a word or of a grapheme in the window.
fn last_boundary(text: &str, window: usize) -> Option<usize> {
    let inside = |at: &usize| 0 < *at && *at <= window;
    let late = |at: &usize| inside(at) && *at >= window / 2;
    // What follows the window tells whether its end is a boundary.
    let seen = beginning(text, window + 256);
    let sentence = seen.split_sentence_bound_indices().map(|(at, _)| at).filter(late).last();
    sentence
        .or_else(|| seen.split_word_bound_indices().map(|(at, _)| at).rfind(late))
        .or_else(|| seen.grapheme_indices(true).map(|(at, _)| at).rfind(inside))
}

/// A heading stands alone between blank lines, is short and is no sentence, item or row.
fn begins_with_heading(text: &str) -> bool {
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default();
    let alone = lines.next().is_none_or(str::is_empty);
    let is_other = line.starts_with([' ', '-', '[']) || line.ends_with(['.', ',', ';', '!']) || is_row(line);
    alone && !line.is_empty() && line.len() <= 120 && !is_other
}

fn is_row(line: &str) -> bool {
    line.contains(" | ") || line.ends_with(" |") || line.starts_with("| ")
}

/// The header, with its line end, of the table that goes on at `at`, be it within a row. `known` is that of the one
/// that goes on at `from`, before: what lies before that is not looked at again.
fn table_header<'a>(text: &'a str, at: usize, from: usize, known: Option<&'a str>) -> Option<&'a str> {
    let line = text[..at].rfind('\n')? + 1;
    let before = &text[..line - 1];
    if !is_row(text[line..].lines().next()?) {
        return None;
    }
    let mut header = None;
    let mut end = before.len();
    for line in before.rsplit('\n') {
        let start = end - line.len();
        if !is_row(line) {
            break;
        }
        if start <= from && known.is_some() {
            return known;
        }
        header = Some(start..end + 1);
        end = start.saturating_sub(1);
    }
    text.get(header?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(parts: &[Part]) -> String {
        parts.iter().map(|part| &part.text[part.repeated..]).collect()
    }

    #[test]
    fn a_short_text_is_one_part_under_its_own_title() {
        let parts = split("Leave", "Take some.");
        assert_eq!(parts, [Part { title: "Leave".into(), text: "Take some.".into(), repeated: 0 }]);
    }

    #[test]
    fn a_text_at_the_limit_is_one_part_and_one_unit_more_makes_two() {
        let at_limit = "😀".repeat(MOST_UNITS / 2);
        assert_eq!(split("T", &at_limit).len(), 1);
        let titles: Vec<_> = split("T", &(at_limit + "x")).into_iter().map(|part| part.title).collect();
        assert_eq!(titles, ["T (1/2)", "T (2/2)"]);
    }

    #[test]
    fn a_heading_is_the_best_place_to_cut() {
        let text =
            format!("{}\n\nSecond chapter\n\n{}\n\nmore", "a b. ".repeat(7_000), "c d. ".repeat(4_000));
        let parts = split("T", &text);
        assert!(parts[1].text.starts_with("Second chapter\n\n"), "{:.40}", parts[1].text);
        assert_eq!(joined(&parts), text);
    }

    #[test]
    fn a_paragraph_is_cut_between_sentences() {
        let text = "A sentence of some words stands here. ".repeat(3_000);
        for part in split("T", &text) {
            assert!(part.text.starts_with("A sentence"), "{:.40}", part.text);
        }
    }

    #[test]
    fn a_table_repeats_its_header_in_every_part() {
        let rows: String = (0..6_000).map(|row| format!("row {row} | some value {row}\n")).collect();
        let text = format!("Before\n\nName | Value\n{rows}\nAfter");
        let parts = split("T", &text);
        assert!(parts.len() > 2);
        for part in &parts[1..] {
            assert!(part.text.starts_with("Name | Value\nrow "), "{:.40}", part.text);
        }
        assert_eq!(joined(&parts), text);
    }

    #[test]
    fn a_part_that_begins_within_a_row_repeats_the_header_too() {
        let text = format!("Name | Value\nrow | {}", "some words ".repeat(10_000));
        let parts = split("T", &text);
        assert!(parts.len() > 2);
        assert!(parts[1..].iter().all(|part| part.text.starts_with("Name | Value\n")));
        assert_eq!(joined(&parts), text);
    }

    #[test]
    fn a_family_is_never_torn_apart() {
        let family = "👨\u{200D}👩\u{200D}👧";
        for part in split("T", &family.repeat(20_000)) {
            assert!(part.text.starts_with('👨') && part.text.ends_with('👧'));
        }
    }

    proptest! {
        #[test]
        fn parts_fit_and_joined_are_the_whole(
            text in prop::collection::vec(
                prop_oneof!["[a-z ]{1,40}", "[a-z]{1,5} \\| [a-z]{0,9}", "\\PC{0,12}", Just("\n".to_owned()), Just("\n\n".to_owned()), Just("e\u{301}\u{200D}".to_owned())],
                0..200,
            ),
            most in 24usize..200,
        ) {
            let text = text.concat();
            let pieces = pieces(&text, most);
            let whole: String = pieces.iter().map(|(_, piece)| *piece).collect();
            prop_assert_eq!(&whole, &text);
            for (header, piece) in &pieces {
                prop_assert!(units(header) + units(piece) <= most);
            }
            let mut at = 0;
            for (header, piece) in &pieces {
                let looked_for = (at > 0).then(|| table_header(&text, at, 0, None)).flatten();
                prop_assert_eq!(*header, looked_for.filter(|header| units(header) < most / 4).unwrap_or_default());
                at += piece.len();
            }
        }
    }
}
