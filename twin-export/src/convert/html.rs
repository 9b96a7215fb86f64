//! HTML as text.

use scraper::{ElementRef, Node};

use super::super::Limits;
use super::super::text::tidy_line;
use super::html_tree::{descendants, has_class, parse};
use super::prose::Prose;

/// The first heading and the text of a page.
pub(crate) fn to_text(html: &str, limits: &Limits) -> Result<(Option<String>, String), &'static str> {
    let tree = parse(html, limits)?;
    let mut walker = Walker::new(|_, _| false);
    walker.element(tree.root_element());
    Ok(walker.prose.finish())
}

/// The text of HTML that stands in another text; left as it is where it cannot be parsed.
pub(crate) fn fragment_to_text(html: &str) -> String {
    to_text(html, &Limits::default()).map_or_else(|_| html.to_owned(), |(_, text)| text)
}

/// Reads elements into [`Prose`]. A source with habits of its own looks at each element first and
/// answers whether it has dealt with it.
pub(crate) struct Walker {
    pub(crate) prose: Prose,
    special: fn(&mut Walker, ElementRef<'_>) -> bool,
    preformatted: bool,
    /// Line ends in the text are meant, as where styles say so.
    pub(crate) breaks_are_meant: bool,
    depth: usize,
}

impl Walker {
    pub(crate) fn new(special: fn(&mut Walker, ElementRef<'_>) -> bool) -> Self {
        Self { prose: Prose::default(), special, preformatted: false, breaks_are_meant: false, depth: 0 }
    }

    /// Reads what is inside an element.
    pub(crate) fn children(&mut self, parent: ElementRef<'_>) {
        // The parser may move nodes deeper after the last look at the tree.
        if self.depth > 2 * Limits::default().html_depth {
            return;
        }
        self.depth += 1;
        for child in parent.children() {
            match child.value() {
                Node::Text(text) if self.preformatted => self.prose.verbatim(text),
                Node::Text(text) => self.flowing(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(child) {
                        self.element(element);
                    }
                }
                _ => {}
            }
        }
        self.depth -= 1;
    }

    fn flowing(&mut self, text: &str) {
        let pieces = if self.breaks_are_meant { text.split('\n') } else { text.split('\0') };
        for (index, piece) in pieces.enumerate() {
            if index > 0 {
                self.prose.line_break();
            }
            self.prose.flowing(piece);
        }
    }

    fn element(&mut self, element: ElementRef<'_>) {
        if (self.special)(self, element) {
            return;
        }
        match element.value().name() {
            "script" | "style" | "head" | "template" | "noscript" | "svg" | "iframe" | "object"
            | "select" | "textarea" | "audio" | "video" | "canvas" => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let text = self.captured(element);
                self.prose.heading(&text);
            }
            "br" => self.prose.line_break(),
            "div" | "dt" | "dd" | "figcaption" | "caption" | "summary" | "label" | "tr" => {
                self.lines(element)
            }
            "p" | "section" | "article" | "header" | "footer" | "main" | "aside" | "blockquote"
            | "figure" | "address" | "dl" | "form" | "fieldset" | "details" | "center" | "nav" | "hr" => {
                self.block(element)
            }
            "ul" | "menu" => self.list(element, None),
            "ol" => {
                let start = element.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.list(element, Some(start));
            }
            "li" if self.prose.in_list() => {
                self.prose.begin_item();
                self.children(element);
                self.prose.end_item();
            }
            "li" => self.lines(element),
            "table" => self.table(element),
            "pre" => self.preformatted(element),
            "a" => {
                let label = self.captured(element);
                self.prose.link(&label, element.attr("href").unwrap_or_default());
            }
            "img" => {
                let description = element.attr("alt").unwrap_or_default();
                if !super::is_media(description) && !is_caption(element, description) {
                    self.prose.flowing(description);
                }
            }
            "input" if element.attr("type") == Some("checkbox") => {
                self.prose.check_box(element.attr("checked").is_some());
            }
            "math" => self.formula(element),
            "span" if has_class(element, "katex") => self.formula(element),
            _ => self.children(element),
        }
    }

    /// The text inside an element, apart from what stands around it.
    pub(crate) fn captured(&mut self, element: ElementRef<'_>) -> String {
        self.prose.capture();
        self.children(element);
        self.prose.release()
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

    fn list(&mut self, element: ElementRef<'_>, first: Option<u64>) {
        self.prose.begin_list(first);
        self.children(element);
        self.prose.end_list();
    }

    fn preformatted(&mut self, element: ElementRef<'_>) {
        let outer = std::mem::replace(&mut self.preformatted, true);
        self.block(element);
        self.preformatted = outer;
    }

    /// Formulas are printed for eyes, for machines and as source: the source alone says it once.
    fn formula(&mut self, element: ElementRef<'_>) {
        let source = descendants(element, "annotation").next();
        match source {
            Some(source) => self.prose.flowing(source.text().collect::<String>().trim()),
            None => self.children(element),
        }
    }

    pub(crate) fn table(&mut self, table: ElementRef<'_>) {
        if is_layout(table) {
            return self.block(table);
        }
        let mut rows = Vec::new();
        for child in table.descendent_elements() {
            match child.value().name() {
                "caption" => self.block(child),
                "tr" => {
                    let cells =
                        child.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th"));
                    rows.push(cells.map(|cell| self.captured(cell)).collect());
                }
                _ => {}
            }
        }
        self.prose.table(&rows);
    }
}

/// Whether the caption of a picture says the same.
fn is_caption(picture: ElementRef<'_>, description: &str) -> bool {
    let mut above = picture.ancestors().filter_map(ElementRef::wrap);
    let caption = above
        .find(|above| above.value().name() == "figure")
        .and_then(|figure| descendants(figure, "figcaption").next());
    caption.is_some_and(|caption| tidy_line(&caption.text().collect::<String>()) == tidy_line(description))
}

/// Tables that only place things on a page: they read as blocks, not as rows.
fn is_layout(table: ElementRef<'_>) -> bool {
    let has_block = table.descendent_elements().skip(1).any(|inner| {
        matches!(
            inner.value().name(),
            "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre"
        )
    });
    let is_row = |element: &ElementRef<'_>| element.value().name() == "tr";
    let single_column =
        || table.descendent_elements().filter(is_row).all(|row| row.child_elements().count() < 2);
    table.attr("role") == Some("presentation") || has_block || single_column()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        to_text(html, &Limits::default()).unwrap().1
    }

    #[test]
    fn blocks_lists_and_tables_read_as_lines() {
        let html = "<html><head><title>T</title><style>x{}</style></head><body><h1>Plan</h1><p>One <b>two</b>\n three</p>\
            <ul><li>a<ol start=3><li>b</li></ol></li><li><p>c</p></li></ul>\
            <table><tr><th>k</th><th>v</th></tr><tr><td>x</td><td><p>1</p><p>2</p></td></tr></table></body></html>";
        assert_eq!(text(html), "Plan\n\nOne two three\n\n- a\n  3. b\n- c\n\nk | v\nx | 1 2");
    }

    #[test]
    fn a_table_that_only_places_things_reads_as_blocks() {
        let html =
            "<table><tr><td>left</td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>";
        assert_eq!(text(html), "left\n\na | b");
    }

    #[test]
    fn an_equation_is_said_once() {
        let html = "<p>So <span class='katex'><span class='katex-mathml'><math><semantics><mi>E</mi>\
            <annotation encoding='application/x-tex'>E=mc^2</annotation></semantics></math></span>\
            <span class='katex-html'>E=mc2</span></span>.</p>";
        assert_eq!(text(html), "So E=mc^2.");
    }

    #[test]
    fn a_caption_is_said_once() {
        let html = "<figure><img alt='The deck' src=x.png><figcaption>The\n deck</figcaption></figure><img alt='Else'>";
        assert_eq!(text(html), "The deck\n\nElse");
    }

    #[test]
    fn code_keeps_its_lines_and_blanks() {
        assert_eq!(text("<pre><code>if x:\n    y()\n</code></pre><p>z</p>"), "if x:\n    y()\n\nz");
    }
}
