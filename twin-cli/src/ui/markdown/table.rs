//! Tables of an answer, fitted to the width: cells are wrapped in their columns.

use super::spans::{Spans, wrap};
use crate::ui::page::Tone;

const GAP: &str = "  ";
/// The narrowest a column is made before rows are told one cell a line instead.
const NARROWEST: usize = 8;

/// The cells of a table; its first row is its header.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<Vec<Spans>>,
    row: Vec<Spans>,
}

impl Grid {
    pub(super) fn cell(&mut self, cell: Spans) {
        self.row.push(cell);
    }

    pub(super) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The lines of the table, none wider than `width`.
    pub(super) fn fit(self, width: usize) -> Vec<Spans> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let natural: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(Spans::width).max().unwrap_or(0)
            })
            .collect();
        let gaps = GAP.len() * columns.saturating_sub(1);
        match shrunk(natural, width.saturating_sub(gaps)) {
            Some(widths) => self.beside(&widths),
            None => self.below(width),
        }
    }

    /// Rows of cells side by side.
    fn beside(&self, widths: &[usize]) -> Vec<Spans> {
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<Vec<Spans>> =
                row.iter().zip(widths).map(|(cell, width)| wrap(cell, (*width).max(1))).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
            for at in 0..height {
                let mut line = Spans::default();
                let mut owed = 0;
                for (cell, width) in cells.iter().zip(widths) {
                    let mut shown = 0;
                    if let Some(part) = cell.get(at).filter(|part| part.width() > 0) {
                        line.push(&" ".repeat(owed), Tone::Plain);
                        owed = 0;
                        for (text, tone) in part.iter() {
                            line.push(text, if number == 0 { Tone::Strong } else { tone });
                        }
                        shown = part.width();
                    }
                    // Spaces are written only before what follows: no line ends in them.
                    owed += width.saturating_sub(shown) + GAP.len();
                }
                lines.push(line);
            }
            if number == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                let mut rule = Spans::default();
                rule.push(&rules.join(GAP), Tone::Dim);
                lines.push(rule);
            }
        }
        lines
    }

    /// Rows as lists, `Header: cell` a line, where columns have no room.
    fn below(&self, width: usize) -> Vec<Spans> {
        let mut lines = Vec::new();
        let header = self.rows.first().map(Vec::as_slice).unwrap_or_default();
        let rows = if self.rows.len() > 1 { &self.rows[1..] } else { &self.rows[..] };
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                lines.push(Spans::default());
            }
            for (column, cell) in row.iter().enumerate() {
                let mut line = Spans::default();
                if self.rows.len() > 1
                    && let Some(name) = header.get(column)
                {
                    name.iter().for_each(|(text, _)| line.push(text, Tone::Strong));
                    line.push(": ", Tone::Strong);
                }
                cell.iter().for_each(|(text, tone)| line.push(text, tone));
                lines.extend(wrap(&line, width));
            }
        }
        lines
    }
}

/// Widths that fit, the widest columns made narrower first; `None` where that would leave nothing to read.
fn shrunk(mut widths: Vec<usize>, room: usize) -> Option<Vec<usize>> {
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().max()?;
        if *widest <= NARROWEST {
            return None;
        }
        *widest -= 1;
    }
    Some(widths)
}
