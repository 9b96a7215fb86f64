//! The straight lines that a page draws: what frames and parts its tables.

use unpdf::parser::backend::{ContentOp, PageId, PaintedXObject, PdfBackend, PdfValue, ResourceScope};

/// A line along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// Where it lies on the other axis.
    pub(super) at: f32,
    pub(super) from: f32,
    pub(super) to: f32,
}

/// The lines of a page.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) across: Vec<Rule>,
    pub(super) down: Vec<Rule>,
}

/// Strokes of a page; more of them are a drawing.
const MOST_STROKES: usize = 20_000;
/// Lines of a page once strokes in a row are one.
const MOST_RULES: usize = 1_000;
/// What is thicker is a bar.
const THICKEST: f32 = 3.0;
/// A line is longer than this.
const SHORTEST: f32 = 6.0;
/// Forms that a page paints.
const MOST_FORMS: usize = 500;
/// Forms within forms.
const DEEPEST: usize = 4;

/// The lines of a page; none where they are too many to be those of tables.
pub(super) fn read(source: &dyn PdfBackend, page: PageId) -> Rules {
    let Ok(content) = source.page_content_with_losses(page) else { return Rules::default() };
    let has = |name: &[u8]| content.data.windows(name.len()).any(|window| window == name);
    if !(has(b" re") || has(b" l") || has(b" Do")) {
        return Rules::default();
    }
    let Ok(operations) = source.decode_content(&content.data) else { return Rules::default() };
    let mut pen = Pen { source, page, rules: Rules::default(), strokes: 0, forms: 0 };
    pen.draw(&operations, ResourceScope::page(page), Matrix::default(), 0);
    if pen.strokes > MOST_STROKES {
        return Rules::default();
    }
    let Rules { across, down } = pen.rules;
    let rules = Rules { across: merged(across), down: merged(down) };
    if rules.across.len().max(rules.down.len()) > MOST_RULES { Rules::default() } else { rules }
}

/// Strokes in a row as one line.
fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut out = Vec::new();
    for side_by_side in rules.chunk_by_mut(|one, other| other.at - one.at < 0.7) {
        side_by_side.sort_by(|one, other| one.from.total_cmp(&other.from));
        let mut whole: Option<Rule> = None;
        for rule in side_by_side {
            match &mut whole {
                Some(whole) if rule.from <= whole.to + 2.0 => whole.to = whole.to.max(rule.to),
                _ => out.extend(whole.replace(*rule)),
            }
        }
        out.extend(whole);
    }
    out.retain(|rule| rule.to - rule.from > SHORTEST);
    out
}

/// From the space of what is drawn to that of the page.
#[derive(Debug, Clone, Copy)]
struct Matrix([f32; 6]);

impl Default for Matrix {
    fn default() -> Self {
        Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    }
}

impl Matrix {
    fn of(operands: &[PdfValue]) -> Option<Self> {
        let mut numbers = [0.0; 6];
        for (place, value) in numbers.iter_mut().zip(operands.get(..6)?) {
            *place = number(value)?;
        }
        Some(Self(numbers))
    }

    /// This one first, then the other.
    fn then(self, other: Self) -> Self {
        let (m, n) = (self.0, other.0);
        Self([
            m[0] * n[0] + m[1] * n[2],
            m[0] * n[1] + m[1] * n[3],
            m[2] * n[0] + m[3] * n[2],
            m[2] * n[1] + m[3] * n[3],
            m[4] * n[0] + m[5] * n[2] + n[4],
            m[4] * n[1] + m[5] * n[3] + n[5],
        ])
    }

    fn point(self, x: f32, y: f32) -> (f32, f32) {
        let m = self.0;
        (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])
    }

    fn scale(self) -> f32 {
        let m = self.0;
        (m[0] * m[3] - m[1] * m[2]).abs().sqrt()
    }
}

fn number(value: &PdfValue) -> Option<f32> {
    match value {
        PdfValue::Integer(number) => Some(*number as f32),
        PdfValue::Real(number) => Some(*number),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

struct Pen<'a> {
    source: &'a dyn PdfBackend,
    page: PageId,
    rules: Rules,
    strokes: usize,
    forms: usize,
}

impl Pen<'_> {
    fn draw(&mut self, operations: &[ContentOp], scope: ResourceScope, matrix: Matrix, depth: usize) {
        let mut state = (matrix, 1.0_f32);
        let mut saved = Vec::new();
        let mut path: Vec<Vec<(f32, f32)>> = Vec::new();
        for operation in operations {
            if self.strokes > MOST_STROKES {
                return;
            }
            let operands = &operation.operands;
            let at = |index: usize| operands.get(index).and_then(number).unwrap_or(0.0);
            match operation.operator.as_str() {
                "q" => saved.push(state),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => state.0 = Matrix::of(operands).map_or(state.0, |own| own.then(state.0)),
                "w" => state.1 = at(0),
                "m" => path.push(vec![state.0.point(at(0), at(1))]),
                "l" => path.last_mut().into_iter().for_each(|part| part.push(state.0.point(at(0), at(1)))),
                "c" => path.last_mut().into_iter().for_each(|part| part.push(state.0.point(at(4), at(5)))),
                "v" | "y" => {
                    path.last_mut().into_iter().for_each(|part| part.push(state.0.point(at(2), at(3))));
                }
                "h" => path.iter_mut().last().into_iter().for_each(|part| part.extend(part.first().copied())),
                "re" => {
                    let (x, y, width, height) = (at(0), at(1), at(2), at(3));
                    let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
                    path.push(corners.map(|(x, y)| state.0.point(x, y)).to_vec());
                }
                painted @ ("S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*") => {
                    let is_stroked = matches!(painted, "S" | "s" | "B" | "B*" | "b" | "b*")
                        && state.1 * state.0.scale() <= THICKEST;
                    for mut part in path.drain(..) {
                        if matches!(painted, "s" | "b" | "b*") {
                            part.extend(part.first().copied());
                        }
                        self.paint(&part, is_stroked);
                    }
                }
                "n" => path.clear(),
                "Do" => {
                    if let Some(PdfValue::Name(name)) = operands.first().filter(|_| depth < DEEPEST) {
                        self.form(name, scope, state.0, depth);
                    }
                }
                _ => {}
            }
            // A path without an end is none of a table.
            if path.len() > MOST_STROKES {
                path.clear();
            }
        }
    }

    fn form(&mut self, name: &[u8], scope: ResourceScope, matrix: Matrix, depth: usize) {
        self.forms += 1;
        if self.forms > MOST_FORMS {
            return;
        }
        let Some(PaintedXObject::Form(form)) = self.source.xobject(scope, name) else { return };
        let Some(content) = form.content else { return };
        if let Ok(operations) = self.source.decode_content(&content) {
            let scope = ResourceScope::form(self.page, form.id);
            self.draw(&operations, scope, Matrix(form.matrix).then(matrix), depth + 1);
        }
    }

    /// A part of a path: its sides where it is stroked, else itself where it is thin enough to be a line.
    fn paint(&mut self, part: &[(f32, f32)], is_stroked: bool) {
        if is_stroked {
            for side in part.windows(2) {
                self.line(side[0], side[1]);
            }
            return;
        }
        let bounds = part.iter().fold(None, |bounds: Option<[f32; 4]>, &(x, y)| {
            let [left, bottom, right, top] = bounds.unwrap_or([x, y, x, y]);
            Some([left.min(x), bottom.min(y), right.max(x), top.max(y)])
        });
        let Some([left, bottom, right, top]) = bounds else { return };
        if top - bottom <= THICKEST && right - left > top - bottom {
            self.line((left, (bottom + top) / 2.0), (right, (bottom + top) / 2.0));
        } else if right - left <= THICKEST {
            self.line(((left + right) / 2.0, bottom), ((left + right) / 2.0, top));
        }
    }

    fn line(&mut self, one: (f32, f32), other: (f32, f32)) {
        self.strokes += 1;
        let (width, height) = ((one.0 - other.0).abs(), (one.1 - other.1).abs());
        if height <= 0.5 && width > 0.5 {
            let at = (one.1 + other.1) / 2.0;
            self.rules.across.push(Rule { at, from: one.0.min(other.0), to: one.0.max(other.0) });
        } else if width <= 0.5 && height > 0.5 {
            let at = (one.0 + other.0) / 2.0;
            self.rules.down.push(Rule { at, from: one.1.min(other.1), to: one.1.max(other.1) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_in_a_row_are_one_line() {
        let rule = |at: f32, from: f32, to: f32| Rule { at, from, to };
        let strokes = vec![rule(5.0, 50.0, 90.0), rule(5.2, 10.0, 49.0), rule(40.0, 0.0, 3.0)];
        assert_eq!(merged(strokes), [rule(5.2, 10.0, 90.0)]);
    }
}
