//! HTML's tree, by `scraper`. Depth and size are watched while it grows, since building it is quadratic
//! in depth.

use std::borrow::Cow;

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::super::text::beginning;
use super::super::{Limits, reason};
use super::{html_closing, plain};

/// A tree within the limits, or the reason why there is none.
pub(crate) fn parse(html: &str, limits: &Limits) -> Result<Html, &'static str> {
    // An attribute takes two bytes at least.
    if html.len() > 2 * MOST_ATTRIBUTES && has_endless_tag(html) {
        return Err(reason::TOO_LARGE);
    }
    let html = html_closing::with_closed_tags(html);
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut rest = html.as_ref();
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

/// Attributes of an element. The lookup of `scraper` hashes the name each time, and its classes are interned.
pub(crate) trait Attributes<'a> {
    fn attribute(self, name: &str) -> Option<&'a str>;

    fn class_names(self) -> impl Iterator<Item = &'a str>;
}

impl<'a> Attributes<'a> for ElementRef<'a> {
    fn attribute(self, name: &str) -> Option<&'a str> {
        self.value().attrs().find(|(one, _)| *one == name).map(|(_, value)| value)
    }

    fn class_names(self) -> impl Iterator<Item = &'a str> {
        self.attribute("class").unwrap_or_default().split_ascii_whitespace()
    }
}

pub(crate) fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.class_names().any(|one| one == class)
}

/// Elements of that name below `element`.
pub(crate) fn descendants<'a>(
    element: ElementRef<'a>,
    name: &'static str,
) -> impl Iterator<Item = ElementRef<'a>> {
    element.descendent_elements().filter(move |inner| inner.value().name() == name)
}

/// The name in a tag that may stand in a text, empty for comments; `None` for what only looks like a tag:
/// of another name, or with words in it that are no attributes.
pub(crate) fn tag_name(raw: &str) -> Option<&str> {
    let inner = raw.strip_prefix('<')?;
    if inner.starts_with(['!', '?']) {
        return Some("");
    }
    let name = inner.trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let rest = inner.trim_start_matches('/').get(name.len()..)?;
    // Another tag may begin before this one ends: looking further would take long where none ends.
    let rest = rest.split_once(['>', '<']).map_or(rest, |(attributes, _)| attributes);
    (is_one_of(KNOWN, name) && has_attributes_only(name, rest)).then_some(name)
}

fn is_one_of(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|one| one.eq_ignore_ascii_case(name))
}

/// Whether it is blank, or every word is `name=value` or an attribute that needs no value: as HTML has them, as only
/// programs write them, or beside one that has a value.
fn has_attributes_only(name: &str, text: &str) -> bool {
    let mut rest = text.trim_end_matches('/').trim_start();
    let (mut valued, mut bare) = (0, 0);
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        rest = match after.trim_start().strip_prefix('=') {
            Some(value) => {
                valued += 1;
                let value = value.trim_start();
                match value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
                    // What a quote does not end may go on behind a `>`.
                    Some(quote) => value[1..].split_once(quote).map_or("", |(_, rest)| rest),
                    None => value.find(char::is_whitespace).map_or("", |end| &value[end..]),
                }
            }
            None if is_one_of(WITHOUT_VALUE, name) || is_of_programs(name) => after,
            None if is_attribute_name(name) => {
                bare += 1;
                after
            }
            None => return false,
        }
        .trim_start();
    }
    bare == 0 || valued > 0 || (bare == 1 && is_one_of(NO_WORDS, name))
}

fn is_attribute_name(name: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_:.".contains(c);
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_sign)
}

/// `data-hidden`, `v-pre`, `@click`
fn is_of_programs(name: &str) -> bool {
    let parts = name.trim_start_matches(['@', ':', '#']).split_once('-');
    name.len() > 1
        && (name.starts_with(['@', ':', '#'])
            || parts.is_some_and(|(before, after)| !before.is_empty() && !after.is_empty()))
        && is_attribute_name(name.trim_start_matches(['@', ':', '#']))
}

const WITHOUT_VALUE: &str = "\
    allowfullscreen async autofocus autoplay border checked compact contenteditable controls default defer disabled \
    download hidden inert ismap itemscope loop markdown module multiple muted nomodule noshade novalidate nowrap open \
    playsinline popover readonly required reversed scoped selected setup";

/// Elements whose names nobody would put in brackets for something to be filled in.
const NO_WORDS: &str = "\
    blockquote br dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr iframe img kbd li ol pre script span style \
    summary svg tbody td th thead tr ul wbr";

/// HTML in which everything that only looks like a tag is text.
pub(crate) fn with_pseudo_tags_as_text(html: &str) -> Cow<'_, str> {
    let is_pseudo = |raw: &str| {
        let name = raw[1..].trim_start_matches('/');
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        tag_name(raw).is_none() && !name.is_empty() && !is_one_of(OF_PAGES, name)
    };
    let pseudo: Vec<usize> =
        html.match_indices('<').map(|(at, _)| at).filter(|&at| is_pseudo(&html[at..])).collect();
    if pseudo.is_empty() {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + 3 * pseudo.len());
    let mut done = 0;
    for at in pseudo {
        out.push_str(&html[done..at]);
        out.push_str("&lt;");
        done = at + 1;
    }
    out.push_str(&html[done..]);
    Cow::Owned(out)
}

/// Elements of whole pages.
const OF_PAGES: &str = "\
    address area article audio base body button canvas col colgroup data datalist dfn dialog embed fieldset \
    footer form head header html label legend link main map mark math menu meta nav noscript object optgroup \
    option output p param progress rp rt ruby select slot template textarea title track";

/// Elements that may stand in a text.
const KNOWN: &str = "\
    a abbr aside b big br center cite code dd del details div dl dt em figcaption figure font h1 h2 \
    h3 h4 h5 h6 hr i iframe img input ins kbd li mark ol p picture pre q rp rt ruby s samp script section small \
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
        assert_eq!(tag_name("<b and c>"), None);
        assert_eq!(tag_name("<span style=\"color: red\" hidden>"), Some("span"));
        for tag in [
            "<div class=\"grid cards\" markdown>",
            "<th data-hidden data-type=\"x\">",
            "<td foo>",
            "<script setup>",
            "<a v-if>",
            "<p class=x foo bar>",
        ] {
            assert!(tag_name(tag).is_some(), "{tag}");
        }
        for text in ["<a name>", "<code here>", "<s - t>", "<div foo bar>", "<td Your name>"] {
            assert_eq!(tag_name(text), None, "{text}");
        }
        assert_eq!(with_pseudo_tags_as_text("<NAME>\n<main>x</main>"), "&lt;NAME>\n<main>x</main>");
    }
}
