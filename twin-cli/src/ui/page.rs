//! A page of output: the one way text gets onto a stream, so that none gets there unsanitized.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::sanitize;
use super::table::Table;
use super::term::Screen;

/// How a piece of text stands out where there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Less important than what stands around it.
    Dim,
    /// A heading or the one thing to see.
    Strong,
    /// Stressed.
    Emphasis,
    /// Code: a command, a name, a value.
    Code,
    /// All is well.
    Good,
    /// Needs a look.
    Warning,
    /// Went wrong.
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Tone::Plain => Style::new(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
            Tone::Emphasis => Style::new().italic(),
            Tone::Code => color(AnsiColor::Cyan),
            Tone::Good => color(AnsiColor::Green),
            Tone::Warning => color(AnsiColor::Yellow).bold(),
            Tone::Bad => color(AnsiColor::Red).bold(),
        }
    }
}

/// The narrowest column that a meaning is wrapped in, beside its term.
const NARROWEST: usize = 16;
/// How far a meaning below its term is indented.
const BELOW: usize = 6;

/// Text for one screen, built line by line. Everything put on it is sanitized first.
#[derive(Debug)]
pub struct Page {
    screen: Screen,
    text: String,
}

impl Page {
    /// An empty page for this screen.
    pub fn new(screen: Screen) -> Self {
        Self { screen, text: String::new() }
    }

    /// Whether someone looks at it; otherwise a script reads it.
    pub fn is_terminal(&self) -> bool {
        self.screen.is_terminal
    }

    /// Whether tones are shown by colour; otherwise signs must tell.
    pub fn has_color(&self) -> bool {
        self.screen.color
    }

    /// Columns of the terminal.
    pub fn width(&self) -> usize {
        self.screen.width
    }

    /// What was put on it, with colours where the screen has them.
    pub fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Text of any length: wrapped on a terminal, as it is elsewhere. Ends with exactly one line feed.
    pub fn block(&mut self, text: &str, tone: Tone) {
        let text = sanitize::multi_line(text);
        for line in text.trim_end_matches('\n').split('\n') {
            if self.is_terminal() {
                for part in wrap_line(line, self.width()) {
                    self.put(&part, tone);
                    self.gap();
                }
            } else {
                self.put(line, tone);
                self.gap();
            }
        }
    }

    /// One line made of parts in different tones; not wrapped.
    pub fn line(&mut self, parts: &[(&str, Tone)]) {
        for (text, tone) in parts {
            self.put(&sanitize::single_line(text), *tone);
        }
        self.gap();
    }

    /// A question, wrapped so that its last line has `after` columns left for what follows, and not ended.
    pub fn question(&mut self, text: &str, after: usize, tone: Tone) {
        let text = sanitize::single_line(text);
        let lines = textwrap::wrap(&text, self.width().saturating_sub(after).max(NARROWEST));
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                self.gap();
            }
            self.put(line, tone);
        }
    }

    /// A term and what it means, which stays beside the term where it is wrapped, and goes below it where
    /// there is no room.
    pub fn entry(&mut self, term: &str, tone: Tone, meaning: &str) {
        let (term, meaning) = (sanitize::single_line(term), sanitize::single_line(meaning));
        if !self.is_terminal() {
            self.put(&term, tone);
            self.put(&meaning, Tone::Plain);
            return self.gap();
        }
        let beside = term.width() + NARROWEST <= self.width();
        let indent = if beside { term.width() } else { BELOW };
        self.put(if beside { &term } else { term.trim_end() }, tone);
        let options = textwrap::Options::new(self.width() - indent).break_words(true);
        for (number, line) in textwrap::wrap(&meaning, options).iter().enumerate() {
            if number > 0 || !beside {
                self.gap();
                self.text.push_str(&" ".repeat(indent));
            }
            self.put(line, Tone::Plain);
        }
        self.gap();
    }

    /// Text of this program itself that a machine will read, as it is.
    pub fn verbatim(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// One row for scripts: cells separated by tabs.
    pub fn row(&mut self, cells: &[&str]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push('\t');
            }
            self.text.push_str(&sanitize::single_line(cell));
        }
        self.gap();
    }

    /// A table fitted to the width.
    pub fn table(&mut self, table: &Table) {
        for line in table.fit(self.width()) {
            for (cell, tone) in &line {
                self.put(cell, *tone);
            }
            self.gap();
        }
    }

    /// Appends text that is sanitized already.
    fn put(&mut self, text: &str, tone: Tone) {
        if !self.screen.color || tone == Tone::Plain || text.is_empty() {
            self.text.push_str(text);
        } else {
            let style = tone.style();
            self.text.push_str(&format!("{style}{text}{style:#}"));
        }
    }
}

/// Wraps one line; what follows a list marker or an indent stays under it.
fn wrap_line(line: &str, width: usize) -> Vec<Cow<'_, str>> {
    let line = if line.contains('\t') { Cow::Owned(line.replace('\t', "    ")) } else { Cow::Borrowed(line) };
    let indent = hanging_indent(&line).min(width / 2);
    let hanging = " ".repeat(indent);
    let options = textwrap::Options::new(width).subsequent_indent(&hanging).break_words(true);
    textwrap::wrap(&line, options).into_iter().map(|part| Cow::Owned(part.into_owned())).collect()
}

/// Columns before the text of a line: its spaces and a list marker such as `- ` or `12. `.
fn hanging_indent(line: &str) -> usize {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[spaces..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marker = match &rest[digits..] {
        after if digits > 0 && (after.starts_with(". ") || after.starts_with(") ")) => digits + 2,
        after if digits == 0 && ["- ", "* ", "+ "].iter().any(|bullet| after.starts_with(bullet)) => 2,
        _ => 0,
    };
    spaces + marker
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn screen(is_terminal: bool, color: bool, width: usize) -> Screen {
        Screen { is_terminal, color, can_redraw: false, width }
    }

    fn block(screen: Screen, text: &str) -> String {
        let mut page = Page::new(screen);
        page.block(text, Tone::Plain);
        page.into_text()
    }

    #[test]
    fn text_is_wrapped_to_the_terminal_and_left_alone_in_a_pipe() {
        let text = "Under $50 no pre-approval needed. Submit via Expensify.";
        assert_eq!(
            block(screen(true, false, 30), text),
            "Under $50 no pre-approval\nneeded. Submit via Expensify.\n"
        );
        assert_eq!(block(screen(false, false, 30), text), format!("{text}\n"));
    }

    #[test]
    fn a_wrapped_list_item_hangs_under_its_text() {
        assert_eq!(
            block(screen(true, false, 24), "- first thing to do today\n10. and another one of them"),
            "- first thing to do\n  today\n10. and another one of\n    them\n"
        );
    }

    #[test]
    fn empty_lines_inside_stay_and_at_the_end_go() {
        assert_eq!(block(screen(true, false, 40), "one\n\ntwo\n\n\n"), "one\n\ntwo\n");
    }

    #[test]
    fn colour_is_written_only_where_the_screen_has_it() {
        let mut page = Page::new(screen(false, true, 80));
        page.block("done", Tone::Good);
        assert_eq!(page.into_text(), "\u{1b}[32mdone\u{1b}[0m\n");
        let mut page = Page::new(screen(true, false, 80));
        page.block("done", Tone::Good);
        assert_eq!(page.into_text(), "done\n");
    }

    #[test]
    fn a_tab_in_a_cell_cannot_make_a_column() {
        let mut page = Page::new(screen(false, false, 80));
        page.row(&["doc_1", "a\tb\nc"]);
        assert_eq!(page.into_text(), "doc_1\ta␉b␊c\n");
    }

    #[test]
    fn what_a_term_means_stays_beside_it() {
        let mut page = Page::new(screen(true, false, 30));
        page.entry("hint: ", Tone::Dim, "run 'twin login', or set TWIN_API_KEY");
        page.entry("a term without room  ", Tone::Dim, "its meaning goes below it");
        assert_eq!(
            page.into_text(),
            "hint: run 'twin login', or set\n      TWIN_API_KEY\na term without room\n      its meaning goes below\n      it\n"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(text in "[a-z 東é\n\t-]{0,300}", width in 20usize..200) {
            for line in block(screen(true, false, width), &text).lines() {
                prop_assert!(line.width() <= width, "{line:?} in {width}");
            }
        }

        #[test]
        fn nothing_on_a_page_can_steer_the_terminal(text in any::<String>(), width in 20usize..200) {
            let mut page = Page::new(screen(true, false, width));
            page.block(&text, Tone::Bad);
            page.line(&[(&text, Tone::Dim)]);
            page.row(&[&text, &text]);
            page.entry(&text, Tone::Good, &text);
            let controls: Vec<char> =
                page.into_text().chars().filter(|c| c.is_control() && !"\n\t".contains(*c)).collect();
            prop_assert_eq!(controls, Vec::<char>::new());
        }
    }
}
