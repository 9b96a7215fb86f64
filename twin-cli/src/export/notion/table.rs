//! A database's CSV as one table.

use std::collections::HashSet;

use super::super::convert::plain::decoded;
use super::super::convert::prose::table_row;
use super::super::convert::table::rows;
use super::super::text::tidy_line;
use super::super::tree::Entry;
use super::values::cleaned;

/// What the plan must know of a table before anything is read whole.
#[derive(Debug, Default)]
pub(super) struct Glance {
    pub(super) headers: HashSet<String>,
    pub(super) has_values: bool,
}

/// Reads the beginning of a table.
pub(super) fn glance(entry: &Entry) -> Glance {
    let head = entry.head(256 * 1024);
    let head = decoded(&head);
    let mut rows = rows(&head, b',');
    let headers = rows.next().unwrap_or_default().iter().map(|name| tidy_line(name)).collect();
    let has_values = rows.any(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    Glance { headers, has_values }
}

/// The header and every row with a value; `None` where no row has one.
pub(super) fn to_text(csv: &[u8]) -> Option<String> {
    let csv = decoded(csv);
    let mut rows = rows(&csv, b',');
    let mut text = table_row(&rows.next()?);
    let mut has_values = false;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cleaned(cell)).collect();
        let line = table_row(&cells);
        if !line.is_empty() {
            has_values = true;
            text.push('\n');
            text.push_str(&line);
        }
    }
    has_values.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_value_leave_no_line_and_a_table_of_them_no_text() {
        assert_eq!(
            to_text(b"\xEF\xBB\xBFName,Tags\nA,\"x, y\"\n,\n").as_deref(),
            Some("Name | Tags\nA | x, y")
        );
        assert_eq!(to_text(b"Name,Tags\n,\n"), None);
        assert_eq!(to_text(b""), None);
    }
}
