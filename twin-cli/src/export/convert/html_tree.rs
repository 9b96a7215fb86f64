//! HTML's tree, by `scraper`. Depth and size are watched while it grows, since building it is quadratic
//! in depth.

use std::borrow::Cow;

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::super::text::beginning;
use super::super::{Limits, reason};
use super::plain;

/// A tree within the limits, or the reason why there is none.
pub(crate) fn parse(html: &str, limits: &Limits) -> Result<Html, &'static str> {
    if has_endless_tag(html) {
        return Err(reason::TOO_LARGE);
    }
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() {
        let chunk = beginning(rest, CHUNK);
        rest = &rest[chunk.len()..];
        parser.process(chunk.into());
        let sink = parser.tokenizer.sink.sink.0.borrow();
        if sink.tree.values().len() > limits.html_nodes {
            return Err(reason::TOO_LARGE);
        }
        // What is open hangs along the last children.
        let mut open = sink.tree.root().last_child();
        let mut depth = 0;
        while let Some(node) = open {
            depth += 1;
            open = node.last_child();
        }
        if depth > limits.html_depth {
            return Err(reason::TOO_DEEP);
        }
    }
    Ok(parser.finish())
}

/// The parser compares every attribute of a tag with every other.
fn has_endless_tag(html: &str) -> bool {
    let (mut in_tag, mut attributes, mut quote, mut last) = (false, 0, None, b' ');
    for byte in html.bytes() {
        match (in_tag, quote) {
            (true, Some(open)) if byte == open => quote = None,
            (true, Some(_)) => {}
            (true, None) if byte == b'>' => in_tag = false,
            (true, None) if last == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            (true, None) => {
                attributes += usize::from(last.is_ascii_whitespace() && !byte.is_ascii_whitespace())
            }
            (false, _) if last == b'<' && byte.is_ascii_alphabetic() => (in_tag, attributes) = (true, 0),
            (false, _) => {}
        }
        if attributes > MOST_ATTRIBUTES {
            return true;
        }
        last = byte;
    }
    false
}

const MOST_ATTRIBUTES: usize = 5_000;
/// Bytes parsed between two looks at the tree.
const CHUNK: usize = 16 * 1024;

/// The characters of a page, in the encoding it names where it is not UTF-8.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let head = &bytes[..bytes.len().min(2048)];
    let named = head.windows(8).position(|window| window.eq_ignore_ascii_case(b"charset=")).map(|at| {
        let label = head[at + 8..].trim_ascii_start();
        let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
        let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:".contains(byte));
        &label[..end.unwrap_or(label.len())]
    });
    plain::decoded_as(bytes, named)
}

pub(crate) fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.attr("class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
}

/// Elements of that name below `element`.
pub(crate) fn descendants<'a>(
    element: ElementRef<'a>,
    name: &'static str,
) -> impl Iterator<Item = ElementRef<'a>> {
    element.descendent_elements().filter(move |inner| inner.value().name() == name)
}

/// The name in a tag that HTML knows, empty for comments; `None` for what only looks like a tag.
pub(crate) fn tag_name(raw: &str) -> Option<&str> {
    let inner = raw.strip_prefix('<')?;
    if inner.starts_with(['!', '?']) {
        return Some("");
    }
    let name = inner.trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    KNOWN.split_whitespace().find(|tag| tag.eq_ignore_ascii_case(name)).map(|_| name)
}

/// Elements that may stand in a text.
const KNOWN: &str = "\
    a abbr aside b big br center cite code dd del details div dl dt em figcaption figure font h1 h2 \
    h3 h4 h5 h6 hr i iframe img input ins kbd li mark ol p picture pre q s samp script section small \
    source span strike strong style sub summary sup svg table tbody td th thead tr tt u ul var video \
    wbr";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_nested_beyond_the_limit_is_refused_in_linear_time() {
        let html = format!("{}deep{}", "<div>".repeat(200_000), "</div>".repeat(200_000));
        assert_eq!(parse(&html, &Limits::default()).err(), Some(reason::TOO_DEEP));
    }

    #[test]
    fn a_tag_without_end_is_refused() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}=1")).collect();
        assert_eq!(parse(&format!("<p{attributes}>x"), &Limits::default()).err(), Some(reason::TOO_LARGE));
        assert!(parse(&format!("<p title='{}'>x", "a > b ".repeat(20_000)), &Limits::default()).is_ok());
    }

    #[test]
    fn what_only_looks_like_a_tag_is_none() {
        assert_eq!(tag_name("</B>"), Some("B"));
        assert_eq!(tag_name("<br/>"), Some("br"));
        assert_eq!(tag_name("<!-- x -->"), Some(""));
        assert_eq!(tag_name("<YOUR_KEY>"), None);
    }
}
