//! An answer's Markdown as a terminal shows it: headings, bold, lists, quotes, code, and tables fitted to the width.

mod spans;
mod table;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::page::{Page, Tone};
use spans::{Spans, wrap};
use table::Grid;

/// The widest that prose is set: longer lines are hard to read.
const WIDEST: usize = 100;
/// Columns that are left for text, however deep it stands.
const NARROWEST: usize = 10;

/// Puts Markdown on a page that someone looks at.
pub(crate) fn show(markdown: &str, page: &mut Page) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut renderer = Renderer::new(page);
    for event in Parser::new_ext(&without_definitions(markdown), options) {
        renderer.take(event);
    }
    renderer.end_line();
}

/// Escapes what Markdown takes for the definition of a link, `[1]: https://…`, and would not show.
fn without_definitions(markdown: &str) -> String {
    let is_definition = |line: &str| line.starts_with('[') && line.contains("]:");
    let lines = markdown.split_inclusive('\n').map(|line| {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if is_definition(text) { format!("{indent}\\{text}") } else { line.to_owned() }
    });
    lines.collect()
}

/// What stands before the lines of a block: a marker before the first, columns before the others.
struct Margin {
    marker: Option<String>,
    rest: String,
}

struct Renderer<'p> {
    page: &'p mut Page,
    width: usize,
    margins: Vec<Margin>,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    spans: Spans,
    tones: Vec<Tone>,
    /// Where the links that are open lead to.
    targets: Vec<String>,
    grid: Option<Grid>,
    in_code: bool,
    /// Whether a line was put on the page, so that blocks are set apart.
    begun: bool,
    /// Whether an empty line comes before the next one.
    owes_gap: bool,
}

impl<'p> Renderer<'p> {
    fn new(page: &'p mut Page) -> Self {
        let width = page.width().min(WIDEST);
        Self {
            page,
            width,
            margins: Vec::new(),
            lists: Vec::new(),
            spans: Spans::default(),
            tones: Vec::new(),
            targets: Vec::new(),
            grid: None,
            in_code: false,
            begun: false,
            owes_gap: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code_lines(&text),
            Event::Text(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                self.push(&text);
            }
            Event::Html(text) => self.html(&text),
            Event::Code(text) => self.code(&text),
            Event::SoftBreak | Event::HardBreak if self.grid.is_some() => self.push(" "),
            // An answer is plain text first: its line breaks are meant.
            Event::SoftBreak | Event::HardBreak => self.end_line(),
            Event::Rule => {
                self.set_apart();
                let rule = "─".repeat(self.room().min(40));
                self.put_line(&[(&rule, Tone::Dim)]);
            }
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.push(&format!("[{name}]")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph if !self.is_in_fresh_item() => self.set_apart(),
            Tag::Heading { level, .. } => {
                self.set_apart();
                self.tones.push(Tone::Strong);
                if !self.page.has_color() {
                    self.push(&format!("{} ", "#".repeat(level as usize)));
                }
            }
            Tag::BlockQuote(_) => {
                self.set_apart();
                self.margins.push(Margin { marker: None, rest: "│ ".to_owned() });
            }
            Tag::CodeBlock(kind) => {
                self.set_apart();
                self.in_code = true;
                self.margins.push(Margin { marker: None, rest: "  ".to_owned() });
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.put_line(&[(&language, Tone::Dim)]);
                }
            }
            Tag::List(first) => {
                self.end_line();
                if self.lists.is_empty() {
                    self.set_apart();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "• ".to_owned(),
                };
                let rest = " ".repeat(spans::width(&marker));
                self.margins.push(Margin { marker: Some(marker), rest });
            }
            Tag::Table(_) => {
                self.set_apart();
                self.grid = Some(Grid::default());
            }
            Tag::Emphasis => self.tones.push(Tone::Emphasis),
            Tag::Strong => self.tones.push(Tone::Strong),
            Tag::Strikethrough => self.push("~~"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.targets.push(dest_url.into_string());
                self.spans.mark();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_line(),
            TagEnd::Heading(level) => {
                self.end_line();
                self.tones.pop();
                if level == HeadingLevel::H1 && self.page.has_color() {
                    let rule = "─".repeat(self.room().min(40));
                    self.put_line(&[(&rule, Tone::Dim)]);
                }
            }
            TagEnd::BlockQuote(_) => {
                self.end_line();
                self.margins.pop();
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.margins.pop();
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.end_line();
                // An item without text still shows that it is there.
                if self.margins.last().is_some_and(|margin| margin.marker.is_some()) {
                    self.put_line(&[]);
                }
                self.margins.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(grid) = &mut self.grid {
                    grid.cell(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(grid) = &mut self.grid {
                    grid.end_row();
                }
            }
            TagEnd::Table => {
                for line in self.grid.take().map(|grid| grid.fit(self.room())).unwrap_or_default() {
                    self.put_spans(&line);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.tones.pop();
            }
            TagEnd::Strikethrough => self.push("~~"),
            TagEnd::Link | TagEnd::Image => {
                let target = self.targets.pop().unwrap_or_default();
                let label = self.spans.since_mark();
                if label != target && !target.is_empty() && target != format!("mailto:{label}") {
                    self.spans.push(&format!(" ({target})"), Tone::Dim);
                }
            }
            _ => {}
        }
    }

    /// Whether the text of a list item is about to begin, right behind its marker.
    fn is_in_fresh_item(&self) -> bool {
        self.margins.last().is_some_and(|margin| margin.marker.is_some())
    }

    fn push(&mut self, text: &str) {
        let tone = self.tones.last().copied().unwrap_or_default();
        self.spans.push(text, tone);
    }

    /// Code in a line. Without colour its backticks tell it from the text around it.
    fn code(&mut self, text: &str) {
        if self.page.has_color() {
            self.spans.push(text, Tone::Code);
        } else {
            self.push(&format!("`{text}`"));
        }
    }

    /// Lines of code, as they are: only what is wider than the terminal is wrapped.
    fn code_lines(&mut self, text: &str) {
        for line in text.trim_end_matches('\n').split('\n') {
            let mut spans = Spans::default();
            spans.push(&line.replace('\t', "    "), Tone::Code);
            for line in spans.pieces(self.page.width().saturating_sub(self.margin()).max(NARROWEST)) {
                self.put_spans(&line);
            }
        }
    }

    /// HTML is no part of an answer's form: it is shown as it is.
    fn html(&mut self, text: &str) {
        for line in text.trim_end_matches('\n').split('\n') {
            self.push(line);
            self.end_line();
        }
    }

    /// Ends the line that is being written, wrapped to the room there is.
    fn end_line(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if !spans.is_blank() {
            for line in wrap(&spans, self.room()) {
                self.put_spans(&line);
            }
        }
    }

    /// Sets a block apart from the one before by an empty line.
    fn set_apart(&mut self) {
        self.end_line();
        self.owes_gap = self.begun && !self.is_in_fresh_item();
    }

    fn margin(&self) -> usize {
        self.margins.iter().map(|margin| spans::width(&margin.rest)).sum()
    }

    fn room(&self) -> usize {
        self.width.saturating_sub(self.margin()).max(NARROWEST)
    }

    fn put_spans(&mut self, line: &Spans) {
        let parts: Vec<(&str, Tone)> = line.iter().collect();
        self.put_line(&parts);
    }

    fn put_line(&mut self, parts: &[(&str, Tone)]) {
        self.begun = true;
        if std::mem::take(&mut self.owes_gap) {
            self.page.gap();
        }
        let margins: Vec<String> = self
            .margins
            .iter_mut()
            .map(|margin| margin.marker.take().unwrap_or_else(|| margin.rest.clone()))
            .collect();
        let mut line: Vec<(&str, Tone)> = margins.iter().map(|margin| (margin.as_str(), Tone::Dim)).collect();
        line.extend(parts);
        self.page.line(&line);
    }
}

#[cfg(test)]
mod tests;
