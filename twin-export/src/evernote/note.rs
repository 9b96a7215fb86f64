//! A note of Evernote: HTML with elements of its own for boxes, files and code.

use std::borrow::Cow;

use scraper::ElementRef;
use serde::{Deserialize, Serialize};

use super::super::Limits;
use super::super::convert::html::Walker;
use super::super::convert::html_tree::{Attributes as _, decoded, descendants, parse};
use super::super::workers::Task;

/// Reads the content of a note.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadNote;

/// What a note says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteRead {
    pub(super) text: String,
    /// Parts of it need a password.
    pub(super) is_encrypted: bool,
}

impl Task for ReadNote {
    const NAME: &'static str = "evernote";
    type Output = NoteRead;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<NoteRead, &'static str> {
        let content = decoded(&bytes);
        let tree = parse(&closed(&content), limits)?;
        let root = tree.root_element();
        let mut walker = Walker::new(elements);
        walker.children(root);
        let text = walker.prose.finish().1.trim().to_owned();
        Ok(NoteRead { text, is_encrypted: descendants(root, "en-crypt").next().is_some() })
    }
}

/// Empty elements of XML as HTML has them: there an element of an unknown name stays open.
fn closed(content: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = content;
    while let Some(at) = rest.find("<en-") {
        let Some(end) = rest[at..].find('>').map(|end| at + end) else { break };
        let tag = &rest[at..end];
        match tag.strip_suffix('/') {
            Some(tag) => {
                let name = tag[1..].split(|c: char| c.is_whitespace()).next().unwrap_or_default();
                out.push_str(&rest[..at]);
                out.push_str(&format!("{tag}></{name}>"));
            }
            None => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    if out.is_empty() {
        return Cow::Borrowed(content);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What Evernote writes in a way of its own.
fn elements(walker: &mut Walker, element: ElementRef<'_>) -> bool {
    let style = |mark: &str| element.attribute("style").is_some_and(|style| has_style(style, mark));
    match element.value().name() {
        "en-media" | "en-crypt" => true,
        "en-todo" => {
            walker.prose.check_box(element.attribute("checked") == Some("true"));
            walker.children(element);
            true
        }
        "ul" if style("--en-todo:true") => {
            walker.prose.begin_list(None);
            for item in element.child_elements() {
                walker.prose.begin_item();
                let is_done =
                    item.attribute("style").is_some_and(|style| has_style(style, "--en-checked:true"));
                if item.value().name() == "li" {
                    walker.prose.check_box(is_done);
                }
                walker.children(item);
                walker.prose.end_item();
            }
            walker.prose.end_list();
            true
        }
        "div" if style("--en-codeblock:true") || style("-en-codeblock:true") => {
            walker.preformatted(element);
            true
        }
        // Where it leads, only Evernote knows.
        "a" if element.attribute("href").is_some_and(|address| address.starts_with("evernote:")) => {
            walker.children(element);
            true
        }
        _ => false,
    }
}

fn has_style(style: &str, mark: &str) -> bool {
    style.split(';').any(|one| {
        let one: String = one.chars().filter(|sign| !sign.is_whitespace()).collect();
        one == mark
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> String {
        let note = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE en-note SYSTEM \"http://xml.evernote.com/pub/enml2.dtd\"><en-note>{content}</en-note>"
        );
        ReadNote.run(note.into_bytes(), &Limits::default()).unwrap().text
    }

    #[test]
    fn boxes_of_both_kinds_are_read_and_files_are_not() {
        let old = "<div><en-todo checked=\"true\"/>sweep</div><div><en-todo checked=\"false\"/>paint<en-media type=\"image/png\" hash=\"ab\"/> it</div>";
        assert_eq!(text(old), "[x] sweep\n[ ] paint it");
        let new = "<ul style=\"--en-todo:true;padding:0\"><li style=\"--en-checked:true;\"><div>sweep</div></li><li style=\"--en-checked:false;\"><div>paint</div></li></ul>";
        assert_eq!(text(new), "- [x] sweep\n- [ ] paint");
    }

    #[test]
    fn code_keeps_its_indentation() {
        let code = "<div style=\"--en-codeblock:true;\"><div>def f():</div><div>    return 1</div></div>";
        assert_eq!(text(code), "def f():\n    return 1");
    }

    #[test]
    fn links_within_evernote_keep_their_labels_and_secrets_are_told() {
        assert_eq!(text("<a href=\"evernote:///view/1/s1/ab/\">Keys</a>, <b>now</b>"), "Keys, now");
        let read = ReadNote
            .run(b"<en-note>a<en-crypt cipher=\"AES\">zz</en-crypt></en-note>".to_vec(), &Limits::default());
        let read = read.unwrap();
        assert_eq!((read.text.as_str(), read.is_encrypted), ("a", true));
    }
}
