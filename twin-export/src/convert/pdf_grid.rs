//! Tables as a page rules them: each cell between its lines, whatever it covers.

use std::collections::BTreeMap;

use unpdf::parser::{TextLine, TextSpan};

use super::grid::Grid;
use super::pdf_lines::LINE_END;
use super::pdf_rules::{Rule, Rules};

/// How near two lines are one, and how far a line may end from the one it meets.
const NEAR: f32 = 3.0;
/// Cells of a table.
const MOST_CELLS: usize = 20_000;

/// Places between lines that meet one another.
#[derive(Debug)]
pub(super) struct Ruled {
    /// From the left.
    lefts: Vec<f32>,
    /// From the top.
    tops: Vec<f32>,
    /// Where each place's cell begins: row and column.
    cells: Vec<(usize, usize)>,
}

/// The tables that a page's lines make.
pub(super) fn tables(rules: &Rules) -> Vec<Ruled> {
    let count = rules.across.len();
    let mut group: Vec<usize> = (0..count + rules.down.len()).collect();
    for (i, across) in rules.across.iter().enumerate() {
        for (j, down) in rules.down.iter().enumerate() {
            if covers(across, down.at) && covers(down, across.at) {
                let (one, other) = (root(&mut group, i), root(&mut group, count + j));
                group[one] = other;
            }
        }
    }
    let mut connected: BTreeMap<usize, (Vec<Rule>, Vec<Rule>)> = BTreeMap::new();
    for (i, across) in rules.across.iter().enumerate() {
        connected.entry(root(&mut group, i)).or_default().0.push(*across);
    }
    for (j, down) in rules.down.iter().enumerate() {
        connected.entry(root(&mut group, count + j)).or_default().1.push(*down);
    }
    connected.values().filter_map(|(across, down)| Ruled::of(across, down)).collect()
}

fn covers(rule: &Rule, at: f32) -> bool {
    rule.from - NEAR <= at && at <= rule.to + NEAR
}

fn root(group: &mut [usize], mut one: usize) -> usize {
    while group[one] != one {
        group[one] = group[group[one]];
        one = group[one];
    }
    one
}

/// Where lines lie; and where those that they meet end without one.
fn places(rules: &[Rule], crossing: &[Rule]) -> Vec<f32> {
    let mut places: Vec<f32> = rules.iter().map(|rule| rule.at).collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|one, before| *one - *before < NEAR);
    let open = NEAR * 4.0;
    let first = crossing.iter().map(|rule| rule.from).fold(f32::INFINITY, f32::min);
    let last = crossing.iter().map(|rule| rule.to).fold(f32::NEG_INFINITY, f32::max);
    if places.first().is_some_and(|place| first < place - open) {
        places.insert(0, first);
    }
    if places.last().is_some_and(|place| last > place + open) {
        places.push(last);
    }
    places
}

/// Which of the places between some a point lies in.
fn between(places: &[f32], point: f32) -> Option<usize> {
    let at = places.partition_point(|&place| place <= point);
    (at > 0 && at < places.len()).then(|| at - 1)
}

impl Ruled {
    fn of(across: &[Rule], down: &[Rule]) -> Option<Self> {
        let lefts = places(down, across);
        let mut tops = places(across, down);
        tops.reverse();
        let (rows, columns) = (tops.len().checked_sub(1)?, lefts.len().checked_sub(1)?);
        if rows == 0 || columns < 2 || rows * columns > MOST_CELLS {
            return None;
        }
        let mut ruled = Self { lefts, tops, cells: Vec::new() };
        let has = |rules: &[Rule], at: f32, beside: f32| {
            rules.iter().any(|rule| (rule.at - at).abs() <= NEAR && rule.from <= beside && beside <= rule.to)
        };
        let mut group: Vec<usize> = (0..rows * columns).collect();
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = ruled.middle(row, column);
                let here = row * columns + column;
                if column + 1 < columns && !has(down, ruled.lefts[column + 1], y) {
                    let (one, other) = (root(&mut group, here + 1), root(&mut group, here));
                    group[one.max(other)] = one.min(other);
                }
                if row + 1 < rows && !has(across, ruled.tops[row + 1], x) {
                    let (one, other) = (root(&mut group, here + columns), root(&mut group, here));
                    group[one.max(other)] = one.min(other);
                }
            }
        }
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..rows * columns {
            members.entry(root(&mut group, place)).or_default().push(place);
        }
        let mut cells = vec![(0, 0); rows * columns];
        for (first, members) in members {
            let last_row = members.iter().map(|place| place / columns).max().unwrap_or_default();
            let right = members.iter().map(|place| place % columns).max().unwrap_or_default();
            let left = members.iter().map(|place| place % columns).min().unwrap_or_default();
            let is_whole = members.len() == (last_row - first / columns + 1) * (right - left + 1);
            for place in members {
                let own = if is_whole { first } else { place };
                cells[place] = (own / columns, own % columns);
            }
        }
        ruled.cells = cells;
        Some(ruled)
    }

    fn columns(&self) -> usize {
        self.lefts.len() - 1
    }

    fn middle(&self, row: usize, column: usize) -> (f32, f32) {
        let x = (self.lefts[column] + self.lefts[column + 1]) / 2.0;
        (x, (self.tops[row] + self.tops[row + 1]) / 2.0)
    }

    /// Left, bottom, right and top.
    pub(super) fn bounds(&self) -> [f32; 4] {
        let last = |places: &[f32]| places.last().copied().unwrap_or_default();
        [self.lefts[0], last(&self.tops), last(&self.lefts), self.tops[0]]
    }

    fn place(&self, span: &TextSpan) -> Option<(usize, usize)> {
        let column = between(&self.lefts, (span.x + right(span)) / 2.0)?;
        let y = span.y + span.font_size * 0.35;
        let at = self.tops.partition_point(|&top| top >= y);
        (at > 0 && at < self.tops.len()).then(|| (at - 1, column))
    }

    pub(super) fn holds(&self, span: &TextSpan) -> bool {
        self.place(span).is_some()
    }

    /// What the cells say, row by row; none where this is no table but a frame or a drawing.
    pub(super) fn rows(&self, spans: &[TextSpan]) -> Option<Vec<Vec<String>>> {
        let columns = self.columns();
        let mut filled: Vec<Vec<TextSpan>> = vec![Vec::new(); self.cells.len()];
        for span in spans {
            let (row, column) = self.place(span)?;
            filled[row * columns + column].push(span.clone());
        }
        let cells = self.joined(&filled);
        // What stands in a covered place is said by the cell that covers it.
        let mut texts: Vec<Vec<TextSpan>> = vec![Vec::new(); cells.len()];
        for (place, spans) in filled.into_iter().enumerate() {
            let (row, column) = cells[place];
            texts[row * columns + column].extend(spans);
        }
        let lines: Vec<Vec<TextLine>> = texts.into_iter().map(lines).collect();
        let used = lines.iter().filter(|lines| !lines.is_empty()).count();
        let own = cells
            .iter()
            .enumerate()
            .filter(|(place, cell)| (place / columns, place % columns) == **cell)
            .count();
        let longest = lines.iter().map(Vec::len).max().unwrap_or_default();
        let is_page = self.tops.len() == 2 && longest > MOST_LINES;
        if used < 2 || used * 8 < own || is_page {
            return None;
        }
        let mut grid = Grid::default();
        for row in 0..self.tops.len() - 1 {
            let places = row * columns..(row + 1) * columns;
            let is_own = places.clone().all(|place| cells[place].0 == row);
            let is_alone = |place: usize| cells.get(place + columns).is_none_or(|below| below.0 != row);
            if is_own && places.clone().all(is_alone) && self.are_records(&lines[places.clone()]) {
                records(&mut grid, &lines[places]);
                continue;
            }
            grid.begin_row();
            for column in 0..columns {
                match cells[row * columns + column] {
                    (top, left) if (top, left) == (row, column) => {
                        grid.cell(said(&lines[row * columns + column]), 1);
                    }
                    (_, left) if left != column => grid.beside(String::new()),
                    _ => grid.below(String::new(), 1),
                }
            }
        }
        Some(grid.into_rows().into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect())
    }

    /// The cells, parted where a row has no line between its columns but says something in each.
    fn joined(&self, filled: &[Vec<TextSpan>]) -> Vec<(usize, usize)> {
        let columns = self.columns();
        let mut cells = self.cells.clone();
        for row in 0..self.tops.len() - 1 {
            let places = row * columns..(row + 1) * columns;
            let mut parted: Vec<(usize, usize)> = Vec::new();
            for pair in places.clone().collect::<Vec<_>>().windows(2) {
                let is_one = cells[pair[0]] == cells[pair[1]];
                let edge = self.lefts[pair[1] % columns];
                if is_one && are_apart(&filled[pair[0]], &filled[pair[1]], edge) {
                    parted.push(cells[pair[0]]);
                }
            }
            for place in places {
                if parted.contains(&cells[place]) {
                    cells[place] = (row, place % columns);
                }
            }
        }
        cells
    }

    /// Whether a row holds several, each with its cells on one line, with nothing drawn between them.
    fn are_records(&self, row: &[Vec<TextLine>]) -> bool {
        let used = row.iter().filter(|lines| !lines.is_empty()).count();
        let Some(fullest) = row.iter().max_by_key(|lines| lines.len()).filter(|lines| lines.len() > 2) else {
            return false;
        };
        let count = row.iter().map(Vec::len).sum::<usize>();
        let stand_beside =
            row.iter().flatten().all(|line| fullest.iter().any(|other| is_beside(line, other)));
        let is_wrapped = row.iter().enumerate().any(|(column, lines)| {
            let width = self.lefts[column + 1] - self.lefts[column];
            let full = lines.iter().filter(|line| line_right(line) - line.x > width * 0.75).count();
            lines.len() > 2 && full * 2 > lines.len()
        });
        used > 1 && stand_beside && !is_wrapped && count * 5 >= used * fullest.len() * 3
    }
}

fn is_beside(line: &TextLine, other: &TextLine) -> bool {
    (line.y - other.y).abs() < line.font_size * 0.3
}

/// A cell of more lines is a column of a page.
const MOST_LINES: usize = 12;

fn records(grid: &mut Grid, row: &[Vec<TextLine>]) {
    let Some(fullest) = row.iter().max_by_key(|lines| lines.len()) else { return };
    for record in fullest {
        grid.begin_row();
        for lines in row {
            let line = lines.iter().find(|line| is_beside(line, record));
            grid.cell(line.map(|line| line.text().trim().to_owned()).unwrap_or_default(), 1);
        }
    }
}

/// Whether what stands left and right of an edge are different things: on one line, with room between them.
fn are_apart(left: &[TextSpan], right_of: &[TextSpan], edge: f32) -> bool {
    left.iter().any(|one| {
        right(one) <= edge + 1.0
            && right_of.iter().any(|other| {
                let is_beside = (one.y - other.y).abs() < one.font_size.min(other.font_size) * 0.5;
                is_beside && other.x >= edge - 1.0 && other.x - right(one) > one.font_size * 0.8
            })
    })
}

/// Where a span's letters end.
pub(super) fn right(span: &TextSpan) -> f32 {
    let width = span.ink_width.filter(|_| span.width_measured).unwrap_or(span.width);
    let width = if width > 0.0 { width } else { span.text.chars().count() as f32 * span.font_size * 0.5 };
    span.x + width
}

pub(super) fn line_right(line: &TextLine) -> f32 {
    line.spans.iter().map(right).fold(line.x, f32::max)
}

/// Spans as lines, from the top.
pub(super) fn lines(mut spans: Vec<TextSpan>) -> Vec<TextLine> {
    spans.retain(|span| !span.text.is_empty());
    spans.sort_by(|one, other| other.y.total_cmp(&one.y));
    let mut lines: Vec<Vec<TextSpan>> = Vec::new();
    for span in spans {
        let is_beside = |line: &&mut Vec<TextSpan>| {
            line.first()
                .is_some_and(|first| (first.y - span.y).abs() <= first.font_size.min(span.font_size) * 0.3)
        };
        match lines.last_mut().filter(is_beside) {
            Some(line) => line.push(span),
            None => lines.push(vec![span]),
        }
    }
    let lines = lines.into_iter().map(TextLine::from_spans);
    lines.filter(|line| !line.text().trim().is_empty()).collect()
}

fn said(lines: &[TextLine]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| line.text().trim().to_owned()).collect();
    lines.join(&LINE_END.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::pdf_marks::tests::span;
    use super::*;

    #[test]
    fn rows_without_a_line_between_them_are_rows() {
        let across = [700.0, 680.0, 620.0].map(|at| Rule { at, from: 70.0, to: 370.0 }).to_vec();
        let down = [70.0, 170.0, 270.0, 370.0].map(|at| Rule { at, from: 620.0, to: 700.0 }).to_vec();
        let tables = tables(&Rules { across, down });
        let rows =
            [(686.0, ["Site", "Mon", "Tue"]), (666.0, ["Oslo", "9", "10"]), (648.0, ["Rome", "", "12"])];
        let last = (630.0, ["Bari", "13", "14"]);
        let spans: Vec<TextSpan> = rows
            .iter()
            .chain([&last])
            .flat_map(|(y, texts)| {
                texts.iter().zip([80.0, 180.0, 280.0]).map(|(text, x)| span(text, x, *y, 10.0))
            })
            .filter(|span| !span.text.is_empty())
            .collect();
        let expected =
            [["Site", "Mon", "Tue"], ["Oslo", "9", "10"], ["Rome", "", "12"], ["Bari", "13", "14"]];
        assert_eq!(tables[0].rows(&spans).unwrap(), expected);
    }
}
