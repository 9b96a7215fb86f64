//! Comma-separated tables as `a | b | c` lines, whatever separates them.

use std::ops::ControlFlow;

use csv::StringRecord;

use super::super::reason;
use super::rows::push_row;
use crate::text::beginning;
use crate::tree::ending;

/// One line for every row that has a value.
pub(crate) fn to_text(csv: &str, name: &str) -> Result<String, &'static str> {
    let (separator, csv) = match csv.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        // How some programs tell Excel.
        Some((separator, rest)) if separator.trim_end().len() == 1 => (separator.as_bytes()[0], rest),
        _ => (separator(csv, name), csv),
    };
    let mut lines = String::with_capacity(csv.len());
    rows(csv, separator, |row| {
        if push_row(&mut lines, row.iter()) {
            lines.push('\n');
        }
        ControlFlow::Continue(())
    })?;
    Ok(lines)
}

/// Hands out the cells of every row; a row that is broken ends the table.
pub(crate) fn rows(
    csv: &str,
    separator: u8,
    mut each: impl FnMut(&StringRecord) -> ControlFlow<()>,
) -> Result<(), &'static str> {
    let widest = csv.lines().map(|line| line.bytes().filter(|&byte| byte == separator).count()).max();
    if widest.is_some_and(|widest| widest > MOST_COLUMNS) {
        return Err(reason::TOO_LARGE);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let mut record = StringRecord::new();
    while let Ok(true) = reader.read_record(&mut record) {
        if each(&record).is_break() {
            break;
        }
    }
    Ok(())
}

/// Six times what a spreadsheet can have.
const MOST_COLUMNS: usize = 100_000;

/// What the first lines are separated by most evenly.
fn separator(csv: &str, name: &str) -> u8 {
    if ending(name) == "tsv" {
        return b'\t';
    }
    let head = beginning(csv, 16 * 1024);
    let columns = |separator: u8| {
        let mut widths = Vec::new();
        // Too wide a table is told when it is read.
        let _ = rows(head, separator, |row| {
            widths.push(row.len());
            if widths.len() < 10 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let first = widths.first().copied().unwrap_or(0);
        // A separator that splits every row alike is the one; the last row may be cut.
        let even = widths.iter().rev().skip(1).all(|&width| width == first);
        (even && first > 1, first)
    };
    let candidates = [b',', b';', b'\t', b'|'];
    candidates.into_iter().rev().max_by_key(|&candidate| columns(candidate)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_usual_separator_is_found() {
        let to_text = |csv, name| to_text(csv, name).unwrap();
        assert_eq!(to_text("sep=|\na|b", "x.csv"), "a | b\n");
        assert_eq!(to_text("a;b\n1,5;2,5\n", "x.csv"), "a | b\n1,5 | 2,5\n");
        assert_eq!(to_text("a\tb\n\"x, y\"\tz\n", "x.csv"), "a | b\nx, y | z\n");
        assert_eq!(to_text("only\nwords, here\n", "x.csv"), "only\nwords | here\n");
        assert_eq!(
            to_text("\u{FEFF}a,b\n,\n\"1\n2\",\"say \"\"hi\"\"\"\n", "x.csv"),
            "a | b\n1 2 | say \"hi\"\n"
        );
    }

    #[test]
    fn a_row_of_more_columns_than_any_table_has_is_refused() {
        assert_eq!(to_text(&"a,".repeat(200_000), "x.csv"), Err(reason::TOO_LARGE));
    }
}
