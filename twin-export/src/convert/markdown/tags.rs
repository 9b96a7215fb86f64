//! Tags of HTML in Markdown that give the text between them a meaning: struck, raised, spoken.

use super::super::{html_tree, signs};
use super::{MOST_NESTED, Walker};

/// What is collected apart until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// A heading, a cell, a link.
    Element,
    Struck,
    /// Begun by a tag of HTML, which may lack its end.
    StruckTag,
    RaisedTag,
    RubyTag,
    /// How a word is spoken, and the brackets around that for programs that know nothing of it.
    ReadingTag,
    BracketTag,
    /// Begun by a tag in a line of its own: paragraphs are struck until its end.
    StruckBlock,
}

impl Open {
    fn is_tag(&self) -> bool {
        !matches!(self, Self::Element | Self::Struck | Self::StruckBlock)
    }
}

impl Walker {
    pub(super) fn collect(&mut self, what: Open) {
        self.open.push(what);
        self.prose.capture();
    }

    /// The text of what was begun last, tags within it being ended.
    pub(super) fn collected(&mut self) -> String {
        self.end_tags();
        self.open.pop();
        self.prose.release()
    }

    /// Ends the tags that are still open in what was begun last.
    pub(super) fn end_tags(&mut self) {
        while self.open.last().is_some_and(Open::is_tag) {
            self.end_tag();
        }
    }

    fn end_tag(&mut self) {
        if let Some(tag) = self.open.pop() {
            let text = self.prose.release();
            match tag {
                Open::RaisedTag => {
                    let raised = signs::superscript(self.prose.written(), &text);
                    self.prose.text(&raised);
                }
                Open::RubyTag => self.prose.text(&text),
                Open::ReadingTag if !text.trim().is_empty() => {
                    self.prose.text(&format!(" ({})", text.trim()));
                }
                Open::ReadingTag | Open::BracketTag => {}
                _ => self.strike(&text),
            }
        }
    }

    /// Struck text within struck text is marked once.
    pub(super) fn strike(&mut self, text: &str) {
        let is_within =
            self.open.iter().any(|open| matches!(open, Open::Struck | Open::StruckTag | Open::StruckBlock));
        let lines: Vec<String> = text.split('\n').map(signs::struck).collect();
        self.prose.text(&if is_within { text.to_owned() } else { lines.join("\n") });
    }

    /// Text between tags.
    pub(super) fn tag(&mut self, name: &str, is_end: bool) {
        let tag = match name {
            "sup" => Open::RaisedTag,
            "del" | "s" | "strike" => Open::StruckTag,
            "ruby" => Open::RubyTag,
            "rt" => Open::ReadingTag,
            "rp" => Open::BracketTag,
            _ => return,
        };
        let is_of_ruby = |open: &Open| matches!(open, Open::ReadingTag | Open::BracketTag);
        if is_of_ruby(&tag) && !self.open.contains(&Open::RubyTag) {
            return;
        }
        // The ends of these may be left out.
        let is_ended = !is_end && is_of_ruby(&tag) || is_end && tag == Open::RubyTag;
        if is_ended && self.open.last().is_some_and(is_of_ruby) {
            self.end_tag();
        }
        if !is_end {
            self.collect(tag);
        } else if self.open.last() == Some(&tag) {
            self.end_tag();
        }
    }

    /// Whether a block is but tags between which paragraphs are struck.
    pub(super) fn block_tags(&mut self, html: &str) -> bool {
        let Some(is_end) = struck_end(html) else { return false };
        if !is_end {
            self.collect(Open::StruckBlock);
            self.struck_blocks.push(self.containers);
        } else if self.struck_blocks.last() == Some(&self.containers) {
            self.end_blocks(self.containers);
        }
        true
    }

    /// Reads a block whose first tag says that Markdown is in it, as MkDocs has it; answers whether it is one.
    pub(super) fn marked_block(&mut self, html: &str, depth: usize) -> bool {
        let html = html.trim();
        let says = |word: &str| word == "markdown" || word.starts_with("markdown=") && !word.contains('0');
        let Some((tag, inner)) = html.split_once('>') else { return false };
        let is_marked = depth < MOST_NESTED && tag.split_ascii_whitespace().skip(1).any(says);
        let Some(name) = html_tree::tag_name(html).filter(|_| is_marked) else { return false };
        let end = inner.len().saturating_sub(name.len() + 3);
        let inner = match inner.get(end..) {
            Some(last) if last.eq_ignore_ascii_case(&format!("</{name}>")) => &inner[..end],
            _ => inner,
        };
        let blanks = |line: &str| line.len() - line.trim_start().len();
        let indent = inner.lines().filter(|line| !line.trim().is_empty()).map(blanks).min().unwrap_or(0);
        let mut markdown = String::with_capacity(inner.len() + 16);
        for line in inner.lines() {
            let line = line.get(indent..).unwrap_or_default();
            // What follows an element is no part of it.
            let is_element = line.starts_with('<') && line.trim_end().ends_with('>');
            markdown.push_str(line);
            markdown.push_str(if is_element { "\n\n" } else { "\n" });
        }
        self.prose.block();
        self.document(&markdown, depth + 1);
        self.prose.block();
        true
    }

    /// An item or a quote ends, and what was begun in it.
    pub(super) fn end_container(&mut self) {
        self.end_tags();
        self.end_blocks(self.containers);
        self.containers = self.containers.saturating_sub(1);
    }

    /// Ends the struck blocks that were begun within so many items and quotes.
    pub(super) fn end_blocks(&mut self, containers: usize) {
        while self.open.last() == Some(&Open::StruckBlock)
            && self.struck_blocks.pop_if(|within| *within >= containers).is_some()
        {
            self.open.pop();
            let text = self.prose.release();
            let is_within = self.open.iter().any(|open| matches!(open, Open::Struck | Open::StruckBlock));
            self.prose.block();
            self.prose.verbatim(&if is_within { text } else { signs::struck_lines(&text) });
            self.prose.block();
        }
    }
}

/// Whether a block of HTML ends struck text or begins it; `None` where it is anything else.
fn struck_end(html: &str) -> Option<bool> {
    let html = html.trim();
    let name = html_tree::tag_name(html)?;
    let is_one = html.matches('<').count() == 1 && html.ends_with('>');
    let strikes = ["del", "s", "strike"].iter().any(|one| name.eq_ignore_ascii_case(one));
    (is_one && strikes).then(|| html.starts_with("</"))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, to_text};

    fn text(markdown: &str) -> String {
        to_text(markdown, Dialect::Common).1
    }

    #[test]
    fn paragraphs_between_tags_in_lines_of_their_own_are_struck() {
        assert_eq!(
            text("Rule:\n\n<del>\n\nThe fee is 40.\n\n- a\n- b\n\n</del>\n\nThe fee is 55."),
            "Rule:\n\n~~The fee is 40.~~\n\n- ~~a~~\n- ~~b~~\n\nThe fee is 55."
        );
        assert_eq!(text("- one\n\n  <s>\n\n  old\n\n- two\n\n</del>\n\nx"), "- one\n  ~~old~~\n- two\n\nx");
        let (heading, text) = to_text("<del>\n\n# Old\n\n</del>\n\n# New\n", Dialect::Common);
        assert_eq!(heading.unwrap().text, "New");
        assert_eq!(text, "~~Old~~\n\nNew");
    }

    #[test]
    fn a_block_may_say_that_it_holds_markdown() {
        assert_eq!(
            text(
                "<figure markdown=\"span\">\n  ![The gate](gate.png)\n  <figcaption>At *noon*</figcaption>\n</figure>\n\nEnd."
            ),
            "The gate\n\nAt *noon*\n\nEnd."
        );
        assert_eq!(
            text("<details markdown>\n<summary>Keys</summary>\nTwo **spare** ones.\n</details>"),
            "Keys\n\nTwo spare ones."
        );
        assert_eq!(text("<div class=\"grid cards\" markdown>\n\n- *One*\n\n</div>"), "- One");
    }

    #[test]
    fn words_are_told_with_how_they_are_spoken() {
        assert_eq!(text("<ruby>東京<rt>とうきょう</rt></ruby>の倉庫"), "東京 (とうきょう)の倉庫");
        assert_eq!(text("a <ruby>東京<rp>(</rp><rt>とうきょう<rp>)</rp></ruby> b"), "a 東京 (とうきょう) b");
    }
}
