//! A document into passages: what is indexed, found and quoted as one.
//!
//! A passage is a run of paragraphs, list items or table rows under one heading. Headings go with the
//! passages below them, as context: in plain text a short line that ends without punctuation and stands
//! alone counts as one, in Markdown also a line that begins with `#`.

use std::ops::Range;

/// A passage takes no further paragraph once it is this long, in bytes.
const FULL: usize = 550;
/// A paragraph longer than this is cut between sentences.
const LONGEST: usize = 850;
/// The most passages of one document; what comes after them is not found. Their numbers fit 16 bits.
pub(crate) const MOST: usize = 1 << 16;

/// Part of a document, borrowed from its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage<'a> {
    /// The headings it stands under, outermost first, without their marks.
    pub(crate) headings: Vec<&'a str>,
    /// The line that leads in to the list it continues, or the header row of the table.
    pub(crate) lead: Option<&'a str>,
    /// The text as it stands.
    pub(crate) text: &'a str,
}

impl Passage<'_> {
    /// What stands above the text and says what it is about.
    pub(crate) fn context(&self) -> String {
        self.headings.iter().chain(&self.lead).copied().collect::<Vec<_>>().join("\n")
    }
}

/// The passages of a document, in order. A heading that nothing stands below is part of none, unless the document
/// has nothing else.
pub(crate) fn split(content: &str) -> Vec<Passage<'_>> {
    let mut splitter = Splitter { content, ..Splitter::default() };
    let pieces = pieces(content);
    for (n, piece) in pieces.iter().enumerate() {
        let text = content[piece.range.clone()].trim();
        let stands_alone = || piece.is_apart && pieces.get(n + 1).is_some_and(|next| next.is_apart);
        if let Some((level, text)) = marked_heading(text) {
            splitter.heading(level, text);
        } else if looks_like_a_heading(text) && splitter.awaits.is_none() && stands_alone() {
            splitter.heading(PLAIN, text);
        } else {
            let is_long = piece.range.len() > LONGEST;
            let parts = if is_long { cut(content, piece.range.clone()) } else { vec![piece.range.clone()] };
            parts.into_iter().for_each(|part| splitter.add(part));
        }
    }
    splitter.close();
    let all = content.trim().trim_start_matches(['#', ' ']);
    if splitter.passages.is_empty() && !all.is_empty() {
        splitter.passages.push(Passage { headings: Vec::new(), lead: None, text: all });
    }
    splitter.passages
}

/// The headings above the passage that has a paragraph of an answer; none if no passage has any.
pub(crate) fn headings_of(content: &str, answer: &str) -> Option<Vec<String>> {
    let passages = split(content);
    answer.split("\n\n").find_map(|quoted| {
        // What leads in to a line may stand apart from it in the document.
        let line = quoted.trim().lines().last()?;
        let passage = passages.iter().find(|passage| passage.text.contains(line))?;
        Some(passage.headings.iter().map(|&heading| heading.to_owned()).collect())
    })
}

/// The level of a heading that is known by its looks alone: below every marked one.
const PLAIN: usize = 7;

fn marked_heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|&b| b == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    ((1..PLAIN).contains(&level) && !text.is_empty()).then_some((level, text))
}

pub(crate) fn looks_like_a_heading(line: &str) -> bool {
    let short = line.len() <= 80 && line.split_whitespace().count() <= 10;
    let ends_open = !line.ends_with(['.', '!', '?', ';', ',', ':', '。', '！', '？', '|']);
    short && ends_open && !is_item(line) && !line.contains(['|', '\t', '\n']) && !line.contains(": ")
}

/// A list item or a table row: a line that stands for itself.
pub(crate) fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with(['-', '*', '+', '•', '◦', '–', '|', '>'])
        || (1..=3).contains(&digits)
            && line[digits..].starts_with([')', '.'])
            && line[digits + 1..].starts_with(' ')
}

/// Whether a line says that what it is about follows.
pub(crate) fn leads_in(line: &str) -> bool {
    line.trim_end_matches(['*', '_', ' ', '\r', '\n']).ends_with(':')
}

/// How far a line is indented that begins with what stands at this place.
pub(crate) fn indent(text: &str, at: usize) -> usize {
    let before = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    if before.trim().is_empty() { before.len() } else { 0 }
}

#[derive(Default)]
struct Splitter<'a> {
    content: &'a str,
    passages: Vec<Passage<'a>>,
    headings: Vec<(usize, &'a str)>,
    open: Option<Range<usize>>,
    /// What leads in to the list or the table that is being read, and to what the open passage begins with.
    lead: Option<&'a str>,
    continues: Option<&'a str>,
    /// What leads in to the next piece, whatever that is.
    awaits: Option<&'a str>,
}

impl<'a> Splitter<'a> {
    fn heading(&mut self, level: usize, text: &'a str) {
        self.close();
        (self.lead, self.awaits) = (None, None);
        self.headings.retain(|&(above, _)| above < level);
        self.headings.push((level, text));
    }

    /// Adds a piece to the open passage, or opens one with it.
    fn add(&mut self, piece: Range<usize>) {
        let text = self.content[piece.clone()].trim_end();
        let belongs = is_item(text) || text.starts_with([' ', '\t']);
        let awaited = self.awaits.take();
        if !belongs {
            self.lead = awaited;
        }
        if self.open.as_ref().is_some_and(|open| open.len() >= FULL || piece.end - open.start > LONGEST) {
            self.close();
        }
        if self.open.is_none() {
            self.continues = self.lead;
        }
        self.open = Some(self.open.as_ref().map_or(piece.start, |open| open.start)..piece.end);
        if text.starts_with('|') && !self.lead.is_some_and(|lead| lead.starts_with('|')) {
            self.lead = Some(text);
        } else if leads_in(text) {
            let last = cut(self.content, piece).pop().map(|last| &self.content[last]);
            self.awaits = last;
            self.lead = last.filter(|_| !belongs).or(self.lead);
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let text = self.content[open].trim_start_matches(['\r', '\n']).trim_end();
        if !text.is_empty() && self.passages.len() < MOST {
            let headings = self.headings.iter().map(|&(_, text)| text).collect();
            self.passages.push(Passage { headings, lead: self.continues, text });
        }
    }
}

/// A paragraph, a list item, a table row or a heading.
struct Piece {
    range: Range<usize>,
    /// Whether nothing or a blank line stands before it.
    is_apart: bool,
}

/// The pieces of a text; hard-wrapped lines stay together.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut end, mut is_apart) = (0, true);
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        let begins = is_apart || is_item(line) || marked_heading(line.trim()).is_some();
        match pieces.last_mut() {
            _ if line.trim().is_empty() => is_apart = true,
            Some(last) if !begins && is_wrapped(&text[last.range.clone()]) => last.range.end = end,
            _ => {
                pieces.push(Piece { range: start..end, is_apart });
                is_apart = false;
            }
        }
    }
    pieces
}

/// Whether a piece's last line was broken for its width rather than ended by its writer.
fn is_wrapped(piece: &str) -> bool {
    let last = piece.trim_end().lines().next_back().unwrap_or_default();
    last.chars().count() >= 50 && !last.starts_with('|') && marked_heading(last.trim()).is_none()
}

/// Where the sentences of a text stand, without the space around them. List items and table rows count as
/// sentences; a line break inside a paragraph does not end one.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    pieces(text).into_iter().flat_map(|piece| cut(text, piece.range)).collect()
}

/// The sentences of a piece; what is written without spaces ends one at its full stop.
fn cut(text: &str, piece: Range<usize>) -> Vec<Range<usize>> {
    let (mut sentences, mut start) = (Vec::new(), piece.start);
    let mut end = |sentences: &mut Vec<Range<usize>>, end: usize| {
        let untrimmed = &text[start..end];
        let first = end - untrimmed.trim_start().len();
        if first < end {
            sentences.push(first..first + untrimmed.trim().len());
        }
        start = end;
    };
    if !is_item(&text[piece.clone()]) {
        for (at, mark) in text[piece.clone()].match_indices(['.', '!', '?', '。', '！', '？']) {
            let at = piece.start + at;
            let after = text[at + mark.len()..piece.end].trim_start_matches(CLOSING);
            let next = after.trim_start().chars().next();
            let ends = !mark.is_ascii() || after.starts_with(char::is_whitespace);
            if ends
                && !next.is_some_and(char::is_lowercase)
                && !(mark == "." && abbreviates(&text[piece.start..at], next))
            {
                end(&mut sentences, piece.end - after.len());
            }
        }
    }
    end(&mut sentences, piece.end);
    sentences
}

const CLOSING: [char; 9] = ['.', '!', '?', '"', '\'', '”', '’', ')', '*'];

/// Whether a full stop after this ends no sentence: that of an abbreviation, an initial, an ordinal number.
fn abbreviates(before: &str, next: Option<char>) -> bool {
    const ABBREVIATIONS: &str = "mr mrs ms dr prof st no nr vs e.g i.e z.b ca approx inc ltd art abs fig sec";
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let is_initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let is_number = (1..=2).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_digit());
    is_initial
        || is_number && last.len() < before.len() && next.is_some_and(char::is_alphabetic)
        || ABBREVIATIONS.split(' ').any(|known| last.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_at_their_ends_and_not_at_abbreviations() {
        assert_eq!(
            texts("Ask Dr. Amari. She knows, e.g. Monday.  Or J. Doe!"),
            ["Ask Dr. Amari.", "She knows, e.g. Monday.", "Or J. Doe!"]
        );
        assert_eq!(
            texts("Frist bis zum 10. Mai. Danach nicht."),
            ["Frist bis zum 10. Mai.", "Danach nicht."]
        );
    }

    #[test]
    fn what_an_answer_quotes_is_found_under_its_headings() {
        let rows = "| City | Most |\n|---|---|\n| Bern | 180 |\n| Oslo | 220 |";
        let text = format!("# Travel\n\nAsk first.\n\n## Hotels\n\nBook early.\n\n### Caps\n\n{rows}");
        let headings = |answer: &str| headings_of(&text, answer);
        assert_eq!(headings("Book early.").unwrap(), ["Travel", "Hotels"]);
        assert_eq!(headings("| City | Most |\n| Oslo | 220 |").unwrap(), ["Travel", "Hotels", "Caps"]);
        assert_eq!(headings("Not there.\n\nAsk first.").unwrap(), ["Travel"]);
        assert_eq!(headings("Nothing of it."), None);
    }

    #[test]
    fn items_and_rows_are_sentences_whole() {
        let text = "Pick:\n- One. Or\n- Two.\n| a | b |\n1. Go. Now.";
        assert_eq!(texts(text), ["Pick:", "- One. Or", "- Two.", "| a | b |", "1. Go. Now."]);
    }

    #[test]
    fn a_line_broken_for_its_width_does_not_end_a_sentence() {
        let text = "This line was broken because the writer's screen was\nnarrow. The next one was not.";
        assert_eq!(texts(text).len(), 2);
    }

    #[test]
    fn passages_know_the_headings_above_them() {
        let text =
            "Opening words.\n\n# One\nFirst.\n## Two\nSecond.\n# Three\nThird.\n\nPlain heading\n\nFourth.";
        let passages = split(text);
        let found: Vec<_> =
            passages.iter().map(|passage| (passage.headings.join(" > "), passage.text)).collect();
        let expected = [
            ("", "Opening words."),
            ("One", "First."),
            ("One > Two", "Second."),
            ("Three", "Third."),
            ("Three > Plain heading", "Fourth."),
        ];
        assert_eq!(found, expected.map(|(headings, text)| (headings.to_owned(), text)));
    }

    #[test]
    fn a_heading_is_a_passage_where_there_is_nothing_else() {
        let texts = |text| split(text).iter().map(|passage| passage.text).collect::<Vec<_>>().join(", ");
        assert_eq!(texts("# Fire drill"), "Fire drill");
        assert_eq!(texts("# A\n## B\n## C\ntext\n# D"), "text");
    }

    #[test]
    fn a_long_table_is_cut_between_rows_and_its_header_goes_along() {
        let rows: String = (0..100).map(|n| format!("| row {n} | value {n} |\n")).collect();
        let table = format!("| Name | Worth |\n| --- | --- |\n{rows}");
        let passages = split(&table);
        assert!(passages.len() > 3 && passages[0].lead.is_none());
        assert!(
            passages[1..].iter().all(|p| p.lead == Some("| Name | Worth |") && p.text.starts_with("| row"))
        );
    }

    proptest! {
        #[test]
        fn passages_hold_every_word_outside_headings_once(text in "([a-zäß#|.!? \n-]|\n\n|\\. [A-Z]){0,400}") {
            let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let passages = split(&text);
            let heads = |line: &&str| marked_heading(line.trim()).is_some() || looks_like_a_heading(line.trim());
            let headings: usize = text.lines().filter(heads).map(|line| words(line).len()).sum();
            let held: String = passages.iter().map(|passage| words(passage.text)).collect();
            prop_assert!(held.len() + headings >= words(&text).len());
            prop_assert!(held.len() <= words(&text).len());
        }

        #[test]
        fn sentences_hold_every_word_once_and_in_order(text in "([a-z世界é.!?|* \n-]|\\. [A-Z]){0,300}") {
            let words = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(words(&texts(&text).concat()), words(&text));
        }
    }
}
