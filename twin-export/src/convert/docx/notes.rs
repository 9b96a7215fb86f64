//! The marks of footnotes and endnotes.

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use super::super::package::{attribute, name_of};
use super::super::signs;
use super::walker::Walker;

/// The marks by their notes. Footnotes have the numbers that Word shows, endnotes go on from them, so that each has a
/// mark of its own; notes with marks of their own are not counted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    marks: HashMap<String, String>,
    footnotes: usize,
    endnotes: usize,
    /// How many footnotes the document refers to.
    expected: usize,
    /// Notes whose marks were deleted.
    gone: HashSet<String>,
    /// The note whose own mark follows.
    awaited: Option<String>,
    own: HashSet<String>,
}

impl Notes {
    pub(super) fn of(document: &str) -> Self {
        let count = |name: &str| document.matches(name).count();
        let expected =
            count("footnoteReference ").saturating_sub(count("customMarkFollows")) + count(":footnote>") / 2;
        Self { expected, ..Self::default() }
    }

    /// A note's mark where it is referred to; empty where it follows.
    pub(super) fn reference(&mut self, tag: &BytesStart<'_>) -> String {
        if attribute(tag, "customMarkFollows")
            .is_some_and(|value| !matches!(value.as_str(), "0" | "false" | "off"))
        {
            let key = key(tag);
            self.marks.entry(key.clone()).or_default();
            self.awaited = Some(key);
            return String::new();
        }
        self.mark(tag)
    }

    /// The mark that a text is, where one is awaited.
    pub(super) fn own(&mut self, text: &str) -> Option<String> {
        let key = self.awaited.take_if(|_| !text.trim().is_empty())?;
        let mark = format!("[{}]", text.trim());
        self.marks.insert(key, mark.clone());
        self.own.insert(mark.clone());
        Some(mark)
    }

    /// A note's mark, whether its reference or its text is met.
    pub(super) fn mark(&mut self, tag: &BytesStart<'_>) -> String {
        let key = key(tag);
        if let Some(mark) = self.marks.get(&key) {
            return mark.clone();
        }
        let number = if key.starts_with("footnote") {
            self.footnotes += 1;
            self.footnotes
        } else {
            self.endnotes += 1;
            self.expected.max(self.footnotes) + self.endnotes
        };
        let mark = format!("[{number}]");
        self.marks.insert(key, mark.clone());
        mark
    }

    /// The mark of a note that stands within the text.
    fn within(&mut self, tag: &BytesStart<'_>) -> String {
        // No id tells these apart.
        self.marks.remove(&key(tag));
        self.mark(tag)
    }

    /// A note is referred to in text that is left out.
    pub(super) fn leave_out(&mut self, tag: &BytesStart<'_>) {
        self.gone.insert(key(tag));
    }

    /// Whether nothing that is shown refers to a note.
    pub(super) fn is_gone(&self, tag: &BytesStart<'_>) -> bool {
        let key = key(tag);
        self.gone.contains(&key) && !self.marks.contains_key(&key)
    }

    /// A note's text behind its mark; a mark of its own begins the text, too.
    pub(super) fn behind<'t>(&self, mark: &str, text: &'t str) -> &'t str {
        let text = text.trim_start();
        let written = mark.trim_matches(['[', ']']);
        if !self.own.contains(mark) {
            return text;
        }
        let forms = [mark, written, &signs::superscript("", written)];
        forms.iter().find_map(|form| text.strip_prefix(*form)).map_or(text, str::trim_start)
    }
}

impl Walker<'_, '_> {
    /// A note within its paragraph: its mark stands there, and its text behind the document's.
    pub(super) fn begin_note(&mut self, tag: &BytesStart<'_>) {
        let mark = self.notes.within(tag);
        self.plain(&mark);
        self.flush();
        self.mark = Some(mark);
        self.open_notes += 1;
        self.prose.capture();
    }

    pub(super) fn end_note(&mut self) {
        self.open_notes -= 1;
        self.flush();
        self.mark = None;
        let text = self.prose.release();
        self.noted.push(text);
    }

    /// Writes the notes that stood within the text.
    pub(super) fn write_notes(&mut self) {
        self.open_notes = 0;
        for text in std::mem::take(&mut self.noted) {
            self.prose.block();
            self.prose.verbatim(text.trim());
        }
    }
}

/// Whether Word of 2003 notes a comment, or what was deleted.
pub(super) fn is_left_out(annotation: &BytesStart<'_>) -> bool {
    is_comment(annotation) || is_deletion(annotation)
}

pub(super) fn is_deletion(annotation: &BytesStart<'_>) -> bool {
    attribute(annotation, "type").is_some_and(|kind| kind == "Word.Deletion")
}

pub(super) fn is_comment(annotation: &BytesStart<'_>) -> bool {
    attribute(annotation, "type").is_some_and(|kind| kind == "Word.Comment")
}

/// What a note is called in the text and among the notes.
fn key(tag: &BytesStart<'_>) -> String {
    let kind = name_of(tag).trim_end_matches("Reference");
    format!("{kind} {}", attribute(tag, "id").unwrap_or_default())
}
