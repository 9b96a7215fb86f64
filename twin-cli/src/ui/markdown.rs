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
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::super::term::Screen;
    use super::*;

    fn shown(markdown: &str, width: usize, color: bool) -> String {
        let mut page = Page::new(Screen { is_terminal: true, color, can_redraw: false, width });
        show(markdown, &mut page);
        page.into_text()
    }

    #[test]
    fn plain_text_stays_as_it_is_but_for_its_width() {
        let text = "Under $50 no pre-approval needed.\nSubmit via Expensify.\n\nAsk * if * unsure.";
        assert_eq!(shown(text, 80, false), format!("{text}\n"));
        assert_eq!(shown("one two three four", 10, false), "one two\nthree four\n");
    }

    #[test]
    fn prose_is_at_most_a_hundred_columns_wide() {
        let widest = shown(&"word ".repeat(100), 200, false).lines().map(|line| line.width()).max();
        assert!(widest.is_some_and(|widest| (90..=100).contains(&widest)), "{widest:?}");
    }

    #[test]
    fn bold_and_code_are_shown_and_their_signs_are_not() {
        assert_eq!(
            shown("Get **manager approval** by `email`.", 80, true),
            "Get \u{1b}[1mmanager approval\u{1b}[0m by \u{1b}[36memail\u{1b}[0m.\n"
        );
        assert_eq!(shown("Get **approval** by `email`.", 80, false), "Get approval by `email`.\n");
    }

    #[test]
    fn lists_hang_under_their_text_and_stand_apart_from_it() {
        assert_eq!(
            shown(
                "Steps:\n\n1. Open the form and fill it in\n2. Send it\n   - with a receipt\n\nDone.",
                24,
                false
            ),
            "Steps:\n\n1. Open the form and\n   fill it in\n2. Send it\n   • with a receipt\n\nDone.\n"
        );
    }

    #[test]
    fn a_table_fits_the_width_whatever_its_cells_hold() {
        let table = "| Amount | Who approves |\n|---|---|\n| under $50 | nobody |\n| $50 to $500 | your manager, by email before the purchase |\n";
        assert_eq!(
            shown(table, 80, false),
            "Amount       Who approves\n\
             ───────────  ──────────────────────────────────────────\n\
             under $50    nobody\n\
             $50 to $500  your manager, by email before the purchase\n"
        );
        let narrow = shown(table, 30, false);
        assert!(narrow.lines().all(|line| line.width() <= 30), "{narrow}");
        assert!(narrow.contains("purchase"), "{narrow}");
        let narrowest = shown(&"| a long header ".repeat(12).replace('\n', ""), 20, false);
        assert!(narrowest.contains("a long header"), "{narrowest}");
    }

    #[test]
    fn code_keeps_its_lines_and_its_spaces() {
        assert_eq!(
            shown("Run:\n\n```sh\ntwin ask \\\n  --from x\n```\nThen wait.", 80, false),
            "Run:\n\n  sh\n  twin ask \\\n    --from x\n\nThen wait.\n"
        );
    }

    #[test]
    fn a_link_shows_where_it_leads_and_an_address_stands_once() {
        assert_eq!(
            shown("See [the form](https://x.example/f).", 80, false),
            "See the form (https://x.example/f).\n"
        );
        assert_eq!(shown("See <https://x.example/f>.", 80, false), "See https://x.example/f.\n");
    }

    #[test]
    fn headings_and_quotes_are_told_apart_without_colour() {
        assert_eq!(
            shown("## Leave\nText\n\n> quoted\n> twice", 80, false),
            "## Leave\n\nText\n\n│ quoted\n│ twice\n"
        );
    }

    #[test]
    fn what_looks_like_the_definition_of_a_link_is_shown() {
        assert_eq!(shown("See [1].\n\n[1]: the form", 80, false), "See [1].\n\n[1]: the form\n");
    }

    proptest! {
        #[test]
        fn no_markdown_can_steer_the_terminal_or_lose_a_word(
            words in prop::collection::vec("[a-z]{1,8}", 1..30),
            joints in prop::collection::vec(prop::sample::select(vec![
                " ", "\n", "\n\n", "\n- ", "\n  - ", "\n1. ", "\n> ", "\n# ", " **", "** ", " `", "` ", "\n```\n", " | ", "\n|---|\n", "\n    ", "\u{1b}[2J", "\u{202e}",
            ]), 30),
            width in 20usize..120,
        ) {
            let text: String = words.iter().zip(&joints).flat_map(|(word, joint)| [word.as_str(), joint]).collect();
            let shown = shown(&text, width, false);
            let controls: Vec<char> = shown.chars().filter(|c| c.is_control() && *c != '\n').collect();
            prop_assert_eq!(controls, Vec::<char>::new());
            let overrides = shown.contains('\u{202e}');
            prop_assert!(!overrides);
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
            prop_assert_eq!(letters(&shown), letters(&text), "{:?} of {:?}", shown, text);
        }
    }
}
