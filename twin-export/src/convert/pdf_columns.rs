//! Tables without lines whose numbers end below one another: bills, price lists, balances; and those of few words with
//! empty cells: plans of shifts.

use unpdf::parser::{TextLine, TextSpan};

use super::pdf_beside::rows;
use super::pdf_found::{rows_text, whole_rows};
use super::pdf_grid::right;
use super::pdf_page::Table;

/// What stands further apart is in two cells, in sizes of the letters.
const APART: f32 = 1.0;
/// Rows further apart than this are no neighbours, in sizes of their letters.
const FAR: f32 = 2.8;
/// Lines of a cell are nearer than this.
const LINE: f32 = 1.35;
/// Numbers end at one place.
const ALIGNED: f32 = 2.5;
/// Characters of a number with its unit.
const LONGEST: usize = 20;
const FEWEST_ROWS: usize = 3;
const FEWEST_COLUMNS: usize = 3;
const MOST_COLUMNS: usize = 20;
/// A page of more rows is no bill.
const MOST_ROWS: usize = 1_000;

/// Where columns begin and end.
type Columns = Vec<(f32, f32)>;

struct Cell {
    left: f32,
    right: f32,
    spans: Vec<TextSpan>,
}

struct Row {
    y: f32,
    size: f32,
    cells: Vec<Cell>,
    /// Pieces without a letter.
    blanks: Vec<TextSpan>,
}

impl Row {
    fn of(spans: Vec<TextSpan>) -> Self {
        let size = spans.iter().map(|span| span.font_size).fold(0.0, f32::max);
        let y = spans.first().map_or(0.0, |span| span.y);
        let (mut cells, mut blanks): (Vec<Cell>, Vec<TextSpan>) = Default::default();
        for span in spans {
            let end = right(&span);
            match cells.last_mut() {
                _ if span.text.trim().is_empty() => blanks.push(span),
                Some(cell) if span.x - cell.right < size * APART => {
                    cell.right = cell.right.max(end);
                    cell.spans.push(span);
                }
                _ => cells.push(Cell { left: span.x, right: end, spans: vec![span] }),
            }
        }
        Self { y, size, cells, blanks }
    }

    fn is_near(&self, below: &Self) -> bool {
        self.y - below.y <= self.size.max(below.size) * FAR
    }
}

/// The tables, and the pieces that are in none.
pub(super) fn tables(spans: Vec<TextSpan>) -> (Vec<Table>, Vec<TextSpan>) {
    let mut rest = Vec::new();
    let (upright, turned): (Vec<TextSpan>, Vec<TextSpan>) =
        spans.into_iter().partition(|span| !span.is_rotated());
    let rows: Vec<Row> = rows(upright).into_iter().map(Row::of).collect();
    let mut found: Vec<(usize, usize, Columns)> = Vec::new();
    let mut at = 0;
    while at < rows.len() && rows.len() <= MOST_ROWS {
        match columns(&rows, at) {
            Some((end, columns)) => {
                found.push((at, end, columns));
                at = end;
            }
            None => at += 1,
        }
    }
    let mut tables = Vec::new();
    let mut rows = rows.into_iter();
    let mut at = 0;
    for (start, end, columns) in found {
        rest.extend(rows.by_ref().take(start - at));
        tables.push(table(rows.by_ref().take(end - start).collect(), &columns));
        at = end;
    }
    rest.extend(rows);
    let mut spans: Vec<TextSpan> = rest
        .into_iter()
        .flat_map(|row| row.cells.into_iter().flat_map(|cell| cell.spans).chain(row.blanks))
        .chain(turned)
        .collect();
    spans.sort_by(|one, other| other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x)));
    (tables, spans)
}

/// The end of the table that begins with a row, and the columns; none where none begins.
fn columns(rows: &[Row], start: usize) -> Option<(usize, Columns)> {
    if rows[start].cells.len() < 2 {
        return None;
    }
    let mut columns = Columns::new();
    let mut reached = Columns::new();
    let mut end = start;
    for at in start..rows.len() {
        let row = &rows[at];
        let is_near = at == start || rows[at - 1].is_near(row);
        let Some(wider) = placed(&reached, row).filter(|_| is_near) else { break };
        reached = wider;
        if row.cells.len() > 1 {
            columns.clone_from(&reached);
            end = at + 1;
        }
    }
    // The last lines of the last cells stand as near as lines do.
    let widest = rows[start..end].windows(2).map(|pair| pair[0].y - pair[1].y).fold(0.0, f32::max);
    while let Some(row) = rows.get(end).filter(|row| row.cells.len() == 1) {
        let gap = rows[end - 1].y - row.y;
        let is_line = end > start && gap < row.size * LINE && gap * 1.25 < widest;
        let Some(wider) = placed(&columns, row).filter(|wider| is_line && wider.len() == columns.len())
        else {
            break;
        };
        columns = wider;
        end += 1;
    }
    let table = &rows[start..end];
    let full = table.iter().filter(|row| row.cells.len() > 1).count();
    // What belongs to it but has other columns is for who knows heads over several.
    let has_head = start > 0 && rows[start - 1].cells.len() > 1 && rows[start - 1].is_near(&rows[start]);
    let columns = with_heads(columns, table);
    let has_gaps = table.iter().any(|row| row.cells.len() < columns.len());
    let is_ragged = is_ragged(table, &columns);
    let is_table = full >= FEWEST_ROWS
        && columns.len() >= FEWEST_COLUMNS
        && table.iter().filter(|row| row.cells.len() >= FEWEST_COLUMNS).count() > 1
        && !has_head
        && !table.iter().flat_map(|row| &row.cells).any(has_leader)
        && columns.windows(2).all(|pair| pair[1].0 - pair[0].1 > table[0].size * 0.4)
        && !is_contents(table)
        && (is_ragged
            || (1..columns.len()).any(|column| ends_with_numbers(table, columns[column], has_gaps)));
    let end = if is_ragged { with_last_cells(rows, start, end, &columns) } else { end };
    is_table.then_some((end, columns))
}

/// Whether short cells stand below the heads of all columns, with gaps among them: lists in columns have none.
fn is_ragged(rows: &[Row], columns: &[(f32, f32)]) -> bool {
    let heads = &rows[0].cells;
    let fits = |cell: &Cell| said(&cell.spans).chars().count() <= LONGEST && below(cell, heads).is_some();
    if heads.len() != columns.len() || !rows.iter().flat_map(|row| &row.cells).all(fits) {
        return false;
    }
    let filled: Vec<Vec<usize>> =
        rows.iter().map(|row| row.cells.iter().filter_map(|cell| below(cell, heads)).collect()).collect();
    let is_gap = |at: usize, column: usize| {
        !filled[at].contains(&column)
            && filled[at].iter().any(|other| *other > column)
            && filled[at + 1..].iter().any(|row| row.contains(&column))
    };
    (1..rows.len()).any(|at| (0..columns.len()).any(|column| is_gap(at, column)))
}

/// The column below whose head a cell stands.
fn below(cell: &Cell, heads: &[Cell]) -> Option<usize> {
    heads.iter().position(|head| {
        (cell.left - head.left).abs() <= ALIGNED
            || (cell.right - head.right).abs() <= ALIGNED
            || (cell.left + cell.right - head.left - head.right).abs() <= 2.0 * ALIGNED
    })
}

/// The end of a table with the rows that only hold a cell below a later head.
fn with_last_cells(rows: &[Row], start: usize, end: usize, columns: &[(f32, f32)]) -> usize {
    let heads = &rows[start].cells;
    let gap = |at: usize| rows[at - 1].y - rows[at].y;
    let is_next = |at: &usize| {
        let column = rows[*at].cells.first().and_then(|cell| below(cell, heads));
        rows[*at].cells.len() == 1
            && column.is_some_and(|column| column > 0 && column < columns.len())
            && (gap(*at) - gap(end - 1)).abs() <= rows[*at].size * 0.3
    };
    end + (end..rows.len()).take_while(is_next).count()
}

/// The columns, where a head begins on the left of its column and the numbers below it end on the right.
fn with_heads(columns: Columns, rows: &[Row]) -> Columns {
    let used = |column: (f32, f32), rows: &[Row]| {
        let mut cells = rows.iter().flat_map(|row| &row.cells);
        cells.any(|cell| column.0 < cell.right && cell.left < column.1)
    };
    let mut out: Columns = Vec::with_capacity(columns.len());
    let mut heads_alone = false;
    for column in columns {
        match out.last_mut().filter(|_| heads_alone && !used(column, &rows[..1])) {
            Some(head) => head.1 = column.1,
            None => out.push(column),
        }
        heads_alone = used(column, &rows[..1]) && !used(column, &rows[1..]);
    }
    out
}

/// The columns once a row is among them; none where one of its cells is in two.
fn placed(columns: &[(f32, f32)], row: &Row) -> Option<Columns> {
    let mut columns = columns.to_vec();
    for cell in &row.cells {
        let touches = |column: &&mut (f32, f32)| column.0 < cell.right && cell.left < column.1;
        match columns.iter_mut().find(touches) {
            Some(column) => *column = (column.0.min(cell.left), column.1.max(cell.right)),
            None => columns.push((cell.left, cell.right)),
        }
    }
    columns.sort_by(|one, other| one.0.total_cmp(&other.0));
    let is_apart = columns.windows(2).all(|pair| pair[1].0 > pair[0].1);
    let own = |cell: &Cell| columns.iter().position(|column| column.0 < cell.right && cell.left < column.1);
    let are_own = row.cells.windows(2).all(|pair| own(&pair[0]) != own(&pair[1]));
    (is_apart && are_own && columns.len() <= MOST_COLUMNS).then_some(columns)
}

/// Whether most cells of a column below its head are numbers that end at one place.
/// Numbers of one length begin at one place as well: that is a column where others have gaps.
fn ends_with_numbers(rows: &[Row], column: (f32, f32), has_gaps: bool) -> bool {
    let cells: Vec<&Cell> = rows[1..]
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|cell| cell.left >= column.0 && cell.right <= column.1)
        .collect();
    let is_number = |cell: &&&Cell| {
        let text = said(&cell.spans);
        text.contains(|c: char| c.is_ascii_digit()) && text.chars().count() <= LONGEST
    };
    let numbers: Vec<&&Cell> = cells.iter().filter(is_number).collect();
    let first = numbers.iter().map(|cell| cell.right).fold(f32::INFINITY, f32::min);
    let last = numbers.iter().map(|cell| cell.right).fold(f32::NEG_INFINITY, f32::max);
    let lefts = numbers.iter().map(|cell| cell.left);
    let begin = lefts.clone().fold(f32::INFINITY, f32::min);
    let begins = lefts.fold(f32::NEG_INFINITY, f32::max) - begin;
    numbers.len() > 1
        && numbers.len() * 5 >= cells.len() * 3
        && last - first <= ALIGNED
        && (has_gaps || begins > ALIGNED)
}

/// A table of contents: it has no head, and its last numbers are those of pages.
fn is_contents(rows: &[Row]) -> bool {
    let pages: Option<Vec<u32>> =
        rows.iter().map(|row| said(&row.cells.last()?.spans).parse().ok()).collect();
    pages.is_some_and(|pages| pages.is_sorted())
}

/// A line of a table of contents.
fn has_leader(cell: &Cell) -> bool {
    let text: String = said(&cell.spans).chars().filter(|c| *c != ' ').collect();
    text.contains("....") || text.contains("___") || text.contains("……")
}

fn said(spans: &[TextSpan]) -> String {
    TextLine::from_spans(spans.to_vec()).text().trim().to_owned()
}

fn table(rows: Vec<Row>, columns: &[(f32, f32)]) -> Table {
    let mut bounds = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    let mut lines = Vec::with_capacity(rows.len());
    let mut texts = Vec::with_capacity(rows.len());
    for row in rows {
        let mut text = vec![String::new(); columns.len()];
        for cell in &row.cells {
            let own = columns.iter().position(|column| column.0 < cell.right && cell.left < column.1);
            text[own.unwrap_or_default()] = said(&cell.spans);
            bounds[0] = bounds[0].min(cell.left);
            bounds[2] = bounds[2].max(cell.right);
        }
        bounds[1] = bounds[1].min(row.y);
        bounds[3] = bounds[3].max(row.y);
        lines.push((row.y, row.size));
        texts.push(text);
    }
    Table { bounds, text: rows_text(&whole_rows(&lines, texts)) }
}

#[cfg(test)]
mod tests {
    use super::super::pdf_marks::tests::span;
    use super::*;

    /// Cells whose numbers end below one another, each 5 wide for a letter.
    fn page(rows: &[[&str; 4]]) -> Vec<TextSpan> {
        let mut spans = vec![span("Invoice 17 for the boats of May and June", 72.0, 740.0, 10.0)];
        for (row, y) in rows.iter().zip(0..) {
            for (text, (at, is_right)) in
                row.iter().zip([(72.0, false), (260.0, true), (330.0, true), (420.0, true)])
            {
                let x = if is_right { at - text.len() as f32 * 5.0 } else { at };
                spans.extend((!text.is_empty()).then(|| span(text, x, 700.0 - y as f32 * 18.0, 10.0)));
            }
        }
        spans.push(span("Please pay within 14 days.", 72.0, 600.0, 10.0));
        spans
    }

    #[test]
    fn a_bill_with_empty_cells_keeps_its_columns() {
        let (tables, rest) = tables(page(&[
            ["Item", "Qty", "Price", "Sum"],
            ["Bolts M8", "10", "1.20", "12.00"],
            ["Delivery", "", "", "5.00"],
            ["Total", "", "", "17.00"],
        ]));
        assert_eq!(
            tables[0].text,
            "Item | Qty | Price | Sum\nBolts M8 | 10 | 1.20 | 12.00\nDelivery |  |  | 5.00\nTotal |  |  | 17.00\n"
        );
        assert_eq!(rest.len(), 2);
    }

    #[test]
    fn a_head_on_the_left_of_its_column_stands_over_the_numbers_on_the_right() {
        let mut spans =
            page(&[["Item", "", "", ""], ["Bolts", "10", "", "12.00"], ["Rope", "1,200", "", "5.00"]]);
        spans.push(span("No.", 190.0, 700.0, 10.0));
        spans.push(span("Sum", 340.0, 700.0, 10.0));
        spans.sort_by(|one, other| other.y.total_cmp(&one.y));
        let table = &tables(spans).0[0];
        assert_eq!(table.text, "Item | No. | Sum\nBolts | 10 | 12.00\nRope | 1,200 | 5.00\n");
    }

    #[test]
    fn a_plan_with_empty_cells_keeps_its_columns_and_a_list_in_columns_is_none() {
        let plan = |rows: &[[&str; 4]]| {
            let rows = rows.iter().zip(0..).flat_map(|(row, y)| {
                let cells = row.iter().zip(0..).filter(|(text, _)| !text.is_empty());
                cells
                    .map(|(text, x)| span(text, 72.0 + x as f32 * 60.0, 700.0 - y as f32 * 18.0, 10.0))
                    .collect::<Vec<_>>()
            });
            tables(rows.collect())
        };
        let (tables, rest) = plan(&[
            ["Mon", "Tue", "Wed", "Thu"],
            ["Ann", "", "Cy", ""],
            ["", "Bob", "", ""],
            ["Ann", "Bob", "Cy", "Dan"],
            ["", "", "", "Eve"],
        ]);
        assert_eq!(
            tables[0].text,
            "Mon | Tue | Wed | Thu\nAnn |  | Cy\n| Bob\nAnn | Bob | Cy | Dan\n|  |  | Eve\n"
        );
        assert!(rest.is_empty());
        let list = [
            ["Ann", "Eve", "Ida", "Max"],
            ["Bob", "Fay", "Jo", "Ned"],
            ["Cy", "Gus", "Kim", ""],
            ["Dan", "Hal", "", ""],
        ];
        assert!(plan(&list).0.is_empty());
    }

    #[test]
    fn words_side_by_side_and_contents_are_no_bill() {
        let words =
            [["Ann", "Bob", "Cy", "Dan"], ["went", "came", "sat", "ran"], ["to", "from", "by", "off"]];
        assert!(tables(page(&words)).0.is_empty());
        let contents = [
            ["1", "Aim", "3", ""],
            ["2", "Way", "14", ""],
            ["2.1", "Stones", "20", ""],
            ["3", "End", "112", ""],
        ];
        assert!(tables(page(&contents)).0.is_empty());
        let leaders =
            [["1", "Aim . . . .", "9", ""], ["2", "Way . . . .", "7", ""], ["3", "End . . . .", "11", ""]];
        assert!(tables(page(&leaders)).0.is_empty());
    }
}
