//! Word documents: one walk over the XML, without recursion, however deep it nests.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::{Limits, reason};
use super::docx_styles::{Numbering, Styles};
use super::equation::Equation;
use super::package::{Package, attribute, entity, name_of};
use super::prose::Prose;

/// The first heading and the text.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<(Option<String>, String), &'static str> {
    let mut package = Package::open(bytes, limits)?;
    let main = main_part(&mut package)?;
    let document = package.part(&main)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(&main)?;
    let mut part_of_kind = |kind: &str| -> Result<String, &'static str> {
        let target = relations.values().find(|relation| relation.kind == kind);
        Ok(target.map(|relation| package.part(&relation.target)).transpose()?.flatten().unwrap_or_default())
    };
    let styles = Styles::read(&part_of_kind("styles")?);
    let numbering = Numbering::read(&part_of_kind("numbering")?);
    let notes = [part_of_kind("footnotes")?, part_of_kind("endnotes")?];
    let target = |id: &str| relations.get(id).map(|relation| relation.target.clone());
    let mut walker = Walker::new(&styles, numbering, &target);
    walker.walk(&document)?;
    for notes in notes.iter().filter(|notes| !notes.is_empty()) {
        walker.walk(notes)?;
    }
    Ok(walker.prose.finish())
}

/// The part with the text, which is `word/document.xml` unless the package says otherwise.
fn main_part(package: &mut Package) -> Result<String, &'static str> {
    let relations = package.relations("")?;
    let main = relations.into_values().find(|relation| relation.kind == "officeDocument");
    Ok(main.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target))
}

struct Walker<'a> {
    prose: Prose,
    styles: &'a Styles,
    numbering: Numbering,
    target: &'a dyn Fn(&str) -> Option<String>,
    /// Elements within one that is left out.
    skipped: usize,
    paragraphs: Vec<Paragraph>,
    links: Vec<String>,
    tables: Vec<Vec<Vec<String>>>,
    equation: Equation,
    notes: HashMap<String, usize>,
    /// What the paragraph before says of its picture, where it says nothing else.
    picture: Option<String>,
    in_text: bool,
    in_properties: bool,
}

/// What a paragraph's properties say.
#[derive(Default)]
struct Paragraph {
    style: Option<String>,
    level: Option<usize>,
    list: Option<String>,
    outline: bool,
    picture: Option<String>,
}

impl<'a> Walker<'a> {
    fn new(styles: &'a Styles, numbering: Numbering, target: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            prose: Prose::default(),
            styles,
            numbering,
            target,
            skipped: 0,
            paragraphs: Vec::new(),
            links: Vec::new(),
            tables: Vec::new(),
            equation: Equation::default(),
            notes: HashMap::new(),
            picture: None,
            in_text: false,
            in_properties: false,
        }
    }

    fn walk(&mut self, xml: &str) -> Result<(), &'static str> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut any = false;
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => self.start(&tag),
                Ok(Event::Empty(tag)) if self.skipped == 0 => {
                    self.start(&tag);
                    self.end(name_of(&tag));
                }
                Ok(Event::End(tag)) => self.end(tag.local_name().into_inner()),
                Ok(Event::Text(text)) if self.in_text && self.skipped == 0 => {
                    self.prose.text(&text.xml10_content())
                }
                Ok(Event::CData(text)) if self.in_text && self.skipped == 0 => {
                    self.prose.text(&text.xml10_content())
                }
                Ok(Event::GeneralRef(reference)) if self.in_text && self.skipped == 0 => {
                    self.prose.text(&entity(&reference));
                }
                Ok(Event::Eof) => return Ok(()),
                Ok(_) => {}
                // What was read before the damage is worth having; a file damaged at its start is not.
                Err(_) if any => return Ok(()),
                Err(_) => return Err(reason::UNREADABLE),
            }
            any = true;
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        if self.skipped > 0 || is_left_out(tag) {
            self.skipped += 1;
            return;
        }
        match name {
            "p" => {
                self.prose.capture();
                self.paragraphs.push(Paragraph::default());
            }
            "pPr" => self.in_properties = true,
            "pStyle" | "numId" | "ilvl" | "outlineLvl" if self.in_properties => self.property(tag),
            "t" => self.in_text = true,
            "tab" if !self.in_properties => self.prose.text("\t"),
            "br" | "cr" => self.prose.line(),
            "noBreakHyphen" => self.prose.text("-"),
            "sym" => self.symbol(tag),
            "hyperlink" => {
                let target = attribute(tag, "id").and_then(|id| (self.target)(&id));
                self.links.push(target.unwrap_or_default());
                self.prose.capture();
            }
            "tbl" => {
                self.prose.capture();
                self.tables.push(Vec::new());
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "tc" => self.prose.capture(),
            "docPr" => self.description(tag),
            "footnoteReference" | "endnoteReference" => {
                let number = self.note(tag);
                self.prose.text(&format!("[{number}]"));
            }
            "footnote" | "endnote" => {
                let number = self.note(tag);
                self.prose.block();
                self.prose.text(&format!("[{number}] "));
            }
            _ => self.prose.text(self.equation.start(tag)),
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "p" => self.end_paragraph(),
            "pPr" => self.in_properties = false,
            "t" => self.in_text = false,
            "hyperlink" => {
                let label = self.prose.release();
                let address = self.links.pop().unwrap_or_default();
                self.prose.link(&label, &address);
            }
            "tbl" => {
                self.prose.release();
                let rows = self.tables.pop().unwrap_or_default();
                self.prose.table(&rows);
            }
            "tc" => {
                let cell = self.prose.release();
                if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut()) {
                    row.push(cell);
                }
            }
            _ => {
                if let Some(sign) = self.equation.end(name) {
                    self.prose.text(&sign);
                }
            }
        }
    }

    /// A note's number: they count in the order in which they are met.
    fn note(&mut self, tag: &BytesStart<'_>) -> usize {
        let kind = name_of(tag).trim_end_matches("Reference");
        let id = attribute(tag, "id").unwrap_or_default();
        let next = self.notes.len() + 1;
        *self.notes.entry(format!("{kind} {id}")).or_insert(next)
    }

    fn property(&mut self, tag: &BytesStart<'_>) {
        let value = attribute(tag, "val");
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match name_of(tag) {
            "pStyle" => paragraph.style = value,
            "numId" => paragraph.list = value,
            "ilvl" => paragraph.level = value.and_then(|level| level.parse().ok()),
            _ => paragraph.outline = value.is_some_and(|level| level != "9"),
        }
    }

    fn end_paragraph(&mut self) {
        let text = self.prose.release();
        let paragraph = self.paragraphs.pop().unwrap_or_default();
        if text.trim().is_empty() {
            return;
        }
        let is_caption = self.picture.take().is_some_and(|picture| picture == text.trim());
        if is_caption {
            return;
        }
        self.picture = paragraph.picture.filter(|picture| picture == text.trim());
        let style = paragraph.style.as_deref().map(|id| self.styles.get(id)).unwrap_or_default();
        let list = paragraph.list.or(style.list).filter(|id| id != "0");
        if style.is_heading || paragraph.outline {
            self.prose.heading(&text);
        } else if let Some(list) = list {
            let level = paragraph.level.or(style.level).unwrap_or(0).min(8);
            let number = self.numbering.next(&list, level);
            self.prose.list_line(level, number, &text);
        } else {
            self.prose.block();
            self.prose.text(&text);
            self.prose.block();
        }
    }

    /// A character of a symbol font; those of the private area are pictures.
    fn symbol(&mut self, tag: &BytesStart<'_>) {
        let code = attribute(tag, "char").and_then(|code| u32::from_str_radix(&code, 16).ok());
        let character = code.and_then(char::from_u32).filter(|c| !('\u{E000}'..='\u{F8FF}').contains(c));
        if let Some(character) = character {
            self.prose.text(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// What the author wrote about a picture.
    fn description(&mut self, tag: &BytesStart<'_>) {
        let text = attribute(tag, "descr").unwrap_or_default();
        if !text.is_empty() && !super::is_media(&text) {
            self.prose.text(&text);
            if let Some(paragraph) = self.paragraphs.last_mut() {
                paragraph.picture = Some(text.trim().to_owned());
            }
        }
    }
}

/// Deleted and moved text, codes of fields, and the second version of what newer programs show.
fn is_left_out(tag: &BytesStart<'_>) -> bool {
    match name_of(tag) {
        "del" | "moveFrom" | "instrText" | "delText" | "Fallback" | "sectPr" | "rPr" | "tblPr" | "tcPr" => {
            true
        }
        "footnote" | "endnote" => attribute(tag, "type").is_some_and(|kind| kind != "normal"),
        _ => false,
    }
}
