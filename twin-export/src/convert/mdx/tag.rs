//! Tags of components and of HTML as JSX writes them: values may be code between braces.

use super::super::tag_words::is_for_readers;

/// A tag; fragments (`<>`) have no name.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    name: &'a str,
    /// Attributes with texts for values, or with none.
    attributes: Vec<(&'a str, Option<&'a str>)>,
    /// Attributes with other values.
    codes: Vec<(&'a str, &'a str)>,
    pub(super) is_end: bool,
    pub(super) is_empty: bool,
    pub(super) len: usize,
}

/// Attributes that components show as text, in the order in which they do.
const SHOWN: [&str; 14] = [
    "title",
    "label",
    "heading",
    "header",
    "name",
    "question",
    "summary",
    "subtitle",
    "description",
    "text",
    "caption",
    "content",
    "answer",
    "alt",
];

impl<'a> Tag<'a> {
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix('<')?;
        let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_' | ':'))
            .unwrap_or(rest.len());
        let (name, mut rest) = rest.split_at(len);
        if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut tag =
            Self { name, attributes: Vec::new(), codes: Vec::new(), is_end, is_empty: false, len: 0 };
        loop {
            rest = rest.trim_start();
            match rest.chars().next()? {
                '>' => {
                    tag.len = text.len() - rest.len() + 1;
                    return Some(tag);
                }
                '/' => {
                    tag.is_empty = true;
                    rest = &rest[1..];
                    rest.trim_start().strip_prefix('>')?;
                }
                // `{...props}`
                '{' => rest = &rest[closing(rest)? + 1..],
                _ if name.is_empty() => return None,
                _ => rest = tag.attribute(rest)?,
            }
        }
    }

    fn attribute(&mut self, text: &'a str) -> Option<&'a str> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '@' | '.');
        let (name, rest) = text.split_at(text.find(|c: char| !is_name(c)).unwrap_or(text.len()));
        if name.is_empty() {
            return None;
        }
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            self.attributes.push((name, None));
            return Some(rest);
        };
        let value = value.trim_start();
        match value.chars().next()? {
            quote @ ('"' | '\'') => {
                let (inner, rest) = value[1..].split_once(quote)?;
                self.attributes.push((name, Some(inner)));
                Some(rest)
            }
            '{' => {
                let end = closing(value)?;
                let inner = value[1..end].trim();
                let said = ['"', '\'', '`'].iter().find_map(|quote| {
                    inner.strip_prefix(*quote)?.strip_suffix(*quote).filter(|said| !said.contains(*quote))
                });
                match said {
                    Some(said) => self.attributes.push((name, Some(said))),
                    None => self.codes.push((name, inner)),
                }
                Some(&value[end + 1..])
            }
            // As in HTML.
            _ => {
                let end = value.find(|c: char| c.is_whitespace() || c == '>')?;
                self.attributes.push((name, Some(&value[..end])));
                Some(&value[end..])
            }
        }
    }

    /// Whether a program draws it; boxes of HTML are as good as that, since what is in them is Markdown.
    pub(super) fn is_component(&self) -> bool {
        let is_box = matches!(
            self.name,
            "div" | "section" | "article" | "main" | "center" | "header" | "footer" | "aside"
        );
        self.name.is_empty()
            || self.name.contains('.')
            || self.name.starts_with(|c: char| c.is_ascii_uppercase())
            || is_box
    }

    /// The tag as HTML has it.
    pub(super) fn as_html(&self) -> String {
        let attributes = self.attributes.iter().map(|(name, value)| match value {
            Some(value) => format!(" {name}=\"{}\"", value.replace('"', "&quot;")),
            None => format!(" {name}"),
        });
        let (end, empty) = (if self.is_end { "/" } else { "" }, if self.is_empty { " /" } else { "" });
        format!("<{end}{}{}{empty}>", self.name, attributes.collect::<String>())
    }

    /// The texts that a component shows beside what is in it.
    pub(super) fn titles(&self) -> Vec<&'a str> {
        if !self.name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Vec::new();
        }
        let value = |wanted: &str| {
            let found = self.attributes.iter().find(|(name, _)| *name == wanted)?.1?;
            Some(found.trim()).filter(|said| !said.is_empty() && !super::super::is_media(said))
        };
        let mut titles: Vec<&str> = SHOWN.iter().filter_map(|name| value(name)).collect();
        // Others show what they are given as words.
        let others = self.attributes.iter().filter(|(name, _)| !SHOWN.contains(name));
        let words = others.filter_map(|(name, value)| {
            value.filter(|said| said.contains(' ') && is_for_readers(name, said))
        });
        titles.extend(words.map(str::trim));
        if titles.is_empty() && self.name.starts_with("Tab") {
            titles.extend(value("value"));
        }
        titles
    }
}

impl<'a> Tag<'a> {
    pub(super) fn is_tab(&self) -> bool {
        self.name.starts_with("Tab")
    }

    /// The tabs of a box, each with its value and what it is called: `values={[{label: 'A', value: 'a'}]}`.
    pub(super) fn tabs(&self) -> Vec<(&'a str, &'a str)> {
        let code = self.codes.iter().find(|(name, _)| *name == "values").filter(|_| self.is_tab());
        let mut tabs = Vec::new();
        let mut rest = code.map_or("", |(_, code)| code);
        while let Some(start) = rest.find('{') {
            rest = &rest[start..];
            let Some(end) = closing(rest) else { break };
            let tab = &rest[..end];
            tabs.extend(field(tab, "value").zip(field(tab, "label")));
            rest = &rest[end..];
        }
        tabs
    }
}

/// The text of a field.
fn field<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let named = object.match_indices(name).find_map(|(at, _)| {
        let is_name = object[..at].ends_with(|c: char| !c.is_alphanumeric());
        let value =
            object[at + name.len()..].trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
        is_name.then_some(value.trim_start())
    })?;
    let quote = named.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    named[1..].split_once(quote).map(|(value, _)| value)
}

/// Where the brace ends that the text begins with; texts and comments may hold others.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, sign) in Signs::new(text) {
        match sign {
            b'{' => open += 1,
            b'}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// How many brackets a line of code opens more than it closes.
pub(super) fn balance(line: &str) -> i32 {
    let signs = Signs::new(line).map(|(_, sign)| match sign {
        b'{' | b'(' | b'[' => 1,
        b'}' | b')' | b']' => -1,
        _ => 0,
    });
    signs.sum()
}

/// The signs of code outside of its texts and comments.
struct Signs<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Signs<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    fn skip_to(&mut self, end: &[u8]) {
        let rest = &self.bytes[self.at..];
        let found = rest.windows(end.len()).position(|window| window == end);
        self.at += found.map_or(rest.len(), |found| found + end.len());
    }
}

impl Iterator for Signs<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.at;
            let sign = *self.bytes.get(at)?;
            self.at += 1;
            match (sign, self.bytes.get(self.at)) {
                (b'/', Some(b'*')) => {
                    self.at += 1;
                    self.skip_to(b"*/");
                }
                // An apostrophe of words between tags begins no text: those end on their line.
                (b'"' | b'\'' | b'`', _) => {
                    let rest = &self.bytes[self.at..];
                    let stop = rest.iter().position(|&byte| byte == sign || (byte == b'\n' && sign != b'`'));
                    if let Some(stop) = stop.filter(|&stop| rest[stop] == sign) {
                        self.at += stop + 1;
                    }
                }
                _ => return Some((at, sign)),
            }
        }
    }
}
