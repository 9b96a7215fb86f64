//! Tables of pages: those of data become rows with every merged cell repeated, those that only place things are read
//! in the order of their cells. Cells are never glued.

use scraper::ElementRef;

use super::html::Walker;
use super::html_hidden::is_hidden;
use super::html_tree::{Attributes as _, has_class};

/// Reads a table into the walker's prose.
pub(super) fn read(walker: &mut Walker, table: ElementRef<'_>) {
    let mut groups: Vec<ElementRef<'_>> = table.child_elements().collect();
    // Wherever they are written, heads stand first and sums last.
    groups.sort_by_key(|group| match group.value().name() {
        "thead" => 0,
        "tfoot" => 2,
        _ => 1,
    });
    let parts: Vec<ElementRef<'_>> = groups.into_iter().flat_map(parts).collect();
    for caption in parts.iter().filter(|part| part.value().name() == "caption") {
        walker.block(*caption);
    }
    let rows: Vec<Vec<ElementRef<'_>>> = parts
        .iter()
        .filter(|part| part.value().name() == "tr" && !is_hidden(**part, &walker.styles))
        .map(|row| row.child_elements().filter(|cell| is_cell(*cell, walker)).collect())
        .collect();
    if is_layout(walker, table, &rows) {
        walker.prose.block();
        rows.iter().for_each(|row| placed(walker, row));
        walker.prose.block();
    } else {
        let grid = grid(walker, &rows);
        walker.prose.table(&grid);
    }
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

/// The values of all cells; a merged one stands in every cell that it covers.
fn grid(walker: &mut Walker, rows: &[Vec<ElementRef<'_>>]) -> Vec<Vec<String>> {
    let mut grid: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    // By column: a value from above, and for how many rows it still stands.
    let mut above: Vec<(usize, String)> = Vec::new();
    let (mut repeated, mut cells) = (0, 0);
    for (index, row) in rows.iter().enumerate() {
        let mut out: Vec<String> = Vec::with_capacity(row.len());
        for cell in row {
            fill(&mut out, &mut above);
            let text = walker.captured_cell(*cell);
            let span = |name: &str| cell.attribute(name).and_then(|span| span.trim().parse::<usize>().ok());
            let wide = span("colspan").unwrap_or(1).clamp(1, 1_000);
            let left = rows.len() - index;
            let high = span("rowspan").map_or(1, |high| if high == 0 { left } else { high.min(left) });
            cells += wide * high;
            repeated += text.len() * (wide * high - 1);
            let may_repeat = cells <= MOST_CELLS && repeated <= MOST_REPEATED;
            let (wide, high) = if may_repeat { (wide, high) } else { (1, 1) };
            above.resize_with(above.len().max(out.len() + wide), Default::default);
            for _ in 0..wide {
                if high > 1 {
                    above[out.len()] = (high - 1, text.clone());
                }
                out.push(text.clone());
            }
        }
        fill(&mut out, &mut above);
        grid.push(out);
    }
    grid
}

/// Puts what reaches down from above into the next cells.
fn fill(row: &mut Vec<String>, above: &mut [(usize, String)]) {
    while let Some((left, text)) = above.get_mut(row.len()).filter(|(left, _)| *left > 0) {
        *left -= 1;
        row.push(text.clone());
    }
}
