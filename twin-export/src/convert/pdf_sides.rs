//! Columns of unequal width: a text with notes beside it, line by line at the same heights.

use unpdf::parser::TextSpan;

use super::pdf_grid::right;

/// Where a page is parted: into what stands above, left, right and below.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parting {
    top: f32,
    bottom: f32,
    /// Where the right column begins.
    at: f32,
}

/// A text of fewer lines is no column, nor are fewer notes beside it.
const FEWEST: usize = 6;
const FEWEST_BESIDE: usize = 4;
/// Lines of a page that are looked at.
const MOST: usize = 600;
/// Places where columns may begin.
const MOST_PLACES: usize = 40;
/// Columns are at least this far apart, in sizes of their letters.
const GUTTER: f32 = 0.8;
/// The narrower of two columns has no more than this part of both; the parser knows wider ones.
const NARROW: f32 = 0.34;
/// The next line of a column is nearer than this.
const NEXT: f32 = 1.9;
/// Letters of a line, on average.
const LETTERS: usize = 10;

impl Parting {
    /// Which part a place is in, in the order of reading.
    pub(super) fn part(&self, x: f32, y: f32) -> usize {
        match () {
            () if y > self.top => 0,
            () if y < self.bottom => 3,
            () if x < self.at => 1,
            () => 2,
        }
    }
}

/// Pieces beside one another with nothing but a blank between them.
#[derive(Debug, Clone, Copy)]
struct Line {
    left: f32,
    right: f32,
    y: f32,
    size: f32,
    letters: usize,
    /// It goes on with what the line before began, or leaves the next to end it.
    goes_on: bool,
    is_open: bool,
    is_said: bool,
}

/// Where a page has two columns of running text, one of them narrow.
pub(super) fn parting(spans: &[TextSpan]) -> Option<Parting> {
    let lines = lines(spans);
    if lines.len() < FEWEST + FEWEST_BESIDE || lines.len() > MOST {
        return None;
    }
    let mut lefts: Vec<f32> = lines.iter().map(|line| line.left).collect();
    lefts.sort_by(f32::total_cmp);
    let places = lefts.chunk_by(|one, other| other - one < 1.0).filter(|chunk| chunk.len() >= FEWEST_BESIDE);
    // At the first of all nothing stands to its left.
    places.take(MOST_PLACES).find_map(|place| parted_at(&lines, place[0]))
}

fn parted_at(lines: &[Line], at: f32) -> Option<Parting> {
    let crosses = |line: &Line| line.left < at - 1.0 && line.right > at - line.size * GUTTER;
    let mut rest = lines;
    while !rest.is_empty() {
        let end = rest.iter().position(crosses).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let (left, beside): (Vec<Line>, Vec<Line>) = run.iter().partition(|line| line.left < at - 1.0);
        if are_columns(&left, &beside) {
            let (top, bottom) = reach(&left, &beside);
            return Some(Parting { top, bottom, at: at - 1.0 });
        }
        rest = &after[after.iter().take_while(|line| crosses(line)).count()..];
    }
    None
}

/// From where to where both columns reach, with what stands right above and below in one of them.
fn reach(left: &[Line], beside: &[Line]) -> (f32, f32) {
    let ends = |lines: &[Line]| Some((lines.first()?.y, lines.last()?.y));
    let (Some(one), Some(other)) = (ends(left), ends(beside)) else {
        return (f32::INFINITY, f32::NEG_INFINITY);
    };
    let (mut top, mut bottom) = (one.0.min(other.0), one.1.max(other.1));
    let size = left[0].size.max(beside[0].size);
    for line in left.iter().rev().chain(beside.iter().rev()).filter(|line| line.y > one.0.min(other.0)) {
        if line.y - top < size * NEXT {
            top = line.y;
        }
    }
    for line in left.iter().chain(beside).filter(|line| line.y < one.1.max(other.1)) {
        if bottom - line.y < size * NEXT {
            bottom = line.y;
        }
    }
    // Letters reach above and below their line.
    (top + size * 0.5, bottom - size * 0.3)
}

fn are_columns(left: &[Line], beside: &[Line]) -> bool {
    let width = |lines: &[Line]| {
        let first = lines.iter().map(|line| line.left).fold(f32::INFINITY, f32::min);
        lines.iter().map(|line| line.right).fold(f32::NEG_INFINITY, f32::max) - first
    };
    let (one, other) = (width(left), width(beside));
    let (text, notes, wide) = if one > other { (left, beside, one) } else { (beside, left, other) };
    one.min(other) < (one + other) * NARROW
        && is_running_text(text, wide)
        && notes.len() >= FEWEST_BESIDE
        && (is_running_text(notes, one.min(other)) || stand_anywhere(notes, text))
}

/// Whether a line of text stops within a sentence; one of a program seldom does.
fn is_open(span: &TextSpan) -> bool {
    !span.is_monospace && span.text.trim_end().ends_with(char::is_alphanumeric)
}

/// Whether notes stand beside any lines of a text; the cells of a row begin on one line.
fn stand_anywhere(notes: &[Line], text: &[Line]) -> bool {
    let open = text.iter().filter(|line| line.is_open).count();
    let said = notes.iter().filter(|note| note.is_said).count();
    if open * 2 < text.len() || said * 2 < notes.len() {
        return false;
    }
    let beside = |note: &Line| text.iter().find(|line| (line.y - note.y).abs() < note.size * 0.3);
    let amid = notes.iter().filter(|note| beside(note).is_none_or(|line| line.goes_on)).count();
    amid * 3 >= notes.len()
}

/// Whether lines are full, evenly set, and go on one with the other: those of a table are not.
fn is_running_text(lines: &[Line], width: f32) -> bool {
    let most = |count: usize, of: usize, part: usize| count * 10 >= of * part;
    let mut gaps: Vec<f32> = lines.windows(2).map(|pair| pair[0].y - pair[1].y).collect();
    gaps.sort_by(f32::total_cmp);
    let Some(&usual) = gaps.get(gaps.len() / 2) else { return false };
    let even = gaps.iter().filter(|gap| (**gap - usual).abs() < usual * 0.15).count();
    let full = lines.iter().filter(|line| line.right - line.left > width * 0.65).count();
    let go_on = lines.iter().filter(|line| line.goes_on).count();
    lines.len() >= FEWEST
        && lines.iter().map(|line| line.letters).sum::<usize>() >= lines.len() * LETTERS
        && most(even, gaps.len(), 8)
        && most(full, lines.len(), 6)
        && most(go_on, lines.len(), 4)
}

/// The lines of all columns, from the top.
fn lines(spans: &[TextSpan]) -> Vec<Line> {
    let mut spans: Vec<&TextSpan> =
        spans.iter().filter(|span| !span.is_rotated() && !span.text.trim().is_empty()).collect();
    spans.sort_by(|one, other| other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x)));
    let mut lines: Vec<Line> = Vec::new();
    for row in
        spans.chunk_by_mut(|one, other| (one.y - other.y).abs() <= one.font_size.min(other.font_size) * 0.3)
    {
        row.sort_by(|one, other| one.x.total_cmp(&other.x));
        let start = lines.len();
        for span in row {
            let letters = span.text.chars().filter(|c| c.is_alphanumeric()).count();
            match lines[start..].last_mut() {
                Some(line) if span.x - line.right < line.size.min(span.font_size) * GUTTER => {
                    line.right = line.right.max(right(span));
                    line.letters += letters;
                    line.is_open = is_open(span);
                    line.is_said |= span.text.contains(char::is_alphabetic);
                }
                _ => lines.push(Line {
                    left: span.x,
                    right: right(span),
                    y: span.y,
                    size: span.font_size,
                    letters,
                    goes_on: span.text.trim_start().starts_with(char::is_lowercase),
                    is_open: is_open(span),
                    is_said: span.text.contains(char::is_alphabetic),
                }),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::pdf_marks::tests::span;
    use super::*;

    /// Lines of a text, and of another beside it at the same heights.
    fn page(wide: &str, narrow: &str, count: i32) -> Vec<TextSpan> {
        let heights = (0..count).map(|at| 700.0 - at as f32 * 12.0);
        heights.flat_map(|y| [span(wide, 50.0, y, 10.0), span(narrow, 410.0, y, 10.0)]).collect()
    }

    const WIDE: &str = "and every boat is moored where the harbour office says it must lie";
    const NARROW: &str = "notes that stand beside it";

    #[test]
    fn a_narrow_column_beside_a_text_is_read_by_itself() {
        let parting = parting(&page(WIDE, NARROW, 8)).unwrap();
        let parts = [(50.0, 700.0), (410.0, 616.0), (50.0, 760.0), (50.0, 500.0)];
        assert_eq!(parts.map(|(x, y)| parting.part(x, y)), [1, 2, 0, 3]);
    }

    #[test]
    fn short_notes_beside_a_text_are_read_by_themselves() {
        let mut page = page(WIDE, "", 9);
        page.retain(|span| !span.text.is_empty());
        for (note, y) in ["Office", "Monday to Friday", "8:00 - 16:00", "Tel. 4711", "Pier 4"].iter().zip(0..)
        {
            page.push(span(note, 410.0, 700.0 - y as f32 * 12.0, 10.0));
        }
        assert!(parting(&page).is_some());
    }

    #[test]
    fn remarks_in_a_program_and_numbers_of_lines_stay_in_their_lines() {
        let program =
            page("let value = compute(the_whole, amount, of_it, and, more_of_it);", "// as it must be", 9);
        assert!(parting(&program).is_none());
        let numbered: Vec<TextSpan> = (0..9)
            .flat_map(|at| {
                let y = 700.0 - at as f32 * 12.0;
                [span(&(at + 1).to_string(), 40.0, y, 10.0), span(WIDE, 70.0, y, 10.0)]
            })
            .collect();
        assert!(parting(&numbered).is_none());
    }

    #[test]
    fn rows_of_a_table_and_short_runs_are_no_columns() {
        assert!(parting(&page(WIDE, NARROW, 5)).is_none());
        assert!(
            parting(&page(
                "Each boat is moored where the harbour office says it must lie",
                "By the harbour master",
                8
            ))
            .is_none()
        );
        let row = |(at, text): (i32, &str)| {
            let y = 700.0 - at as f32 * 12.0;
            let value = text.starts_with('E').then(|| span("12.50", 410.0, y, 10.0));
            std::iter::once(span(text, 50.0, y, 10.0)).chain(value).collect::<Vec<_>>()
        };
        let first = "Each boat is moored where the harbour office says it must lie";
        let texts = [first, WIDE, WIDE].repeat(5);
        let table: Vec<TextSpan> = (0..).zip(texts).flat_map(row).collect();
        assert!(parting(&table).is_none());
    }
}
