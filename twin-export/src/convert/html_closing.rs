//! Tags that close themselves, as XML has them: `<script src="a.js"/>`. A reader of HTML takes what follows for a part of
//! the element.

use std::borrow::Cow;
use std::collections::HashMap;

/// HTML in which elements that are closed at once have a closing tag: in XHTML all of them, in other pages those that
/// would take in the rest of the page.
pub(super) fn with_closed_tags(html: &str) -> Cow<'_, str> {
    if !html.contains("/>") {
        return Cow::Borrowed(html);
    }
    let is_xhtml = is_xhtml(html);
    let mut last_ends: HashMap<String, usize> = HashMap::new();
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        if let Some(comment) = html[start..].strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else { break };
            at = start + 4 + end;
            continue;
        }
        let name: &str = &html[start + 1..];
        let len =
            name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b":-".contains(byte)).count();
        let name = &name[..len];
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let Some(end) = end_of_tag(html, start + 1 + len) else { break };
        at = end + 1;
        if !html[..end].ends_with('/') {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let takes_all = RAW.contains(&lower.as_str());
        let mut is_closed_later = || {
            let last = last_ends.entry(lower.clone()).or_insert_with(|| last_end(html, &lower));
            *last > end
        };
        if !VOID.contains(&lower.as_str()) && (is_xhtml || takes_all && !is_closed_later()) {
            out.push_str(&html[done..end - 1]);
            out.push_str(&format!("></{name}>"));
            done = end + 1;
        }
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[done..]);
    Cow::Owned(out)
}

const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements in which nothing is read as a tag.
const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "iframe", "xmp", "noembed", "noframes", "noscript"];

/// Whether a page says that it is XML.
fn is_xhtml(html: &str) -> bool {
    let start = crate::text::beginning(html.trim_start_matches(['\u{FEFF}', ' ', '\n', '\r', '\t']), 2_000);
    let root = start.find("<html").map(|root| &start[root..]).unwrap_or_default();
    let root = root.split('>').next().unwrap_or_default();
    start.starts_with("<?xml") || root.contains("http://www.w3.org/1999/xhtml")
}

/// Where a tag's `>` stands, quoted values aside.
fn end_of_tag(html: &str, from: usize) -> Option<usize> {
    let (mut quote, mut last) = (None, b' ');
    for (at, byte) in html.bytes().enumerate().skip(from) {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return Some(at),
            None if matches!(byte, b'"' | b'\'') && last == b'=' => quote = Some(byte),
            None => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    None
}

/// Where the last closing tag of a name begins, 0 where there is none.
fn last_end(html: &str, name: &str) -> usize {
    let is_named =
        |at: usize| html.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
    html.rmatch_indices("</").map(|(at, _)| at).find(|&at| is_named(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_close_themselves_end_there() {
        let xhtml = "<?xml version='1.0'?><html><head><title/><script src='a/>b'/></head><body><a id='x'/><br/>y<p/></body></html>";
        assert_eq!(
            with_closed_tags(xhtml),
            "<?xml version='1.0'?><html><head><title></title><script src='a/>b'></script></head><body><a id='x'></a><br/>y<p></p></body></html>"
        );
        assert_eq!(with_closed_tags("<script src=a />x<b/>y"), "<script src=a ></script>x<b/>y");
        assert_eq!(with_closed_tags("<script/>x</script>y<br/>"), "<script/>x</script>y<br/>");
        assert_eq!(
            with_closed_tags("<p>a /> b < c <!-- <script/> --> d"),
            "<p>a /> b < c <!-- <script/> --> d"
        );
    }
}
