//! Tables whose cells may cover several places: each place says what covers it.

/// Rows of a table, as they are read.
#[derive(Debug)]
pub(crate) struct Grid {
    rows: Vec<Vec<String>>,
    /// Places of the last row, and of the one above, from which a merged cell goes on below.
    open: [Vec<bool>; 2],
    /// Bytes that may still be repeated.
    left: usize,
}

impl Default for Grid {
    fn default() -> Self {
        Self::new(64 << 10)
    }
}

/// Bytes that the tables of a document repeat in all: a small file may claim that every cell covers a thousand.
pub(crate) const MOST_IN_ALL: usize = 4 << 20;

/// Programs have fewer columns in a table of text.
const MOST_COLUMNS: usize = 1_000;
/// What is longer stands once: it is a page laid out by a table, and no value.
const MOST_REPEATED: usize = 300;

impl Grid {
    /// A table that may repeat so many bytes.
    pub(crate) fn new(left: usize) -> Self {
        Self { rows: Vec::new(), open: Default::default(), left }
    }

    /// Takes what may still be repeated, for a table within.
    pub(crate) fn take_left(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    /// Gives back what was not needed.
    pub(crate) fn give_back(&mut self, left: usize) {
        self.left += left;
    }

    fn repeated(&mut self, text: &str, times: usize) -> Option<String> {
        let bytes = text.len().saturating_mul(times);
        if text.len() > MOST_REPEATED || bytes > self.left {
            return None;
        }
        self.left -= bytes;
        Some(text.to_owned())
    }

    pub(crate) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
        self.open.swap(0, 1);
        self.open[0].clear();
    }

    /// The last cell goes on below.
    pub(crate) fn goes_on_below(&mut self) {
        let len = self.rows.last().map_or(0, Vec::len);
        let from = self.open[0].len();
        self.open[0].resize(len, false);
        if from < len {
            self.open[0][from..].fill(true);
        } else if let Some(last) = self.open[0].last_mut() {
            *last = true;
        }
    }

    /// Takes the last row out; gives whether it said anything.
    pub(crate) fn drop_row(&mut self) -> bool {
        self.rows.pop().is_some_and(|row| row.iter().any(|cell| !cell.trim().is_empty()))
    }

    /// A cell over so many columns.
    pub(crate) fn cell(&mut self, text: String, columns: usize) {
        let len = self.rows.last().map_or(0, Vec::len);
        self.open[0].resize(len, false);
        let Some(room) = self.rows.last().map(|row| MOST_COLUMNS.saturating_sub(row.len())) else { return };
        let more = columns.min(room).saturating_sub(1);
        let copy = self.repeated(&text, more).unwrap_or_default();
        if let Some(row) = self.rows.last_mut() {
            row.push(text);
            row.extend(std::iter::repeat_n(copy, more));
        }
    }

    /// A cell that the one above it covers. What it says of its own is not shown, unless nothing begins there.
    pub(crate) fn below(&mut self, text: String, columns: usize) {
        let at = self.rows.last().map_or(0, Vec::len);
        let above = self.rows.len().checked_sub(2).and_then(|above| self.rows[above].get(at)).cloned();
        let is_covered = self.open[1].get(at).copied().unwrap_or(false);
        self.covered(text, above, is_covered, columns);
        if is_covered {
            self.goes_on_below();
        }
    }

    /// A cell that the one before it covers. What it says of its own is not shown.
    pub(crate) fn beside(&mut self, text: String) {
        let before = self.rows.last().and_then(|row| row.last()).cloned();
        let is_covered = before.is_some();
        self.covered(text, before, is_covered, 1);
    }

    fn covered(&mut self, text: String, by: Option<String>, is_covered: bool, columns: usize) {
        let text = if is_covered { String::new() } else { text };
        let is_silent = text.trim().is_empty();
        let copy = by.filter(|_| is_silent).and_then(|by| self.repeated(&by, 1));
        self.cell(copy.unwrap_or(text), columns);
    }

    pub(crate) fn into_rows(self) -> Vec<Vec<String>> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_a_cell_covers_says_what_it_says() {
        let mut grid = Grid::default();
        grid.begin_row();
        grid.cell("Region".to_owned(), 1);
        grid.cell("Fees".to_owned(), 2);
        grid.begin_row();
        grid.below(String::new(), 1);
        grid.cell("Entry".to_owned(), 1);
        grid.beside(String::new());
        assert_eq!(grid.into_rows(), [["Region", "Fees", "Fees"], ["Region", "Entry", "Entry"]]);
    }

    #[test]
    fn what_a_covered_cell_holds_is_not_shown_unless_nothing_covers_it() {
        let mut grid = Grid::default();
        grid.begin_row();
        grid.cell("A".to_owned(), 1);
        grid.goes_on_below();
        grid.cell("x".to_owned(), 1);
        grid.begin_row();
        grid.below("hidden".to_owned(), 1);
        grid.below("own".to_owned(), 1);
        grid.begin_row();
        grid.below("hidden too".to_owned(), 1);
        grid.cell("z".to_owned(), 1);
        grid.beside("hidden beside".to_owned());
        assert_eq!(grid.into_rows(), [vec!["A", "x"], vec!["A", "own"], vec!["A", "z", "z"]]);
    }

    #[test]
    fn a_whole_page_in_a_cell_stands_once() {
        let mut grid = Grid::default();
        grid.begin_row();
        grid.cell("x".repeat(400), usize::MAX);
        let rows = grid.into_rows();
        assert_eq!((rows[0].len(), rows[0].concat().len()), (1_000, 400));
    }
}
