//! Running heads and feet: what stands at the edge of a page and again, at the same height, on a page nearby.

use unpdf::parser::TextSpan;
use unpdf::parser::backend::PageBox;

/// A page before it is laid out.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) number: u32,
    pub(super) spans: Vec<TextSpan>,
    edges: Vec<Edge>,
    height: f32,
}

/// A line near the upper or the lower edge of a page.
#[derive(Debug)]
struct Edge {
    is_head: bool,
    /// From the edge.
    depth: f32,
    size: f32,
    /// Its words, with `#` for every number.
    words: String,
    numbers: Vec<u32>,
    spans: Vec<usize>,
    /// How far the next line is, and how many of its pieces stand below one of this.
    room: f32,
    aligned: usize,
}

/// How much of a page heads and feet take, each.
const MARGIN: f32 = 0.14;
/// Lines of a head or a foot.
const MOST_LINES: usize = 4;
/// How far a page may be that bears the same head: left and right pages have heads of their own.
pub(super) const NEARBY: usize = 2;

impl Sheet {
    pub(super) fn of(number: u32, spans: Vec<TextSpan>, page: PageBox) -> Self {
        let mut edges = Vec::new();
        let height = page.height();
        if height > 0.0 {
            edges.extend(edge_lines(&spans, true, |span| page.ury - span.y, height));
            edges.extend(edge_lines(&spans, false, |span| span.y - page.lly, height));
        }
        Self { number, spans, edges, height }
    }

    /// The pieces that belong to running heads and feet, given the pages nearby.
    pub(super) fn running(&self, nearby: &[&Sheet], pages: u32) -> Vec<usize> {
        let mut pieces = Vec::new();
        for is_head in [true, false] {
            // From the edge inward, as long as lines repeat.
            let mut lines: Vec<&Edge> = self.edges.iter().filter(|edge| edge.is_head == is_head).collect();
            lines.sort_by(|one, other| one.depth.total_cmp(&other.depth));
            let repeats = |line: &&&Edge| {
                line.counts_pages(self.number, pages)
                    || nearby.iter().any(|sheet| {
                        sheet.edges.iter().any(|other| line.is_again(other, self.number, sheet.number))
                            && (sheet.height - self.height).abs() < 1.0
                    })
            };
            let running: Vec<&Edge> = lines.iter().take_while(repeats).copied().collect();
            // What is right above the text, such as the head of a table, belongs to it.
            let is_set_off = |line: &&Edge| line.room > line.size * 1.7 && line.aligned < 2;
            let set_off = running.iter().rposition(is_set_off).map_or(0, |last| last + 1);
            pieces.extend(running[..set_off].iter().flat_map(|line| &line.spans));
        }
        pieces.sort_unstable();
        pieces
    }
}

fn edge_lines(spans: &[TextSpan], is_head: bool, depth: impl Fn(&TextSpan) -> f32, height: f32) -> Vec<Edge> {
    let mut order: Vec<usize> = (0..spans.len()).filter(|&at| !spans[at].text.trim().is_empty()).collect();
    order.sort_by(|&one, &other| depth(&spans[one]).total_cmp(&depth(&spans[other])));
    let mut sizes: Vec<f32> = order.iter().map(|&at| spans[at].font_size).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let is_beside = |line: &&mut Vec<usize>| {
            let first = &spans[line[0]];
            (first.y - spans[at].y).abs() <= first.font_size.min(spans[at].font_size) * 0.3
        };
        let is_enough = lines.len() > MOST_LINES;
        match lines.last_mut().filter(is_beside) {
            Some(line) => line.push(at),
            None if is_enough => break,
            None => lines.push(vec![at]),
        }
    }
    let depths: Vec<f32> = lines.iter().map(|line| depth(&spans[line[0]])).collect();
    let aligned = |at: usize| {
        let starts_at = |one: &usize, other: &usize| (spans[*one].x - spans[*other].x).abs() < 3.0;
        let next = lines.get(at + 1).map_or(&[][..], |next| next);
        lines[at].iter().filter(|one| next.iter().any(|other| starts_at(one, other))).count()
    };
    let aligned: Vec<usize> = (0..lines.len()).map(aligned).collect();
    let mut edges = Vec::new();
    for (index, mut line) in lines.into_iter().enumerate().take(MOST_LINES) {
        let size = line.iter().map(|&at| spans[at].font_size).fold(0.0, f32::max);
        // What is set larger than the text is a title.
        if depths[index] > height * MARGIN || size > usual * 1.15 {
            break;
        }
        line.sort_by(|&one, &other| spans[one].x.total_cmp(&spans[other].x));
        let text: Vec<&str> = line.iter().map(|&at| spans[at].text.trim()).collect();
        let (words, numbers) = parted(&text.join(" "));
        let room = depths.get(index + 1).map_or(f32::INFINITY, |next| next - depths[index]);
        let (depth, aligned) = (depths[index], aligned[index]);
        edges.push(Edge { is_head, depth, size, words, numbers, spans: line, room, aligned });
    }
    edges
}

/// A text with `#` for its numbers, and these.
fn parted(text: &str) -> (String, Vec<u32>) {
    let (mut words, mut numbers) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        words.push_str(&rest[..start]);
        words.push('#');
        let digits = &rest[start..];
        let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        // Nine digits are no number of a page.
        numbers.push(digits[..len].parse().unwrap_or(u32::MAX));
        rest = &digits[len..];
    }
    (words + rest, numbers)
}

impl Edge {
    /// Whether a line on another page is the same, but for the page's own number.
    fn is_again(&self, other: &Self, page: u32, other_page: u32) -> bool {
        let counts = |(one, other): (&u32, &u32)| {
            let is_small = *one < 10_000 && *other < 10_000;
            one == other
                || is_small && i64::from(*one) - i64::from(*other) == i64::from(page) - i64::from(other_page)
        };
        self.is_head == other.is_head
            && (self.depth - other.depth).abs() < 2.0
            && self.words == other.words
            && self.numbers.len() == other.numbers.len()
            && self.numbers.iter().zip(&other.numbers).filter(|(one, other)| one != other).count() <= 1
            && self.numbers.iter().zip(&other.numbers).all(counts)
    }

    /// Whether it only says which page of how many this is.
    fn counts_pages(&self, page: u32, pages: u32) -> bool {
        self.numbers == [page, pages] && self.words.split_whitespace().count() <= 4
    }
}

#[cfg(test)]
mod tests {
    use super::super::pdf_marks::tests::span;
    use super::*;

    fn sheet(number: u32, lines: &[(&str, f32, f32)]) -> Sheet {
        let page = PageBox { llx: 0.0, lly: 0.0, urx: 595.0, ury: 842.0 };
        Sheet::of(number, lines.iter().map(|(text, y, size)| span(text, 72.0, *y, *size)).collect(), page)
    }

    fn left_out(sheets: &[Sheet]) -> Vec<&str> {
        let nearby: Vec<&Sheet> = sheets[1..].iter().collect();
        let running = sheets[0].running(&nearby, 9);
        running.into_iter().map(|at| sheets[0].spans[at].text.as_str()).collect()
    }

    #[test]
    fn what_stands_at_the_edge_of_a_page_and_of_the_next_is_left_out() {
        let page = |number: u32, text: &str| {
            let foot = format!("Page {number} of 9");
            let lines =
                [("ACME Handbook", 810.0, 8.0), (text, 760.0, 10.0), ("x", 700.0, 10.0), (&foot, 30.0, 8.0)];
            sheet(number, &lines)
        };
        assert_eq!(left_out(&[page(1, "One"), page(2, "Two")]), ["ACME Handbook", "Page 1 of 9"]);
        assert_eq!(left_out(&[page(3, "One")]), ["Page 3 of 9"]);
    }

    #[test]
    fn titles_numbers_and_heads_of_tables_stay() {
        let page = |number: u32, title: &str, size: f32, below: f32| {
            let row = if number == 1 { "Pump" } else { "Hose" };
            let lines = [(title, 790.0, size), (row, below, 10.0), ("Row", 600.0, 10.0), ("x", 500.0, 10.0)];
            sheet(number, &lines)
        };
        assert_eq!(left_out(&[page(1, "Agenda", 24.0, 700.0), page(2, "Agenda", 24.0, 700.0)]), [""; 0]);
        assert_eq!(
            left_out(&[page(1, "Invoice 17", 10.0, 700.0), page(2, "Invoice 44", 10.0, 700.0)]),
            [""; 0]
        );
        assert_eq!(
            left_out(&[page(1, "Item Price", 10.0, 778.0), page(2, "Item Price", 10.0, 778.0)]),
            [""; 0]
        );
        assert_eq!(
            left_out(&[page(1, "Item Price", 10.0, 700.0), page(2, "Item Price", 10.0, 700.0)]),
            ["Item Price"]
        );
    }
}
