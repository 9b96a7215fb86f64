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

/// The words of a table, cell by cell, as hashes: there may be very many.
#[derive(Debug, Default)]
pub(super) struct Held {
    columns: HashMap<String, usize>,
    rows: Vec<Vec<Box<[u32]>>>,
    /// By the words of the first cell.
    by_title: HashMap<Box<[u32]>, Vec<usize>>,
}

impl Held {
    pub(super) fn in_csv(csv: &[u8]) -> Self {
        let mut held = Self::default();
        // What is no table holds nothing.
        let _ = guarded(|| {
            rows(&decoded(csv), b',', |row| {
                held.add(row.iter().map(cleaned));
                ControlFlow::Continue(())
            })
        });
        held
    }

    /// The table of a page, as text.
    pub(super) fn in_lines(table: &str) -> Self {
        let mut held = Self::default();
        for line in table.lines() {
            held.add(line.trim_end_matches('|').split('|').map(str::to_owned));
        }
        held
    }

    fn add(&mut self, cells: impl Iterator<Item = String>) {
        if self.columns.is_empty() {
            self.columns = cells.enumerate().map(|(column, name)| (tidy_line(&name), column)).collect();
            return;
        }
        let row: Vec<_> = cells.map(|cell| words(&cell)).collect();
        if let Some(title) = row.first() {
            self.by_title.entry(title.clone()).or_default().push(self.rows.len());
            self.rows.push(row);
        }
    }

    /// Whether some row of the page's title has every value of the page, however it is written.
    pub(super) fn holds(&self, page: &Page) -> bool {
        let Some(values) = self.values(&page.properties) else { return false };
        let has_all = |row: &Vec<Box<[u32]>>| {
            values.iter().all(|(column, value)| row.get(*column).is_some_and(|cell| is_within(value, cell)))
        };
        let title = page.title.as_deref().unwrap_or_default();
        match self.by_title.get(&words(title)) {
            Some(rows) => rows.iter().any(|&row| has_all(&self.rows[row])),
            // What a date or a mention says in a title depends on the day of the export.
            None => (title.starts_with('@') || title.is_empty()) && self.rows.iter().any(has_all),
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
