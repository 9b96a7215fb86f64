//! A page in the order in which it is read: paragraphs, and tables where they stand.

use unpdf::parser::{BlockType, LayoutAnalyzer, TextBlock, TextLine, TextSpan};

use super::pdf_beside::ALONE;
use super::pdf_grid::{line_right, right};
use super::pdf_lines::LINE_END;
use super::pdf_rules::Rules;
use super::pdf_source::Source;
use super::{pdf_beside, pdf_columns, pdf_found, pdf_grid, pdf_items, pdf_lines, pdf_marks, pdf_sides};

/// What a page says, lines of paragraphs still apart.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// The largest heading, and its size.
    pub(super) heading: Option<(f32, String)>,
}

/// A table and where it stands.
pub(super) struct Table {
    /// Left, bottom, right and top.
    pub(super) bounds: [f32; 4],
    pub(super) text: String,
}

/// Stands for a table while the page is put in order: a character that no text has.
const TABLE: char = '\u{FDD1}';
/// Lines of this size are what the rest of a page is measured by.
const FEWEST_LINES: usize = 3;

pub(super) fn read(source: &Source, spans: Vec<TextSpan>, rules: &Rules) -> Page {
    let spans = pdf_items::joined(pdf_marks::ready(spans));
    let sizes: Vec<(f32, usize)> = spans.iter().map(|span| (span.font_size, span.text.len())).collect();
    let (tables, spans) = ruled_tables(spans, rules);
    let mut page = Page::default();
    for (tables, spans) in parts(tables, spans, MOST_PARTINGS) {
        page.push(part(&mut LayoutAnalyzer::new(source), tables, spans, &sizes));
    }
    page
}

/// Partings within a part.
const MOST_PARTINGS: usize = 4;

/// The parts of a page that are read one after the other.
fn parts(tables: Vec<Table>, spans: Vec<TextSpan>, depth: usize) -> Vec<(Vec<Table>, Vec<TextSpan>)> {
    let Some(parting) = pdf_sides::parting(&spans).filter(|_| depth > 0) else {
        return vec![(tables, spans)];
    };
    let mut parts: Vec<(Vec<Table>, Vec<TextSpan>)> = (0..4).map(|_| Default::default()).collect();
    for table in tables {
        let [left, bottom, right, top] = table.bounds;
        parts[parting.part((left + right) / 2.0, (bottom + top) / 2.0)].0.push(table);
    }
    for span in spans {
        parts[parting.part(span.x, span.y)].1.push(span);
    }
    let own = |(at, (tables, spans)): (usize, (Vec<Table>, Vec<TextSpan>))| match at {
        // Columns are whole.
        1 | 2 => vec![(tables, spans)],
        _ => self::parts(tables, spans, depth - 1),
    };
    parts.into_iter().enumerate().flat_map(own).collect()
}

fn part(
    analyzer: &mut LayoutAnalyzer<'_>,
    mut tables: Vec<Table>,
    spans: Vec<TextSpan>,
    sizes: &[(f32, usize)],
) -> Page {
    let (bills, mut below) = pdf_columns::tables(spans);
    let mut spans = Vec::new();
    // What stands above a table and what stands below it are no neighbours.
    for top in bills.iter().map(|bill| bill.bounds[3]).chain([f32::NEG_INFINITY]) {
        let (above, rest) = below.into_iter().partition(|span| span.y > top);
        let (found, above) = pdf_found::tables(above);
        tables.extend(found);
        spans.extend(above);
        below = rest;
    }
    spans.extend(below);
    tables.extend(bills);
    let mut spans = pdf_beside::joined(spans);
    let mut lines: Vec<i32> = spans.iter().map(|span| span.y.round() as i32).collect();
    lines.sort_unstable();
    lines.dedup();
    // Where tables hold all the text, a line beside them is their title.
    let statistics = analyzer.font_stats_mut();
    if lines.len() >= FEWEST_LINES {
        spans.iter().for_each(|span| statistics.add_text(span.font_size, &span.text));
    } else {
        sizes.iter().for_each(|(size, len)| statistics.add_chars(*size, *len));
    }
    statistics.analyze();
    let placed: Vec<TextSpan> =
        tables.iter().enumerate().map(|(index, table)| stand_in(index, table, &spans)).collect();
    spans.extend(placed);
    let lines = analyzer.group_spans_into_lines_pub(spans);
    let lines = analyzer.detect_headings_around_pub(lines, &[]);
    let blocks = analyzer.group_lines_into_blocks_pub(lines);
    let narrow = Narrow::of(&blocks);
    let mut page = Page::default();
    let mut was_item = false;
    for block in &blocks {
        let holds_table = block.lines.iter().any(|line| line.spans.iter().any(is_table));
        let said = if holds_table {
            let (here, lines) = without_tables(&block.lines);
            for table in here.into_iter().filter_map(|index| tables.get(index)) {
                page.text.push_str(&table.text);
                page.text.push('\n');
            }
            one_by_one(&lines)
        } else {
            said(block, &narrow)
        };
        if said.trim().is_empty() {
            was_item = false;
            continue;
        }
        let is_item = block.block_type == BlockType::ListItem;
        if !holds_table && block.block_type != BlockType::Heading && pdf_lines::goes_on(&page.text, &said) {
            page.text.truncate(page.text.trim_end().len());
            page.text.push(LINE_END);
        } else if is_item && was_item && page.text.ends_with("\n\n") {
            page.text.pop();
        }
        page.text.push_str(&said);
        page.text.push_str("\n\n");
        was_item = is_item;
        page.consider(block, &said);
    }
    page
}

impl Page {
    /// Goes on with what stands beside or below.
    fn push(&mut self, next: Page) {
        if pdf_lines::goes_on(&self.text, &next.text) {
            self.text.truncate(self.text.trim_end().len());
            self.text.push(LINE_END);
        }
        self.text.push_str(&next.text);
        if let Some((size, _)) = &next.heading
            && self.heading.as_ref().is_none_or(|(largest, _)| *size > largest + 0.5)
        {
            self.heading = next.heading;
        }
    }

    /// Remembers a heading that is larger than those before it.
    fn consider(&mut self, block: &TextBlock, said: &str) {
        let size = block.lines.iter().map(|line| line.font_size).fold(0.0, f32::max);
        let is_larger = self.heading.as_ref().is_none_or(|(largest, _)| size > largest + 0.5);
        let letters = said.chars().filter(|character| character.is_alphabetic()).count();
        if block.block_type == BlockType::Heading && is_larger && letters > 1 {
            self.heading = Some((size, said.to_owned()));
        }
    }
}

/// Tables between lines, and the pieces that are in none.
fn ruled_tables(mut spans: Vec<TextSpan>, rules: &Rules) -> (Vec<Table>, Vec<TextSpan>) {
    let mut tables = Vec::new();
    for ruled in pdf_grid::tables(rules) {
        let (within, outside): (Vec<TextSpan>, Vec<TextSpan>) =
            spans.into_iter().partition(|span| !span.is_rotated() && ruled.holds(span));
        let Some(rows) = ruled.rows(&within) else {
            spans = outside;
            spans.extend(within);
            continue;
        };
        spans = outside;
        tables.push(Table { bounds: ruled.bounds(), text: pdf_found::rows_text(&rows) });
    }
    spans.sort_by(|one, other| other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x)));
    (tables, spans)
}

/// What takes a table's place among the text: as wide as the text where nothing stands beside it.
fn stand_in(index: usize, table: &Table, spans: &[TextSpan]) -> TextSpan {
    let [mut left, bottom, mut end, top] = table.bounds;
    let is_beside = |span: &TextSpan| {
        let middle = span.y + span.font_size * 0.35;
        (bottom..=top).contains(&middle) && (right(span) <= left || span.x >= end)
    };
    if !spans.iter().any(is_beside) {
        left = spans.iter().map(|span| span.x).fold(left, f32::min);
        end = spans.iter().map(right).fold(end, f32::max);
    }
    let mut span =
        TextSpan::new(format!("{TABLE}{index}"), left, (top + bottom) / 2.0, 1.0, TABLE.to_string());
    span.width = end - left;
    span.width_measured = true;
    span.ink_width = Some(span.width);
    span
}

fn is_table(span: &TextSpan) -> bool {
    span.text.starts_with(TABLE)
}

/// The places of tables among lines, and the lines without them.
fn without_tables(lines: &[TextLine]) -> (Vec<usize>, Vec<TextLine>) {
    let (here, rest): (Vec<TextSpan>, Vec<TextSpan>) =
        lines.iter().flat_map(|line| line.spans.iter().cloned()).partition(is_table);
    let index = |span: &TextSpan| span.text.strip_prefix(TABLE)?.parse().ok();
    (here.iter().filter_map(index).collect(), pdf_grid::lines(rest))
}

fn one_by_one(lines: &[TextLine]) -> String {
    lines.iter().map(line_text).collect::<Vec<_>>().join("\n")
}

/// A line, with neighbouring struck words struck as one.
fn line_text(line: &TextLine) -> String {
    line.text().replace("~~ ~~", " ").replace("~~~~", "").replace(ALONE, "").trim().to_owned()
}

/// How far the text of a page reaches to the right of where lines begin.
struct Narrow {
    /// Left and right ends of all lines.
    lines: Vec<(f32, f32)>,
}

/// Lines of a page that are looked at for how far they reach.
const MOST_LINES: usize = 400;
/// A block that is narrower, in sizes of its letters, is no paragraph by its width.
const SHORT: f32 = 14.0;

impl Narrow {
    fn of(blocks: &[TextBlock]) -> Self {
        let lines = blocks.iter().flat_map(|block| &block.lines);
        let lines = lines.filter(|line| !line.spans.iter().any(is_table));
        Self { lines: lines.take(MOST_LINES).map(|line| (line.x, line_right(line))).collect() }
    }

    /// How far lines reach that begin near `left`.
    fn reach(&self, left: f32, near: f32) -> f32 {
        let beside = self.lines.iter().filter(|line| (line.0 - left).abs() < near);
        beside.map(|line| line.1).fold(left, f32::max)
    }
}

/// What a block says. A line that had room for the next word was ended by its author.
fn said(block: &TextBlock, narrow: &Narrow) -> String {
    let lines: Vec<String> = block.lines.iter().map(line_text).collect();
    if block
        .lines
        .iter()
        .all(|line| line.spans.iter().all(|span| span.is_monospace || span.text.trim().is_empty()))
    {
        return lines.join("\n");
    }
    // Where the parser joins lines without a blank, a word goes on.
    let whole = block.text();
    let mut at = 0;
    let mut out = String::new();
    let ends = hard_ends(block, &lines, narrow);
    for (index, line) in lines.iter().enumerate() {
        let plain = block.lines[index].text();
        let plain = plain.trim();
        if index > 0 {
            let is_one_word =
                !plain.is_empty() && whole.get(at..).is_some_and(|rest| rest.starts_with(plain));
            match ends[index - 1] {
                true => out.push('\n'),
                false if is_one_word => {}
                false => out.push(LINE_END),
            }
        }
        out.push_str(line);
        let found = whole.get(at..).and_then(|rest| rest.find(plain)).unwrap_or_default();
        at += found + plain.len();
    }
    out
}

/// After which lines of a block its author began a new one.
fn hard_ends(block: &TextBlock, texts: &[String], narrow: &Narrow) -> Vec<bool> {
    let size = block.lines.iter().map(|line| line.font_size).fold(1.0, f32::max);
    let left = block.lines.iter().map(|line| line.x).fold(f32::INFINITY, f32::min);
    let own = edge(&block.lines, left, size);
    let is_short = own - left < size * SHORT;
    let reach = if is_short { narrow.reach(left, size * 2.0).max(own) } else { own };
    let is_upright = texts.iter().all(|text| text.chars().count() < 3);
    let is_heading = block.block_type == BlockType::Heading;
    let is_list = is_short && !is_heading && !is_prose(texts);
    let mut ends = Vec::new();
    for (index, pair) in block.lines.windows(2).enumerate() {
        let (text, next) = (texts[index].as_str(), texts[index + 1].as_str());
        let (line, below) = (&pair[0], &pair[1]);
        let width = line_right(line) - line.x;
        let goes_on = next.starts_with(char::is_lowercase) && !text.ends_with(['.', ':', ';', '!', '?']);
        let room = reach - left - width - first_word_width(below, next) - size * 0.8;
        let has_room = room > if goes_on { (reach - left) * 0.25 } else { 0.0 };
        // At the end of a line a hyphen goes on with the next.
        let is_cut = text.ends_with(['-', '\u{2010}', '\u{AD}']) || is_upright;
        let is_alone =
            [line, below].into_iter().any(|line| line.spans.iter().any(|span| span.text.ends_with(ALONE)));
        ends.push(is_alone || !is_cut && (has_room && !is_heading || is_list && !goes_on));
    }
    ends
}

/// Where the lines of a block end: where most of them do, if these are several; one that sticks out tells nothing.
fn edge(lines: &[TextLine], left: f32, size: f32) -> f32 {
    let mut ends: Vec<f32> = lines.iter().map(line_right).collect();
    ends.sort_by(f32::total_cmp);
    let near = size * 0.3;
    let together =
        |end: f32| ends.partition_point(|one| *one <= end) - ends.partition_point(|one| *one < end - near);
    let most = ends.iter().copied().max_by_key(|&end| together(end)).unwrap_or(left);
    if together(most) > 2 { most } else { ends.last().copied().unwrap_or(left) }
}

/// Whether most lines only go on with what the one before began.
fn is_prose(texts: &[String]) -> bool {
    let on = texts[1..].iter().filter(|text| text.starts_with(char::is_lowercase)).count();
    texts.len() > 2 && on * 2 >= texts.len() - 1
}

/// How wide the first word of a line is.
fn first_word_width(line: &TextLine, text: &str) -> f32 {
    let count = text.chars().count().max(1) as f32;
    let first = text.chars().next().unwrap_or(' ');
    let word = match first {
        // Scripts without blanks end a line between any two characters.
        '\u{2E80}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FFEF}' => 1,
        _ => text.split_whitespace().next().map_or(1, |word| word.chars().count()),
    };
    (line_right(line) - line.x) * word as f32 / count
}
