//! Pages whose text is turned on them, as wide tables often are: they are read the way people hold them.

use unpdf::parser::TextSpan;
use unpdf::parser::backend::PageBox;

/// Turns a page by quarters: `[a, b, c, d, e, f]` as in PDF.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn([f32; 6]);

impl Turn {
    /// How to turn a page so that its text reads from left to right; `None` where hardly all of it stands one way.
    pub(super) fn of(spans: &[TextSpan], page: PageBox) -> Option<Self> {
        if spans.iter().all(|span| !span.is_rotated()) {
            return None;
        }
        let letters = |spans: &mut dyn Iterator<Item = &TextSpan>| -> usize {
            spans.map(|span| span.text.chars().filter(|c| !c.is_whitespace()).count()).sum()
        };
        let all = letters(&mut spans.iter());
        let ways = [
            ([0.0, 1.0], [0.0, -1.0, 1.0, 0.0, -page.lly, page.urx]),
            ([0.0, -1.0], [0.0, 1.0, -1.0, 0.0, page.ury, -page.llx]),
            ([-1.0, 0.0], [-1.0, 0.0, 0.0, -1.0, page.urx, page.ury]),
        ];
        let turn = ways.into_iter().find(|(way, _)| {
            let reads_so =
                |span: &&TextSpan| span.direction[0] * way[0] + span.direction[1] * way[1] > STRAIGHT;
            letters(&mut spans.iter().filter(reads_so)) * 20 >= all * 19
        });
        turn.map(|(_, matrix)| Self(matrix))
    }

    pub(super) fn point(self, (x, y): (f32, f32)) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    pub(super) fn page_box(self, page: PageBox) -> PageBox {
        let (one, other) = (self.point((page.llx, page.lly)), self.point((page.urx, page.ury)));
        PageBox {
            llx: one.0.min(other.0),
            lly: one.1.min(other.1),
            urx: one.0.max(other.0),
            ury: one.1.max(other.1),
        }
    }

    /// What a page draws, turned.
    pub(super) fn content(self, content: Vec<u8>) -> Vec<u8> {
        let mut turned = String::new();
        for number in self.0 {
            turned.push_str(&number.to_string());
            turned.push(' ');
        }
        turned.push_str("cm\n");
        let mut turned = turned.into_bytes();
        turned.extend(content);
        turned
    }
}

/// How straight text runs along its way: the cosine of what is between them.
const STRAIGHT: f32 = 0.99;

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::pdf::tests::file;
    use super::super::pdf::to_text;

    const TABLE: [[&str; 4]; 4] = [
        ["Region", "Jan", "Feb", "Mar"],
        ["North", "10", "", "30"],
        ["South", "", "25", "35"],
        ["East coast", "7", "8", ""],
    ];

    /// A page of such a box on which the table is turned by a matrix that maps `x y` of a wide page.
    fn read(media: &str, rotate: u16, place: impl Fn(u32, u32) -> String) -> String {
        let mut content = "BT /F 12 Tf ".to_owned();
        for (row, y) in TABLE.iter().zip([500, 476, 452, 428]) {
            for (text, x) in row.iter().zip([60, 240, 420, 600]).filter(|(text, _)| !text.is_empty()) {
                content += &format!("{} Tm ({text}) Tj ", place(x, y));
            }
        }
        content += "ET";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [{media}] /Rotate {rotate} /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>"
            ),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        ];
        to_text(&file(&objects), &Limits::default()).unwrap().text.trim().to_owned()
    }

    #[test]
    fn a_table_that_is_turned_on_its_page_reads_as_one_that_is_not() {
        let upright = read("0 0 842 595", 0, |x, y| format!("1 0 0 1 {x} {y}"));
        assert!(upright.contains("North | 10 |  | 30") || upright.contains("North | 10 | | 30"), "{upright}");
        for rotate in [0, 90] {
            assert_eq!(read("0 0 595 842", rotate, |x, y| format!("0 1 -1 0 {} {x}", 595 - y)), upright);
        }
        assert_eq!(read("0 0 595 842", 270, |x, y| format!("0 -1 1 0 {y} {}", 842 - x)), upright);
        assert_eq!(read("0 0 842 595", 180, |x, y| format!("-1 0 0 -1 {} {}", 842 - x, 595 - y)), upright);
        assert_eq!(read("10 20 605 862", 90, |x, y| format!("0 1 -1 0 {} {}", 605 - y, 20 + x)), upright);
    }
}
