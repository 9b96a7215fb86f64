//! HTML as text.

use std::borrow::Cow;
use std::rc::Rc;

use scraper::{ElementRef, Node};

use super::super::text::tidy_line;
use super::super::{Limits, remark};
use super::html_hidden::{is_comment, is_hidden, shown_within};
use super::html_list::Lists;
use super::html_place::{self, Place};
use super::html_styles::{Linked, Styles};
use super::html_tree::{Attributes as _, descendants, has_class, parse};
use super::prose::Prose;
use super::{Aside, Output, html_form, html_list, html_table, html_title, mathml, signs, symbols};

/// The title and the text of a page, and what is left out of it.
pub(crate) fn read(html: &str, limits: &Limits) -> Result<Output, &'static str> {
    read_with(html, limits, false)
}

/// As [`read`]; what a message quotes is marked as such, as in plain messages.
#[cfg(feature = "mail")]
pub(crate) fn read_mail(html: &str, limits: &Limits) -> Result<Output, &'static str> {
    read_with(html, limits, true)
}

fn read_with(html: &str, limits: &Limits, marks_quotes: bool) -> Result<Output, &'static str> {
    read_linked(html, limits, marks_quotes, &mut |_| None)
}

fn read_linked(
    html: &str,
    limits: &Limits,
    marks_quotes: bool,
    linked: Linked<'_>,
) -> Result<Output, &'static str> {
    let tree = parse(html, limits)?;
    let mut walker = Walker::new(|_, _| false);
    walker.styles = Rc::new(Styles::of(&tree, linked));
    walker.marks_quotes = marks_quotes;
    let title = html_title::of(&tree, &mut walker);
    walker.element(tree.root_element());
    let mut aside = Aside::default();
    if tree.root_element().descendent_elements().any(is_comment) {
        aside.remark(remark::COMMENTS);
    }
    Ok(Output { title, text: walker.prose.finish().1, aside })
}

/// The title and the text of a page.
pub(crate) fn to_text(html: &str, limits: &Limits) -> Result<(Option<String>, String), &'static str> {
    read(html, limits).map(|Output { title, text, .. }| (title, text))
}

/// As [`to_text`], with the style sheets that the page refers to.
pub(super) fn to_text_linked(
    html: &str,
    limits: &Limits,
    linked: Linked<'_>,
) -> Result<(Option<String>, String), &'static str> {
    read_linked(html, limits, false, linked).map(|Output { title, text, .. }| (title, text))
}

/// The text of HTML that stands in another text; left as it is where it cannot be parsed.
pub(crate) fn fragment_to_text(html: &str) -> String {
    to_text(html, &Limits::default()).map_or_else(|_| html.to_owned(), |(_, text)| text)
}

/// Reads elements into [`Prose`]. A source with habits of its own looks at each element first and
/// answers whether it has dealt with it.
pub(crate) struct Walker {
    pub(crate) prose: Prose,
    pub(super) styles: Rc<Styles>,
    pub(super) lists: Lists,
    /// The font of symbols in which the text is written.
    font: String,
    special: fn(&mut Walker, ElementRef<'_>) -> bool,
    preformatted: bool,
    pub(super) struck: bool,
    /// Line ends in the text are meant, as where styles say so.
    pub(crate) breaks_are_meant: bool,
    /// Lines of quotes begin with `>`.
    pub(super) marks_quotes: bool,
    depth: usize,
    /// How many cells are read apart, one within the other.
    cells: usize,
}

/// Text of a cell is copied once for each cell around it.
const MOST_CELLS_AROUND: usize = 8;

impl Walker {
    pub(crate) fn new(special: fn(&mut Walker, ElementRef<'_>) -> bool) -> Self {
        Self {
            prose: Prose::default(),
            styles: Rc::default(),
            lists: Lists::default(),
            font: String::new(),
            special,
            preformatted: false,
            struck: false,
            breaks_are_meant: false,
            marks_quotes: false,
            depth: 0,
            cells: 0,
        }
    }

    /// Reads what is inside an element.
    pub(crate) fn children(&mut self, parent: ElementRef<'_>) {
        // The parser may move nodes deeper after the last look at the tree.
        if self.depth > 2 * Limits::default().html_depth {
            return;
        }
        self.depth += 1;
        let strikes = !self.struck && self.styles.strikes(parent);
        if strikes {
            self.struck = true;
            self.prose.capture();
        }
        let font = self.styles.font(parent).map(|font| std::mem::replace(&mut self.font, font));
        // Items have it for their mark.
        if parent.value().name() != "li"
            && let Some(text) = self.styles.text_before(parent)
        {
            self.prose.flowing(&text);
        }
        for child in parent.children() {
            match child.value() {
                Node::Text(text) if self.preformatted => {
                    let text = symbols::typed(&self.font, text);
                    self.prose.verbatim(&text);
                }
                Node::Text(text) => self.flowing(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(child) {
                        self.element(element);
                    }
                }
                _ => {}
            }
        }
        if let Some(font) = font {
            self.font = font;
        }
        if strikes {
            self.struck = false;
            let text = self.prose.release();
            self.write_struck(parent, &text);
        }
        self.depth -= 1;
    }

    pub(super) fn flowing(&mut self, text: &str) {
        let text: Cow<'_, str> = match symbols::typed(&self.font, text) {
            Cow::Owned(shown) => signs::with_boxes(&shown).into_owned().into(),
            text => text,
        };
        let pieces = if self.breaks_are_meant { text.split('\n') } else { text.split('\0') };
        for (index, piece) in pieces.enumerate() {
            if index > 0 {
                self.prose.line_break();
            }
            self.prose.flowing(piece);
        }
    }

    pub(super) fn element(&mut self, element: ElementRef<'_>) {
        if (self.special)(self, element) {
            return;
        }
        if is_hidden(element, &self.styles) {
            let styles = Rc::clone(&self.styles);
            let shown = shown_within(element, &styles);
            let is_apart = !shown.is_empty() && html_place::is_block(element.value().name());
            if is_apart {
                self.prose.line();
            }
            shown.into_iter().for_each(|inner| self.element(inner));
            if is_apart {
                self.prose.line();
            }
            return;
        }
        match html_place::of(element, &self.styles) {
            // Lines of code end where the text ends them.
            _ if self.preformatted && element.next_sibling().is_some_and(|next| next.value().is_text()) => {
                self.read(element)
            }
            Place::Inline => self.read(element),
            Place::Apart => {
                self.prose.apart();
                self.read(element);
                self.prose.apart();
            }
            Place::Line => {
                self.prose.line();
                self.read(element);
                self.prose.line();
            }
        }
    }

    fn read(&mut self, element: ElementRef<'_>) {
        match element.value().name() {
            "script" => self.script(element),
            "style" | "head" | "template" | "noscript" | "audio" | "video" | "canvas" | "datalist" | "rp" => {
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let text = self.captured(element);
                self.prose.heading(&text);
            }
            "br" => self.prose.line_break(),
            "div" | "span" | "li" | "a" | "section" | "ul" if html_table::row_by_role(self, element) => {}
            "div" | "dt" | "dd" | "figcaption" | "caption" | "summary" | "label" | "tr" => {
                self.lines(element)
            }
            "blockquote" if self.marks_quotes && self.may_capture() => self.quoted(element),
            "p" if html_list::written_item(self, element) => {}
            "p" | "section" | "article" | "header" | "footer" | "main" | "aside" | "blockquote"
            | "figure" | "address" | "dl" | "form" | "fieldset" | "details" | "center" | "nav" | "hr"
            | "dialog" | "search" | "hgroup" | "legend" | "object" => self.block(element),
            "ul" | "menu" | "dir" | "ol" => html_list::read(self, element),
            "li" if self.prose.in_list() => html_list::item(self, element),
            "li" => self.lines(element),
            "table" => html_table::read(self, element),
            // A cell outside of any table.
            "td" | "th" => self.lines(element),
            "pre" | "listing" | "xmp" | "plaintext" => self.preformatted(element),
            "sup" => self.raised(element),
            "span" if html_list::is_mark(element) => html_list::mark(self, element),
            "span" | "a" | "font" | "b" | "i" | "em" | "strong" | "small" | "u"
                if self.styles.raises(element) =>
            {
                self.raised(element)
            }
            "a" => self.link(element),
            "span" if has_class(element, "mw-cite-backlink") => {}
            "img" => self.picture(element),
            "svg" => self.drawing(element),
            "noframes" => self.without_frames(element),
            "iframe" => self.frame(element),
            "input" | "select" | "textarea" => html_form::field(&mut self.prose, element),
            "math" => self.formula(element),
            "span" if FORMULAS.iter().any(|class| has_class(element, class)) => self.formula(element),
            "span" if has_class(element, "MathJax_Preview") || has_class(element, "MathJax") => {}
            "mjx-container" => self.formula(element),
            "del" | "s" | "strike" => self.struck(element),
            "ruby" => self.ruby(element),
            "tspan" => self.piece_of_drawing(element),
            // A day that is told to programs alone.
            "time" if element.text().all(|text| text.trim().is_empty()) => {
                self.prose.flowing(element.attribute("datetime").unwrap_or_default());
            }
            "q" => {
                self.prose.text("“");
                self.children(element);
                self.prose.text("”");
            }
            _ => self.children(element),
        }
    }

    /// The text inside an element, apart from what stands around it.
    pub(crate) fn captured(&mut self, element: ElementRef<'_>) -> String {
        self.prose.capture();
        self.children(element);
        self.prose.release()
    }

    /// Whether a cell may be read apart.
    pub(super) fn may_capture(&self) -> bool {
        self.cells < MOST_CELLS_AROUND
    }

    /// Reads apart what may stand within another such element.
    pub(super) fn captured_cell(&mut self, cell: ElementRef<'_>) -> String {
        self.cells += 1;
        let text = self.captured(cell);
        self.cells -= 1;
        text
    }

    pub(crate) fn block(&mut self, element: ElementRef<'_>) {
        self.prose.block();
        self.children(element);
        self.prose.block();
    }

    pub(crate) fn lines(&mut self, element: ElementRef<'_>) {
        self.prose.line();
        self.children(element);
        self.prose.line();
    }

    /// A block whose blanks and line ends count.
    pub(crate) fn preformatted(&mut self, element: ElementRef<'_>) {
        let outer = std::mem::replace(&mut self.preformatted, true);
        self.block(element);
        self.preformatted = outer;
    }

    /// What a program shows in place of a script: MathJax a formula, SyntaxHighlighter code.
    fn script(&mut self, element: ElementRef<'_>) {
        let kind = element.attribute("type").unwrap_or_default();
        if kind.starts_with("math/tex") {
            self.prose.flowing(element.text().collect::<String>().trim());
        } else if kind == "syntaxhighlighter" {
            let text: String = element.text().collect();
            let code = text.trim();
            let inner = code.strip_prefix("<![CDATA[").and_then(|code| code.strip_suffix("]]>"));
            // An end within the code is written in two pieces.
            let code = inner.unwrap_or(code).replace("]]]]><![CDATA[>", "]]>");
            self.prose.block();
            self.prose.verbatim(code.trim_matches(['\r', '\n']));
            self.prose.block();
        }
    }

    /// What a picture shows, apart from the text beside it.
    fn picture(&mut self, element: ElementRef<'_>) {
        let description = element.attribute("alt").unwrap_or_default();
        if super::is_media(description) || is_caption(element, description) {
            return;
        }
        let is_word = description.contains(|c: char| c.is_alphanumeric());
        if is_word {
            self.prose.space();
        }
        self.prose.flowing(description);
        if is_word {
            self.prose.space();
        }
    }

    /// A page within the page that is given with it.
    fn frame(&mut self, element: ElementRef<'_>) {
        if let Some(inner) = element.attribute("srcdoc").filter(|_| self.depth < 64) {
            self.prose.block();
            self.prose.text(&fragment_to_text(inner));
            self.prose.block();
        }
    }

    /// What a page of frames says where there are none, which the parser leaves as it is written.
    fn without_frames(&mut self, element: ElementRef<'_>) {
        let inner: String = element.text().collect();
        if !inner.to_ascii_lowercase().contains("<noframes") {
            self.prose.block();
            self.prose.text(&fragment_to_text(&inner));
            self.prose.block();
        }
    }

    /// Formulas are printed for eyes, for machines and as source: the source alone says it once.
    fn formula(&mut self, element: ElementRef<'_>) {
        let is_block =
            element.attribute("display").is_some_and(|display| display == "block" || display == "true");
        let is_math = |inner: &ElementRef<'_>| inner.value().name() == "math";
        let math = std::iter::once(element).chain(element.descendent_elements()).find(is_math);
        if is_block {
            self.prose.line();
        }
        match math {
            Some(math) => {
                let before = element.prev_sibling().and_then(ElementRef::wrap);
                if before.is_some_and(|before| before.value().name() == element.value().name()) {
                    self.prose.space();
                }
                self.prose.flowing(&mathml::to_line(math));
            }
            None => self.children(element),
        }
        if is_block {
            self.prose.line();
        }
    }
}

/// What holds a formula in several forms.
const FORMULAS: [&str; 3] = ["katex", "katex-display", "mwe-math-element"];

/// Whether the caption of a picture says the same.
fn is_caption(picture: ElementRef<'_>, description: &str) -> bool {
    let mut above = picture.ancestors().filter_map(ElementRef::wrap);
    let caption = above
        .find(|above| above.value().name() == "figure")
        .and_then(|figure| descendants(figure, "figcaption").next());
    caption.is_some_and(|caption| tidy_line(&caption.text().collect::<String>()) == tidy_line(description))
}

#[cfg(test)]
mod tests;
