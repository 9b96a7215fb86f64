//! Tables that only the places of their text tell.

use unpdf::parser::{DetectedTable, TableDetector, TextLine, TextSpan};

use super::pdf_grid::right;
use super::pdf_lines::LINE_END;
use super::pdf_page::Table;
use super::rows::table_row;

/// Tables that are less likely than this are lines.
const LIKELY: f32 = 0.4;
/// Lines of a cell are nearer than this, in sizes of their letters.
const NEAR: f32 = 1.35;
/// Rows lie further apart than lines of a cell do, by this much.
const APART: f32 = 1.25;
/// Characters of a line that is full.
const FULL: usize = 15;

/// Tables by how their text is aligned, and the pieces that are in none.
pub(super) fn tables(spans: Vec<TextSpan>) -> (Vec<Table>, Vec<TextSpan>) {
    let detector = TableDetector::new();
    let (found, spans) = detector.detect(spans);
    let tables = found.iter().map(|table| {
        let text = if table.confidence < LIKELY {
            let lines = table.rows.iter().map(|row| TextLine::from_spans(row.spans.clone()).text());
            lines.map(|line| line.trim().to_owned() + "\n").collect()
        } else {
            let model = detector.to_table_model(table);
            let rows = model.rows.iter().map(|row| row.cells.iter().map(|cell| cell.plain_text()).collect());
            let mut rows: Vec<Vec<String>> = rows.collect();
            spread_header(table, &mut rows);
            let lines: Vec<(f32, f32)> = table.rows.iter().map(|row| (row.y, size(&row.spans))).collect();
            text(&whole_rows(&lines, rows))
        };
        Table { bounds: [table.left_x, table.bottom_y, table.right_x, table.top_y], text }
    });
    (tables.collect(), spans)
}

pub(super) fn rows_text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| table_row(row) + "\n").collect()
}

/// The rows; a line above or below that fills no column but the first is none of them.
fn text(rows: &[Vec<String>]) -> String {
    let is_row = |row: &Vec<String>| row.iter().skip(1).any(|cell| !cell.trim().is_empty());
    let first = rows.iter().position(is_row).unwrap_or(rows.len());
    let end = rows.iter().rposition(is_row).map_or(first, |last| last + 1);
    let line = |row: &Vec<String>| row.concat().trim().to_owned() + "\n";
    let above: String = rows[..first].iter().map(line).collect();
    let below: String = rows[end..].iter().map(line).collect();
    let parts = [above, rows_text(&rows[first..end]), below];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Repeats what stands in the middle above several columns, in each of them.
fn spread_header(table: &DetectedTable, rows: &mut [Vec<String>]) {
    let ([head, below, ..], [heads, belows, ..]) = (&mut *rows, table.rows.as_slice()) else { return };
    let used = |row: &[String]| (0..row.len()).filter(|&at| !row[at].trim().is_empty()).collect::<Vec<_>>();
    let (head_columns, columns) = (used(head), used(below));
    if head_columns.len() != heads.spans.len() || columns.len() != belows.spans.len() {
        return;
    }
    let ends: Vec<(f32, f32)> = belows.spans.iter().map(|span| (span.x, right(span))).collect();
    for (span, &own) in heads.spans.iter().zip(&head_columns) {
        let middle = (span.x + right(span)) / 2.0;
        let is_over = |first: usize, last: usize| {
            ((ends[first].0 + ends[last].1) / 2.0 - middle).abs() < span.font_size * 0.5
        };
        let spread = (0..columns.len()).find_map(|first| {
            let last =
                (first + 1..columns.len().min(first + MOST_COVERED)).find(|&last| is_over(first, last))?;
            let covered = &columns[first..=last];
            let others = head_columns.iter().filter(|column| covered.contains(column)).count();
            (others == 1 && covered.contains(&own)).then(|| covered.to_vec())
        });
        let text = head[own].clone();
        for column in spread.into_iter().flatten() {
            head[column].clone_from(&text);
        }
    }
}

/// Columns below one head.
const MOST_COVERED: usize = 8;

fn size(spans: &[TextSpan]) -> f32 {
    spans.iter().map(|span| span.font_size).fold(0.0, f32::max)
}

/// Rows, one for each line by its place and its size, with the lines of a cell together.
pub(super) fn whole_rows(lines: &[(f32, f32)], rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    if rows.len() != lines.len() {
        return rows;
    }
    let gaps: Vec<f32> = lines.windows(2).map(|pair| pair[0].0 - pair[1].0).collect();
    let widest = gaps.iter().copied().fold(0.0, f32::max);
    let is_near = |at: usize| gaps[at] < lines[at].1 * NEAR && gaps[at] * APART < widest;
    joined(rows, is_near)
}

/// Joins rows that are near where a text goes on in one of their columns, and each other says one thing at most.
fn joined(rows: Vec<Vec<String>>, is_near: impl Fn(usize) -> bool) -> Vec<Vec<String>> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let len =
        |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.trim().chars().count());
    let longest: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| len(row, column)).max().unwrap_or_default())
        .collect();
    let used = |group: &[Vec<String>], column: usize| group.iter().filter(|row| len(row, column) > 0).count();
    // The lines of a cell are full but for the last, and nothing is between them.
    let is_wrapped = |group: &[Vec<String>], column: usize| {
        let full = (longest[column] * 7 / 10).max(FULL);
        let lines: Vec<usize> = (0..group.len()).filter(|&at| len(&group[at], column) > 0).collect();
        let (Some(first), Some((last, before))) = (lines.first(), lines.split_last()) else { return false };
        lines.len() > 1
            && last - first + 1 == lines.len()
            && before.iter().all(|&at| len(&group[at], column) >= full)
    };
    let is_one = |group: &[Vec<String>]| {
        group.len() > 1
            && (0..columns).any(|column| is_wrapped(group, column))
            && (0..columns).any(|column| used(group, column) == 1)
            && (0..columns).all(|column| used(group, column) < 2 || is_wrapped(group, column))
    };
    let mut out = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let mut end = start + 1;
        while end < rows.len() && is_near(end - 1) {
            end += 1;
        }
        let mut group = &rows[start..end];
        // The head of the table may stand as near.
        if start == 0
            && !is_one(group)
            && columns > 0
            && used(&group[..1], columns - 1) == 1
            && is_one(&group[1..])
        {
            out.push(group[0].clone());
            group = &group[1..];
        }
        if is_one(group) {
            let cell = |column: usize| {
                let cells = group.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim());
                cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(&LINE_END.to_string())
            };
            out.push((0..columns).map(cell).collect());
        } else {
            out.extend_from_slice(group);
        }
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use unpdf::parser::TableRowData;

    use super::super::pdf_marks::tests::span;
    use super::*;

    fn rows(rows: &[[&str; 3]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect()
    }

    #[test]
    fn a_head_over_two_columns_stands_in_both() {
        let row = |y: f32, pieces: &[(&str, f32)]| TableRowData {
            y,
            spans: pieces.iter().map(|(text, x)| span(text, *x, y, 10.0)).collect(),
            sources: Vec::new(),
        };
        let table = DetectedTable {
            top_y: 710.0,
            bottom_y: 650.0,
            left_x: 70.0,
            right_x: 300.0,
            columns: vec![70.0, 150.0, 200.0],
            rows: vec![
                row(700.0, &[("Name", 70.0), ("2025", 168.0)]),
                row(680.0, &[("Unit", 70.0), ("in", 151.0), ("out", 195.0)]),
            ],
            confidence: 1.0,
        };
        let mut lines = rows(&[["Name", "2025", ""], ["Unit", "in", "out"]]);
        spread_header(&table, &mut lines);
        assert_eq!(lines[0], ["Name", "2025", "2025"]);
    }

    #[test]
    fn the_lines_of_a_cell_are_one_row() {
        let lines = rows(&[
            ["", "A small green pump that lifts", ""],
            ["Pump", "water from any well", "50.00"],
            ["", "A hose of rubber, reinforced", ""],
            ["Hose", "with steel", "30.00"],
        ]);
        let text = rows_text(&joined(lines, |at| at != 1)).replace(LINE_END, "/");
        assert_eq!(
            text,
            "Pump | A small green pump that lifts/water from any well | 50.00\nHose | A hose of rubber, reinforced/with steel | 30.00\n"
        );
    }

    #[test]
    fn cells_of_several_lines_each_are_one_row() {
        let lines = rows(&[
            ["Check the pump and write the", "Shift lead or deputy", "08:00"],
            ["value into the sheet at the", "of the shift", ""],
            ["door", "", ""],
            ["Close gate", "Guard", "22:00"],
        ]);
        let text = rows_text(&joined(lines, |at| at != 2)).replace(LINE_END, " ");
        assert_eq!(
            text,
            "Check the pump and write the value into the sheet at the door | Shift lead or deputy of the shift | 08:00\nClose gate | Guard | 22:00\n"
        );
    }

    #[test]
    fn a_head_as_near_as_a_line_stays_a_row() {
        let lines = rows(&[
            ["Pos", "Description", "Sum"],
            ["1", "A small green pump that lifts", "50.00"],
            ["", "water from any well", ""],
            ["2", "Hose", "30.00"],
        ]);
        let text = rows_text(&joined(lines, |at| at != 2)).replace(LINE_END, " ");
        let expected = "1 | A small green pump that lifts water from any well | 50.00";
        assert_eq!(text, format!("Pos | Description | Sum\n{expected}\n2 | Hose | 30.00\n"));
    }

    #[test]
    fn rows_set_in_groups_stay_rows() {
        let groups = rows(&[["Oslo", "9", "10"], ["", "11", "12"], ["Rome", "13", "14"], ["", "15", "16"]]);
        assert_eq!(joined(groups.clone(), |at| at != 1), groups);
    }

    #[test]
    fn a_line_that_fills_one_column_is_none_of_the_rows() {
        let lines = rows(&[["Receipt of Acme", "", ""], ["Pump", "2", "50.00"], ["Thank you.", "", ""]]);
        assert_eq!(text(&lines), "Receipt of Acme\n\nPump | 2 | 50.00\n\nThank you.\n");
    }
}
