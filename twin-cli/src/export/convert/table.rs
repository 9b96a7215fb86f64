//! Comma-separated tables as `a | b | c` lines, whatever separates them.

use super::prose::table_row;
use crate::export::text::beginning;
use crate::export::tree::ending;

/// One line for every row that has a value.
pub(crate) fn to_text(csv: &str, name: &str) -> String {
    let mut lines = String::with_capacity(csv.len());
    for row in rows(csv, separator(csv, name)) {
        let line = table_row(&row);
        if !line.is_empty() {
            lines.push_str(&line);
            lines.push('\n');
        }
    }
    lines
}

/// The cells of every row; a row that is broken ends where it breaks.
pub(crate) fn rows(csv: &str, separator: u8) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let mut record = csv::StringRecord::new();
    std::iter::from_fn(move || match reader.read_record(&mut record) {
        Ok(true) => Some(record.iter().map(str::to_owned).collect()),
        Ok(false) | Err(_) => None,
    })
}

/// What the first lines are separated by most evenly.
fn separator(csv: &str, name: &str) -> u8 {
    if ending(name) == "tsv" {
        return b'\t';
    }
    let head = beginning(csv, 16 * 1024);
    let columns = |separator: u8| {
        let widths: Vec<usize> = rows(head, separator).take(10).map(|row| row.len()).collect();
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
        assert_eq!(to_text("a;b\n1,5;2,5\n", "x.csv"), "a | b\n1,5 | 2,5\n");
        assert_eq!(to_text("a\tb\n\"x, y\"\tz\n", "x.csv"), "a | b\nx, y | z\n");
        assert_eq!(to_text("only\nwords, here\n", "x.csv"), "only\nwords | here\n");
        assert_eq!(
            to_text("\u{FEFF}a,b\n,\n\"1\n2\",\"say \"\"hi\"\"\"\n", "x.csv"),
            "a | b\n1 2 | say \"hi\"\n"
        );
    }
}
