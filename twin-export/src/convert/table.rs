//! Comma-separated tables as `a | b | c` lines, whatever separates them and whatever stands above them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;

use super::super::text::beginning;
use super::super::tree::ending;
use super::super::{reason, remark};
use super::Aside;
use super::cells::Rows;
use super::rows::push_row;

/// One line for every row that has a value.
pub(crate) fn to_text(csv: &str, name: &str, aside: &mut Aside) -> Result<String, &'static str> {
    let csv = csv.trim_start_matches('\u{FEFF}');
    let csv = with_line_ends(csv);
    let (separator, csv) = match csv.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        // How some programs tell Excel.
        Some((separator, rest)) if separator.trim_end_matches('\r').len() == 1 => {
            (separator.as_bytes()[0], rest)
        }
        _ => (separator(&csv, name), csv.as_ref()),
    };
    let mut lines = String::with_capacity(csv.len());
    let unclosed = rows(csv, separator, |row| {
        if push_row(&mut lines, row.iter().map(Cow::as_ref)) {
            lines.push('\n');
        }
        ControlFlow::Continue(())
    })?;
    if let Some(line) = unclosed {
        aside.remark(&format!("{}, in line {line}", remark::OPEN_QUOTE));
    }
    Ok(lines)
}

/// Hands out the cells of every row. Answers the first line with a quote that nothing closes.
pub(crate) fn rows(
    csv: &str,
    separator: u8,
    mut each: impl FnMut(&[Cow<'_, str>]) -> ControlFlow<()>,
) -> Result<Option<usize>, &'static str> {
    let widest = csv.lines().map(|line| line.bytes().filter(|&byte| byte == separator).count()).max();
    if widest.is_some_and(|widest| widest > MOST_COLUMNS) {
        return Err(reason::TOO_LARGE);
    }
    let mut rows = Rows::new(csv.trim_start_matches('\u{FEFF}'), separator);
    let mut row = Vec::new();
    while rows.next(&mut row) {
        if each(&row).is_break() {
            break;
        }
    }
    Ok(rows.unclosed())
}

/// Six times what a spreadsheet can have.
const MOST_COLUMNS: usize = 100_000;

/// Old programs end lines with `\r` alone.
fn with_line_ends(csv: &str) -> Cow<'_, str> {
    let is_alone = |(at, _): (usize, &str)| csv.as_bytes().get(at + 1) != Some(&b'\n');
    if csv.match_indices('\r').any(is_alone) {
        return Cow::Owned(csv.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(csv)
}

/// What gives most rows the same number of cells, whatever stands above the table.
fn separator(csv: &str, name: &str) -> u8 {
    if matches!(ending(name).as_str(), "tsv" | "tab") {
        return b'\t';
    }
    let head = beginning(csv, LOOKED_AT);
    let candidates = [b',', b';', b'\t', b'|'];
    candidates.into_iter().rev().max_by_key(|&candidate| fit(head, candidate)).unwrap_or(b',')
}

const LOOKED_AT: usize = 64 * 1024;

/// How many rows a separator makes alike, whether it seems to stand between cells rather than within, and how many
/// cells it gives each.
fn fit(head: &str, separator: u8) -> (usize, bool, usize) {
    let mut widths: HashMap<usize, usize> = HashMap::new();
    // Too wide a table is told when it is read.
    let _ = rows(head, separator, |row| {
        *widths.entry(row.len()).or_default() += 1;
        ControlFlow::Continue(())
    });
    let rows = widths.into_iter().filter(|(width, _)| *width > 1).map(|(width, count)| (count, width)).max();
    let (count, width) = rows.unwrap_or((0, 0));
    (count, stands_between(head, separator), width)
}

/// Not within numbers (`1,50`) nor before blanks, for the most part. Numbers have only commas within, and a tab is typed for
/// nothing else.
fn stands_between(head: &str, separator: u8) -> bool {
    let bytes = head.as_bytes();
    let is_within = |at: usize| {
        let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let is_in_number = || separator == b',' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        separator != b'\t' && (bytes.get(at + 1) == Some(&b' ') || is_in_number())
    };
    let places = || bytes.iter().enumerate().filter(|&(_, &byte)| byte == separator).map(|(at, _)| at);
    places().filter(|&at| is_within(at)).count() * 2 <= places().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_text(csv: &str, name: &str) -> Result<String, &'static str> {
        super::to_text(csv, name, &mut Aside::default())
    }

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
        assert_eq!(to_text("a,b\rc,d\r", "x.csv"), "a | b\nc | d\n");
    }

    #[test]
    fn lines_above_the_table_do_not_tell_its_separator() {
        let csv = "Report of pumps, hoses, taps\nGenerated 2026-05-01\n\nName;Place;Price\nPump;Hall 2;1,50\nHose;Yard;2,75\n";
        let text = to_text(csv, "x.csv").unwrap();
        assert!(text.ends_with("Name | Place | Price\nPump | Hall 2 | 1,50\nHose | Yard | 2,75\n"), "{text}");
        assert_eq!(
            to_text("Berg, Ana;1,50\nLind, Uma;2,75\n", "x.csv").unwrap(),
            "Berg, Ana | 1,50\nLind, Uma | 2,75\n"
        );
    }

    #[test]
    fn decimal_commas_are_no_separators() {
        assert_eq!(to_text("1,5;2,5\n3,5;4,5\n", "x.csv").unwrap(), "1,5 | 2,5\n3,5 | 4,5\n");
        assert_eq!(
            to_text("Pumpe 6,5;1,50\nSchlauch 2,5;2,75\n", "x.csv").unwrap(),
            "Pumpe 6,5 | 1,50\nSchlauch 2,5 | 2,75\n"
        );
        assert_eq!(to_text("a\tb,c\n1,5\t2\n1,5\t3\n", "x.csv").unwrap(), "a | b,c\n1,5 | 2\n1,5 | 3\n");
        assert_eq!(to_text("1,2,3\n4,5,6\n", "x.csv").unwrap(), "1 | 2 | 3\n4 | 5 | 6\n");
        assert_eq!(
            to_text("1,2,red;big\n3,4,blue;small\n", "x.csv").unwrap(),
            "1 | 2 | red;big\n3 | 4 | blue;small\n"
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_is_said() {
        let mut aside = Aside::default();
        let text = super::to_text("Name,Note\nPump,\"six inch\nHose,ok\n", "x.csv", &mut aside).unwrap();
        assert_eq!(text, "Name | Note\nPump | six inch\nHose | ok\n");
        assert!(aside.remarks[0].contains("line 2"), "{aside:?}");
    }

    #[test]
    fn a_row_of_more_columns_than_any_table_has_is_refused() {
        assert_eq!(to_text(&"a,".repeat(200_000), "x.csv"), Err(reason::TOO_LARGE));
    }
}
