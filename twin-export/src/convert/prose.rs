//! Writes text the way a person would retell a page: blocks apart, lists with dashes, tables as
//! `a | b | c` rows. Converters tell it what they meet; it keeps the lines in order.

mod mark;

pub(crate) use mark::Mark;

use super::super::text::tidy_line;
use super::link::{contact, file_of, is_cut, is_permalink, redirected, says_nothing};
use super::rows::table_row;

/// The text so far, and where in lists and captures the writer stands.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    out: String,
    gap: Gap,
    lists: Vec<List>,
    captures: Vec<Outer>,
    /// The last line stands in a list: one more item goes on with it, whoever opened it.
    after_item: bool,
    /// The last text is an address, to which no letter may be added.
    after_address: bool,
    /// What follows is no part of the last word.
    is_apart: bool,
    title: Option<String>,
}

/// What stands around a capture.
#[derive(Debug, Default)]
struct Outer {
    out: String,
    gap: Gap,
    lists: Vec<List>,
    after_item: bool,
    is_apart: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Line,
    Blank,
}

#[derive(Debug)]
struct List {
    next_number: Option<i64>,
    step: i64,
    /// How numbers are written.
    written: fn(i64) -> String,
    /// Stands before the first text of the item; an item without text leaves no trace.
    marker: Option<String>,
}

impl Default for List {
    fn default() -> Self {
        Self { next_number: None, step: 1, written: |number| number.to_string(), marker: None }
    }
}

/// Lists within lists that are still shown as such.
const MOST_INDENT: usize = 32;

impl Prose {
    /// What is written so far, or of what is collected apart.
    pub(crate) fn written(&self) -> &str {
        &self.out
    }

    /// Inline text. Line breaks in it are kept.
    pub(crate) fn text(&mut self, text: &str) {
        let mut lines = text.split('\n');
        if let Some(first) = lines.next() {
            self.inline(first);
        }
        for line in lines {
            self.line_break();
            self.inline(line);
        }
    }

    /// Inline text in which white space is only a separator, as in HTML.
    pub(crate) fn flowing(&mut self, text: &str) {
        let starts_apart = text.starts_with(|c: char| c.is_ascii_whitespace());
        let ends_apart = text.ends_with(|c: char| c.is_ascii_whitespace());
        let mut words = text.split_ascii_whitespace().peekable();
        if starts_apart || (words.peek().is_none() && !text.is_empty()) {
            self.space();
        }
        while let Some(word) = words.next() {
            self.inline(word);
            if words.peek().is_some() || ends_apart {
                self.space();
            }
        }
    }

    fn inline(&mut self, text: &str) {
        let at_start = self.gap != Gap::None || self.out.is_empty() || self.out.ends_with('\n');
        let text = if at_start { text.trim_start() } else { text };
        if text.is_empty() {
            return;
        }
        let would_lengthen =
            std::mem::take(&mut self.after_address) && text.starts_with(char::is_alphanumeric);
        let is_apart = std::mem::take(&mut self.is_apart)
            && !self.out.ends_with(['(', '[', '{', '“', '‘'])
            && !text.starts_with(['.', ',', ';', ':', '!', '?', ')', ']', '}', '”', '’']);
        if at_start {
            self.begin_line();
        } else if (would_lengthen || is_apart) && !self.out.ends_with(' ') && !text.starts_with(' ') {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }

    /// One space between words, never at the start of a line.
    pub(crate) fn space(&mut self) {
        if self.gap == Gap::None && !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    /// What follows is no part of the last word.
    pub(crate) fn apart(&mut self) {
        self.is_apart = true;
    }

    /// The next text begins on a line of its own.
    pub(crate) fn line(&mut self) {
        self.gap = self.gap.max(Gap::Line);
    }

    /// Lines as they are, blanks at their start and between them included.
    pub(crate) fn verbatim(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 && self.gap != Gap::None {
                // A line without text, between others.
                self.gap = Gap::Blank;
            } else if index > 0 {
                self.gap = Gap::Line;
            }
            let at_start = self.gap != Gap::None || self.out.is_empty();
            if at_start && line.trim().is_empty() {
                continue;
            }
            if at_start {
                self.begin_line();
            }
            self.out.push_str(line);
        }
    }

    /// A forced line break; two of them make a new block.
    pub(crate) fn line_break(&mut self) {
        self.gap = if self.gap == Gap::None { Gap::Line } else { Gap::Blank };
    }

    /// The next text begins a new block: after a blank line, in a list on a line of its own.
    pub(crate) fn block(&mut self) {
        let gap = if self.lists.is_empty() { Gap::Blank } else { Gap::Line };
        self.gap = self.gap.max(gap);
    }

    fn begin_line(&mut self) {
        let trimmed = self.out.trim_end_matches(' ').len();
        self.out.truncate(trimmed);
        if !self.out.is_empty() {
            match self.gap {
                Gap::None => {}
                Gap::Line => self.out.push('\n'),
                Gap::Blank => self.out.push_str("\n\n"),
            }
        }
        self.gap = Gap::None;
        self.after_item = !self.lists.is_empty();
        let (indent, markers) = self.take_markers();
        self.out.extend(std::iter::repeat_n("  ", indent.min(MOST_INDENT)));
        self.out.push_str(&markers);
    }

    /// A heading with its text; the first one is remembered as the title.
    pub(crate) fn heading(&mut self, text: &str) {
        let text = tidy_line(text);
        if text.is_empty() {
            return;
        }
        self.block();
        self.inline(&text);
        self.block();
        self.title.get_or_insert(text);
    }

    /// Opens a list; `first` is the number of its first item where it is numbered.
    pub(crate) fn begin_list(&mut self, first: Option<u64>) {
        match (self.lists.is_empty(), self.after_item) {
            (true, true) => self.gap = Gap::Line,
            (true, false) => self.block(),
            (false, _) => self.line(),
        }
        let first = first.map(|first| i64::try_from(first).unwrap_or(i64::MAX));
        self.lists.push(List { next_number: first, ..List::default() });
    }

    /// Opens a list whose numbers are written in their own way, and go up or down.
    pub(crate) fn begin_numbered(&mut self, first: i64, step: i64, written: fn(i64) -> String) {
        self.begin_list(None);
        if let Some(list) = self.lists.last_mut() {
            *list = List { next_number: Some(first), step, written, marker: None };
        }
    }

    /// The next item has a number of its own.
    pub(crate) fn renumber(&mut self, number: i64) {
        if let Some(next) = self.lists.last_mut().and_then(|list| list.next_number.as_mut()) {
            *next = number;
        }
    }

    pub(crate) fn end_list(&mut self) {
        self.lists.pop();
        self.block();
    }

    pub(crate) fn begin_item(&mut self) {
        self.line();
        if let Some(list) = self.lists.last_mut() {
            list.marker = Some(match &mut list.next_number {
                Some(number) => {
                    let marker = format!("{}. ", (list.written)(*number));
                    *number = number.saturating_add(list.step);
                    marker
                }
                None => "- ".to_owned(),
            });
        }
    }

    /// One item of a list that comes as lines with a level.
    pub(crate) fn list_line(&mut self, level: usize, number: Option<u64>, text: &str) {
        if self.after_item {
            self.gap = Gap::Line;
        } else {
            self.block();
        }
        let outer = self.lists.len();
        let number = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        self.lists.resize_with(outer + level + 1, || List { next_number: number, ..List::default() });
        self.begin_item();
        self.text(text);
        self.lists.truncate(outer);
        self.block();
    }

    /// The item is one to tick off.
    pub(crate) fn check_box(&mut self, done: bool) {
        let sign = if done { "[x] " } else { "[ ] " };
        match self.lists.last_mut().and_then(|list| list.marker.as_mut()) {
            Some(marker) => marker.push_str(sign),
            None => self.inline(sign),
        }
    }

    pub(crate) fn end_item(&mut self) {
        if let Some(list) = self.lists.last_mut() {
            list.marker = None;
        }
        self.line();
    }

    /// Whether a list is open.
    pub(crate) fn in_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Collects what follows apart, until [`Prose::release`] hands it out.
    pub(crate) fn capture(&mut self) {
        self.captures.push(Outer {
            out: std::mem::take(&mut self.out),
            gap: std::mem::take(&mut self.gap),
            lists: std::mem::take(&mut self.lists),
            after_item: std::mem::take(&mut self.after_item),
            is_apart: std::mem::take(&mut self.is_apart),
        });
    }

    pub(crate) fn release(&mut self) -> String {
        let outer = self.captures.pop().unwrap_or_default();
        (self.gap, self.lists, self.after_item) = (outer.gap, outer.lists, outer.after_item);
        self.is_apart = outer.is_apart;
        std::mem::replace(&mut self.out, outer.out)
    }

    /// A table, its first row being the header.
    pub(crate) fn table(&mut self, rows: &[Vec<String>]) {
        self.block();
        if rows.iter().all(|row| row.len() < 2) {
            // One column places paragraphs under one another.
            for cell in rows.iter().flatten() {
                self.line();
                self.text(cell);
            }
            return self.block();
        }
        for row in rows {
            let row = table_row(row);
            if !row.is_empty() {
                self.line();
                self.inline(&row);
            }
        }
        self.block();
    }

    /// A link: its label, and the address where the label says nothing.
    pub(crate) fn link(&mut self, label: &str, address: &str) {
        if is_permalink(label, address) {
            return;
        }
        let target = redirected(address);
        let address = target.as_deref().unwrap_or(address);
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        let named = file_of(label, address);
        let label = named.as_deref().unwrap_or(label);
        let bare = tidy_line(label);
        if bare.is_empty() {
            if is_web {
                if self.out.ends_with(char::is_alphanumeric) {
                    self.space();
                }
                self.inline(address);
                self.after_address = true;
            }
        } else if is_web && is_cut(&bare, address) {
            self.inline(address);
            self.after_address = true;
        } else {
            self.text(label);
            let shown = if is_web { Some(address.to_owned()) } else { contact(address) };
            if let Some(shown) = shown.filter(|_| says_nothing(&bare)) {
                self.inline(&format!(" ({shown})"));
            }
        }
    }

    /// The first heading, and everything.
    pub(crate) fn finish(mut self) -> (Option<String>, String) {
        while !self.captures.is_empty() {
            let inner = self.release();
            self.block();
            self.text(&inner);
        }
        self.out.truncate(self.out.trim_end().len());
        (self.title, self.out)
    }
}

#[cfg(test)]
mod tests;
