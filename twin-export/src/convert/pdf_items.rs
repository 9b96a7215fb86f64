//! Items whose mark a page draws apart, a little above or below the line it belongs to.

use std::collections::HashMap;

use unpdf::parser::TextSpan;

use super::pdf_grid::right;

/// Looked at around a mark, for the line it belongs to.
const MOST_NEAR: usize = 60;
/// Items of a page.
const MOST_ITEMS: usize = 500;
/// How far above or below its line a mark stands, in sizes of the larger; what stands nearer is on the line.
const FARTHEST: f32 = 0.4;
const ON_LINE: f32 = 0.05;
/// Between a mark and its line, in sizes.
const WIDEST: f32 = 4.0;

/// Joins such marks to their lines. The pieces come in their order down the page.
pub(super) fn joined(mut spans: Vec<TextSpan>) -> Vec<TextSpan> {
    let found: Vec<(usize, usize)> =
        (0..spans.len()).filter_map(|mark| Some((mark, line_of(&spans, mark)?))).collect();
    if found.len() > MOST_ITEMS {
        return spans;
    }
    let is_item = |&(mark, line): &(usize, usize)| {
        let text = spans[mark].text.trim();
        !is_bare(text) || found.iter().any(|other| goes_on(&spans, (mark, line), *other))
    };
    let items: HashMap<usize, usize> = found.iter().copied().filter(is_item).collect();
    if items.is_empty() {
        return spans;
    }
    for (&mark, &line) in &items {
        let (x, text) = (spans[mark].x, spans[mark].text.trim().to_owned());
        let line = &mut spans[line];
        let wider = line.x - x;
        if wider > 0.0 {
            (line.x, line.width) = (x, line.width + wider);
            line.ink_width = line.ink_width.map(|ink| ink + wider);
            line.text = format!("{text} {}", line.text.trim_start());
            line.links.clear();
        }
    }
    let mut at = 0..;
    spans.retain(|_| at.next().is_none_or(|at| !items.contains_key(&at)));
    spans
}

/// The line that a mark belongs to, where that is not the one it stands on.
fn line_of(spans: &[TextSpan], at: usize) -> Option<usize> {
    let mark = &spans[at];
    if mark.is_rotated() || !is_mark(mark.text.trim()) {
        return None;
    }
    let near = at.saturating_sub(MOST_NEAR)..spans.len().min(at + MOST_NEAR);
    let beside = near.filter(|&other| {
        let line = &spans[other];
        let (size, gap) = (line.font_size.max(mark.font_size), line.x - right(mark));
        other != at
            && !line.is_rotated()
            && (line.y - mark.y).abs() <= FARTHEST * size
            && (0.0..=WIDEST * size).contains(&gap)
    });
    let nearest = beside.min_by(|one, other| spans[*one].x.total_cmp(&spans[*other].x))?;
    let line = &spans[nearest];
    let is_apart = (line.y - mark.y).abs() > ON_LINE * line.font_size.max(mark.font_size);
    (is_apart && !is_mark(line.text.trim())).then_some(nearest)
}

/// A bullet, or a number or a letter with or without what closes it.
fn is_mark(text: &str) -> bool {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(sign), None) if "•◦▪▫■□●○–‣➢✓✔".contains(sign) => true,
        _ => {
            let bare = text.trim_start_matches('(').trim_end_matches(['.', ')']);
            let is_number = bare.len() <= 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
            !bare.is_empty()
                && (is_number || bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_alphabetic()))
        }
    }
}

/// A number or a letter that nothing closes may as well be one of a table.
fn is_bare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a mark is the one before or after another, each in the same place beside its line.
fn goes_on(spans: &[TextSpan], one: (usize, usize), other: (usize, usize)) -> bool {
    let place = |(mark, line): (usize, usize)| (spans[mark].x, spans[line].x, spans[line].y - spans[mark].y);
    let ((x, line, rise), (other_x, other_line, other_rise)) = (place(one), place(other));
    let is_same = |one: f32, other: f32| (one - other).abs() < 0.5;
    let value = |(mark, _): (usize, usize)| {
        let text = spans[mark].text.trim();
        text.parse::<u32>().ok().or_else(|| text.chars().next().map(u32::from))
    };
    let follow = value(one).zip(value(other)).is_some_and(|(one, other)| one.abs_diff(other) == 1);
    follow && is_same(x, other_x) && is_same(line, other_line) && is_same(rise, other_rise)
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::pdf::tests::{at, pages};
    use super::super::pdf::to_text;

    fn read(items: &[(&str, &str)], lower: u32) -> String {
        let lines = items.iter().zip(0..).map(|((mark, text), row)| {
            at(78, 750 - row * 12 - lower, 12, mark) + &at(96, 750 - row * 12, 10, text)
        });
        let page: String = lines.collect();
        to_text(&pages(&[page], ""), &Limits::default()).unwrap().text.trim().to_owned()
    }

    #[test]
    fn marks_a_little_below_their_lines_begin_them() {
        let items = |marks: [&'static str; 3]| {
            marks.into_iter().zip(["Open at 8", "Close at 6", "Lock the doors"]).collect::<Vec<_>>()
        };
        assert_eq!(read(&items(["\\225"; 3]), 2), "• Open at 8\n• Close at 6\n• Lock the doors");
        for marks in [["3", "4", "5"], ["1.", "2.", "3."], ["a.", "b.", "c."]] {
            let text = read(&items(marks), 2);
            let at = |words: &str| text.find(words).unwrap_or(usize::MAX);
            let [one, two, three] = marks;
            assert!(at(&format!("{one} Open")) < at(&format!("{two} Close")), "{text}");
            assert!(
                at(&format!("{two} Close")) < at(&format!("{three} Lock")) && at(three) < usize::MAX,
                "{text}"
            );
        }
    }
}
