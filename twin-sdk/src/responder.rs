//! [`Responder`]: what answered in place of the API, and what it said, as far as that helps a person.

use std::fmt;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, SERVER};
use serde_json::Value;

use crate::whose::Received;

/// The longest text of a responder that is kept, in characters.
const TEXT_LIMIT: usize = 200;
/// How deep into a page its title is looked for, in bytes.
const PAGE_LIMIT: usize = 16 * 1024;

/// What answered in place of the API: a proxy, a gateway, a sign-in page, a load balancer.
///
/// Its texts come from the network and may hold any character; `Display` is one line without control characters.
/// Of a page, only the title is kept, or its first words if it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responder {
    /// The HTTP status.
    pub status: u16,
    /// The media type of its body, without parameters: `text/html`.
    pub content_type: Option<String>,
    /// Its `Server` header.
    pub server: Option<String>,
    /// The target of a redirect, without its query, which may hold secrets.
    pub location: Option<String>,
    /// Its own words: the message of a JSON error, the title of a page, or the beginning of a text.
    pub text: Option<String>,
    /// Whether its body is empty.
    pub is_empty: bool,
}

impl Responder {
    pub(crate) fn of(received: &Received) -> Self {
        let short = |text: &str| crate::refusal::cut(text.to_owned(), TEXT_LIMIT);
        let header = |name| header(&received.headers, name).map(short);
        let media_type = |kind: String| kind.split(';').next().unwrap_or_default().trim().to_owned();
        let body = received.body.as_ref().ok();
        Self {
            status: received.status,
            content_type: header(CONTENT_TYPE).map(media_type).filter(|kind| !kind.is_empty()),
            server: header(SERVER),
            location: header(LOCATION).map(without_query),
            text: body.and_then(|body| words(body.beginning())),
            is_empty: body.is_some_and(|body| body.is_blank()),
        }
    }

    /// With each of its texts changed by `change`.
    pub(crate) fn with_texts(mut self, change: impl Fn(String) -> String) -> Self {
        for text in [&mut self.content_type, &mut self.server, &mut self.location, &mut self.text] {
            *text = text.take().map(&change);
        }
        self
    }
}

impl fmt::Display for Responder {
    /// `404, text/html, server nginx: Not found`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        for (what, text) in
            [("", &self.content_type), ("server ", &self.server), ("redirects to ", &self.location)]
        {
            if let Some(text) = text {
                write!(f, ", {what}")?;
                crate::error::one_line(f, text)?;
            }
        }
        match &self.text {
            Some(text) => {
                f.write_str(": ")?;
                crate::error::one_line(f, text)
            }
            None if self.is_empty && self.location.is_none() => f.write_str(", empty body"),
            None => Ok(()),
        }
    }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

/// A redirect's target without what may be secret in it: its query, its fragment, its user.
fn without_query(location: String) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    let location = &location[..end];
    let Some((scheme, rest)) = location.split_once("//") else { return location.to_owned() };
    let host_end = rest.find('/').unwrap_or(rest.len());
    let host = &rest[..host_end];
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}//{host}{}", &rest[host_end..])
}

/// What a body says to a person: never markup, never more than a line or two.
fn words(body: &[u8]) -> Option<String> {
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(value) => message_in(&value)?.to_owned(),
        Err(_) => {
            let text = String::from_utf8_lossy(&body[..body.len().min(PAGE_LIMIT)]);
            let text = text.trim();
            if text.starts_with('<') {
                title_of(text).filter(|title| !title.trim().is_empty()).unwrap_or_else(|| text_of(text))
            } else if is_text(text) {
                text.to_owned()
            } else {
                return None;
            }
        }
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(crate::refusal::cut(said, TEXT_LIMIT)).filter(|said| !said.is_empty())
}

/// Whether a text is one that a person could read: no half-sent JSON, no bytes of something else.
fn is_text(text: &str) -> bool {
    let is_odd = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    !text.starts_with(['{', '[']) && !text.contains(is_odd)
}

/// The message of an error in one of the forms that gateways give them.
fn message_in(value: &Value) -> Option<&str> {
    let field = |name: &str| {
        value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let text = |name| field(name).and_then(Value::as_str);
    let within = |name: &str| match field(name)? {
        Value::Array(errors) => errors.first().and_then(|first| first.as_str().or_else(|| message_in(first))),
        inner @ Value::Object(_) => message_in(inner),
        _ => None,
    };
    text("message")
        .or_else(|| within("error"))
        .or_else(|| text("detail"))
        .or_else(|| text("error_description"))
        .or_else(|| within("errors"))
        .or_else(|| text("error"))
        .or_else(|| text("title"))
        .or_else(|| text("msg"))
        .filter(|text| !text.trim().is_empty())
}

/// The `<title>` of a page, without its entities.
fn title_of(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase(); // the same offsets
    let tag = lower.find("<title")?;
    let begin = tag + lower[tag..].find('>')? + 1;
    let end = begin + lower[begin..].find('<')?;
    Some(without_entities(page[begin..end].to_owned()))
}

fn without_entities(text: String) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c))
}

/// The elements whose content no one sees.
const UNSEEN: [&str; 4] = ["script", "style", "template", "title"];

/// The text of a page, up to what is never closed.
fn text_of(page: &str) -> String {
    let lower = page.to_ascii_lowercase(); // the same offsets
    let (mut text, mut at) = (String::new(), 0);
    while let Some(tag) = page[at..].find('<') {
        text.push_str(&page[at..at + tag]);
        text.push(' ');
        at += tag;
        let end = match end_of_markup(&lower[at..]) {
            Some(end) if text.len() < PAGE_LIMIT => end,
            _ => return without_entities(text),
        };
        at += end;
    }
    text.push_str(&page[at..]);
    without_entities(text)
}

/// Where the tag, the comment or the unseen element ends that this begins with.
fn end_of_markup(page: &str) -> Option<usize> {
    if page.starts_with("<!--") {
        return page.find("-->").map(|end| end + 3);
    }
    let name = page[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let from = if UNSEEN.contains(&name) { page.find(&format!("</{name}"))? } else { 0 };
    let (mut quote, mut is_value) = (None, false);
    for (at, c) in page[from..].char_indices() {
        match (c, quote) {
            ('>', None) => return Some(from + at + 1),
            ('"' | '\'', None) if is_value => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
        is_value = c == '=' || is_value && c.is_whitespace();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_any_usual_form_is_put_into_words() {
        for (body, said) in [
            (r#"{"error":{"message":"No access.","code":7}}"#, Some("No access.")),
            (r#"{"message":"Forbidden"}"#, Some("Forbidden")),
            (r#"{"Message":"User is not authorized"}"#, Some("User is not authorized")),
            (r#"{"type":"about:blank","title":"Not Found","detail":"No route."}"#, Some("No route.")),
            (r#"{"errors":[{"message":"Bad host"}]}"#, Some("Bad host")),
            ("default backend - 404\n", Some("default backend - 404")),
            (
                "<!doctype html>\n<HTML><head><TITLE>Sign in &amp; go</TITLE></head>secret</HTML>",
                Some("Sign in & go"),
            ),
            ("<html><body>Gone for lunch</body></html>", Some("Gone for lunch")),
            (
                "<h1>Not Found</h1>\n<p>The &lt;route&gt; is unknown.",
                Some("Not Found The <route> is unknown."),
            ),
            ("<title> </title><style>p{}</style><p title='a>b'>Down</p><!-- s3cret -->", Some("Down")),
            ("<script>if (a<b) s3cret()</script><h1>502</h1><script>s3cret", Some("502")),
            ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", Some("AccessDenied")),
            ("<input value=\"s3cret", None),
            ("<html><body></body></html>", None),
            ("<title>never ends", None),
            (r#"{"docs":[{"id":"doc_"#, None),
            (r#"{"a":1}"#, None),
            ("\u{0}\u{1}binary", None),
            ("", None),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), said, "{body}");
        }
        assert_eq!(words(&[0xFF, 0xFE, 0x00]), None);
        assert_eq!(words("é".repeat(10_000).as_bytes()).unwrap().chars().count(), TEXT_LIMIT + 1);
    }

    #[test]
    fn a_redirects_target_is_shown_without_what_may_be_secret() {
        for (location, shown) in [
            ("https://login.example/start?token=s3cret#x", "https://login.example/start"),
            ("https://user:s3cret@login.example", "https://login.example"),
            ("/login?next=/v1/kb", "/login"),
            ("//cdn.example/x", "//cdn.example/x"),
        ] {
            assert_eq!(without_query(location.to_owned()), shown);
        }
    }
}
