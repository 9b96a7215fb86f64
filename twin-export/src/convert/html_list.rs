//! Lists of pages, with the numbers and marks that a browser shows before their items.

use std::collections::HashMap;

use scraper::ElementRef;

use super::super::text::tidy_line;
use super::html::Walker;
use super::html_styles::property;
use super::html_tree::{Attributes as _, descendants};
use super::{numerals, signs};

/// The lists that are open, and what their counters count.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    open: Vec<Shown>,
    /// The mark of the item that is being read stands before it already.
    is_marked: bool,
    counters: HashMap<String, i64>,
}

/// What stands before the items of a list.
#[derive(Debug, Clone)]
enum Shown {
    /// A dash or a number.
    Usual,
    Nothing,
    Marked(Marker),
    Box,
}

/// What a style sheet puts before items: texts and counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Counter { name: String, style: String },
}

/// Reads a list into the walker's prose.
pub(super) fn read(walker: &mut Walker, list: ElementRef<'_>) {
    let shown = begin(walker, list);
    walker.lists.open.push(shown);
    walker.children(list);
    walker.lists.open.pop();
    walker.prose.end_list();
}

/// Word and Outlook write items as paragraphs, whose mark is a text of its own; whether it is one, and read.
pub(super) fn written_item(walker: &mut Walker, paragraph: ElementRef<'_>) -> bool {
    let style = paragraph.attribute("style").unwrap_or_default();
    let list = property(style, "mso-list").unwrap_or_default();
    let level = list.split(' ').find_map(|word| word.strip_prefix("level")?.parse::<usize>().ok());
    let Some(level) = level.filter(|_| !walker.prose.in_list()) else { return false };
    let Some(mark) = descendants(paragraph, "span").find(|span| is_mark(*span)) else { return false };
    let marker = written_mark(mark);
    let outer = std::mem::replace(&mut walker.lists.is_marked, true);
    let text = walker.captured(paragraph);
    walker.lists.is_marked = outer;
    walker.prose.marked_line(level.clamp(1, DEEPEST_WRITTEN) - 1, &marker, &text);
    true
}

/// Levels of lists that Word has.
const DEEPEST_WRITTEN: usize = 9;

pub(super) fn is_mark(span: ElementRef<'_>) -> bool {
    let style = span.attribute("style").filter(|style| style.contains("mso-list"));
    style
        .and_then(|style| property(style, "mso-list"))
        .is_some_and(|mark| mark.eq_ignore_ascii_case("ignore"))
}

/// The mark of a heading, or of what is no item.
pub(super) fn mark(walker: &mut Walker, span: ElementRef<'_>) {
    if !walker.lists.is_marked {
        walker.prose.flowing(&written_mark(span));
    }
}

/// A number as it is written; letters of fonts that draw bullets are bullets.
fn written_mark(span: ElementRef<'_>) -> String {
    let text = tidy_line(&span.text().collect::<String>());
    let is_bullet = text.chars().count() <= 1 && !text.contains(|sign: char| sign.is_ascii_digit());
    if is_bullet { "- ".to_owned() } else { format!("{text} ") }
}

fn begin(walker: &mut Walker, list: ElementRef<'_>) -> Shown {
    let is_ordered = list.value().name() == "ol";
    let marker = walker.styles.marker(list).cloned();
    let counts = walker.styles.counts(list);
    let written = counts.as_deref().or_else(|| list.attribute("type")).map(counted);
    if !is_ordered && (written.is_none_or(|written| written.is_none()) || list.attribute("type").is_some()) {
        walker.prose.begin_list(None);
        return if marker.is_some_and(|marker| marker.is_box()) { Shown::Box } else { Shown::Usual };
    }
    let is_reversed = list.attribute("reversed").is_some();
    let items = || list.child_elements().filter(|item| item.value().name() == "li").count();
    let given = list.attribute("start").and_then(|start| start.trim().parse().ok());
    let first =
        given.unwrap_or_else(|| if is_reversed { i64::try_from(items()).unwrap_or(i64::MAX) } else { 1 });
    let written = written.flatten().unwrap_or(|number| number.to_string());
    walker.prose.begin_numbered(first, if is_reversed { -1 } else { 1 }, written);
    match marker {
        Some(marker) => Shown::Marked(marker),
        None if counts.as_deref() == Some("none") => Shown::Nothing,
        None => Shown::Usual,
    }
}

/// Reads an item of the list that is open.
pub(super) fn item(walker: &mut Walker, item: ElementRef<'_>) {
    if let Some(number) = item.attribute("value").and_then(|value| value.trim().parse().ok()) {
        walker.prose.renumber(number);
    }
    walker.prose.begin_item();
    match walker.lists.open.last().cloned() {
        Some(Shown::Nothing) => walker.prose.mark_item(|_| String::new()),
        Some(Shown::Box) => walker.prose.check_box(false),
        Some(Shown::Marked(marker)) => {
            let counters = &mut walker.lists.counters;
            walker.prose.mark_item(|number| marker.written(number.unwrap_or_default(), counters));
        }
        Some(Shown::Usual) | None => {}
    }
    walker.children(item);
    walker.prose.end_item();
}

/// How numbers are written in a style of lists, by its name in CSS or in HTML; `None` for what is no number.
fn counted(style: &str) -> Option<fn(i64) -> String> {
    Some(match style {
        "a" | "lower-alpha" | "lower-latin" => |number| written("lowerLetter", number),
        "A" | "upper-alpha" | "upper-latin" => |number| written("upperLetter", number),
        "i" | "lower-roman" => |number| written("lowerRoman", number),
        "I" | "upper-roman" => |number| written("upperRoman", number),
        "decimal-leading-zero" => |number| written("decimalZero", number),
        "1" | "decimal" => |number| number.to_string(),
        _ => return None,
    })
}

/// Letters and Roman numerals begin with one.
fn written(format: &str, number: i64) -> String {
    let counted = u64::try_from(number).ok().filter(|number| *number > 0);
    counted.and_then(|number| numerals::written(format, number)).unwrap_or_else(|| number.to_string())
}

/// Pieces of one marker.
const MOST_PIECES: usize = 20;

impl Marker {
    /// The value of `content`; `None` for what is not understood.
    pub(super) fn of(content: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = content.trim();
        while !rest.is_empty() {
            if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
                let (text, after) = rest[1..].split_once(quote)?;
                pieces.push(Piece::Text(unescaped(text)));
                rest = after.trim_start();
            } else {
                let (inner, after) = rest.strip_prefix("counter(")?.split_once(')')?;
                let (name, style) = inner.split_once(',').unwrap_or((inner, "decimal"));
                pieces.push(Piece::Counter { name: name.trim().to_owned(), style: style.trim().to_owned() });
                rest = after.trim_start();
            }
            if pieces.len() > MOST_PIECES {
                return None;
            }
        }
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    /// Whether it is an empty box to tick.
    fn is_box(&self) -> bool {
        let mut texts = self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text),
            Piece::Counter { .. } => None,
        });
        texts.any(|text| text.chars().any(|sign| signs::box_of(sign) == Some(signs::tick(false))))
    }

    /// The marker of an item; its own counter is the last one.
    fn written(&self, number: i64, counters: &mut HashMap<String, i64>) -> String {
        let own = self.0.iter().rev().find_map(|piece| match piece {
            Piece::Counter { name, .. } => Some(name),
            Piece::Text(_) => None,
        });
        if let Some(own) = own {
            counters.insert(own.clone(), number);
        }
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Counter { name, style } => {
                    let number = counters.get(name).copied().unwrap_or(1);
                    out.push_str(
                        &counted(style).map_or_else(|| number.to_string(), |written| written(number)),
                    );
                }
            }
        }
        let out = out.trim();
        if out.is_empty() { String::new() } else { format!("{out} ") }
    }
}

/// A text of a style sheet, in which signs may stand as `\2610 `.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let len = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let sign = u32::from_str_radix(&after[..len], 16).ok().and_then(char::from_u32);
        out.extend(sign);
        rest = &after[len..];
        rest = rest.strip_prefix(' ').filter(|_| len > 0).unwrap_or(rest);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::html::fragment_to_text as text;

    #[test]
    fn items_show_the_numbers_that_the_styles_say() {
        let sheet = "<style>ol.k-0{list-style-type:none}.k-0>li:before{content:\"(\" counter(c-0,lower-latin) \") \"}\
            .k-1>li:before{content:counter(c-0,decimal) '.' counter(c-1,lower-roman) '. '}\
            .b>li:before{content:'\\002610   '}.n{list-style:none}</style>";
        assert_eq!(
            text(&format!(
                "{sheet}<ol class='x k-0' start=1><li>a</li><li>b</li></ol><ol class=k-1><li>c</li></ol><ol class=k-0 start=3><li>d</li></ol>"
            )),
            "(a) a\n(b) b\n2.i. c\n(c) d"
        );
        assert_eq!(text(&format!("{sheet}<ul class=b><li>task</li></ul>")), "- [ ] task");
        assert_eq!(text(&format!("{sheet}<ol class=n><li>x</li></ol>")), "x");
        assert_eq!(text("<ol style='list-style:none'><li>x<li>y</ol>"), "x\ny");
        assert_eq!(text("<ul style='list-style-type:decimal'><li>x<li>y</ul>"), "1. x\n2. y");
        assert_eq!(
            text("<ul type=disc><li>x</ul><p>z<ul style='list-style:none'><li>y</ul>"),
            "- x\n\nz\n\n- y"
        );
        assert_eq!(text("<ol style='list-style:lower-alpha'><li>x</ol>"), "a. x");
        assert_eq!(
            text(
                "<style>ol{list-style:none}ol li::before{content:counters(i,'.') ' '}</style><ol><li>x</ol>"
            ),
            "1. x"
        );
    }
}
