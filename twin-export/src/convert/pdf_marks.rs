//! The pieces of a page made ready for reading: whole runs, powers and indices on the line they belong to, struck words
//! marked, addresses beside labels that hide them.

use std::collections::HashMap;

use unpdf::parser::TextSpan;

use super::link::says_nothing;
use super::pdf_grid::right;
use super::pdf_lines::{LINE_END, closed_up, without_ligatures};
use super::signs;

/// Pieces of a page; one of more is no text that anybody reads.
const MOST_PIECES: usize = 50_000;
/// Looked at around a small piece, for what it stands at.
const MOST_NEAR: usize = 400;
/// Characters of a power.
const LONGEST: usize = 24;
/// Powers are set in no more than this part of the size of what they stand at, and no less than the other.
const SMALL: f32 = 0.9;
const SMALLEST: f32 = 0.4;
/// How far from its line a power stands, in sizes of that line.
const FARTHEST: f32 = 0.6;
const RAISED: f32 = 1.0 / 7.0;
const LOWERED: f32 = -0.1;
/// Letters nearer than this stand at one another.
const TOUCHING: f32 = 0.35;

pub(super) fn ready(mut spans: Vec<TextSpan>) -> Vec<TextSpan> {
    for span in &mut spans {
        if span.text.contains(LINE_END) {
            span.text = span.text.replace(LINE_END, " ");
        }
        span.text = closed_up(&span.text).unwrap_or_else(|| without_ligatures(&span.text));
    }
    let mut spans = once(spans);
    in_order(&mut spans);
    name_links(&mut spans);
    let mut spans = whole(spans);
    if spans.len() <= MOST_PIECES {
        place_initials(&mut spans);
    }
    let placed = if spans.len() <= MOST_PIECES { place_small(&mut spans) } else { Vec::new() };
    let mut pieces: Vec<(TextSpan, bool)> =
        spans.into_iter().enumerate().map(|(at, span)| (span, placed.binary_search(&at).is_ok())).collect();
    for (span, _) in &mut pieces {
        if span.is_struck && !span.text.trim().is_empty() {
            span.text = signs::struck(&span.text);
        }
    }
    pieces.sort_by(|(one, _), (other, _)| other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x)));
    with_small(pieces)
}

/// Joins powers and indices to the pieces that they touch: what stands at them is one word.
fn with_small(pieces: Vec<(TextSpan, bool)>) -> Vec<TextSpan> {
    let mut out: Vec<TextSpan> = Vec::with_capacity(pieces.len());
    let mut ends_small = false;
    for (span, is_small) in pieces {
        let touches = |last: &&mut TextSpan| {
            let gap = span.x - right(last);
            let touching = last.font_size.max(span.font_size) * TOUCHING;
            (is_small || ends_small) && last.y == span.y && (-touching..=touching).contains(&gap)
        };
        match out.last_mut().filter(touches) {
            Some(last) => {
                let is_apart = span.x - right(last) > last.font_size.max(span.font_size) * 0.15;
                if is_apart && !last.text.ends_with(' ') && !span.text.starts_with(' ') {
                    last.text.push(' ');
                }
                last.text.push_str(&span.text);
                last.ink_width = Some(right(&span) - last.x);
                last.width = (span.x + span.width - last.x).max(right(&span) - last.x);
                last.width_measured &= span.width_measured;
                last.font_size = last.font_size.max(span.font_size);
            }
            None => out.push(span),
        }
        ends_small = is_small;
    }
    out
}

/// Each piece once: some programs draw a text again, hardly moved, to make it bold or to give it a shadow.
pub(super) fn once(spans: Vec<TextSpan>) -> Vec<TextSpan> {
    let mut drawn: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
    let mut out: Vec<TextSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        let (x, y) = ((span.x / TILE) as i32, (span.y / TILE) as i32);
        let near = (-1..=1)
            .flat_map(|down| (-1..=1).map(move |across| (x.saturating_add(across), y.saturating_add(down))));
        let is_again = !span.text.trim().is_empty()
            && near.filter_map(|tile| drawn.get(&tile)).flat_map(|at| at.iter().rev().take(MOST_NEAR)).any(
                |&at| {
                    let other = &out[at];
                    let moved = (span.font_size * 0.12).min(TILE);
                    other.text == span.text
                        && (other.x - span.x).abs() <= moved
                        && (other.y - span.y).abs() <= moved
                        && (other.font_size - span.font_size).abs() < 0.5
                },
            );
        if !is_again {
            drawn.entry((x, y)).or_default().push(out.len());
            out.push(span);
        }
    }
    out
}

/// Pieces are looked for in squares of this side.
const TILE: f32 = 4.0;

/// Puts a large initial that several lines stand beside before the word that it begins.
fn place_initials(spans: &mut Vec<TextSpan>) {
    let is_initial = |span: &TextSpan| {
        let mut letters = span.text.trim().chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none() && !span.is_rotated()
    };
    let initials: Vec<usize> =
        (0..spans.len()).filter(|&at| is_initial(&spans[at])).take(MOST_NEAR).collect();
    let mut placed = Vec::new();
    for at in initials {
        let (initial, end) = (&spans[at], right(&spans[at]));
        let begun = |span: &TextSpan| {
            initial.font_size >= span.font_size * LARGE
                && (-0.2..=0.7).contains(&((span.x - end) / span.font_size))
                && (-span.font_size * 0.3..=initial.font_size * 0.9).contains(&(span.y - initial.y))
                && span.text.starts_with(char::is_lowercase)
        };
        let word = (0..spans.len()).filter(|&other| begun(&spans[other]));
        if let Some(word) = word.max_by(|&one, &other| spans[one].y.total_cmp(&spans[other].y)) {
            let (x, letter) = (initial.x, initial.text.trim().to_owned());
            let span = &mut spans[word];
            span.text.insert_str(0, &letter);
            span.width += span.x - x;
            span.ink_width = span.ink_width.map(|width| width + span.x - x);
            span.x = x;
            placed.push(at);
        }
    }
    let mut at = 0;
    spans.retain(|_| {
        at += 1;
        !placed.contains(&(at - 1))
    });
}

/// How much larger than the text an initial is.
const LARGE: f32 = 1.6;

fn in_order(spans: &mut [TextSpan]) {
    spans.sort_by(|one, other| other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x)));
}

/// Writes the address beside a label such as "here".
fn name_links(spans: &mut [TextSpan]) {
    let target = |span: &TextSpan| span.links.first().map(|link| link.value.target.uri().to_owned());
    let mut at = 0;
    while at < spans.len() {
        let Some(address) = target(&spans[at]).filter(|address| address.starts_with("http")) else {
            at += 1;
            continue;
        };
        let mut label = String::new();
        let start = at;
        while at < spans.len() && target(&spans[at]).as_deref() == Some(address.as_str()) {
            let ranges = spans[at].links.iter().filter_map(|link| spans[at].text.get(link.range.clone()));
            label.extend(ranges);
            at += 1;
        }
        if !label.trim().is_empty() && says_nothing(label.trim()) {
            let last = &mut spans[start..at];
            if let Some(span) = last.last_mut() {
                let end = span.text.trim_end().len();
                let end = span.links.last().map_or(end, |link| link.range.end.min(end));
                if span.text.is_char_boundary(end) {
                    span.text.insert_str(end, &format!(" ({address})"));
                }
            }
        }
    }
    spans.iter_mut().for_each(|span| span.links.clear());
}

/// Pieces that touch as one: some programs draw every letter by itself.
fn whole(spans: Vec<TextSpan>) -> Vec<TextSpan> {
    let mut out: Vec<TextSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut().filter(|last| goes_on(last, &span)) {
            Some(last) => {
                last.width = last.width.max(span.x + span.width - last.x);
                last.width_measured &= span.width_measured;
                last.ink_width = span.ink_width.map(|ink| span.x + ink - last.x);
                last.text.push_str(&span.text);
            }
            None => out.push(span),
        }
    }
    out
}

fn goes_on(last: &TextSpan, span: &TextSpan) -> bool {
    let size = last.font_size;
    let gap = span.x - (last.x + last.width);
    last.width > 0.0
        && span.width > 0.0
        && !last.is_rotated()
        && !span.is_rotated()
        && (last.y - span.y).abs() <= size.min(span.font_size) * 0.3
        && last.font_name == span.font_name
        && (size - span.font_size).abs() < 0.1
        && last.is_struck == span.is_struck
        && (last.letter_spacing - span.letter_spacing).abs() < 50.0
        && gap <= size * 0.1
        && gap >= size * -0.3
}

/// Puts powers and indices on the line of what they stand at, however tight the lines are; tells which they are.
fn place_small(spans: &mut [TextSpan]) -> Vec<usize> {
    let mut small: Vec<usize> = (0..spans.len()).filter(|&at| may_be_small(&spans[at])).collect();
    small.sort_by(|&one, &other| spans[one].x.total_cmp(&spans[other].x));
    // What each small piece stands at, once that is known: the line's own piece.
    let mut base: Vec<Option<usize>> = vec![None; spans.len()];
    for &at in &small {
        base[at] = standing_at(spans, &base, at);
    }
    let mut shown: Vec<(usize, f32, String)> = Vec::new();
    for at in small {
        let Some(owner) = base[at] else { continue };
        let (span, owner) = (&spans[at], &spans[owner]);
        let shift = (span.y - owner.y) / owner.font_size;
        if shift >= RAISED {
            let before =
                if right(owner) <= span.x + owner.font_size * TOUCHING { owner.text.as_str() } else { "" };
            shown.push((at, owner.y, signs::superscript(before, &span.text)));
        } else if shift <= LOWERED {
            shown.push((at, owner.y, span.text.clone()));
        }
    }
    let mut placed: Vec<usize> = shown.iter().map(|(at, ..)| *at).collect();
    for (at, y, text) in shown {
        spans[at].y = y;
        spans[at].text = text;
    }
    placed.sort_unstable();
    placed
}

fn may_be_small(span: &TextSpan) -> bool {
    !span.is_rotated() && !span.text.trim().is_empty() && span.text.chars().count() <= LONGEST
}

/// The piece whose line a small one belongs to: what it touches, before it or behind it.
fn standing_at(spans: &[TextSpan], base: &[Option<usize>], at: usize) -> Option<usize> {
    let span = &spans[at];
    let end = right(span);
    let reach = span.font_size / SMALLEST * FARTHEST;
    let first = spans.partition_point(|one| one.y > span.y + reach);
    let near = spans[first..].iter().take_while(|one| one.y >= span.y - reach).take(MOST_NEAR);
    let mut best: Option<(f32, usize)> = None;
    for (index, one) in near.enumerate() {
        let index = first + index;
        // What stands at a power belongs to the line of that.
        let owner = base[index].unwrap_or(index);
        let line = &spans[owner];
        let part = span.font_size / line.font_size;
        if owner == at
            || !(SMALLEST..=SMALL).contains(&part)
            || one.is_rotated()
            || one.text.trim().is_empty()
        {
            continue;
        }
        let shift = (span.y - line.y).abs() / line.font_size;
        if shift > FARTHEST {
            continue;
        }
        let touching = line.font_size * TOUCHING;
        let behind = span.x - right(one);
        let before = one.x - end;
        let gap = if (-touching..=touching).contains(&behind) {
            behind.abs()
        } else if (-touching..=touching).contains(&before) {
            before.abs() + touching
        } else {
            continue;
        };
        let distance = gap + shift * line.font_size * 0.2;
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, owner));
        }
    }
    best.map(|(_, owner)| owner)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A piece of text as wide as its letters would be.
    pub(in super::super) fn span(text: &str, x: f32, y: f32, size: f32) -> TextSpan {
        let mut span = TextSpan::new(text.to_owned(), x, y, size, "Helvetica".to_owned());
        span.width = text.chars().count() as f32 * size * 0.5;
        span.width_measured = true;
        span.ink_width = Some(text.trim_end().chars().count() as f32 * size * 0.5);
        span
    }

    fn shown(spans: Vec<TextSpan>) -> Vec<(String, f32)> {
        ready(spans).into_iter().map(|span| (span.text, span.y)).collect()
    }

    #[test]
    fn powers_and_indices_stand_on_their_own_line_however_tight_the_lines_are() {
        let page = vec![
            span("vents CO", 72.0, 712.0, 10.0),
            span("2", 112.0, 709.0, 7.0),
            span("at all", 120.0, 712.0, 10.0),
            span("per m", 72.0, 700.0, 10.0),
            span("3", 97.0, 704.0, 7.0),
            span("and 10", 105.0, 700.0, 10.0),
            span("6", 135.0, 704.0, 7.0),
        ];
        let expected = [("vents CO2", 712.0), ("at all", 712.0), ("per m³", 700.0), ("and 10⁶", 700.0)];
        assert_eq!(shown(page), expected.map(|(text, y)| (text.to_owned(), y)));
    }

    #[test]
    fn a_small_line_below_a_large_one_stays_a_line() {
        let page = vec![span("Harbour", 72.0, 700.0, 20.0), span("rules for guests", 72.0, 690.0, 10.0)];
        let shown = shown(page);
        assert_eq!(shown[1], ("rules for guests".to_owned(), 690.0));
    }

    #[test]
    fn letters_drawn_one_by_one_are_one_word() {
        let page =
            vec![span("w", 72.0, 700.0, 10.0), span("e", 77.0, 700.0, 10.0), span("us", 90.0, 700.0, 10.0)];
        assert_eq!(shown(page), [("we".to_owned(), 700.0), ("us".to_owned(), 700.0)]);
    }

    #[test]
    fn a_text_drawn_twice_to_make_it_bold_is_read_once() {
        let page = vec![
            span("Bold words", 72.0, 700.0, 10.0),
            span("Bold words", 72.3, 700.2, 10.0),
            span("Bold words", 72.0, 688.0, 10.0),
        ];
        assert_eq!(shown(page).len(), 2);
    }

    #[test]
    fn a_large_initial_begins_its_word() {
        let page = vec![
            span("O", 72.0, 690.0, 24.0),
            span("nce upon a time", 85.0, 702.0, 10.0),
            span("there was a king", 85.0, 690.0, 10.0),
        ];
        let texts: Vec<String> = shown(page).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["Once upon a time", "there was a king"]);
    }
}
