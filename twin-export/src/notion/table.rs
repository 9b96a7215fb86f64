//! A database's CSV as one table.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::super::convert::plain::decoded;
use super::super::convert::rows::push_row;
use super::super::convert::table::rows;
use super::super::text::tidy_line;
use super::values::cleaned;

/// What the plan must know of a table before anything is read whole.
#[derive(Debug, Default)]
pub(super) struct Glance {
    pub(super) headers: HashSet<String>,
    pub(super) titles: HashSet<String>,
    pub(super) has_values: bool,
}

impl Glance {
    /// Bytes that it takes in memory.
    pub(super) fn cost(&self) -> usize {
        self.headers.iter().chain(&self.titles).map(|text| text.len() + TEXT).sum()
    }
}

/// What a short text takes beside its letters.
const TEXT: usize = 48;
/// How much of a table is looked at.
pub(super) const GLANCE: usize = 256 * 1024;

/// Reads the beginning of a table.
pub(super) fn glance(head: &[u8]) -> Glance {
    let head = decoded(head);
    let mut glance = Glance::default();
    let mut is_header = true;
    // What is no table at all is told when it is read.
    let _ = rows(&head, b',', |row| {
        if is_header {
            glance.headers = row.iter().map(|cell| tidy_line(cell)).collect();
        } else {
            glance.titles.extend(row.first().map(|cell| tidy_line(cell)));
            glance.has_values |= row.iter().any(|cell| !cell.trim().is_empty());
        }
        is_header = false;
        ControlFlow::Continue(())
    });
    glance
}

/// The header and every row with a value; `None` where no row has one.
pub(super) fn to_text(csv: &[u8]) -> Result<Option<String>, &'static str> {
    let mut text = String::with_capacity(csv.len());
    let mut count = 0;
    rows(&decoded(csv), b',', |row| {
        let before = text.len();
        if before > 0 {
            text.push('\n');
        }
        let cells: Vec<String> = row.iter().map(|cell| cleaned(cell)).collect();
        if push_row(&mut text, cells.iter().map(String::as_str)) || before == 0 {
            count += 1;
        } else {
            text.truncate(before);
        }
        ControlFlow::Continue(())
    })?;
    Ok((count > 1).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_value_leave_no_line_and_a_table_of_them_no_text() {
        assert_eq!(
            to_text(b"\xEF\xBB\xBFName,Tags\nA,\"x, y\"\n,\n").unwrap().as_deref(),
            Some("Name | Tags\nA | x, y")
        );
        assert_eq!(to_text(b"Name,Tags\n,\n"), Ok(None));
        assert_eq!(to_text(b""), Ok(None));
    }
}
