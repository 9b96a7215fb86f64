//! A Notion page in Markdown.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::super::Limits;
use super::super::convert::SHORT;
use super::super::convert::guard::guarded;
use super::super::convert::html_tree::tag_name;
use super::super::convert::markdown::{Dialect, line_to_text, to_text};
use super::super::convert::plain::decoded;
use super::super::job::Job;
use super::super::text::tidy_line;
use super::super::workers::{self, Task};
use super::Page;
use super::values::cleaned;

/// Reads a page, a long one in a worker process; `headers` are the columns of the database of which it may be a row.
pub(super) fn read(
    bytes: Vec<u8>,
    headers: Option<&HashSet<String>>,
    job: &Job<'_>,
) -> Result<Page, &'static str> {
    if bytes.len() <= SHORT {
        return page(&bytes, headers);
    }
    workers::run(ReadPage { headers: headers.cloned() }, bytes, job)
}

/// A page that is too long to be read here.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadPage {
    headers: Option<HashSet<String>>,
}

impl Task for ReadPage {
    const NAME: &'static str = "notion markdown";
    type Output = Page;

    fn run(self, bytes: Vec<u8>, _: &Limits) -> Result<Page, &'static str> {
        page(&bytes, self.headers.as_ref())
    }
}

fn page(bytes: &[u8], headers: Option<&HashSet<String>>) -> Result<Page, &'static str> {
    guarded(|| {
        let text = decoded(bytes);
        let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { text };
        let (title, rest) = title(&text);
        let (properties, body) = properties(rest, headers);
        let has_blocks = !body.trim().is_empty();
        let body = to_text(&prepared(body), Dialect::Notion);
        let title = title.or(body.0.map(|heading| heading.text));
        Ok(Page { title, properties, body: body.1.trim().to_owned(), has_blocks, ..Page::default() })
    })
}

/// The heading in the first line, and what follows it.
fn title(text: &str) -> (Option<String>, &str) {
    let text = text.trim_start_matches('\u{FEFF}').trim_start_matches('\n');
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    match line.strip_prefix('#') {
        Some(title) if title.is_empty() || title.starts_with(' ') => {
            (Some(tidy_line(&line_to_text(title.trim(), Dialect::Notion))), rest)
        }
        _ => (None, text),
    }
}

/// The `Key: Value` lines behind the title as text, and what follows them.
fn properties<'a>(text: &'a str, headers: Option<&HashSet<String>>) -> (String, &'a str) {
    let text = text.trim_start_matches('\n');
    let (block, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in block.lines() {
        let property = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")));
        let known = property.filter(|(name, _)| is_name(name, headers));
        match (known, found.last_mut()) {
            (Some((name, value)), _) => found.push((name, value.to_owned())),
            // A value of several lines; without known columns that cannot be told from a paragraph.
            (None, Some((_, value))) if headers.is_some() => {
                value.push('\n');
                value.push_str(line);
            }
            (None, _) => return (String::new(), text),
        }
    }
    let mut lines = String::new();
    for (name, value) in found {
        let value = line_to_text(&cleaned(&value), Dialect::Notion);
        if !value.is_empty() {
            let separator = if lines.is_empty() { "" } else { "\n" };
            // Writing to a string cannot fail.
            let _ = write!(lines, "{separator}{name}: {value}");
        }
    }
    (lines, rest)
}

fn is_name(name: &str, headers: Option<&HashSet<String>>) -> bool {
    match headers {
        Some(headers) => headers.contains(&tidy_line(name)),
        None => {
            !name.is_empty()
                && name.len() <= 60
                && !name.contains(['[', '*', '`', '<', ':'])
                && !is_block(name)
        }
    }
}

/// Starts a block of another kind than a paragraph.
fn is_block(line: &str) -> bool {
    line.starts_with(['#', '-', '>', '|', '!', ' ', '\t', '$'])
        || line
            .split_once(['.', ')'])
            .is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Callouts are `<aside>` blocks; CommonMark would take their first paragraph for HTML, and an icon's
/// `<img>` as well. To-dos without text are no text either. Lines inside fences are left alone.
fn prepared(body: &str) -> Cow<'_, str> {
    if !["<aside", "<img", "- [ ]", "- [x]"].iter().any(|special| body.contains(special)) {
        return Cow::Borrowed(body);
    }
    let mut out = String::with_capacity(body.len());
    let mut fence: Option<&str> = None;
    for line in body.split_inclusive('\n') {
        let bare = line.trim_start().trim_start_matches(['-', '*', '>', ' ']);
        match fence {
            Some(open) if bare.trim_end() == open => fence = None,
            Some(_) => {}
            None => fence = ["````", "```", "~~~"].into_iter().find(|mark| bare.starts_with(mark)),
        }
        if fence.is_some() {
            out.push_str(line);
        } else if matches!(line.trim(), "- [ ]" | "- [x]") {
            out.push('\n');
        } else {
            push_without_tags(&mut out, line);
        }
    }
    Cow::Owned(out)
}

/// Takes the tags out that begin a line, or end a callout behind its last words.
fn push_without_tags(out: &mut String, line: &str) {
    let bare = line.trim_start().trim_start_matches(['-', '*', '>', ' ']);
    out.push_str(&line[..line.len() - bare.len()]);
    let mut rest = bare;
    while let Some(end) = rest.find('>').filter(|_| matches!(tag_name(rest), Some("aside" | "img"))) {
        rest = rest[end + 1..].trim_start_matches(' ');
    }
    match rest.trim_end().strip_suffix("</aside>").filter(|rest| !rest.contains('`')) {
        Some(rest) => {
            out.push_str(rest);
            out.push('\n');
        }
        None => out.push_str(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "86ce25c6bb214b4b9e35beed8bc8b821";

    fn read(markdown: &str) -> Page {
        page(markdown.as_bytes(), None).unwrap()
    }

    #[test]
    fn the_title_is_the_first_line_and_not_part_of_the_body() {
        let page = read("# A/B: tests?\n\n# Other\n\nText");
        assert_eq!(page.title.as_deref(), Some("A/B: tests?"));
        assert_eq!(page.body, "Other\n\nText");
        assert_eq!(read("# ").title.as_deref(), Some(""));
    }

    #[test]
    fn properties_are_told_by_the_columns_of_the_database() {
        let headers = ["Status", "# of people", "Summary", "Blocked By"].map(str::to_owned).into();
        let markdown = format!(
            "# Row\n\nStatus: Done\n# of people: 5\nSummary: two\nlines **here**\nBlocked By: Row 2 (Row%202%20{ID}.md)\n\nNote: a body"
        );
        let page = page(markdown.as_bytes(), Some(&headers)).unwrap();
        assert_eq!(
            page.properties,
            "Status: Done\n# of people: 5\nSummary: two\nlines here\nBlocked By: Row 2"
        );
        assert_eq!(page.body, "Note: a body");
    }

    #[test]
    fn a_paragraph_with_a_colon_is_no_property_of_a_row() {
        let headers = ["Status".to_owned()].into();
        let page = page(b"# Row\n\nNote: read this", Some(&headers)).unwrap();
        assert_eq!((page.properties.as_str(), page.body.as_str()), ("", "Note: read this"));
    }

    #[test]
    fn callouts_keep_all_their_paragraphs_and_code_its_tags() {
        let page = read(
            "# T\n\n<aside>\n💡 First **bold** one\n\nSecond\n\n</aside>\n\n<aside>\n<img src=\"/icons/x.svg\" alt=\"/icons/x.svg\" width=\"40px\" />\n\nThird\n\n</aside>\n\n```html\n<aside>\ncode\n</aside>\n```",
        );
        assert_eq!(page.body, "💡 First bold one\n\nSecond\n\nThird\n\n<aside>\ncode\n</aside>");
    }

    #[test]
    fn captions_are_said_once_and_paths_never() {
        let page = read(
            "# T\n\n![A plan of the desks](T/desk%20plan.png)\n\nA plan of the desks\n\n![x.png](T/x.png)",
        );
        assert_eq!(page.body, "A plan of the desks");
    }

    #[test]
    fn nested_blocks_read_like_the_rest() {
        let page = read(
            "# T\n\n- One\n    \n    Nested **bold**\n    \n\nPara\n\n    Child [page](P%20x.md)\n\n**Bold **text",
        );
        assert_eq!(page.body, "- One\n  Nested bold\n\nPara\n\nChild page\n\nBold text");
    }

    #[test]
    fn sums_of_money_are_no_formulas() {
        let page = read("# T\n\nFrom $50–$500 per **unit** (~$6). Energy $E=mc^2$.\n\n$$\na^2\n$$");
        assert_eq!(page.body, "From $50–$500 per unit (~$6). Energy E=mc^2.\n\na^2");
    }

    #[test]
    fn breaks_are_meant() {
        assert_eq!(read("# T\n\none\ntwo").body, "one\ntwo");
    }
}
