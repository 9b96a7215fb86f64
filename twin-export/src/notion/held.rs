//! Whether a database's table says all that the page of a row says: only then may the page go.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;

use super::super::convert::guard::guarded;
use super::super::convert::plain::decoded;
use super::super::convert::table::rows;
use super::super::text::tidy_line;
use super::Page;
use super::values::cleaned;

/// The words of a table, cell by cell, as hashes in one row: there may be very many.
#[derive(Debug, Default)]
pub(super) struct Held {
    columns: HashMap<String, usize>,
    words: Vec<u32>,
    /// Where the words of each cell end.
    cells: Vec<usize>,
    /// Where the cells of each row end.
    rows: Vec<usize>,
    /// The words of a first cell as one hash, and its row; in order.
    titles: Vec<(u64, usize)>,
}

/// Words and cells of one table: beyond it, the pages of its rows stay.
const MOST: usize = 8_000_000;

impl Held {
    pub(super) fn in_csv(csv: &[u8]) -> Self {
        let mut held = Self::default();
        // What is no table holds nothing.
        let _ = guarded(|| {
            rows(&decoded(csv), b',', |row| {
                held.add(row.iter().map(|cell| cleaned(cell)));
                if held.is_beyond() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        held.finish()
    }

    /// The table of a page, as text.
    pub(super) fn in_lines(table: &str) -> Self {
        let mut held = Self::default();
        for line in table.lines() {
            held.add(line.trim_end_matches('|').split('|').map(str::to_owned));
            if held.is_beyond() {
                break;
            }
        }
        held.finish()
    }

    /// Bytes that it takes in memory.
    pub(super) fn cost(&self) -> usize {
        self.words.len() * 4 + self.cells.len() * 8 + self.rows.len() * 24 + self.columns.len() * 100
    }

    fn is_beyond(&self) -> bool {
        self.words.len() + self.cells.len() > MOST
    }

    fn add(&mut self, cells: impl Iterator<Item = String>) {
        if self.columns.is_empty() {
            self.columns = cells.enumerate().map(|(column, name)| (tidy_line(&name), column)).collect();
            return;
        }
        let row = self.rows.len();
        for cell in cells {
            self.words.extend(words(&cell));
            self.cells.push(self.words.len());
        }
        self.rows.push(self.cells.len());
        if let Some(title) = self.cell(row, 0) {
            self.titles.push((sum(title), row));
        }
    }

    fn finish(mut self) -> Self {
        self.titles.sort_unstable();
        if self.is_beyond() { Self::default() } else { self }
    }

    fn cell(&self, row: usize, column: usize) -> Option<&[u32]> {
        let before = |ends: &[usize], at: usize| at.checked_sub(1).map_or(0, |last| ends[last]);
        let cell = before(&self.rows, row) + column;
        (cell < self.rows[row]).then(|| &self.words[before(&self.cells, cell)..self.cells[cell]])
    }

    /// Whether some row of the page's title has every value of the page, however it is written.
    pub(super) fn holds(&self, page: &Page) -> bool {
        let Some(values) = self.values(&page.properties) else { return false };
        let has_all = |row: usize| {
            values
                .iter()
                .all(|(column, value)| self.cell(row, *column).is_some_and(|cell| is_within(value, cell)))
        };
        let title = page.title.as_deref().unwrap_or_default();
        let title_sum = sum(&words(title));
        let first = self.titles.partition_point(|(other, _)| *other < title_sum);
        let mut same = self.titles[first..].iter().take_while(|(other, _)| *other == title_sum).peekable();
        match same.peek() {
            Some(_) => same.any(|(_, row)| has_all(*row)),
            // What a date or a mention says in a title depends on the day of the export.
            None => (title.starts_with('@') || title.is_empty()) && (0..self.rows.len()).any(has_all),
        }
    }

    /// The words of each value, by its column; [`None`] where a line is in no column.
    fn values(&self, properties: &str) -> Option<Vec<(usize, Box<[u32]>)>> {
        let mut values: Vec<(usize, String)> = Vec::new();
        for line in properties.lines() {
            let property = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")));
            let column = property.and_then(|(name, value)| Some((*self.columns.get(name)?, value)));
            match column {
                Some((column, value)) => values.push((column, value.to_owned())),
                None => {
                    let (_, value) = values.last_mut()?;
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
        Some(values.into_iter().map(|(column, value)| (column, words(&value))).collect())
    }
}

fn sum(words: &[u32]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// Both are sorted.
fn is_within(value: &[u32], cell: &[u32]) -> bool {
    value.iter().all(|word| cell.binary_search(word).is_ok())
}

/// What tells two values apart: not their order, marks, case, nor how a date is written.
fn words(text: &str) -> Box<[u32]> {
    let is_between = |character: char| {
        character.is_whitespace()
            || character.is_ascii_punctuation()
            || ('\u{2010}'..='\u{206F}').contains(&character)
    };
    let lower = text.to_lowercase();
    let mut words: Vec<u32> = lower.split(is_between).filter(|word| !word.is_empty()).map(hashed).collect();
    words.sort_unstable();
    words.dedup();
    words.into()
}

fn hashed(word: &str) -> u32 {
    let month = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(word));
    let number = month.map(|month| (month + 1).to_string());
    let word = number.as_deref().unwrap_or(word);
    let bare = word.trim_start_matches('0');
    let is_number = !bare.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut hasher = DefaultHasher::new();
    if is_number { bare } else { word }.hash(&mut hasher);
    // Half of it tells words of one column apart well enough.
    (hasher.finish() >> 32) as u32
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn page(title: &str, properties: &str) -> Page {
        Page { title: Some(title.to_owned()), properties: properties.to_owned(), ..Page::default() }
    }

    #[test]
    fn a_row_holds_what_it_says_in_other_words() {
        let held = Held::in_csv(
            "\u{FEFF}Name,Due,Tags,See\nQ1,\"May 2, 2023\",\"A, B\",Plan (Plan%2086ce25c6bb214b4b9e35beed8bc8b821.md)\n".as_bytes(),
        );
        assert!(held.holds(&page("Q1", "Due: 2023/05/02\nTags: B, A\nSee: Plan")));
        assert!(held.holds(&page("@Yesterday", "Due: May 2, 2023")));
        assert!(held.holds(&page("Q1", "")));
    }

    #[test]
    fn a_table_beyond_measure_holds_nothing() {
        let table =
            |rows: usize| Held::in_csv(format!("Name,Status\n{}", "Q1,Done\n".repeat(rows)).as_bytes());
        assert!(table(10).holds(&page("Q1", "Status: Done")));
        assert!(!table(MOST / 4 + 1).holds(&page("Q1", "Status: Done")));
    }

    #[test]
    fn other_rows_columns_and_values_are_not_held() {
        let held = Held::in_lines("Name | Status\nQ1 | Done\nQ2 |");
        assert!(held.holds(&page("Q1", "Status: Done")));
        assert!(!held.holds(&page("Q1", "Status: Open")));
        assert!(!held.holds(&page("Q1", "Status: Done\nHidden: value")));
        assert!(!held.holds(&page("Q1", "Hidden: value\nStatus: Done")));
        assert!(!held.holds(&page("Q2", "Status: Done")));
        assert!(!held.holds(&page("Q3", "Status: Done")));
    }
}
