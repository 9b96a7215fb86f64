//! The rows of a page by where its pieces lie, for pages whose places tell more than their text: forms, above all.

use unpdf::parser::TextSpan;

use super::pdf_lines::LINE_END;
use super::styled::{Look, Styled};

/// Something on a page.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Where its letters stand.
    pub(super) base: f32,
    pub(super) size: f32,
    pub(super) is_struck: bool,
    /// A field of a form.
    pub(super) is_field: bool,
}

impl Piece {
    pub(super) fn of(span: TextSpan) -> Self {
        Self {
            left: span.x,
            right: span.x + span.ink_width.unwrap_or(span.width).max(0.0),
            base: span.y,
            size: span.font_size.max(1.0),
            is_struck: span.is_struck,
            is_field: false,
            text: span.text,
        }
    }

    fn middle(&self) -> f32 {
        self.base + self.size * MIDDLE
    }
}

/// Half the height of a letter, in sizes of its font.
pub(super) const MIDDLE: f32 = 0.35;

/// What stands beside one another, from the left.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) pieces: Vec<Piece>,
    middle: f32,
    size: f32,
}

/// The pieces of a page in rows, from the top.
pub(super) fn rows(pieces: Vec<Piece>) -> Vec<Row> {
    let mut pieces: Vec<Piece> = pieces.into_iter().filter(|piece| !piece.text.trim().is_empty()).collect();
    // Raised and lowered letters are placed once the others' rows are known.
    pieces.sort_by(|one, other| other.middle().total_cmp(&one.middle()));
    let usual = usual_size(&pieces);
    let (small, large): (Vec<Piece>, Vec<Piece>) =
        pieces.into_iter().partition(|piece| !piece.is_field && piece.size < usual * SMALL);
    let mut rows: Vec<Row> = Vec::new();
    for piece in large {
        match rows.last_mut().filter(|row| row.holds(&piece)) {
            Some(row) => row.pieces.push(piece),
            None => rows.push(Row::new(piece)),
        }
    }
    for piece in small {
        let nearest = rows
            .iter_mut()
            .filter(|row| row.holds(&piece) && row.touches(&piece))
            .min_by(|one, other| one.away(&piece).total_cmp(&other.away(&piece)));
        match nearest {
            Some(row) => row.pieces.push(piece),
            None => rows.push(Row::new(piece)),
        }
    }
    rows.sort_by(|one, other| other.middle.total_cmp(&one.middle));
    for row in &mut rows {
        row.pieces.sort_by(|one, other| one.left.total_cmp(&other.left));
    }
    rows
}

/// Letters of powers and indices are smaller than this part of the others.
const SMALL: f32 = 0.85;

/// The size in which most letters are.
fn usual_size(pieces: &[Piece]) -> f32 {
    let mut sizes: Vec<(f32, usize)> =
        pieces.iter().filter(|piece| !piece.is_field).map(|piece| (piece.size, piece.text.len())).collect();
    sizes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = sizes.iter().map(|(_, len)| len).sum::<usize>() / 2;
    let mut seen = 0;
    let middle = sizes.iter().find(|(_, len)| {
        seen += len;
        seen > half
    });
    middle.map_or(1.0, |(size, _)| *size)
}

impl Row {
    fn new(piece: Piece) -> Self {
        Self { middle: piece.middle(), size: piece.size, pieces: vec![piece] }
    }

    fn away(&self, piece: &Piece) -> f32 {
        (self.middle - piece.middle()).abs()
    }

    fn holds(&self, piece: &Piece) -> bool {
        self.away(piece) < self.size.max(piece.size) * 0.6
    }

    /// Whether a piece stands right at one of the row's.
    fn touches(&self, piece: &Piece) -> bool {
        let near = self.size * 0.5;
        self.pieces.iter().any(|one| piece.left < one.right + near && one.left < piece.right + near)
    }

    pub(super) fn has_field(&self) -> bool {
        self.pieces.iter().any(|piece| piece.is_field)
    }

    /// What the row says, powers as such.
    pub(super) fn said(&self) -> String {
        let mut styled = Styled::default();
        let mut right = f32::NEG_INFINITY;
        let mut ends_apart = true;
        for piece in &self.pieces {
            let is_apart = piece.left - right > self.size.min(piece.size) * 0.15
                || piece.is_field
                || piece.text.starts_with(' ');
            if is_apart && !ends_apart {
                styled.push(Look::default(), " ");
            }
            let is_small = !piece.is_field && piece.size < self.size * SMALL;
            let raised = is_small && piece.middle() > self.middle;
            styled.push(Look { raised, struck: piece.is_struck, ..Look::default() }, piece.text.trim());
            ends_apart = piece.text.ends_with(' ');
            if ends_apart {
                styled.push(Look::default(), " ");
            }
            right = right.max(piece.right);
            // What follows a field is not a part of its value.
            ends_apart &= !piece.is_field;
        }
        styled.take().trim_end().to_owned()
    }
}

/// The rows as text: each on a line of its own, after a blank one where they lie apart; running text goes on.
pub(super) fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut before: Option<&Row> = None;
    for row in rows {
        let said = row.said();
        if let Some(before) = before {
            let gap = before.middle - row.middle;
            let goes_on = gap < before.size.max(row.size) * 1.7
                && !before.has_field()
                && !row.has_field()
                && said.starts_with(char::is_lowercase);
            match goes_on {
                true => out.push(LINE_END),
                false if gap > row.size * 2.0 => out.push_str("\n\n"),
                false => out.push('\n'),
            }
        }
        out.push_str(&said);
        before = Some(row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, left: f32, base: f32, size: f32) -> Piece {
        let right = left + text.len() as f32 * size * 0.5;
        Piece { text: text.to_owned(), left, right, base, size, is_struck: false, is_field: false }
    }

    #[test]
    fn what_stands_side_by_side_is_a_row_and_rows_stay_apart() {
        let boxed = |left, base| Piece { is_field: true, ..piece("[x]", left, base, 10.0) };
        let page = vec![
            piece("Gloves worn", 100.0, 600.0, 12.0),
            piece("Helmet worn", 100.0, 700.0, 12.0),
            boxed(72.0, 699.0),
        ];
        assert_eq!(text(&rows(page)), "[x] Helmet worn\n\nGloves worn");
    }

    #[test]
    fn raised_and_lowered_letters_stay_in_their_rows() {
        let page = vec![
            piece("CO", 72.0, 700.0, 10.0),
            piece("2", 82.0, 697.0, 6.0),
            piece("holds 10", 72.0, 688.0, 10.0),
            piece("6", 112.0, 692.0, 6.0),
            piece("litres", 118.0, 688.0, 10.0),
        ];
        assert_eq!(text(&rows(page)).replace(LINE_END, " "), "CO2 holds 10⁶ litres");
    }
}
