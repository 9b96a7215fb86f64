//! Tables and their cells, one within the other.

use super::super::super::remark;
use super::super::grid::Grid;
use super::super::rows::table_row;
use super::walker::{Table, Walker};

impl Walker<'_, '_> {
    pub(super) fn begin_table(&mut self) {
        self.flush();
        self.end_carried();
        self.prose.capture();
        let left = match self.tables.last_mut() {
            Some(outer) => outer.grid.take_left(),
            None => std::mem::take(&mut self.repeats),
        };
        self.tables.push(Table { grid: Grid::new(left), ..Table::default() });
    }

    pub(super) fn begin_cell(&mut self) {
        self.cells += 1;
        self.flush();
        self.prose.capture();
        if let Some(table) = self.tables.last_mut() {
            let before = std::mem::take(&mut table.before);
            if before > 0 {
                table.grid.cell(String::new(), before);
            }
            (table.columns, table.is_below, table.is_beside, table.opens) = (1, false, false, false);
        }
    }

    pub(super) fn end_cell(&mut self) {
        self.cells -= 1;
        self.flush();
        self.end_carried();
        let text = self.prose.release();
        let Some(table) = self.tables.last_mut() else { return };
        if table.is_below {
            table.grid.below(text, table.columns);
        } else if table.is_beside {
            table.grid.beside(text);
        } else {
            table.grid.cell(text, table.columns);
            if table.opens {
                table.grid.goes_on_below();
            }
        }
    }

    pub(super) fn end_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let is_hidden = std::mem::take(&mut table.hides_row);
        let had_words = (table.is_deleted || is_hidden) && table.grid.drop_row();
        if had_words && is_hidden {
            self.parts.aside.remark(remark::HIDDEN_TEXT);
        }
    }

    pub(super) fn end_table(&mut self) {
        self.flush();
        self.prose.release();
        let mut grid = self.tables.pop().unwrap_or_default().grid;
        let left = grid.take_left();
        match self.tables.last_mut() {
            Some(outer) => outer.grid.give_back(left),
            None => self.repeats = left,
        }
        let mut rows = grid.into_rows();
        if rows.iter().any(|row| row.len() > 1) {
            let cells = rows.iter_mut().flatten().filter(|cell| cell.contains(ROW_WITHIN));
            cells.for_each(|cell| *cell = in_a_field(cell));
        }
        self.written += rows.iter().flatten().map(|cell| cell.len() as u64).sum::<u64>();
        if self.tables.is_empty() {
            return self.prose.table(&rows);
        }
        self.prose.block();
        for row in rows {
            let row = if let [only] = row.as_slice() { only.clone() } else { table_row(&row) };
            if !row.trim().is_empty() {
                self.prose.line();
                self.prose.text(&format!("{ROW_WITHIN}{row}"));
            }
        }
        self.prose.block();
    }
}

/// Begins a row of a table within another, until it is known where that one stands. No document holds it, and no text
/// keeps it.
pub(super) const ROW_WITHIN: char = '\u{1E}';

/// A cell beside others, in which all stands in one line; rows of tables within stay apart, as in `1, 2; 3, 4`.
fn in_a_field(cell: &str) -> String {
    let mut out = String::new();
    let mut after_row = false;
    for line in cell.split('\n').filter(|line| !line.trim().is_empty()) {
        let row = line.strip_prefix(ROW_WITHIN);
        if !out.is_empty() {
            out.push_str(if after_row && row.is_some() { "; " } else { "\n" });
        }
        match row {
            Some(row) => out.push_str(&row.replace(" | ", ", ")),
            None => out.push_str(line),
        }
        after_row = row.is_some();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_table_within_a_field_stay_apart() {
        let cell = "before\n\n\u{1E}in1 | in2\n\u{1E}in3 | in4\n\nafter";
        assert_eq!(in_a_field(cell), "before\nin1, in2; in3, in4\nafter");
        assert_eq!(in_a_field("p1\np2"), "p1\np2");
    }
}
