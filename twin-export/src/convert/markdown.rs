//! Markdown as text, for any dialect; Notion's own habits are a choice of [`Dialect`].

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
};

use super::super::Limits;
use super::super::text::{beginning, tidy_line};
use super::placeholders::names_contents;
use super::prose::Prose;
use super::{html, html_tree};
use notes::Notes;
use tags::Open;

mod dates;
mod notes;
mod tags;
mod undefined;

/// How line breaks, images and stray marks read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Lines are wrapped anywhere; an image's alternative text describes it.
    Common,
    /// A line break is meant; alternative text is a path or repeats the caption; an indented paragraph is
    /// a nested block and no code.
    Notion,
}

/// A heading that may name a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) text: String,
    /// It is of the highest level: it stands over the whole text, not over a section.
    pub(crate) is_top: bool,
    /// Nothing stands before it.
    pub(crate) begins: bool,
}

/// The heading that names the text, and the text: the first of the highest level, unless it stands deep within, or
/// any with which the text begins.
pub(crate) fn to_text(markdown: &str, dialect: Dialect) -> (Option<Heading>, String) {
    let mut walker = Walker::new(dialect);
    let mut rest = markdown;
    while !rest.is_empty() {
        let (chunk, left) = rest.split_at(chunk_end(rest));
        walker.document(chunk, 0);
        rest = left;
    }
    walker.end_blocks(0);
    let heading = walker.heading.take().or(walker.contents.take());
    (heading, walker.prose.finish().1)
}

/// Bytes before a heading from which on it belongs to a section.
const DEEP: usize = 1_500;

/// The parser's tree takes sixty times the size of the text: a long text is read in pieces, parted
/// before a heading or at least between paragraphs.
fn chunk_end(markdown: &str) -> usize {
    if markdown.len() <= CHUNK {
        return markdown.len();
    }
    let chunk = beginning(markdown, CHUNK);
    let is_outside_code = |at: usize| chunk[..at].matches("\n```").count().is_multiple_of(2);
    let parting =
        |mark: &str| chunk.rmatch_indices(mark).map(|(at, _)| at + 1).find(|&at| is_outside_code(at));
    parting("\n# ")
        .or_else(|| parting("\n## "))
        .or_else(|| chunk.rfind("\n\n").map(|at| at + 2))
        .or_else(|| chunk.rfind('\n').map(|at| at + 1))
        .unwrap_or(chunk.len())
}

const CHUNK: usize = 1 << 20;

/// The text of one line of Markdown: a title or a cell.
pub(crate) fn line_to_text(markdown: &str, dialect: Dialect) -> String {
    to_text(markdown, dialect).1
}

struct Walker {
    dialect: Dialect,
    prose: Prose,
    /// Raw HTML is gathered over its events and then read as HTML.
    html: String,
    code: Option<(bool, String)>,
    links: Vec<String>,
    images: usize,
    rows: Vec<Vec<String>>,
    heading: Option<Heading>,
    /// A heading before any other that only names the table of contents.
    contents: Option<Heading>,
    /// What is collected apart until it ends.
    open: Vec<Open>,
    notes: Notes,
    /// Items and quotes that are open, and how many were where each struck block begins.
    containers: usize,
    struck_blocks: Vec<usize>,
}

/// Blocks within indented blocks, as Notion nests them.
const MOST_NESTED: usize = 8;

impl Walker {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            prose: Prose::default(),
            html: String::new(),
            code: None,
            links: Vec::new(),
            images: 0,
            rows: Vec::new(),
            heading: None,
            contents: None,
            open: Vec::new(),
            notes: Notes::default(),
            containers: 0,
            struck_blocks: Vec::new(),
        }
    }

    fn document(&mut self, markdown: &str, depth: usize) {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_MATH;
        let undefined = |link: BrokenLink<'_>| undefined::label_of(markdown, &link);
        let parser = Parser::new_with_broken_link_callback(markdown, options, Some(undefined));
        for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
            if let Event::Start(Tag::Item) = event
                && let Some(day) = dates::day(&markdown[range])
            {
                self.prose.renumber(day);
            }
            self.event(event, depth);
        }
    }

    fn event(&mut self, event: Event<'_>, depth: usize) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag, depth),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.visible(&text),
            Event::InlineMath(tex) => self.math(&tex, depth),
            Event::DisplayMath(tex) => self.visible(&format!("\n{}\n", tex.trim())),
            Event::Html(raw) => self.html.push_str(&raw),
            Event::InlineHtml(raw) => self.inline_html(&raw),
            Event::SoftBreak if self.dialect == Dialect::Common => self.prose.space(),
            Event::SoftBreak | Event::HardBreak => self.prose.line(),
            Event::Rule => self.prose.block(),
            Event::TaskListMarker(done) => self.prose.check_box(done),
            Event::FootnoteReference(label) => {
                let mark = self.notes.mark(&label);
                self.visible(&mark);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } | Tag::TableCell => self.collect(Open::Element),
            Tag::CodeBlock(kind) => {
                self.code = Some((kind == CodeBlockKind::Indented, String::new()));
            }
            Tag::List(first) => self.prose.begin_list(first),
            Tag::Item => {
                self.containers += 1;
                self.prose.begin_item();
            }
            Tag::Table(_) => self.rows = Vec::new(),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Link { dest_url, .. } => {
                self.links.push(dest_url.into_string());
                self.collect(Open::Element);
            }
            Tag::Image { .. } => self.images += 1,
            Tag::Strikethrough => self.collect(Open::Struck),
            Tag::FootnoteDefinition(label) => self.notes.begin(&label),
            Tag::Paragraph => {
                self.prose.block();
                if let Some(mark) = self.notes.begun() {
                    self.prose.text(&mark);
                    self.prose.space();
                }
            }
            Tag::BlockQuote(_) => {
                self.containers += 1;
                self.prose.block();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, depth: usize) {
        match tag {
            TagEnd::Heading(level) => {
                let text = self.collected();
                self.name(&text, level == HeadingLevel::H1);
                self.prose.heading(&text);
            }
            TagEnd::Strikethrough => {
                let text = self.collected();
                self.strike(&text);
            }
            TagEnd::TableCell => {
                let cell = self.collected();
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.prose.table(&std::mem::take(&mut self.rows)),
            TagEnd::CodeBlock => self.end_code(depth),
            TagEnd::List(_) => self.prose.end_list(),
            TagEnd::Item => {
                self.end_container();
                self.prose.end_item();
            }
            TagEnd::Link => {
                let label = self.collected();
                let address = self.links.pop().unwrap_or_default();
                self.prose.link(&label, &address);
            }
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                if self.block_tags(&html) || self.marked_block(&html, depth) {
                    return;
                }
                self.html_block(&html);
            }
            TagEnd::Paragraph => {
                self.end_tags();
                self.prose.block();
            }
            TagEnd::BlockQuote(_) => {
                self.end_container();
                self.prose.block();
            }
            _ => {}
        }
    }

    /// Takes a heading for the name of the text, if it is one.
    fn name(&mut self, text: &str, is_top: bool) {
        let before = self.prose.written().len();
        let begins = before == 0 || (self.contents.is_some() && self.heading.is_none());
        let is_better = match &self.heading {
            None => before == 0 || ((is_top || begins) && before <= DEEP),
            Some(heading) => is_top && !heading.is_top && before <= DEEP,
        };
        let text = tidy_line(text);
        if !is_better || text.is_empty() || self.open.contains(&Open::StruckBlock) {
            return;
        }
        let heading = Heading { text, is_top, begins };
        if names_contents(&heading.text) {
            self.contents.get_or_insert(heading);
        } else {
            self.heading = Some(heading);
        }
    }

    /// A block of HTML; a heading in it may name the text.
    fn html_block(&mut self, html: &str) {
        let html = html_tree::with_pseudo_tags_as_text(html);
        let has_heading = |level: char| {
            html.match_indices("<h")
                .chain(html.match_indices("<H"))
                .any(|(at, _)| html[at + 2..].starts_with(level))
        };
        let is_top = has_heading('1');
        let is_heading = is_top || ('2'..='6').any(has_heading);
        let read = html::to_text(&html, &Limits::default());
        let (title, text) = read.unwrap_or_else(|_| (None, html.into_owned()));
        if let Some(title) = title.filter(|_| is_heading) {
            self.name(&title, is_top);
        }
        self.prose.block();
        self.prose.text(&text);
        self.prose.block();
    }

    fn end_code(&mut self, depth: usize) {
        let Some((indented, code)) = self.code.take() else { return };
        self.prose.block();
        if indented && self.dialect == Dialect::Notion && depth < MOST_NESTED {
            self.document(&code, depth + 1);
        } else {
            self.prose.verbatim(&code);
        }
        self.prose.block();
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
        } else if self.dialect == Dialect::Notion && (text.contains("**") || text.contains("~~")) {
            // Marks around blanks (`**bold **`) are none to CommonMark, but to Notion's writer they were.
            self.visible(&text.replace("**", "").replace("~~", ""));
        } else {
            self.visible(text);
        }
    }

    fn visible(&mut self, text: &str) {
        let describes = || self.dialect == Dialect::Common && !super::is_media(text);
        if self.images == 0 || describes() {
            self.prose.text(text);
        }
    }

    /// A formula loses its dollar signs; `$50–$500` is no formula.
    fn math(&mut self, tex: &str, depth: usize) {
        let is_formula = tex.contains(['\\', '^', '_', '=', '{']) && !tex.contains("](");
        if is_formula {
            self.visible(tex);
        } else if depth < MOST_NESTED {
            self.prose.text("$");
            for event in Parser::new_ext(tex, Options::ENABLE_STRIKETHROUGH) {
                match event {
                    Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                    inline => self.event(inline, depth + 1),
                }
            }
            self.prose.text("$");
        }
    }

    fn inline_html(&mut self, raw: &str) {
        match html_tree::tag_name(raw) {
            Some("br" | "p" | "div" | "li" | "tr") => self.prose.line(),
            Some(name) => self.tag(&name.to_ascii_lowercase(), raw.starts_with("</")),
            // `<T>` or `<your key>` is what somebody wrote, not markup.
            None => self.visible(raw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_reads_the_same_in_pieces() {
        let chapter = format!(
            "# Chapter\n\nSome **bold** text.\n\n```\n# no heading\n```\n\n{}",
            "- item\n".repeat(500)
        );
        let once = to_text(&chapter, Dialect::Common).1;
        let many = to_text(&format!("{chapter}\n").repeat(800), Dialect::Common).1;
        assert!(chapter.len() * 800 > 2 * CHUNK);
        assert_eq!(many, vec![once; 800].join("\n\n"));
    }

    #[test]
    fn what_only_looks_like_markup_stays() {
        let text = to_text("Use `<aside>` and <YOUR_KEY>, a<br>b and 2 * 3 * 4.", Dialect::Common).1;
        assert_eq!(text, "Use <aside> and <YOUR_KEY>, a\nb and 2 * 3 * 4.");
        assert_eq!(to_text("If a<b and c>d, <u>go</u>.", Dialect::Common).1, "If a<b and c>d, go.");
        assert_eq!(to_text("<YOUR_NAME>\n\nx", Dialect::Common).1, "<YOUR_NAME>\n\nx");
    }

    #[test]
    fn a_heading_in_html_names_the_text_and_a_table_of_contents_does_not() {
        let title = |markdown: &str| to_text(markdown, Dialect::Common).0.map(|heading| heading.text);
        assert_eq!(title("<h1 align=\"center\">Depot</h1>\n\nText\n\n## Use").as_deref(), Some("Depot"));
        assert_eq!(title("<p>Hi</p>\n\n## Use").as_deref(), None);
        assert_eq!(
            title("## Table of contents\n\n- [a](#a)\n\n## Holiday policy\n\nText").as_deref(),
            Some("Holiday policy")
        );
        assert_eq!(title("# Contents\n\nText").as_deref(), Some("Contents"));
    }

    #[test]
    fn struck_and_raised_text_keeps_its_meaning() {
        let text = to_text("~~40~~ 55 m<sup>2</sup>, <del>old</del> new, 10<sup>2", Dialect::Common).1;
        assert_eq!(text, "~~40~~ 55 m², ~~old~~ new, 10²");
    }

    #[test]
    fn raw_html_is_read_as_html() {
        let text = to_text(
            "<div><p>One</p><p>Two</p></div>\n\nThree ![a chart](x.png) ![x.png](x.png)",
            Dialect::Common,
        )
        .1;
        assert_eq!(text, "One\n\nTwo\n\nThree a chart");
    }
}
