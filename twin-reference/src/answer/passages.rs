//! A document into passages: what is indexed, found and quoted as one.
//!
//! A passage is a run of paragraphs, list items or table rows under one heading. Headings go with the
//! passages below them, as context: in plain text a short line that ends without punctuation and stands
//! alone counts as one, in Markdown also a line that begins with `#`.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

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

/// The passages of a document, in order.
pub(crate) fn split(content: &str) -> Vec<Passage<'_>> {
    let mut splitter = Splitter { content, ..Splitter::default() };
    let mut blocks = blocks(content).into_iter().peekable();
    while let Some(block) = blocks.next() {
        let heads_a_text = blocks.peek().is_some_and(|next| next.heading.is_none());
        match block.heading {
            Some((level, text)) if level < PLAIN || heads_a_text => splitter.heading(level, text),
            _ => splitter.text(block.start, block.end),
        }
    }
    splitter.close();
    splitter.bare_heading();
    splitter.passages
}

/// The headings above the passage that has a paragraph of an answer; none if no passage has any.
pub(crate) fn headings_of(content: &str, answer: &str) -> Option<Vec<String>> {
    let passages = split(content);
    answer.split("\n\n").map(str::trim).filter(|quoted| !quoted.is_empty()).find_map(|quoted| {
        // A row that was quoted under its table's header stands apart from it in the document.
        let row = quoted.lines().last().unwrap_or(quoted);
        let has = |passage: &&Passage<'_>| passage.text.contains(quoted) || passage.text.contains(row);
        let passage = passages.iter().find(has)?;
        Some(passage.headings.iter().map(|&heading| heading.to_owned()).collect())
    })
}

/// The level of a heading that is known by its looks alone: below every marked one.
const PLAIN: usize = 7;

/// One paragraph, list or heading; its place in the content.
struct Block<'a> {
    start: usize,
    end: usize,
    heading: Option<(usize, &'a str)>,
}

/// Runs of lines without a blank one between them; a marked heading is a block of its own.
fn blocks(content: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in content.split_inclusive('\n') {
        let (start, text) = (at, line.trim());
        at += line.len();
        let end = start + line.trim_end().len();
        if text.is_empty() {
            open = false;
        } else if let Some(heading) = marked_heading(text) {
            blocks.push(Block { start, end, heading: Some(heading) });
            open = false;
        } else if let (true, Some(last)) = (open, blocks.last_mut()) {
            (last.end, last.heading) = (end, None);
        } else {
            let is_led_in = blocks.last().is_some_and(|last| leads_in(&content[last.start..last.end]));
            let heads = !is_led_in && !line.starts_with(' ') && looks_like_a_heading(text);
            let heading = heads.then_some((PLAIN, text));
            blocks.push(Block { start, end, heading });
            open = true;
        }
    }
    blocks
}

fn marked_heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|&b| b == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    ((1..PLAIN).contains(&level) && !text.is_empty()).then_some((level, text))
}

pub(crate) fn looks_like_a_heading(line: &str) -> bool {
    let short = line.len() <= 80 && line.split_whitespace().count() <= 10;
    let ends_open = !line.ends_with(['.', '!', '?', ';', ',', ':', '。', '！', '？', '|']);
    short && ends_open && !is_item(line) && !line.contains(['|', '\t']) && !line.contains(": ")
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
    /// Whether the last heading has no text below it so far.
    heads_nothing: bool,
    open: Option<Range<usize>>,
    /// What leads in to the list or the table that is being read, and to the one the open passage continues.
    lead: Option<&'a str>,
    continues: Option<&'a str>,
    /// Where the open passage's last sentence begins, if that leads in to what comes next.
    leads_in: Option<usize>,
}

impl<'a> Splitter<'a> {
    fn heading(&mut self, level: usize, text: &'a str) {
        self.close();
        (self.lead, self.leads_in) = (None, None);
        if self.headings.last().is_some_and(|&(above, _)| above >= level) {
            self.bare_heading();
        }
        self.headings.retain(|&(above, _)| above < level);
        self.headings.push((level, text));
        self.heads_nothing = true;
    }

    /// Makes a passage of a heading that nothing stands below, so that it is found too.
    fn bare_heading(&mut self) {
        if let (true, Some(&(_, text))) = (self.heads_nothing, self.headings.last()) {
            self.push(text, None);
            self.headings.pop();
        }
        self.heads_nothing = false;
    }

    /// Adds a block to the open passage, or opens one with it; a long one in pieces.
    fn text(&mut self, start: usize, end: usize) {
        self.heads_nothing = false;
        if end - start <= LONGEST {
            return self.add(start..end, LONGEST);
        }
        for sentence in sentences(&self.content[start..end]) {
            self.add(start + sentence.start..start + sentence.end, FULL);
        }
    }

    /// What leads in to a list stays with its first item, and goes along with those of a further passage.
    fn add(&mut self, piece: Range<usize>, most: usize) {
        let text = &self.content[piece.clone()];
        let begins = piece.start + text.len() - text.trim_start().len();
        let belongs = is_item(text) || indent(self.content, begins) > 0;
        let led_in = self.leads_in.take();
        if !belongs && led_in.is_none() {
            self.lead = None;
        }
        let open = self.open.clone().unwrap_or(piece.start..piece.start);
        let is_full = open.len() >= FULL || piece.end - open.start > most;
        let mut start = open.start;
        if is_full && !open.is_empty() && led_in != Some(open.start) {
            start = led_in.unwrap_or(piece.start);
            self.open = Some(open.start..led_in.unwrap_or(open.end));
            self.close();
            self.continues = self.lead.filter(|_| led_in.is_none());
        }
        self.open = Some(start..piece.end);
        if text.starts_with('|') && !self.lead.is_some_and(|lead| lead.starts_with('|')) {
            self.lead = text.lines().next();
        } else if leads_in(text) {
            let last = sentences(text).last().map_or(0, |last| last.start);
            self.leads_in = Some(piece.start + last);
            if !belongs {
                self.lead = Some(text[last..].trim());
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let lead = self.continues.take();
        self.push(self.content[open].trim_start_matches(['\r', '\n']).trim_end(), lead);
    }

    fn push(&mut self, text: &'a str, lead: Option<&'a str>) {
        if !text.is_empty() && self.passages.len() < MOST {
            let headings = self.headings.iter().map(|&(_, text)| text).collect();
            self.passages.push(Passage { headings, lead, text });
        }
    }
}

/// Where the sentences of a text stand, without the space around them. List items and table rows count as
/// sentences; a line break inside a paragraph does not end one.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    for Range { start: first, end: last } in paragraphs(text) {
        let paragraph = &text[first..last];
        let (mut start, mut at) = (0, 0);
        for bound in paragraph.split_sentence_bounds() {
            at += bound.len();
            let ends = !is_item(paragraph) && !goes_on(&paragraph[start..at], &paragraph[at..]);
            if ends || at == paragraph.len() {
                sentences.push(trimmed(text, first + start..first + at));
                start = at;
            }
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let untrimmed = &text[range.clone()];
    let start = range.start + (untrimmed.len() - untrimmed.trim_start().len());
    start..start + untrimmed.trim().len()
}

/// Paragraphs, list items and table rows; hard-wrapped lines stay together.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let (mut end, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match paragraphs.last_mut() {
            Some(last) if open && !is_item(line) && is_wrapped(&text[last.clone()]) => last.end = end,
            _ => paragraphs.push(start..end),
        }
        open = true;
    }
    paragraphs
}

/// Whether a paragraph's last line was broken for its width rather than ended by its writer.
fn is_wrapped(paragraph: &str) -> bool {
    let last = paragraph.trim_end().lines().next_back().unwrap_or_default();
    last.chars().count() >= 50 && !last.starts_with('|')
}

/// Whether what looks like the end of a sentence is none: an abbreviation, an initial, a line break.
fn goes_on(before: &str, after: &str) -> bool {
    let text = before.trim_end();
    if before.len() > text.len()
        && before[text.len()..].contains('\n')
        && !text.ends_with(['.', '!', '?', '。'])
    {
        return true;
    }
    let Some(stripped) = text.strip_suffix('.') else { return false };
    let last = stripped.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    const ABBREVIATIONS: [&str; 20] = [
        "mr", "mrs", "ms", "dr", "prof", "st", "no", "nr", "vs", "e.g", "i.e", "z.b", "ca", "approx", "inc",
        "ltd", "art", "abs", "fig", "sec",
    ];
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let ordinal = last.len() <= 2 && !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    initial
        || (ordinal && after.starts_with(char::is_alphabetic) && text.len() > last.len() + 1)
        || ABBREVIATIONS.contains(&last.to_lowercase().as_str())
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
    fn a_heading_without_text_is_a_passage_of_its_own() {
        let texts = |text| split(text).iter().map(|passage| passage.text).collect::<Vec<_>>().join(", ");
        assert_eq!(texts("# Fire drill"), "Fire drill");
        assert_eq!(texts("# A\n## B\n## C\ntext\n# D"), "B, text, D");
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
            let headings: usize = blocks(&text).iter().filter_map(|block| block.heading).map(|(_, text)| words(text).len()).sum();
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
