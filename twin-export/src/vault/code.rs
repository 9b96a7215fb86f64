//! Code in notes, in which nothing is touched: between fences, between tags, and indented.

use super::super::text::beginning;
use super::sections::{is_heading, marker};

/// The length of a block of code that begins here.
pub(super) fn fenced(text: &str) -> Option<usize> {
    let first = text.lines().next()?;
    let bare = first.trim_start_matches([' ', '>', '-']);
    let mark = bare.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = bare.chars().take_while(|&c| c == mark).count();
    if marks < 3 || bare[marks..].contains(mark) {
        return None;
    }
    let fence: String = std::iter::repeat_n(mark, marks).collect();
    let mut len = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        len += line.len();
        let bare = line.trim_start_matches([' ', '>', '-']).trim_end();
        if index > 0 && bare.starts_with(&fence) && bare.chars().all(|c| c == mark) {
            break;
        }
    }
    Some(len)
}

/// Bytes of code between tags within a line: what is longer is not looked through from each of many tags.
const MOST_IN_LINE: usize = 4_000;

/// The length of what stands in `<pre>` or `<code>`, where it begins here. A `<pre>` without an end reaches to that of the
/// note.
pub(super) fn tagged(text: &str) -> Option<usize> {
    let begins = |name: &&str| {
        let after = text.get(1..).filter(|tag| starts_with(tag, name)).map(|tag| &tag[name.len()..]);
        after.is_some_and(|after| after.starts_with(|sign: char| sign == '>' || sign.is_ascii_whitespace()))
    };
    match ["pre", "code"].into_iter().find(begins)? {
        "pre" => Some(end_of(text, "</pre>").unwrap_or(text.len())),
        _ => {
            let near = beginning(text, MOST_IN_LINE);
            end_of(near.split("\n\n").next().unwrap_or(near), "</code>")
        }
    }
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn end_of(text: &str, tag: &str) -> Option<usize> {
    let found = text.match_indices("</").find(|(at, _)| starts_with(&text[*at..], tag));
    found.map(|(at, _)| at + tag.len())
}

/// Where a line may be code by its indent: not within a paragraph, and deeper than the items of lists around it.
#[derive(Debug, Default)]
pub(super) struct Indents {
    /// Where the texts of the items begin that are open.
    items: Vec<usize>,
    in_paragraph: bool,
}

impl Indents {
    /// The length of the line that begins here if it is code. Each line is to be looked at once, in order.
    pub(super) fn code(&mut self, text: &str) -> Option<usize> {
        let line = text.split_inclusive('\n').next().unwrap_or_default();
        let mut quoted = line;
        while let Some(inner) = quoted.trim_start_matches(' ').strip_prefix('>') {
            quoted = inner.strip_prefix(' ').unwrap_or(inner);
        }
        let bare = quoted.trim_start_matches([' ', '\t']);
        if bare.trim_end().is_empty() {
            self.in_paragraph = false;
            return None;
        }
        let width = width(&quoted[..quoted.len() - bare.len()]);
        let marker = marker(bare);
        if !self.in_paragraph || marker.is_some() {
            self.items.retain(|content| *content <= width);
        }
        if !self.in_paragraph && width >= self.items.last().unwrap_or(&0) + 4 {
            return Some(line.len());
        }
        self.items.extend(marker.map(|marker| width + marker));
        self.in_paragraph = !is_heading(bare);
        None
    }
}

fn width(indent: &str) -> usize {
    indent.bytes().fold(0, |width, byte| if byte == b'\t' { width / 4 * 4 + 4 } else { width + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that are code.
    fn indented(text: &str) -> Vec<&str> {
        let mut indents = Indents::default();
        let lines = text.split_inclusive('\n').filter(|line| indents.code(line).is_some());
        lines.map(str::trim).collect()
    }

    #[test]
    fn indented_lines_are_code_outside_of_paragraphs_and_items() {
        assert_eq!(indented("a\n    b\n\n    c\n\td\n\n    e\nf\n    g"), ["c", "d", "e"]);
        assert_eq!(indented("# T\n    a\n"), ["a"]);
        assert_eq!(
            indented("- a\n    - b\n\n    c\n\n        d\n\n          e\n\nf\n\n    g"),
            ["d", "e", "g"]
        );
        assert_eq!(indented("1. a\n\n    b\n\n       c\n"), ["c"]);
        assert_eq!(indented("> a\n>\n>     b\n"), [">     b"]);
    }

    #[test]
    fn code_is_found_whole() {
        assert_eq!(fenced("```\n[[x]]\n```\ny"), Some("```\n[[x]]\n```\n".len()));
        assert_eq!(tagged("<code>[[x]]</code> y"), Some("<code>[[x]]</code>".len()));
        assert_eq!(tagged("<PRE class=a>\n\n[[x]]</PRE>y"), Some("<PRE class=a>\n\n[[x]]</PRE>".len()));
        assert_eq!(tagged("<pre>a"), Some("<pre>a".len()));
        for text in ["<code>a", "<code>a\n\n</code>", "<preface>", "<", "a"] {
            assert_eq!(tagged(text), None, "{text}");
        }
    }
}
