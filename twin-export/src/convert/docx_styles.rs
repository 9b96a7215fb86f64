//! What a Word document's styles and lists mean: which paragraphs are headings, which are numbered.

use std::collections::HashMap;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::package::{attribute, name_of};

/// What a paragraph gets from its style.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    pub(super) is_heading: bool,
    pub(super) list: Option<String>,
    pub(super) level: Option<usize>,
    base: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(super) fn read(xml: &str) -> Self {
        let mut styles = HashMap::new();
        let mut id = String::new();
        let mut style = Style::default();
        let mut reader = Reader::from_str(xml);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let value = || attribute(&tag, "val");
                    match name_of(&tag) {
                        "style" => {
                            id = attribute(&tag, "styleId").unwrap_or_default();
                            style = Style::default();
                        }
                        // The name is English in every language; the id is not.
                        "name" => style.is_heading |= is_heading_name(&value().unwrap_or_default()),
                        "basedOn" => style.base = value(),
                        "outlineLvl" => style.is_heading |= value().is_some_and(|level| level != "9"),
                        "numId" => style.list = value(),
                        "ilvl" => style.level = value().and_then(|level| level.parse().ok()),
                        _ => {}
                    }
                }
                Event::End(tag) if tag.local_name().into_inner() == "style" => {
                    styles.insert(std::mem::take(&mut id), std::mem::take(&mut style));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Self(styles)
    }

    /// The style with what it inherits.
    pub(super) fn get(&self, id: &str) -> Style {
        let mut style = match self.0.get(id) {
            Some(style) => style.clone(),
            None => return Style { is_heading: is_heading_name(id), ..Style::default() },
        };
        // Styles may be based on one another in a circle.
        for _ in 0..16 {
            let Some(base) = style.base.take().and_then(|base| self.0.get(&base)) else { break };
            style.is_heading |= base.is_heading;
            style.list = style.list.or_else(|| base.list.clone());
            style.level = style.level.or(base.level);
            style.base = base.base.clone();
        }
        style
    }
}

fn is_heading_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = name.strip_prefix("heading").map(str::trim);
    name == "title"
        || numbered.is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Lists, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// By list and level: whether items are numbered (and not only marked).
    numbered: HashMap<(String, usize), bool>,
    abstracts: HashMap<String, String>,
    counts: HashMap<String, [u64; 9]>,
}

impl Numbering {
    pub(super) fn read(xml: &str) -> Self {
        let mut numbering = Self::default();
        let (mut list, mut level, mut number) = (String::new(), 0, String::new());
        let mut reader = Reader::from_str(xml);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) => match name_of(&tag) {
                    "abstractNum" => list = attribute(&tag, "abstractNumId").unwrap_or_default(),
                    "lvl" => {
                        level = attribute(&tag, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0)
                    }
                    "numFmt" => {
                        let format = attribute(&tag, "val").unwrap_or_default();
                        numbering
                            .numbered
                            .insert((list.clone(), level), format != "bullet" && format != "none");
                    }
                    "num" => number = attribute(&tag, "numId").unwrap_or_default(),
                    "abstractNumId" => {
                        let list = attribute(&tag, "val").unwrap_or_default();
                        numbering.abstracts.insert(number.clone(), list);
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        numbering
    }

    /// The number of the next item, where the list has numbers.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Option<u64> {
        let level = level.min(8);
        let key = (self.abstracts.get(list)?.clone(), level);
        let counts = self.counts.entry(list.to_owned()).or_default();
        counts[level] += 1;
        counts[level + 1..].fill(0);
        let number = counts[level];
        self.numbered.get(&key).is_some_and(|&numbered| numbered).then_some(number)
    }
}
