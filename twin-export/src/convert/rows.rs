//! Rows of tables as `a | b | c` lines.

use super::super::text::push_tidy_line;

/// Cells beside one another; empty cells at the end are left out, a row without text is empty.
pub(crate) fn table_row<S: AsRef<str>>(cells: &[S]) -> String {
    let mut row = String::new();
    push_row(&mut row, cells.iter().map(AsRef::as_ref));
    row
}

/// Appends what [`table_row`] makes of the cells; false where they hold no text.
pub(crate) fn push_row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) -> bool {
    let start = out.len();
    let (mut count, mut used, mut end) = (0, 0, start);
    for cell in cells {
        if count > 0 {
            out.push_str(" | ");
        }
        count += 1;
        let before = out.len();
        push_tidy_line(out, cell);
        if out.len() > before {
            (used, end) = (count, out.len());
        }
    }
    out.truncate(end);
    if used == 1 && count > 1 {
        // The bar tells that this is still a row of the table.
        out.push_str(" |");
    }
    if out[start..].starts_with(' ') {
        out.remove(start);
    }
    used > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_places_and_drops_only_what_is_empty_at_its_end() {
        assert_eq!(table_row(&["a", "", "c\nd", ""]), "a |  | c d");
        assert_eq!(table_row(&["a", "", ""]), "a |");
        assert_eq!(table_row(&["", "b"]), "| b");
        assert_eq!(table_row(&["", " "]), "");
        assert_eq!(table_row(&["a"]), "a");
    }
}
