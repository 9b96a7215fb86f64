//! A note of Evernote: HTML with elements of its own for boxes, files and code.

use std::borrow::Cow;

use scraper::ElementRef;
use serde::{Deserialize, Serialize};

use super::super::Limits;
use super::super::convert::html::Walker;
use super::super::convert::html_tree::{Attributes as _, decoded, descendants, parse};
use super::super::workers::Task;

/// Reads the content of a note.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ReadNote {
    /// Tasks by the list that the content places: whether each is done, and what it says.
    pub(super) groups: Vec<(String, Vec<(bool, String)>)>,
    /// Names of files, by the sum that the content calls them by.
    pub(super) files: Vec<(String, String)>,
}

/// What a note says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteRead {
    pub(super) text: String,
    /// It says no more than the names of its files.
    pub(super) is_bare: bool,
    /// The lists of tasks that stand in the text.
    pub(super) groups: Vec<String>,
    /// Parts of it need a password.
    pub(super) is_encrypted: bool,
}

impl Task for ReadNote {
    const NAME: &'static str = "evernote";
    type Output = NoteRead;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<NoteRead, &'static str> {
        let content = decoded(&bytes);
        let (content, is_bare) = self.with_files(&content);
        let (content, groups) = self.with_tasks(content);
        let tree = parse(&closed(&content), limits)?;
        let root = tree.root_element();
        let mut walker = Walker::new(elements);
        walker.children(root);
        let text = walker.prose.finish().1.trim().to_owned();
        let is_bare =
            is_bare && text.lines().all(|line| line.trim().is_empty() || line.starts_with(ATTACHED));
        Ok(NoteRead { text, is_bare, groups, is_encrypted: descendants(root, "en-crypt").next().is_some() })
    }
}

/// What stands before the name of a file.
const ATTACHED: &str = "Attached: ";

impl ReadNote {
    /// The content with the names of its files where they stand, and whether there are any.
    fn with_files<'t>(&self, content: &'t str) -> (Cow<'t, str>, bool) {
        let mut out = String::new();
        let mut rest = content;
        while let Some((at, name)) = self.next_file(rest) {
            let (before, from) = rest.split_at(at);
            out.push_str(&format!("{before}<div>{ATTACHED}{}</div>", escaped(name)));
            out.push_str(&from[..1]);
            rest = &from[1..];
        }
        if out.is_empty() { (Cow::Borrowed(content), false) } else { (Cow::Owned(out + rest), true) }
    }

    /// Where the next file stands, and its name.
    fn next_file(&self, content: &str) -> Option<(usize, &str)> {
        let starts = content.match_indices("<en-media").take_while(|_| !self.files.is_empty());
        starts.into_iter().find_map(|(at, _)| {
            let tag = content[at..].split('>').next()?;
            let hash = tag.split("hash=").nth(1)?.trim_start_matches(['"', '\'']);
            let (_, name) = self
                .files
                .iter()
                .find(|(sum, _)| hash.get(..sum.len()).is_some_and(|hash| hash.eq_ignore_ascii_case(sum)))?;
            Some((at, name.as_str()))
        })
    }

    /// The content with its tasks where their lists stand, and which lists these are.
    fn with_tasks<'t>(&self, content: Cow<'t, str>) -> (Cow<'t, str>, Vec<String>) {
        let (mut out, mut placed) = (String::new(), Vec::new());
        let mut rest = content.as_ref();
        while let Some(mark) = rest.find("--en-task-group:true") {
            let Some(end) = rest[mark..].find('>').map(|end| mark + end + 1) else { break };
            let tag = &rest[rest[..mark].rfind('<').unwrap_or(mark)..end];
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            let group = self.groups.iter().find(|(id, _)| !id.is_empty() && tag.contains(id.as_str()));
            let Some((id, tasks)) = group.filter(|(id, _)| !placed.contains(id)) else { continue };
            if tag.ends_with("/>") {
                out.truncate(out.len() - 2);
                out.push('>');
            }
            out.push_str("<ul style=\"--en-todo:true\">");
            for (is_done, task) in tasks {
                out.push_str(&format!("<li style=\"--en-checked:{is_done}\">{}</li>", escaped(task)));
            }
            out.push_str("</ul>");
            if tag.ends_with("/>") {
                out.push_str("</div>");
            }
            placed.push(id.clone());
        }
        if out.is_empty() {
            return (content, placed);
        }
        out.push_str(rest);
        (Cow::Owned(out), placed)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
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
        ReadNote::default().run(note.into_bytes(), &Limits::default()).unwrap().text
    }

    #[test]
    fn boxes_of_both_kinds_are_read_and_files_are_not() {
        let old = "<div><en-todo checked=\"true\"/>sweep</div><div><en-todo checked=\"false\"/>paint<en-media type=\"image/png\" hash=\"ab\"/> it</div>";
        assert_eq!(text(old), "[x] sweep\n[ ] paint it");
        let new = "<ul style=\"--en-todo:true;padding:0\"><li style=\"--en-checked:true;\"><div>sweep</div></li><li style=\"--en-checked:false;\"><div>paint</div></li></ul>";
        assert_eq!(text(new), "- [x] sweep\n- [ ] paint");
    }

    #[test]
    fn tasks_and_names_of_files_stand_where_the_note_has_them() {
        let note = ReadNote {
            groups: vec![
                ("g1".to_owned(), vec![(true, "Pay <5".to_owned()), (false, "Call".to_owned())]),
                ("g2".to_owned(), vec![(false, "Elsewhere".to_owned())]),
            ],
            files: vec![("0a1b".to_owned(), "Plan & more.pdf".to_owned())],
        };
        let content = "<en-note><div>First</div><div style=\"--en-task-group:true; --en-id:g1;\"/><div>Then</div>\
            <div><en-media type=\"application/pdf\" hash=\"0A1B\"/></div><div><en-media type=\"image/png\" hash=\"ff\"/>Last</div></en-note>";
        let read = note.run(content.as_bytes().to_vec(), &Limits::default()).unwrap();
        assert_eq!(read.text, "First\n\n- [x] Pay <5\n- [ ] Call\n\nThen\nAttached: Plan & more.pdf\nLast");
        assert_eq!((read.groups, read.is_bare), (vec!["g1".to_owned()], false));
        let files = vec![("0a1b".to_owned(), "a.pdf".to_owned())];
        let alone = ReadNote { files, ..ReadNote::default() };
        let content = b"<en-note><en-media type=\"application/pdf\" hash=\"0a1b\"/></en-note>".to_vec();
        assert!(alone.run(content, &Limits::default()).unwrap().is_bare);
    }

    #[test]
    fn code_keeps_its_indentation() {
        let code = "<div style=\"--en-codeblock:true;\"><div>def f():</div><div>    return 1</div></div>";
        assert_eq!(text(code), "def f():\n    return 1");
    }

    #[test]
    fn links_within_evernote_keep_their_labels_and_secrets_are_told() {
        assert_eq!(text("<a href=\"evernote:///view/1/s1/ab/\">Keys</a>, <b>now</b>"), "Keys, now");
        let read = ReadNote::default()
            .run(b"<en-note>a<en-crypt cipher=\"AES\">zz</en-crypt></en-note>".to_vec(), &Limits::default());
        let read = read.unwrap();
        assert_eq!((read.text.as_str(), read.is_encrypted), ("a", true));
    }
}
