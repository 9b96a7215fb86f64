//! Tables whose cells may cover several places: each place says what covers it.

/// Rows of a table, as they are read.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    rows: Vec<Vec<String>>,
}

/// Programs have fewer columns in a table of text.
const MOST_COLUMNS: usize = 1_000;
/// What is longer stands once: it is a page laid out by a table, and no value.
const MOST_REPEATED: usize = 300;

impl Grid {
    pub(crate) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// A cell over so many columns.
    pub(crate) fn cell(&mut self, text: String, columns: usize) {
        let Some(row) = self.rows.last_mut() else { return };
        let room = MOST_COLUMNS.saturating_sub(row.len());
        let more = columns.min(room).saturating_sub(1);
        let copy = if text.len() > MOST_REPEATED { String::new() } else { text.clone() };
        row.push(text);
        row.extend(std::iter::repeat_n(copy, more));
    }

    /// A cell that the one above it covers, unless it says something of its own.
    pub(crate) fn below(&mut self, text: String, columns: usize) {
        let at = self.rows.last().map_or(0, Vec::len);
        let above = self.rows.len().checked_sub(2).and_then(|above| self.rows[above].get(at));
        let text = match above {
            Some(above) if text.trim().is_empty() && above.len() <= MOST_REPEATED => above.clone(),
            _ => text,
        };
        self.cell(text, columns);
    }

    /// A cell that the one before it covers, unless it says something of its own.
    pub(crate) fn beside(&mut self, text: String) {
        let before = self.rows.last().and_then(|row| row.last());
        let text = match before {
            Some(before) if text.trim().is_empty() && before.len() <= MOST_REPEATED => before.clone(),
            _ => text,
        };
        self.cell(text, 1);
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
    fn a_whole_page_in_a_cell_stands_once() {
        let mut grid = Grid::default();
        grid.begin_row();
        grid.cell("x".repeat(400), usize::MAX);
        let rows = grid.into_rows();
        assert_eq!((rows[0].len(), rows[0].concat().len()), (1_000, 400));
    }
}
