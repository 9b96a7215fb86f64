//! Writes text the way a person would retell a page: blocks apart, lists with dashes, tables as
//! `a | b | c` rows. Converters tell it what they meet; it keeps the lines in order.

use super::super::text::{push_tidy_line, tidy_line};

/// The text so far, and where in lists and captures the writer stands.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    out: String,
    gap: Gap,
    lists: Vec<List>,
    captures: Vec<(String, Gap, Vec<List>)>,
    /// The last text was an item written by [`Prose::list_line`].
    after_item: bool,
    title: Option<String>,
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
    next_number: Option<u64>,
    /// Stands before the first text of the item; an item without text leaves no trace.
    marker: Option<String>,
}

impl Prose {
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
        if at_start {
            self.begin_line();
        }
        self.out.push_str(text);
    }

    /// One space between words, never at the start of a line.
    pub(crate) fn space(&mut self) {
        if self.gap == Gap::None && !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
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
        self.after_item = false;
        let depth = self.lists.len();
        if let Some(list) = self.lists.last_mut() {
            let marker = list.marker.take();
            let indent = if marker.is_some() { depth - 1 } else { depth };
            self.out.extend(std::iter::repeat_n("  ", indent));
            self.out.push_str(marker.as_deref().unwrap_or_default());
        }
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
        if self.lists.is_empty() {
            self.block()
        } else {
            self.line()
        }
        self.lists.push(List { next_number: first, marker: None });
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
                    *number = number.saturating_add(1);
                    format!("{}. ", *number - 1)
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
        self.lists.resize_with(outer + level + 1, || List { next_number: number, marker: None });
        self.begin_item();
        self.text(text);
        self.lists.truncate(outer);
        self.block();
        self.after_item = true;
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

    /// Numbers of the open lists, to tell whether one is open at all.
    pub(crate) fn in_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Collects what follows apart, until [`Prose::release`] hands it out.
    pub(crate) fn capture(&mut self) {
        let state =
            (std::mem::take(&mut self.out), std::mem::take(&mut self.gap), std::mem::take(&mut self.lists));
        self.captures.push(state);
    }

    pub(crate) fn release(&mut self) -> String {
        let (out, gap, lists) = self.captures.pop().unwrap_or_default();
        self.gap = gap;
        self.lists = lists;
        std::mem::replace(&mut self.out, out)
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
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        let bare = tidy_line(label);
        if bare.is_empty() {
            if is_web {
                self.inline(address);
            }
        } else {
            self.text(label);
            if is_web && says_nothing(&bare) {
                self.inline(&format!(" ({address})"));
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

/// Cells beside one another; empty cells at the end are left out, a row without text is empty.
pub(crate) fn table_row<S: AsRef<str>>(cells: &[S]) -> String {
    let mut row = String::new();
    push_row(&mut row, cells.iter().map(AsRef::as_ref));
    row
}

/// Appends what [`table_row`] makes of the cells; false where they hold no text.
pub(crate) fn push_row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) -> bool {
    let start = out.len();
    let (mut count, mut used, mut end) = (0, 0, start);
    for cell in cells {
        if count > 0 {
            out.push_str(" | ");
        }
        count += 1;
        let before = out.len();
        push_tidy_line(out, cell);
        if out.len() > before {
            (used, end) = (count, out.len());
        }
    }
    out.truncate(end);
    if used == 1 && count > 1 {
        // The bar tells that this is still a row of the table.
        out.push_str(" |");
    }
    if out[start..].starts_with(' ') {
        out.remove(start);
    }
    used > 0
}

fn says_nothing(label: &str) -> bool {
    let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let empty_words = [
        "",
        "here",
        "link",
        "this",
        "this link",
        "click here",
        "see here",
        "read more",
        "more",
        "learn more",
        "url",
        "website",
        "source",
        "hier",
        "ici",
        "aquí",
        "qui",
    ];
    empty_words.contains(&label.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Prose)) -> String {
        let mut prose = Prose::default();
        write(&mut prose);
        prose.finish().1
    }

    #[test]
    fn lists_nest_and_items_without_text_leave_no_trace() {
        let text = written(|prose| {
            prose.text("Before");
            prose.begin_list(None);
            for word in ["one", "", "two"] {
                prose.begin_item();
                prose.text(word);
                if word == "one" {
                    prose.begin_list(Some(3));
                    prose.begin_item();
                    prose.check_box(true);
                    prose.text("inner");
                    prose.end_item();
                    prose.end_list();
                }
                prose.end_item();
            }
            prose.end_list();
            prose.text("After");
        });
        assert_eq!(text, "Before\n\n- one\n  3. [x] inner\n- two\n\nAfter");
    }

    #[test]
    fn a_link_shows_its_address_only_where_the_label_says_nothing() {
        let text = written(|prose| {
            prose.link("the policy", "https://example.com/p");
            prose.space();
            prose.link("here", "https://example.com/q");
            prose.space();
            prose.link("", "https://example.com/r");
            prose.link("", "page.md");
        });
        assert_eq!(text, "the policy here (https://example.com/q) https://example.com/r");
    }

    #[test]
    fn a_row_keeps_its_places_and_drops_only_what_is_empty_at_its_end() {
        assert_eq!(table_row(&["a", "", "c\nd", ""]), "a |  | c d");
        assert_eq!(table_row(&["a", "", ""]), "a |");
        assert_eq!(table_row(&["", "b"]), "| b");
        assert_eq!(table_row(&["", " "]), "");
        assert_eq!(table_row(&["a"]), "a");
    }
}
