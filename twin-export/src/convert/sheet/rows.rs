//! The cells of a sheet, as they come, and the lines they make: only rows and columns with text have a place, since a
//! table of all places between two distant cells would not fit any memory.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::super::super::reason;
use super::super::rows::table_row;
use super::formula::letters_of;

/// Row and column, from 0 on.
pub(super) type Place = (u32, u32);

#[derive(Debug)]
pub(super) struct Rows {
    cells: Vec<Cell>,
    /// The texts of all cells, one behind the other.
    texts: String,
    merges: Vec<(Place, Place)>,
    hidden: Hidden,
    most: u64,
    is_too_large: bool,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    place: Place,
    start: usize,
    end: usize,
}

/// Rows and columns that are not shown, as ranges.
#[derive(Debug, Clone, Default)]
pub(super) struct Hidden {
    pub(super) rows: Vec<(u32, u32)>,
    pub(super) columns: Vec<(u32, u32)>,
}

/// A merged range of more cells reaches as far as the sheet is used.
const MOST_COVERED: u64 = 1_000;
/// Cells that all merged ranges cover, as far as they are looked at.
const MOST_VISITED: usize = 200_000;
/// Longer texts stand once.
const MOST_REPEATED: usize = 300;

impl Rows {
    pub(super) fn new(most: u64) -> Self {
        Self {
            cells: Vec::new(),
            texts: String::new(),
            merges: Vec::new(),
            hidden: Hidden::default(),
            most,
            is_too_large: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Takes up a cell; one without text has no place.
    pub(super) fn push(&mut self, place: Place, text: &str) -> ControlFlow<()> {
        if text.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        let start = self.texts.len();
        self.texts.push_str(text);
        self.cells.push(Cell { place, start, end: self.texts.len() });
        self.is_too_large |= self.texts.len() as u64 > self.most;
        if self.is_too_large { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// What a cell says.
    pub(super) fn text_at(&self, place: Place) -> Option<&str> {
        let cell = self.cells.iter().find(|cell| cell.place == place)?;
        Some(&self.texts[cell.start..cell.end])
    }

    /// Adds to the text of a cell.
    pub(super) fn append(&mut self, place: Place, more: impl Fn(&str) -> Option<String>) {
        let Some(at) = self.cells.iter().rposition(|cell| cell.place == place) else { return };
        let cell = self.cells[at];
        let text = &self.texts[cell.start..cell.end];
        if let Some(more) = more(text) {
            let (start, whole) = (self.texts.len(), format!("{text}{more}"));
            self.texts.push_str(&whole);
            (self.cells[at].start, self.cells[at].end) = (start, self.texts.len());
        }
    }

    /// The cells of a range show the first one's text.
    pub(super) fn merge(&mut self, first: Place, last: Place) {
        self.merges.push((first, last));
    }

    pub(super) fn hide_row(&mut self, row: u32) {
        match self.hidden.rows.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
            _ => self.hidden.rows.push((row, row)),
        }
    }

    pub(super) fn hide_columns(&mut self, first: u32, last: u32) {
        match self.hidden.columns.last_mut() {
            Some((_, before)) if before.checked_add(1) == Some(first) => *before = last,
            _ => self.hidden.columns.push((first, last)),
        }
    }

    pub(super) fn hidden(&self) -> Hidden {
        self.hidden.clone()
    }

    /// No row is hidden for good: what a filter leaves out, the next one shows.
    pub(super) fn show_rows(&mut self) {
        self.hidden.rows.clear();
    }

    /// Takes the cells of hidden rows and columns out; gives the ranges that said something, as sheets call them.
    pub(super) fn leave_out_hidden(&mut self) -> Vec<(String, &'static str)> {
        let Hidden { rows, columns } = std::mem::take(&mut self.hidden);
        if rows.is_empty() && columns.is_empty() {
            return Vec::new();
        }
        let (rows, columns) = (sorted(rows), sorted(columns));
        // What a merged cell says is seen in the part of it that is not hidden.
        self.fill();
        self.merges.clear();
        let mut left_out = BTreeSet::new();
        self.cells.retain(|cell| {
            let of_row = range_with(&rows, cell.place.0).map(|range| (false, range));
            let hiding = of_row.or_else(|| range_with(&columns, cell.place.1).map(|range| (true, range)));
            left_out.extend(hiding);
            hiding.is_none()
        });
        let named = left_out.into_iter().map(|(is_column, (first, last))| {
            if is_column {
                (format!("{}:{}", letters_of(first), letters_of(last)), reason::HIDDEN_COLUMNS)
            } else {
                (format!("{}:{}", first + 1, last + 1), reason::HIDDEN_ROWS)
            }
        });
        named.collect()
    }

    pub(super) fn into_lines(mut self) -> Result<String, &'static str> {
        if self.is_too_large {
            return Err(reason::TOO_LARGE);
        }
        self.fill();
        self.cells.sort_by_key(|cell| cell.place);
        let columns: BTreeSet<u32> = self.cells.iter().map(|cell| cell.place.1).collect();
        let columns: Vec<u32> = columns.into_iter().collect();
        let mut lines = String::new();
        for row in self.cells.chunk_by(|one, other| one.place.0 == other.place.0) {
            let width =
                row.last().and_then(|cell| columns.binary_search(&cell.place.1).ok()).map_or(0, |at| at + 1);
            let mut line = vec![""; width.max(columns.len().min(width + 1))];
            for cell in row {
                if let Ok(at) = columns.binary_search(&cell.place.1) {
                    line[at] = &self.texts[cell.start..cell.end];
                }
            }
            lines.push_str(&table_row(&line));
            lines.push('\n');
            if lines.len() as u64 > self.most {
                return Err(reason::TOO_LARGE);
            }
        }
        Ok(lines)
    }

    /// What a merged range covers, says what it says.
    fn fill(&mut self) {
        if self.merges.is_empty() {
            return;
        }
        let own: HashMap<Place, usize> =
            self.cells.iter().enumerate().map(|(at, cell)| (cell.place, at)).collect();
        let rows: BTreeSet<u32> = own.keys().map(|place| place.0).collect();
        let rows: Vec<u32> = rows.into_iter().collect();
        let last_column = own.keys().map(|place| place.1).max().unwrap_or(0);
        let mut unvisited = MOST_VISITED;
        for &((top, left), (bottom, right)) in &self.merges {
            let Some(&cell) = own.get(&(top, left)) else { continue };
            let Cell { start, end, .. } = self.cells[cell];
            let height = u64::from(bottom.saturating_sub(top)) + 1;
            let width = u64::from(right.saturating_sub(left)) + 1;
            let is_long = height.saturating_mul(width) > MOST_COVERED;
            let right = if is_long { right.min(last_column.max(left)) } else { right };
            let used = rows.partition_point(|&row| row < top)..rows.partition_point(|&row| row <= bottom);
            let is_repeated = end - start <= MOST_REPEATED;
            let covered: Vec<u32> = if is_long {
                rows[used].iter().copied().take(unvisited).collect()
            } else {
                (top..=bottom).take(unvisited).collect()
            };
            let places = covered.into_iter().flat_map(|row| (left..=right).map(move |column| (row, column)));
            for place in places.take(unvisited) {
                unvisited -= 1;
                match own.get(&place) {
                    Some(&at) if at == cell => {}
                    // The sheet does not show what a covered cell holds.
                    Some(&at) if is_repeated => (self.cells[at].start, self.cells[at].end) = (start, end),
                    Some(&at) => self.cells[at].end = self.cells[at].start,
                    None if is_repeated => self.cells.push(Cell { place, start, end }),
                    None => {}
                }
            }
        }
    }
}

fn sorted(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    ranges
}

/// The range that holds a row or a column, among ranges in their order.
fn range_with(ranges: &[(u32, u32)], at: u32) -> Option<(u32, u32)> {
    let before = ranges.partition_point(|(first, _)| *first <= at).checked_sub(1)?;
    Some(ranges[before]).filter(|(_, last)| at <= *last)
}

/// A place as `B12`; a range as its first cell.
pub(super) fn place_of(reference: &str) -> Option<Place> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut column = 0_u32;
    for letter in reference[..letters].bytes() {
        column = column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let digits = reference[letters..].bytes().take_while(u8::is_ascii_digit).count();
    let row: u32 = reference[letters..letters + digits].parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// A range as `A1:B2`.
pub(super) fn range_of(reference: &str) -> Option<(Place, Place)> {
    let (first, last) = reference.split_once(':').unwrap_or((reference, reference));
    Some((place_of(first)?, place_of(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_with_values_have_a_place() {
        let mut rows = Rows::new(1_000);
        for (place, text) in [((0, 0), "a"), ((0, 9), ""), ((0, 16_383), "b"), ((1_048_575, 16_383), "c")] {
            let _ = rows.push(place, text);
        }
        assert_eq!(rows.into_lines().unwrap(), "a | b\n| c\n");
    }

    #[test]
    fn a_merged_range_says_in_every_cell_what_it_says() {
        let mut rows = Rows::new(1_000);
        for (place, text) in [((0, 0), "Region"), ((0, 1), "Fees"), ((1, 1), "Entry"), ((1, 2), "Year")] {
            let _ = rows.push(place, text);
        }
        rows.merge((0, 0), (1, 0));
        rows.merge((0, 1), (0, 2));
        rows.merge((9, 9), (u32::MAX, u32::MAX));
        assert_eq!(rows.into_lines().unwrap(), "Region | Fees | Fees\nRegion | Entry | Year\n");
    }

    #[test]
    fn what_a_covered_cell_holds_is_not_shown() {
        let mut rows = Rows::new(10_000);
        let long = "x".repeat(MOST_REPEATED + 1);
        for (place, text) in [((0, 0), "Head"), ((0, 1), "hidden"), ((1, 0), &*long), ((1, 1), "hidden")] {
            let _ = rows.push(place, text);
        }
        rows.merge((0, 0), (0, 1));
        rows.merge((1, 0), (1, 1));
        assert_eq!(rows.into_lines().unwrap(), format!("Head | Head\n{long} |\n"));
    }

    #[test]
    fn a_merged_column_reaches_as_far_as_the_sheet_is_used() {
        let mut rows = Rows::new(1_000);
        for (place, text) in [((0, 0), "Hall"), ((0, 2), "Day"), ((1, 2), "Mon"), ((900, 2), "Tue")] {
            let _ = rows.push(place, text);
        }
        rows.merge((0, 0), (1_048_575, 1));
        assert_eq!(rows.into_lines().unwrap(), "Hall | Hall | Day\nHall | Hall | Mon\nHall | Hall | Tue\n");
    }

    #[test]
    fn a_text_repeated_past_the_limit_is_refused() {
        let mut rows = Rows::new(1_000);
        let refused = (0..1_000_000).find(|&row| rows.push((row, 0), &"x".repeat(100)).is_break());
        assert_eq!((refused, rows.into_lines()), (Some(10), Err(reason::TOO_LARGE)));
    }

    #[test]
    fn hidden_rows_and_columns_are_named_where_they_say_something() {
        let mut rows = Rows::new(1_000);
        for (place, text) in [
            ((0, 0), "Item"),
            ((0, 1), "Cost"),
            ((0, 2), "Price"),
            ((4, 0), "Old"),
            ((5, 0), "Older"),
            ((8, 0), "New"),
        ] {
            let _ = rows.push(place, text);
        }
        [4, 5, 6, 9].into_iter().for_each(|row| rows.hide_row(row));
        rows.hide_columns(1, 1);
        rows.hide_columns(7, u32::MAX);
        rows.merge((0, 1), (0, 2));
        let expected = [("5:7".to_owned(), reason::HIDDEN_ROWS), ("B:B".to_owned(), reason::HIDDEN_COLUMNS)];
        assert_eq!(rows.leave_out_hidden(), expected);
        assert_eq!(rows.into_lines().unwrap(), "Item | Cost\nNew |\n");
        let mut rows = Rows::new(1_000);
        let _ = rows.push((3, 0), "Oslo");
        rows.hide_row(3);
        rows.show_rows();
        assert!(rows.leave_out_hidden().is_empty());
        assert_eq!(rows.into_lines().unwrap(), "Oslo\n");
    }

    #[test]
    fn places_are_read_as_sheets_write_them() {
        assert_eq!(place_of("A1"), Some((0, 0)));
        assert_eq!(place_of("XFD1048576"), Some((1_048_575, 16_383)));
        assert_eq!(range_of("B2:C3"), Some(((1, 1), (2, 2))));
        for damaged in ["", "A", "1", "A0", "ZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(place_of(damaged), None, "{damaged}");
        }
    }
}
