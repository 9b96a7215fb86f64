//! Elements of pages whose place or stroke carries meaning: powers, marks of notes, struck text, ruby, words in drawings.

use scraper::{ElementRef, Node};

use super::super::text::tidy_line;
use super::html::Walker;
use super::html_styles::property;
use super::html_tree::{Attributes as _, descendants};
use super::prose::Prose;
use super::signs;

impl Walker {
    /// The words in a drawing, each on its line.
    pub(super) fn drawing(&mut self, element: ElementRef<'_>) {
        for inner in
            element.descendent_elements().filter(|inner| inner.value().name().eq_ignore_ascii_case("text"))
        {
            self.lines(inner);
        }
        for inner in descendants(element, "foreignObject") {
            self.lines(inner);
        }
    }

    /// A piece of a drawing's text: what has a height of its own stands on a line of its own.
    pub(super) fn piece_of_drawing(&mut self, piece: ElementRef<'_>) {
        let before = piece.prev_siblings().find_map(ElementRef::wrap);
        let moves = |name: &str| piece.attribute(name).is_some_and(|value| !value.trim().is_empty());
        let has_own_height =
            moves("y") && before.is_none_or(|before| before.attribute("y") != piece.attribute("y"));
        let is_lower = piece.attribute("dy").is_some_and(|dy| !dy.trim_start().starts_with(['0', '-']));
        if has_own_height || (moves("x") && is_lower) {
            self.prose.line();
        } else if moves("x") {
            self.prose.apart();
        }
        if piece.attribute("baseline-shift") == Some("super") {
            return self.raised(piece);
        }
        self.children(piece);
    }

    /// What a message quotes. Some programs write a quote for a paragraph that is moved in.
    pub(super) fn quoted(&mut self, element: ElementRef<'_>) {
        let style = element.attribute("style").unwrap_or_default();
        let is_moved_in = property(style, "border").is_some_and(|border| border.starts_with("none"))
            && element.attribute("type").is_none()
            && !element.class_names().any(|class| class.contains("quote"));
        if is_moved_in {
            return self.block(element);
        }
        let text = self.captured_cell(element);
        let lines = text
            .trim()
            .lines()
            .map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") });
        let lines: Vec<String> = lines.collect();
        self.prose.block();
        self.prose.verbatim(&lines.join("\n"));
        self.prose.block();
    }

    pub(super) fn struck(&mut self, element: ElementRef<'_>) {
        if std::mem::replace(&mut self.struck, true) {
            return self.children(element);
        }
        let text = self.captured(element);
        self.struck = false;
        self.write_struck(element, &text);
    }

    pub(super) fn write_struck(&mut self, element: ElementRef<'_>, text: &str) {
        if element.descendent_elements().skip(1).any(is_block) {
            self.prose.block();
            self.prose.verbatim(&signs::struck_lines(text));
            return self.prose.block();
        }
        self.apart(element, |prose| {
            let lines: Vec<String> = text.split('\n').map(signs::struck).collect();
            prose.text(&lines.join("\n"));
        });
    }

    /// Blanks at an element's edges stand between it and its neighbours.
    fn apart(&mut self, element: ElementRef<'_>, write: impl FnOnce(&mut Prose)) {
        let text = element.text().collect::<String>();
        if text.starts_with(char::is_whitespace) {
            self.prose.space();
        }
        write(&mut self.prose);
        if text.ends_with(char::is_whitespace) {
            self.prose.space();
        }
    }

    pub(super) fn link(&mut self, link: ElementRef<'_>) {
        let label = self.captured(link);
        let address = link.attribute("href").unwrap_or_default();
        if is_note_mark(link, label.trim(), address) {
            return self.prose.text(&format!("[{}]", label.trim().trim_matches(['[', ']'])));
        }
        self.prose.link(&label, address);
    }

    /// A power, or the mark of a note.
    pub(super) fn raised(&mut self, element: ElementRef<'_>) {
        let text = self.captured(element);
        let is_mark = |link: ElementRef<'_>| {
            link.value().name() == "a"
                && link.attribute("href").is_some_and(|address| address.starts_with('#'))
        };
        let above = element.ancestors().find_map(ElementRef::wrap);
        let is_note = element.descendent_elements().any(is_mark) || above.is_some_and(is_mark);
        let written = if text.trim().is_empty() {
            text
        } else if is_above_stroke(element, &text) && !self.prose.written().ends_with(char::is_alphabetic) {
            // A fraction, maybe behind a whole number.
            let is_mixed = self.prose.written().ends_with(|c: char| c.is_ascii_digit());
            format!("{}{}", if is_mixed { " " } else { "" }, text.trim())
        } else if is_note {
            format!("[{}]", text.trim().trim_matches(['[', ']', '(', ')']))
        } else {
            signs::superscript(self.prose.written(), &text)
        };
        self.prose.text(&written);
    }

    /// A word, and how it is spoken.
    pub(super) fn ruby(&mut self, element: ElementRef<'_>) {
        let is_reading = |inner: &ElementRef<'_>| match inner.value().name() {
            "rt" => true,
            "rtc" => descendants(*inner, "rt").next().is_none(),
            _ => false,
        };
        let readings: Vec<ElementRef<'_>> = element.descendent_elements().filter(is_reading).collect();
        let spoken: Vec<String> = readings.iter().map(|reading| self.captured(*reading)).collect();
        self.prose.capture();
        for child in element.children() {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) => self.flowing(text),
                (_, Some(inner)) if !matches!(inner.value().name(), "rt" | "rp" | "rtc") => {
                    self.element(inner)
                }
                _ => {}
            }
        }
        let word = tidy_line(&self.prose.release());
        let spoken = tidy_line(&spoken.concat());
        self.prose.text(&if spoken.is_empty() { word } else { format!("{word} ({spoken})") });
    }
}

/// Whether a link is the mark of a note that nothing raises: it says so, or is a number at the end of a word.
fn is_note_mark(link: ElementRef<'_>, label: &str, address: &str) -> bool {
    let bare = label.trim_matches(['[', ']']);
    let is_mark = |letter: char| letter.is_ascii_alphanumeric() || "*†‡§".contains(letter);
    if bare.is_empty() || bare.len() > 6 || !bare.chars().all(is_mark) {
        return false;
    }
    let says_so = || {
        link.attribute("role") == Some("doc-noteref")
            || link
                .attribute("epub:type")
                .is_some_and(|kinds| kinds.split_ascii_whitespace().any(|one| one == "noteref"))
            || link
                .class_names()
                .any(|class| ["footnote-ref", "noteref"].iter().any(|name| class.contains(name)))
    };
    let follows_word = || {
        let before = link.prev_sibling().and_then(|before| before.value().as_text().cloned());
        before.is_some_and(|before| {
            before.ends_with(|last: char| last.is_alphabetic() || ".,;:!?)»”\"".contains(last))
        })
    };
    let is_within = address.len() > 1 && address.starts_with('#');
    says_so() || (is_within && bare.bytes().all(|byte| byte.is_ascii_digit()) && follows_word())
}

/// Elements that stand on lines of their own.
fn is_block(element: ElementRef<'_>) -> bool {
    let name = element.value().name();
    matches!(name, "p" | "div" | "ul" | "ol" | "dl" | "table" | "blockquote" | "pre" | "section" | "article")
        || matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Whether raised digits are the upper ones of a fraction: `<sup>1</sup>⁄<sub>2</sub>`.
fn is_above_stroke(raised: ElementRef<'_>, text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(Node::Text(stroke)) = raised.next_sibling().map(|next| next.value()) else { return false };
    let is_below = || {
        let below = raised.next_siblings().nth(1).and_then(ElementRef::wrap);
        below.is_some_and(|below| {
            below.value().name() == "sub" && is_number(below.text().collect::<String>().trim())
        })
    };
    is_number(text.trim()) && (stroke.starts_with('⁄') || stroke.trim() == "/" && is_below())
}

#[cfg(test)]
mod tests {
    use super::super::html::fragment_to_text as text;

    #[test]
    fn struck_blocks_keep_their_marks_and_lines() {
        assert_eq!(
            text(
                "<del><ul><li>gone a</li><li>gone b<ol><li>c</li></ol></li></ul></del><s><h2>Old head</h2><p>one</p></s><p>new</p>"
            ),
            "- ~~gone a~~\n- ~~gone b~~\n  1. ~~c~~\n\n~~Old head~~\n\n~~one~~\n\nnew"
        );
    }

    #[test]
    fn fractions_and_marks_in_brackets_read_as_they_stand() {
        assert_eq!(
            text("<p>see<sup>[1]</sup> and<sup>[a, b]</sup> x<sup>(a)</sup></p>"),
            "see[1] and[a, b] x^(a)"
        );
        assert_eq!(
            text("<p><sup>1</sup>⁄<sub>2</sub> 2<sup>3</sup>/<sub>4</sub> m<sup>2</sup>/s</p>"),
            "1⁄2 2 3/4 m²/s"
        );
        assert_eq!(text("<p>5 m<sup>3</sup>/<sub>2</sub> 25<sup>a</sup></p>"), "5 m³/2 25ᵃ");
    }

    #[test]
    fn marks_of_notes_that_nothing_raises_are_no_part_of_a_number() {
        assert_eq!(
            text(
                "<p>Fee is 5.<a href='#f2' class='footnote-reference'>2</a> Word<a href='#f3'>3</a> \
                 book<a epub:type='noteref' href='#x'>*</a> see <a href='#s4'>4</a> 10<a href='#p5'>5</a></p>\
                 <ol><li>Without tax. <a href='#r2'>↩︎</a></li><li><a href='#r3'>^</a> Source</li></ol>"
            ),
            "Fee is 5.[2] Word[3] book[*] see 4 105\n\n1. Without tax.\n2. Source"
        );
    }

    #[test]
    fn lines_of_a_drawing_are_not_glued() {
        let drawing = |pieces: &str| text(&format!("<svg><text>{pieces}</text></svg>"));
        assert_eq!(
            drawing("<tspan x=0 dy=1.2em>Pump room</tspan><tspan x=0 dy=1.2em>hall 2</tspan>"),
            "Pump room\nhall 2"
        );
        assert_eq!(
            drawing("<tspan x=0 y=10>Pump</tspan><tspan x=40 y=10>room</tspan><tspan x=0 y=22>2</tspan>"),
            "Pump room\n2"
        );
        assert_eq!(drawing("<tspan>in</tspan><tspan>side</tspan> 10<tspan dy=-5>6</tspan>"), "inside 106");
    }
}
