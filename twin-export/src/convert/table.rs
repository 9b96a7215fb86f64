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
    let told =
        csv.strip_prefix('"').unwrap_or(&csv).strip_prefix("sep=").and_then(|rest| rest.split_once('\n'));
    let (separator, csv) = match told.map(|(told, rest)| (told.trim_end_matches(['\r', '"']), rest)) {
        // How some programs tell Excel.
        Some((separator, rest)) if separator.len() == 1 => (separator.as_bytes()[0], rest),
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

/// What gives most rows the same number of cells, whatever stands above the table. Where nothing seems to stand between
/// cells, there is one column, whatever its cells hold.
fn separator(csv: &str, name: &str) -> u8 {
    let head = beginning(csv, LOOKED_AT);
    if matches!(ending(name).as_str(), "tsv" | "tab") && head.contains('\t') {
        return b'\t';
    }
    let candidates = [b',', b';', b'\t', b'|', UNIT];
    let fits = candidates.into_iter().rev().map(|candidate| (fit(head, candidate), candidate));
    fits.max_by_key(|(fit, _)| *fit).filter(|((score, ..), _)| *score > 0).map_or(UNIT, |(_, best)| best)
}

const LOOKED_AT: usize = 64 * 1024;

/// What ASCII has to stand between cells, which no cell holds.
const UNIT: u8 = 0x1F;

/// How well a separator fits: how many rows it makes alike in which it seems to stand between cells, whether the last
/// row is one of these, how many rows it makes alike at all, and how many cells it gives each.
fn fit(head: &str, separator: u8) -> (usize, bool, usize, usize) {
    // By the number of cells: rows whose cells the separator parts, and rows that it may part as well as not.
    let mut widths: HashMap<usize, [usize; 3]> = HashMap::new();
    let (mut all, mut wide, mut first, mut last) = (0, 0, None, (0, Parts::Within));
    // Too wide a table is told when it is read.
    let _ = rows(head, separator, |row| {
        last = (row.len(), parts(row, separator));
        first.get_or_insert(row.len());
        widths.entry(row.len()).or_default()[last.1 as usize] += 1;
        all += 1;
        wide += usize::from(row.len() > 1);
        ControlFlow::Continue(())
    });
    let fits = widths.into_iter().filter(|(width, _)| *width > 1).map(|(width, [between, maybe, within])| {
        let alike = between + maybe + within;
        // Where nearly every row has a blank behind each separator, the first one as well, somebody writes tables so.
        let is_custom = (between + maybe) * 5 >= all * 4 && first == Some(width);
        // Below a name of one column, rows of any number of cells are lists within cells.
        let is_list = first == Some(1) && alike * 2 <= wide;
        let score = if is_list { 0 } else { 2 * between + if is_custom { maybe } else { 0 } };
        (score, last == (width, Parts::Between), alike, width)
    });
    fits.max().unwrap_or_default()
}

/// What a separator does in a row, for the most part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    /// It stands between cells.
    Between,
    /// A blank follows, as in a sentence.
    Maybe,
    /// It stands within numbers, as in `1,50`.
    Within,
}

/// Only commas stand within numbers, and a tab is typed for nothing but to part.
fn parts(row: &[Cow<'_, str>], separator: u8) -> Parts {
    let (mut blanks, mut numbers) = (0, 0);
    for (at, pair) in row.windows(2).enumerate() {
        let is_last = at + 2 == row.len();
        if separator == b',' && is_in_number(&pair[0], &pair[1], at == 0, is_last) {
            numbers += 1;
        } else if separator != b'\t' && pair[1].starts_with(' ') {
            blanks += 1;
        }
    }
    let commas = row.len().saturating_sub(1);
    if (blanks + numbers) * 2 <= commas {
        Parts::Between
    } else if numbers * 2 <= commas {
        Parts::Maybe
    } else {
        Parts::Within
    }
}

/// Whether a comma stands within one number: `1,50`, `1.234,56`, `1,234.56`, and not in a row of numbers, as `1,2,3`.
fn is_in_number(before: &str, after: &str, is_first: bool, is_last: bool) -> bool {
    let is_part = |c: &char| c.is_ascii_digit() || *c == '.';
    let left = before.chars().rev().take_while(is_part).count();
    let right = after.chars().take_while(is_part).count();
    let (left, right) = (&before[before.len() - left..], &after[..right]);
    let goes_on = (left.len() == before.len() && !is_first) || (right.len() == after.len() && !is_last);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups =
        || left.split('.').enumerate().all(|(at, group)| is_digits(group) && (at == 0 || group.len() == 3));
    let is_grouped = || {
        let (whole, rest) = right.split_once('.').unwrap_or((right, "0"));
        is_digits(left) && left.len() <= 3 && whole.len() == 3 && is_digits(whole) && is_digits(rest)
    };
    !goes_on && (groups() && is_digits(right) || is_grouped())
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
        assert_eq!(to_text("\"sep=;\"\r\na;b", "x.csv"), "a | b\n");
        assert_eq!(to_text("a;b\n1,5;2,5\n", "x.csv"), "a | b\n1,5 | 2,5\n");
        assert_eq!(to_text("a\tb\n\"x, y\"\tz\n", "x.csv"), "a | b\nx, y | z\n");
        assert_eq!(to_text("a\u{1F}b\n1,5\u{1F}x\n", "x.csv"), "a | b\n1,5 | x\n");
        assert_eq!(to_text("a,b\n1,\"x, y\"\n", "x.tsv"), "a | b\n1 | x, y\n");
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
    fn as_many_commas_above_the_table_as_in_its_rows_do_not_tell_either() {
        let csv = "Report: Acme, Oslo\nBy: Ann, Finance\nDate: 2026-05-01, 10:00\nMonth;Sales\nJan;10,5\nFeb;11,5\n";
        let text = to_text(csv, "x.csv").unwrap();
        assert!(text.ends_with("Month | Sales\nJan | 10,5\nFeb | 11,5\n"), "{text}");
        let csv = "Report of Acme, Inc.\nCreated: 1,5 March; by Ann\n\nItem;Price;Note\nPump;1,50;ok\nHose;1.002,75;\"a;b\"\nTotal;4,25;\n";
        let text = to_text(csv, "x.csv").unwrap();
        assert!(text.ends_with("Pump | 1,50 | ok\nHose | 1.002,75 | a;b\nTotal | 4,25\n"), "{text}");
        let csv = "id,n,m,note\n1,2,3,a;b\n2,3,4,c;d\n";
        assert_eq!(to_text(csv, "x.csv").unwrap(), "id | n | m | note\n1 | 2 | 3 | a;b\n2 | 3 | 4 | c;d\n");
        let csv = "name, age, note\nAnn, 5, x;y\nBob, 6, z\n";
        assert_eq!(to_text(csv, "x.csv").unwrap(), "name | age | note\nAnn | 5 | x;y\nBob | 6 | z\n");
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
    fn a_lone_column_stays_one_column() {
        for csv in [
            "Preis\n1,50\n2,75\n",
            "Preis\n1,50\n",
            "1,50\n2,75\n",
            "Betrag\n-1.234,56 €\n99,00 €\n",
            "only\nwords, here\n",
            "Name\nBerg, Ana\nLind, Uma\nMoe, Kim\nOst, Eli\nPil, Ida\n",
            "Address\n12 Main St, Springfield, IL\n14 Elm St, Springfield, IL\n16 Oak St, Springfield, IL\n",
            "Question\nWho, if anyone, has the key?\nWhen is lunch, and where?\n",
            "Tags\nred,green,blue\nred,blue\nyellow\n",
        ] {
            assert_eq!(to_text(csv, "x.csv").unwrap(), csv);
        }
        assert_eq!(to_text("\"Preis\"\n\"1,50\"\n", "x.csv").unwrap(), "Preis\n1,50\n");
        assert_eq!(
            to_text("Stock of pumps\nPump,5\nHose,6\n", "x.csv").unwrap(),
            "Stock of pumps\nPump | 5\nHose | 6\n"
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
