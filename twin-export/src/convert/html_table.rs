//! Tables of pages: those of data become rows with every merged cell repeated, those that only place things are read
//! in the order of their cells. Cells are never glued.

use scraper::ElementRef;

use super::html::Walker;
use super::html_hidden::is_hidden;
use super::html_tree::{Attributes as _, has_class};
use super::rows::table_row;

/// Reads a table into the walker's prose.
pub(super) fn read(walker: &mut Walker, table: ElementRef<'_>) {
    let mut groups: Vec<ElementRef<'_>> = table.child_elements().collect();
    // Wherever they are written, heads stand first and sums last.
    groups.sort_by_key(|group| match group.value().name() {
        "thead" => 0,
        "tfoot" => 2,
        _ => 1,
    });
    let (mut rows, mut ends): (Vec<Vec<ElementRef<'_>>>, Vec<usize>) = (Vec::new(), Vec::new());
    for group in groups {
        for part in parts(group) {
            match part.value().name() {
                "caption" => walker.block(part),
                "tr" if !is_hidden(part, &walker.styles) => {
                    rows.push(part.child_elements().filter(|cell| is_cell(*cell, walker)).collect());
                }
                _ => {}
            }
        }
        if group.value().name() != "tr" {
            ends.resize(rows.len(), rows.len());
        }
    }
    ends.resize(rows.len(), rows.len());
    if is_layout(walker, table, &rows) {
        walker.prose.block();
        rows.iter().for_each(|row| placed(walker, row));
        walker.prose.block();
    } else {
        let grid = grid(walker, &rows, &ends);
        walker.prose.table(&grid);
    }
}

/// Reads a row of what only its roles make a table of, where it holds nothing but cells; answers whether it is one.
pub(super) fn row_by_role(walker: &mut Walker, row: ElementRef<'_>) -> bool {
    if row.attribute("role") != Some("row") || !walker.may_capture() {
        return false;
    }
    let is_cell = |cell: &ElementRef<'_>| {
        let role = cell.attribute("role").unwrap_or_default();
        matches!(role, "cell" | "gridcell" | "columnheader" | "rowheader")
    };
    let cells: Vec<ElementRef<'_>> = row.child_elements().collect();
    let has_words =
        row.children().any(|child| child.value().as_text().is_some_and(|text| !text.trim().is_empty()));
    if has_words
        || cells.len() < 2
        || !cells.iter().all(is_cell)
        || cells.iter().any(|cell| holds_blocks(*cell))
    {
        return false;
    }
    let shown = cells.into_iter().filter(|cell| !is_hidden(*cell, &walker.styles)).collect::<Vec<_>>();
    let texts: Vec<String> = shown.into_iter().map(|cell| walker.captured_cell(cell)).collect();
    walker.prose.line();
    walker.prose.text(&table_row(&texts));
    walker.prose.line();
    true
}

/// Rows and captions, whatever groups them.
fn parts(part: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    match part.value().name() {
        "thead" | "tbody" | "tfoot" => part.child_elements().collect(),
        _ => vec![part],
    }
}

fn is_cell(cell: ElementRef<'_>, walker: &Walker) -> bool {
    matches!(cell.value().name(), "td" | "th") && !is_hidden(cell, &walker.styles)
}

/// Tables that only place things on a page: as they say themselves, or since cells hold more than a line and nothing tells
/// that they are data.
fn is_layout(walker: &Walker, table: ElementRef<'_>, rows: &[Vec<ElementRef<'_>>]) -> bool {
    let role = table.attribute("role").unwrap_or_default();
    if matches!(role, "presentation" | "none") || rows.iter().all(|row| row.len() < 2) {
        return true;
    }
    let cells = || rows.iter().flatten();
    cells().any(|cell| holds_blocks(*cell)) && !(walker.may_capture() && is_data(table, rows))
}

fn holds_blocks(cell: ElementRef<'_>) -> bool {
    cell.descendent_elements().any(|inner| {
        matches!(
            inner.value().name(),
            "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "hr"
        )
    })
}

/// Tables of Confluence's, those whose columns or rows have names, and those that show their lines.
fn is_data(table: ElementRef<'_>, rows: &[Vec<ElementRef<'_>>]) -> bool {
    if has_class(table, "confluenceTable") {
        return true;
    }
    let names = || rows.iter().flatten().filter(|cell| cell.value().name() == "th");
    let has_lines =
        || table.attribute("border").is_some_and(|width| !matches!(width.trim(), "" | "0" | "0px"));
    let has_parts = || table.child_elements().any(|part| matches!(part.value().name(), "caption" | "thead"));
    // More than names in them: such cells place things, too.
    !names().any(|cell| holds_blocks(*cell)) && (names().next().is_some() || has_parts() || has_lines())
}

/// Cells of one row of a layout: beside one another where each is a line, else one after the other.
fn placed(walker: &mut Walker, cells: &[ElementRef<'_>]) {
    if let [cell] = cells {
        return if has_paragraphs(*cell) { walker.block(*cell) } else { walker.lines(*cell) };
    }
    if !walker.may_capture() {
        return cells.iter().for_each(|cell| walker.block(*cell));
    }
    let texts: Vec<String> = cells.iter().map(|cell| walker.captured_cell(*cell).trim().to_owned()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if texts.iter().any(|text| text.contains('\n')) {
        for text in texts {
            walker.prose.block();
            walker.prose.verbatim(text);
        }
        return walker.prose.block();
    }
    walker.prose.line();
    walker.prose.text(&texts.join(" | "));
    walker.prose.line();
}

fn has_paragraphs(cell: ElementRef<'_>) -> bool {
    cell.descendent_elements().skip(1).any(|inner| {
        matches!(
            inner.value().name(),
            "p" | "table" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre"
        )
    })
}

/// Bytes of values that may be repeated in one table, and cells that it may have.
const MOST_REPEATED: usize = 1 << 20;
const MOST_CELLS: usize = 500_000;

/// The values of all cells; a merged one stands in every cell that it covers, and covers none behind the group of its
/// row, whose end is given for each row.
fn grid(walker: &mut Walker, rows: &[Vec<ElementRef<'_>>], ends: &[usize]) -> Vec<Vec<String>> {
    let mut grid: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    // By column: a value from above, and the row before which it ends.
    let mut above: Vec<(usize, String)> = Vec::new();
    let (mut repeated, mut cells) = (0, 0);
    for (index, row) in rows.iter().enumerate() {
        let mut out: Vec<String> = Vec::with_capacity(row.len());
        for cell in row {
            fill(&mut out, &above, index);
            let text = walker.captured_cell(*cell);
            let span = |name: &str| cell.attribute(name).and_then(|span| span.trim().parse::<usize>().ok());
            let wide = span("colspan").unwrap_or(1).clamp(1, 1_000);
            let left = ends[index] - index;
            let high = span("rowspan").map_or(1, |high| if high == 0 { left } else { high.min(left) });
            cells += wide * high;
            repeated += text.len() * (wide * high - 1);
            let may_repeat = cells <= MOST_CELLS && repeated <= MOST_REPEATED;
            let (wide, high) = if may_repeat { (wide, high) } else { (1, 1) };
            above.resize_with(above.len().max(out.len() + wide), Default::default);
            for _ in 0..wide {
                if high > 1 {
                    above[out.len()] = (index + high, text.clone());
                }
                out.push(text.clone());
            }
        }
        // Rows may end before a column that is covered.
        while let Some(gap) = above.iter().skip(out.len()).position(|(end, _)| *end > index) {
            cells += gap;
            if cells > MOST_CELLS {
                break;
            }
            out.resize(out.len() + gap, String::new());
            fill(&mut out, &above, index);
        }
        grid.push(out);
    }
    grid
}

/// Puts what reaches down from above into the next cells.
fn fill(row: &mut Vec<String>, above: &[(usize, String)], index: usize) {
    while let Some((_, text)) = above.get(row.len()).filter(|(end, _)| *end > index) {
        row.push(text.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::fragment_to_text as text;

    #[test]
    fn rows_that_only_their_roles_make_are_rows() {
        let cell = |role: &str, text: &str| format!("<span role=\"{role}\">{text}</span>");
        let head = format!(
            "<div role=\"row\">{}{}</div>",
            cell("columnheader", "Shift"),
            cell("columnheader", "Who")
        );
        let row = format!("<div role=row>{}{}</div>", cell("rowheader", "B"), cell("cell", "5"));
        let other = format!("<div role=row><b>2</b>{}</div>", cell("cell", "x"));
        assert_eq!(text(&format!("<div role=table>{head}{row}{other}</div>")), "Shift | Who\nB | 5\n2x");
    }

    #[test]
    fn a_merged_cell_ends_with_the_group_of_its_row() {
        assert_eq!(
            text(
                "<table><thead><tr><th rowspan=3>Shop<th>Days</thead><tbody><tr><td>Oslo<td>Mon<tr><td rowspan=9>Bergen<td>Tue\
                 <tr><td>Wed<tbody><tr><td>Voss<td>Thu</table>"
            ),
            "Shop | Days\nOslo | Mon\nBergen | Tue\nBergen | Wed\nVoss | Thu"
        );
        assert_eq!(text("<table><tr><th>A<th>B<td rowspan=2>C<tr><td>1</table>"), "A | B | C\n1 |  | C");
    }

    #[test]
    fn single_signs_beside_one_another_are_apart_where_styles_part_them() {
        assert_eq!(
            text("<div style='display:flex'><span>A</span><span>B</span><span>5</span></div>"),
            "A B 5"
        );
        assert_eq!(text("<p><span style='float:left'>D</span>rop</p>"), "Drop");
        assert_eq!(
            text(
                "<p><span style='display:inline-block'>1</span><span style='display:inline-block'>5</span></p>"
            ),
            "1 5"
        );
        assert_eq!(text("<div><span class=k>Price</span><span class=v>5.00</span></div>"), "Price 5.00");
        assert_eq!(
            text(
                "<p><code><span class=k>let</span><span class=v>5</span></code><span class=a>CO</span><span class=b>2</span></p>"
            ),
            "let5CO2"
        );
        assert_eq!(text("<input type=radio checked> yes<input type=radio> no"), "[x] yes [ ] no");
    }
}
