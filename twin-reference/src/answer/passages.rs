//! A document into passages: what is indexed, found and quoted as one.
//!
//! A passage is a run of paragraphs, list items or table rows under one heading. Headings go with the
//! passages below them, as context: in plain text a short line that ends without punctuation and stands
//! alone counts as one, in Markdown also a line that begins with `#`.

use unicode_segmentation::UnicodeSegmentation;

/// A passage takes no further paragraph once it is this long, in bytes.
const FULL: usize = 700;
/// A paragraph longer than this is cut between sentences.
const LONGEST: usize = 1200;
/// The most passages of one document; the last takes what is left. Their numbers fit 16 bits.
pub(crate) const MOST: usize = 1 << 16;

/// Part of a document, borrowed from its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage<'a> {
    /// The headings it stands under, outermost first, without their marks.
    pub(crate) headings: Vec<&'a str>,
    /// The text as it stands.
    pub(crate) text: &'a str,
}

/// The passages of a document, in order.
pub(crate) fn split(content: &str) -> Vec<Passage<'_>> {
    let blocks = blocks(content);
    let mut splitter = Splitter { content, ..Splitter::default() };
    for (index, block) in blocks.iter().enumerate() {
        let followed = blocks.get(index + 1).is_some_and(|next| next.heading.is_none());
        match block.heading {
            Some((level, text)) if level < PLAIN || followed => splitter.heading(level, text),
            _ => splitter.text(block.start, block.end),
        }
    }
    splitter.close();
    splitter.passages
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
            let heading = looks_like_a_heading(text).then_some((PLAIN, text));
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

fn looks_like_a_heading(line: &str) -> bool {
    let short = line.len() <= 80 && line.split_whitespace().count() <= 10;
    let ends_open = !line.ends_with(['.', '!', '?', ';', ',', '。', '！', '？', '|']);
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

#[derive(Default)]
struct Splitter<'a> {
    content: &'a str,
    passages: Vec<Passage<'a>>,
    headings: Vec<(usize, &'a str)>,
    open: Option<(usize, usize)>,
}

impl<'a> Splitter<'a> {
    fn heading(&mut self, level: usize, text: &'a str) {
        self.close();
        self.headings.retain(|&(above, _)| above < level);
        self.headings.push((level, text));
    }

    /// Adds a block to the open passage, or opens one with it.
    fn text(&mut self, start: usize, end: usize) {
        if self.open.is_some_and(|(from, to)| to - from >= FULL || end - from > LONGEST) {
            self.close();
        }
        let from = self.open.map_or(start, |(from, _)| from);
        self.open = Some((from, end));
        if end - from > LONGEST {
            self.cut(from, end);
        }
    }

    /// Cuts one long block into passages between its sentences.
    fn cut(&mut self, mut from: usize, end: usize) {
        let mut at = from;
        for sentence in sentences(&self.content[from..end]) {
            let next = sentence.as_ptr() as usize - self.content.as_ptr() as usize + sentence.len();
            if next - from > FULL && at > from {
                self.open = Some((from, at));
                self.close();
                from = at;
            }
            at = next;
        }
        self.open = Some((from, end));
    }

    fn close(&mut self) {
        let Some((from, to)) = self.open.take() else { return };
        let text = self.content[from..to].trim();
        if text.is_empty() {
            return;
        }
        if self.passages.len() == MOST {
            if let Some(last) = self.passages.last_mut() {
                let start = last.text.as_ptr() as usize - self.content.as_ptr() as usize;
                last.text = self.content[start..to].trim();
            }
            return;
        }
        let headings = self.headings.iter().map(|&(_, text)| text).collect();
        self.passages.push(Passage { headings, text });
    }
}

/// The sentences of a text, trimmed. List items and table rows count as sentences; a line break inside a
/// paragraph does not end one.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    for paragraph in paragraphs(text) {
        if is_item(paragraph) {
            sentences.push(paragraph.trim());
            continue;
        }
        let mut start = 0;
        let mut at = 0;
        for bound in paragraph.split_sentence_bounds() {
            at += bound.len();
            if at < paragraph.len() && goes_on(&paragraph[start..at], &paragraph[at..]) {
                continue;
            }
            sentences.push(paragraph[start..at].trim());
            start = at;
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Paragraphs, list items and table rows; hard-wrapped lines stay together.
fn paragraphs(text: &str) -> Vec<&str> {
    let mut paragraphs: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match paragraphs.last_mut() {
            Some(last) if open && !is_item(line) && is_wrapped(&text[last.0..last.1]) => last.1 = end,
            _ => paragraphs.push((start, end)),
        }
        open = true;
    }
    paragraphs.into_iter().map(|(start, end)| &text[start..end]).collect()
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
