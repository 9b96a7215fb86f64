//! Running heads and feet: what stands at the edge of a page and again, at the same height, on a page nearby.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use unpdf::parser::TextSpan;
use unpdf::parser::backend::PageBox;

use super::pdf_folio::{Parted, parted};
use super::pdf_grid::right;

/// A page before it is laid out.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) number: u32,
    pub(super) spans: Vec<TextSpan>,
    edges: Vec<Edge>,
    height: f32,
    /// The text of the whole page, and the same with `#` for every number; hashed.
    said: [u64; 2],
    letters: usize,
    /// Those that are in no line near an edge.
    letters_within: usize,
}

/// A line near the upper or the lower edge of a page.
#[derive(Debug)]
struct Edge {
    is_head: bool,
    /// From the edge.
    depth: f32,
    size: f32,
    /// Set smaller than the text is.
    is_small: bool,
    /// Its words, with `#` for every number.
    words: String,
    numbers: Vec<u32>,
    /// Numbers that may be those of the page, by where they stand.
    counters: Vec<bool>,
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
/// A page with fewer characters besides is a form, a slide or a notice: what is as large as its text is part of it.
const BODY: usize = 120;
/// On such a page it runs along only where it stands this far from the rest, in its sizes.
const FAR: f32 = 2.5;
/// Set smaller than this part of the usual size is what runs along.
const SMALL: f32 = 0.93;

impl Sheet {
    pub(super) fn of(number: u32, spans: Vec<TextSpan>, page: PageBox) -> Self {
        let mut edges = Vec::new();
        let height = page.height();
        if height > 0.0 {
            edges.extend(edge_lines(&spans, true, |span| page.ury - span.y, height));
            edges.extend(edge_lines(&spans, false, |span| span.y - page.lly, height));
        }
        let mut said = [DefaultHasher::new(), DefaultHasher::new()];
        for span in &spans {
            span.text.hash(&mut said[0]);
            span.text.split(|c: char| c.is_ascii_digit()).for_each(|part| part.hash(&mut said[1]));
        }
        let said = said.map(|said| said.finish());
        let letters: usize = spans.iter().map(letters_of).sum();
        let edge_pieces: BTreeSet<usize> = edges.iter().flat_map(|edge| edge.spans.iter().copied()).collect();
        let at_edges: usize = edge_pieces.into_iter().map(|at| letters_of(&spans[at])).sum();
        let letters_within = letters - at_edges;
        Self { number, spans, edges, height, said, letters, letters_within }
    }

    /// The pieces that belong to running heads and feet, given the pages nearby.
    pub(super) fn running(&self, nearby: &[&Sheet], pages: u32) -> Vec<usize> {
        let mut lines: Vec<&Edge> = Vec::new();
        let mut outermost: Vec<&Edge> = Vec::new();
        for is_head in [true, false] {
            let running = self.running_at(is_head, nearby, pages);
            outermost.extend(running.first());
            lines.extend(running);
        }
        let is_beside_text = nearby.iter().any(|sheet| sheet.letters_within >= BODY);
        let rest = |lines: &[&Edge]| {
            self.letters - pieces(lines).into_iter().map(|at| letters_of(&self.spans[at])).sum::<usize>()
        };
        // All of a page is a head only where it is empty: beside others that say more.
        if rest(&lines) == 0 {
            lines = if is_beside_text { outermost } else { Vec::new() };
        }
        let has_text = is_beside_text || rest(&lines) >= BODY;
        let runs_on = |line: &Edge| {
            let others = nearby.iter().filter(|sheet| !self.is_copy(sheet) && sheet.bears(line, self.number));
            line.room > line.size * FAR && others.count() > 1
        };
        lines.retain(|line| {
            has_text || line.is_small || line.counts_pages(self.number, pages) || runs_on(line)
        });
        pieces(&lines)
    }

    /// From the edge inward, as long as lines repeat.
    fn running_at(&self, is_head: bool, nearby: &[&Sheet], pages: u32) -> Vec<&Edge> {
        let mut lines: Vec<&Edge> = self.edges.iter().filter(|edge| edge.is_head == is_head).collect();
        lines.sort_by(|one, other| one.depth.total_cmp(&other.depth));
        let repeats = |line: &&&Edge| {
            let is_again = |sheet: &&Sheet| {
                (line.is_small || !self.is_copy(sheet))
                    && sheet.bears(line, self.number)
                    && sheet.height_is(self)
            };
            line.counts_pages(self.number, pages) || nearby.iter().any(is_again)
        };
        let mut running: Vec<&Edge> = lines.iter().take_while(repeats).copied().collect();
        // What is right above the text, such as the head of a table, belongs to it.
        let is_set_off = |line: &&Edge| line.room > line.size * 1.7 && line.aligned < 2;
        running.truncate(running.iter().rposition(is_set_off).map_or(0, |last| last + 1));
        running
    }

    /// Whether it is the same page again, a copy or a form that is filled in anew: it has no head but its title.
    fn is_copy(&self, other: &Self) -> bool {
        self.said[0] == other.said[0] || self.said[1] == other.said[1] && self.letters < BODY * 2
    }

    fn bears(&self, line: &Edge, page: u32) -> bool {
        self.edges.iter().any(|other| line.is_again(other, page, self.number))
    }

    fn height_is(&self, other: &Self) -> bool {
        (self.height - other.height).abs() < 1.0
    }
}

/// The pieces of lines; a line of a low page may be near both its edges.
fn pieces(lines: &[&Edge]) -> Vec<usize> {
    let mut pieces: Vec<usize> = lines.iter().flat_map(|line| line.spans.iter().copied()).collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

fn letters_of(span: &TextSpan) -> usize {
    span.text.chars().filter(|c| c.is_alphanumeric()).count()
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
        let Parted { words, numbers, counters } = parted(&text_of(&line, spans));
        let room = depths.get(index + 1).map_or(f32::INFINITY, |next| next - depths[index]);
        let (depth, aligned, is_small) = (depths[index], aligned[index], size < usual * SMALL);
        edges.push(Edge {
            is_head,
            depth,
            size,
            is_small,
            words,
            numbers,
            counters,
            spans: line,
            room,
            aligned,
        });
    }
    edges
}

/// The pieces of a line, with a tab where they stand apart.
fn text_of(line: &[usize], spans: &[TextSpan]) -> String {
    let mut text = String::new();
    let mut end = f32::INFINITY;
    for span in line.iter().map(|&at| &spans[at]) {
        if !text.is_empty() {
            text.push(if span.x - end > span.font_size { '\t' } else { ' ' });
        }
        text.push_str(span.text.trim());
        end = right(span);
    }
    text
}

impl Edge {
    /// Whether a line on another page is the same, but for the page's own number.
    fn is_again(&self, other: &Self, page: u32, other_page: u32) -> bool {
        let counts = |at: usize| {
            let (one, other) = (self.numbers[at], other.numbers[at]);
            let is_small = one < 10_000 && other < 10_000;
            one == other
                || is_small
                    && (self.counters[at] || self.is_small)
                    && i64::from(one) - i64::from(other) == i64::from(page) - i64::from(other_page)
        };
        self.is_head == other.is_head
            && (self.depth - other.depth).abs() < 2.0
            && self.words == other.words
            && self.numbers.len() == other.numbers.len()
            && self.numbers.iter().zip(&other.numbers).filter(|(one, other)| one != other).count() <= 1
            && (0..self.numbers.len()).all(counts)
    }

    /// Whether it only says which page of how many this is.
    fn counts_pages(&self, page: u32, pages: u32) -> bool {
        let is_count = self.counters.first() == Some(&true) || !self.is_head || self.is_small;
        self.numbers == [page, pages] && self.words.split_whitespace().count() <= 4 && is_count
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

    const BODY: &str = "The harbour master tells every boat where to moor, when to leave, and what to pay for \
        water and for power, and writes it into the ledger of the harbour every evening.";

    #[test]
    fn what_stands_at_the_edge_of_a_page_and_of_the_next_is_left_out() {
        let page = |number: u32, text: &str| {
            let foot = format!("Page {number} of 9");
            let lines = [
                ("ACME Handbook", 810.0, 8.0),
                (text, 760.0, 10.0),
                (BODY, 700.0, 10.0),
                ("x", 600.0, 10.0),
                ("y", 500.0, 10.0),
                (&foot, 30.0, 8.0),
            ];
            sheet(number, &lines)
        };
        assert_eq!(left_out(&[page(1, "One"), page(2, "Two")]), ["ACME Handbook", "Page 1 of 9"]);
        assert_eq!(left_out(&[page(3, "One")]), ["Page 3 of 9"]);
    }

    #[test]
    fn titles_numbers_and_heads_of_tables_stay() {
        let page = |number: u32, title: &str, size: f32, below: f32| {
            let row = if number == 1 { "Pump" } else { "Hose" };
            let lines = [(title, 790.0, size), (row, below, 10.0), (BODY, 600.0, 10.0), ("x", 500.0, 10.0)];
            sheet(number, &lines)
        };
        let none: [&str; 0] = [];
        assert_eq!(left_out(&[page(1, "Agenda", 24.0, 700.0), page(2, "Agenda", 24.0, 700.0)]), none);
        assert_eq!(left_out(&[page(1, "Invoice 17", 10.0, 700.0), page(2, "Invoice 44", 10.0, 700.0)]), none);
        assert_eq!(left_out(&[page(1, "Step 1", 10.0, 700.0), page(2, "Step 2", 10.0, 700.0)]), none);
        assert_eq!(left_out(&[page(1, "1. Aim", 10.0, 700.0), page(2, "2. Aim", 10.0, 700.0)]), none);
        assert_eq!(left_out(&[page(1, "Item Price", 10.0, 778.0), page(2, "Item Price", 10.0, 778.0)]), none);
        assert_eq!(
            left_out(&[page(1, "Item Price", 10.0, 700.0), page(2, "Item Price", 10.0, 700.0)]),
            ["Item Price"]
        );
        assert_eq!(
            left_out(&[page(1, "Rules | 1", 10.0, 700.0), page(2, "Rules | 2", 10.0, 700.0)]),
            ["Rules | 1"]
        );
    }

    #[test]
    fn the_title_of_a_short_page_is_no_head() {
        let page = |number: u32, name: &str| {
            sheet(
                number,
                &[("Certificate", 790.0, 10.0), (name, 700.0, 10.0), ("Valid until 2026", 680.0, 10.0)],
            )
        };
        assert_eq!(left_out(&[page(1, "Ann"), page(2, "Bob")]), [""; 0]);
        assert_eq!(left_out(&[page(1, "Ann"), page(2, "Ann")]), [""; 0]);
    }
}
