//! A label with its value at the other end of the line.

use std::cmp::Ordering;

use unpdf::parser::{TextLine, TextSpan};

use super::pdf_grid::right;

/// At the end of a row that goes on in no other line: a character that no text has.
pub(super) const ALONE: &str = "\u{FDD2}";

/// Characters of a value and of its label.
const LONGEST_VALUE: usize = 30;
const LONGEST_LABEL: usize = 60;
/// Rows of a page that are looked at.
const MOST_ROWS: usize = 300;
/// What stands further apart is no sentence, in sizes of the letters.
const APART: f32 = 2.0;

/// The pieces with such rows as one each, unless the page has a column there.
pub(super) fn joined(spans: Vec<TextSpan>) -> Vec<TextSpan> {
    let mut rows = rows(spans);
    if rows.len() > MOST_ROWS {
        return rows.into_iter().flatten().collect();
    }
    let joins: Vec<bool> = (0..rows.len()).map(|at| is_label_with_value(&rows, at)).collect();
    for (row, _) in rows.iter_mut().zip(joins).filter(|(_, is_one)| *is_one) {
        let line = TextLine::from_spans(std::mem::take(row));
        let end = line.spans.iter().map(right).fold(line.x, f32::max);
        let text = line.text() + ALONE;
        let Some(mut whole) = line.spans.into_iter().next() else { continue };
        whole.text = text;
        whole.width = end - whole.x;
        whole.width_measured = true;
        whole.ink_width = Some(whole.width);
        row.push(whole);
    }
    rows.into_iter().flatten().collect()
}

/// Pieces on one line each, from the top and from the left.
pub(super) fn rows(spans: Vec<TextSpan>) -> Vec<Vec<TextSpan>> {
    let mut rows: Vec<Vec<TextSpan>> = Vec::new();
    for span in spans {
        let is_beside = |row: &&mut Vec<TextSpan>| {
            row.first().is_some_and(|first| {
                let near = first.font_size.min(span.font_size) * 0.3;
                (first.y - span.y).abs() <= near && first.direction == span.direction
            })
        };
        match rows.last_mut().filter(is_beside) {
            Some(row) => row.push(span),
            None => rows.push(vec![span]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| one.x.partial_cmp(&other.x).unwrap_or(Ordering::Equal));
    }
    rows
}

/// Where a row has its widest gap: the pieces before it, and the place where it ends.
fn gap(row: &[TextSpan]) -> Option<usize> {
    let room = |at: usize| row[at].x - right(&row[at - 1]);
    (1..row.len())
        .filter(|&at| room(at) > row[at].font_size * APART)
        .max_by(|&one, &other| room(one).total_cmp(&room(other)))
}

fn characters(row: &[TextSpan]) -> usize {
    row.iter().map(|span| span.text.trim().chars().count()).sum()
}

fn is_label_with_value(rows: &[Vec<TextSpan>], at: usize) -> bool {
    let row = &rows[at];
    let Some(value) = gap(row) else { return false };
    if characters(&row[..value]) > LONGEST_LABEL || characters(&row[value..]) > LONGEST_VALUE {
        return false;
    }
    let Some(label_end) = row[..value].iter().map(right).reduce(f32::max) else { return false };
    let middle = (label_end + row[value].x) / 2.0;
    let beyond = |row: &[TextSpan]| {
        row.iter().filter(|span| span.x >= middle && !span.is_rotated()).cloned().collect::<Vec<_>>()
    };
    // In a column lines stand alone, or are longer than a value is.
    let is_column = |row: &Vec<TextSpan>| {
        let beyond = beyond(row);
        !beyond.is_empty() && (beyond.len() == row.len() || characters(&beyond) > LONGEST_VALUE)
    };
    if rows.iter().enumerate().any(|(other, row)| other != at && is_column(row)) {
        return false;
    }
    // Several side by side are two columns as well, unless they are numbers.
    let has_value = |row: &&Vec<TextSpan>| !beyond(row).is_empty();
    let run: Vec<&Vec<TextSpan>> = rows[..at]
        .iter()
        .rev()
        .take_while(has_value)
        .chain(rows[at..].iter().take_while(has_value))
        .take(MOST_ROWS)
        .collect();
    let has_number = |row: &&&Vec<TextSpan>| {
        beyond(row).iter().any(|span| span.text.contains(|c: char| c.is_ascii_digit()))
    };
    // A form has its labels on the left: `Customer:`, or in bold.
    let has_label = |row: &&&Vec<TextSpan>| {
        let (label, value): (Vec<&TextSpan>, Vec<&TextSpan>) = row.iter().partition(|span| span.x < middle);
        let last = label.iter().max_by(|one, other| right(one).total_cmp(&right(other)));
        let is_bold = |spans: &[&TextSpan]| !spans.is_empty() && spans.iter().all(|span| span.is_bold);
        last.is_some_and(|span| span.text.trim_end().ends_with(':')) || is_bold(&label) && !is_bold(&value)
    };
    let most = |count: usize| count * 2 > run.len();
    run.len() < 3 || most(run.iter().filter(has_number).count()) || most(run.iter().filter(has_label).count())
}

#[cfg(test)]
mod tests {
    use super::super::pdf_marks::tests::span;
    use super::*;

    fn texts(spans: Vec<TextSpan>) -> Vec<String> {
        joined(spans).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn a_value_at_the_end_of_the_line_follows_its_label() {
        let page = vec![
            span("Amount due", 72.0, 700.0, 10.0),
            span("92.50", 480.0, 700.0, 10.0),
            span("Pay before June.", 72.0, 660.0, 10.0),
        ];
        assert_eq!(texts(page), ["Amount due 92.50\u{FDD2}", "Pay before June."]);
    }

    #[test]
    fn labels_with_values_below_one_another_are_rows() {
        let rows =
            [("Customer:", "Meier GmbH"), ("Date:", "5 March"), ("Contact:", "Ann Berg"), ("Place:", "Oslo")];
        let page = rows.iter().zip(0..).flat_map(|((label, value), at)| {
            let y = 700.0 - at as f32 * 14.0;
            [span(label, 72.0, y, 10.0), span(value, 200.0, y, 10.0)]
        });
        let page: Vec<TextSpan> = page.chain([span("Dear Mr Meier,", 72.0, 620.0, 10.0)]).collect();
        assert_eq!(texts(page)[..2], ["Customer: Meier GmbH\u{FDD2}", "Date: 5 March\u{FDD2}"]);
    }

    #[test]
    fn columns_stay_columns() {
        let page = vec![
            span("The left column", 72.0, 700.0, 10.0),
            span("The right one", 320.0, 700.0, 10.0),
            span("ends below it and", 320.0, 688.0, 10.0),
        ];
        assert_eq!(texts(page), ["The left column", "The right one", "ends below it and"]);
        let both = |y: f32| [span("left words", 72.0, y, 10.0), span("right words", 320.0, y, 10.0)];
        assert_eq!(joined([700.0, 688.0, 676.0].map(both).concat()).len(), 6);
    }
}
