//! Tables for people, fitted to the terminal: long cells are cut, less important columns go first.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::page::Tone;
use super::sanitize;

const GAP: usize = 2;
const READABLE: usize = 16;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    header: &'static str,
    right: bool,
    /// How narrow it may become; 0 where it is always as wide as its widest cell.
    least: usize,
    /// Columns with the highest number go first where there is no room.
    rank: u8,
}

impl Column {
    /// A column that is always there, as wide as its widest cell.
    pub const fn new(header: &'static str) -> Self {
        Self { header, right: false, least: 0, rank: 0 }
    }

    /// Numbers: flush right.
    pub const fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// Gives way when the table is too wide: its cells are cut with `…`.
    pub const fn flexible(self) -> Self {
        self.at_least(READABLE)
    }

    /// As [`flexible`](Self::flexible), down to so many columns, or two fifths of a narrow terminal.
    pub const fn at_least(mut self, columns: usize) -> Self {
        self.least = columns;
        self
    }

    /// May be left out; the highest rank goes first.
    pub const fn optional(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}

/// Rows under headers.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

type Line = Vec<(String, Tone)>;

impl Table {
    /// A table without rows yet.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, a cell for each column.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cow<'a, str>>) {
        let row = cells.into_iter().map(|cell| sanitize::single_line(&cell).into_owned()).collect();
        self.rows.push(row);
    }

    /// The lines of the table, none wider than `width` as long as its fixed columns leave room.
    pub(super) fn fit(&self, width: usize) -> Vec<Line> {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        loop {
            let (widths, fits) = self.widths(&shown, width);
            let next_to_go = shown.iter().copied().max_by_key(|&index| self.columns[index].rank);
            match next_to_go {
                Some(index) if !fits && self.columns[index].rank > 0 => shown.retain(|&kept| kept != index),
                _ => return self.lines(&shown, &widths),
            }
        }
    }

    /// The width of each shown column, and whether the flexible ones stay readable.
    fn widths(&self, shown: &[usize], width: usize) -> (Vec<usize>, bool) {
        let mut widths: Vec<usize> = shown.iter().map(|&index| self.natural_width(index)).collect();
        let gaps = GAP * shown.len().saturating_sub(1);
        let mut fits = true;
        // What may be left out gives way first, and what stands last.
        let mut places: Vec<usize> = (0..shown.len()).rev().collect();
        places.sort_by_key(|&place| std::cmp::Reverse(self.columns[shown[place]].rank));
        for place in places {
            let index = shown[place];
            let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
            if excess == 0 {
                return (widths, fits);
            }
            let least = self.columns[index].least;
            if least > 0 {
                let natural = widths[place];
                widths[place] = natural.saturating_sub(excess).max(least.min(natural).min(width * 2 / 5));
            }
        }
        fits &= widths.iter().sum::<usize>() + gaps <= width;
        (widths, fits)
    }

    fn natural_width(&self, index: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
        cells.chain([self.columns[index].header.width()]).max().unwrap_or(0)
    }

    fn lines(&self, shown: &[usize], widths: &[usize]) -> Vec<Line> {
        let header = |index: usize| self.columns[index].header;
        let mut lines = vec![self.line(shown, widths, header, Tone::Dim)];
        for row in &self.rows {
            let cell = |index: usize| row.get(index).map_or("", String::as_str);
            lines.push(self.line(shown, widths, cell, Tone::Plain));
        }
        lines
    }

    fn line<'a>(
        &self,
        shown: &[usize],
        widths: &[usize],
        cell: impl Fn(usize) -> &'a str,
        tone: Tone,
    ) -> Line {
        let last = shown.len().saturating_sub(1);
        let mut line = Line::new();
        for (place, (&index, &width)) in shown.iter().zip(widths).enumerate() {
            let text = truncate(cell(index), width);
            let padding = " ".repeat(width.saturating_sub(text.width()));
            let text = match (self.columns[index].right, place == last) {
                (true, _) => format!("{padding}{text}"),
                (false, true) => text,
                (false, false) => format!("{text}{padding}"),
            };
            line.push((text, tone));
            if place < last {
                line.push((" ".repeat(GAP), Tone::Plain));
            }
        }
        line
    }
}

/// Cuts text to `width` columns, with `…` where something is missing.
pub(crate) fn truncate(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.truncate(out.trim_end().len());
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> Table {
        let mut table = Table::new(&[
            Column::new("ID"),
            Column::new("TYPE").optional(1),
            Column::new("TITLE").flexible(),
            Column::new("HITS").right().optional(3),
            Column::new("CREATED").optional(2),
        ]);
        table.push(["doc_abc123", "policy", "Expense reimbursement policy", "8", "3d ago"].map(Cow::from));
        table.push(["doc_2", "note", "東京 office\tguide", "12", "2025-12-31"].map(Cow::from));
        table
    }

    fn rendered(table: &Table, width: usize) -> Vec<String> {
        table.fit(width).into_iter().map(|line| line.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn a_wide_terminal_shows_every_column_whole() {
        assert_eq!(
            rendered(&example(), 100),
            [
                "ID          TYPE    TITLE                         HITS  CREATED",
                "doc_abc123  policy  Expense reimbursement policy     8  3d ago",
                "doc_2       note    東京 office␉guide               12  2025-12-31",
            ]
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_titles_and_then_leaves_columns_out() {
        assert_eq!(
            rendered(&example(), 60),
            [
                "ID          TYPE    TITLE                   HITS  CREATED",
                "doc_abc123  policy  Expense reimbursement…     8  3d ago",
                "doc_2       note    東京 office␉guide         12  2025-12-31",
            ]
            .map(str::to_owned)
        );
        assert_eq!(
            rendered(&example(), 40),
            [
                "ID          TYPE    TITLE",
                "doc_abc123  policy  Expense reimburseme…",
                "doc_2       note    東京 office␉guide"
            ]
        );
    }

    #[test]
    fn a_cut_cell_never_splits_a_wide_character() {
        assert_eq!(truncate("東京都", 4), "東…");
        assert_eq!(truncate("東京", 4), "東京");
        assert_eq!(truncate("abc", 0), "");
    }

    proptest! {
        #[test]
        fn the_table_never_runs_over_the_edge(
            titles in proptest::collection::vec("[a-zA-Z 東é]{0,80}", 0..8), width in 40usize..200,
        ) {
            let mut table = example();
            for title in &titles {
                table.push(["doc_x", "note", title, "1", "now"].map(Cow::from));
            }
            for line in rendered(&table, width) {
                prop_assert!(line.width() <= width, "{line:?} in {width}");
            }
        }
    }
}
