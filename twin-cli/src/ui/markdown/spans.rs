//! Text in pieces of different tones, and wrapping it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ui::page::Tone;
use crate::ui::sanitize;

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Text whose pieces have tones. It is sanitized when it is put in, so that its width is what will be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans {
    text: String,
    /// Where each tone begins.
    tones: Vec<(usize, Tone)>,
    mark: usize,
}

impl Spans {
    pub(super) fn push(&mut self, text: &str, tone: Tone) {
        if text.is_empty() {
            return;
        }
        if self.tones.last().is_none_or(|(_, last)| *last != tone) {
            self.tones.push((self.text.len(), tone));
        }
        self.text.push_str(&sanitize::single_line(text));
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn width(&self) -> usize {
        self.text.width()
    }

    /// Remembers this place.
    pub(super) fn mark(&mut self) {
        self.mark = self.text.len();
    }

    /// What was put in since the mark.
    pub(super) fn since_mark(&self) -> &str {
        self.text.get(self.mark..).unwrap_or_default()
    }

    /// The pieces with their tones.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Tone)> {
        let ends = self.tones.iter().skip(1).map(|(start, _)| *start).chain([self.text.len()]);
        self.tones.iter().zip(ends).map(|((start, tone), end)| (&self.text[*start..end], *tone))
    }

    /// The part between two places, which are at the edges of characters.
    fn part(&self, from: usize, to: usize) -> Self {
        let mut part = Self::default();
        let mut start = 0;
        for (piece, tone) in self.iter() {
            let end = start + piece.len();
            let (first, last) = (from.max(start), to.min(end));
            if first < last {
                part.push(&self.text[first..last], tone);
            }
            start = end;
        }
        part
    }

    /// The text cut into pieces of at most this width, its spaces kept.
    pub(super) fn pieces(&self, width: usize) -> Vec<Self> {
        let (mut pieces, mut from, mut columns) = (Vec::new(), 0, 0);
        for (place, sign) in self.text.char_indices() {
            let wide = sign.width().unwrap_or(0);
            if columns + wide > width && place > from {
                pieces.push(self.part(from, place));
                (from, columns) = (place, 0);
            }
            columns += wide;
        }
        pieces.push(self.part(from, self.text.len()));
        pieces
    }
}

/// Wraps text to a width, at spaces where there are any.
pub(super) fn wrap(spans: &Spans, width: usize) -> Vec<Spans> {
    let options =
        textwrap::Options::new(width).break_words(true).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut from = 0;
    let mut lines = Vec::new();
    for line in textwrap::wrap(&spans.text, options) {
        // Lines are pieces of the text in order, without the spaces between them.
        let start = spans.text[from..].find(line.as_ref()).map_or(from, |place| from + place);
        from = start + line.len();
        lines.push(spans.part(start, from));
    }
    lines
}
