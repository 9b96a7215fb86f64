//! Tables and their cells, one within the other.

use super::super::grid::Grid;
use super::walker::{Table, Walker};

impl Walker<'_, '_> {
    pub(super) fn begin_table(&mut self) {
        self.flush();
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
            (table.columns, table.is_below, table.is_beside) = (1, false, false);
        }
    }

    pub(super) fn end_cell(&mut self) {
        self.cells -= 1;
        self.flush();
        let text = self.prose.release();
        let Some(table) = self.tables.last_mut() else { return };
        if table.is_below {
            table.grid.below(text, table.columns);
        } else if table.is_beside {
            table.grid.beside(text);
        } else {
            table.grid.cell(text, table.columns);
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
        let rows = grid.into_rows();
        self.written += rows.iter().flatten().map(|cell| cell.len() as u64).sum::<u64>();
        self.prose.table(&rows);
    }
}
