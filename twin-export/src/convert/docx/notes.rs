//! The marks of footnotes and endnotes.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::numerals;
use super::super::package::{attribute, name_of};

/// Counts notes in the order in which they are met.
#[derive(Debug, Default)]
pub(super) struct Notes {
    marks: HashMap<String, String>,
    counts: [u64; 2],
    formats: [Option<String>; 2],
    /// The first number less one.
    before: [u64; 2],
}

impl Notes {
    /// What the document's settings say about the marks.
    pub(super) fn read(settings: &str) -> Self {
        let mut notes = Self::default();
        let mut which = None;
        let mut reader = Reader::from_str(settings);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) => match (name_of(&tag), which) {
                    ("footnotePr", _) => which = Some(0),
                    ("endnotePr", _) => which = Some(1),
                    ("numFmt", Some(which)) => notes.formats[which] = attribute(&tag, "val"),
                    ("numStart", Some(which)) => {
                        let first = attribute(&tag, "val").and_then(|first| first.parse::<u64>().ok());
                        notes.before[which] = first.unwrap_or(1).saturating_sub(1);
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().into_inner().ends_with("notePr") => which = None,
                Event::Eof => break,
                _ => {}
            }
        }
        notes
    }

    /// A note's mark, whether its reference or its text is met.
    pub(super) fn mark(&mut self, tag: &BytesStart<'_>) -> String {
        let kind = name_of(tag).trim_end_matches("Reference");
        let which = usize::from(kind == "endnote");
        let id = attribute(tag, "id").unwrap_or_default();
        if let Some(mark) = self.marks.get(&format!("{kind} {id}")) {
            return mark.clone();
        }
        self.counts[which] += 1;
        let number = self.counts[which].saturating_add(self.before[which]);
        let default = if which == 1 { "lowerRoman" } else { "decimal" };
        let format = self.formats[which].as_deref().unwrap_or(default);
        let mark = numerals::written(format, number).unwrap_or_else(|| number.to_string());
        let mark = format!("[{mark}]");
        self.marks.insert(format!("{kind} {id}"), mark.clone());
        mark
    }
}
