//! Workbooks of XML parts: what all sheets share, and the sheets one by one. Our own reader: others end a sheet at the
//! first error name or cell type they do not know, find the workbook by its usual name alone, and keep formats to
//! themselves.

use std::cell::Cell;
use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::{Limits, reason, remark};
use super::super::number_format::general;
use super::super::package::{Package, Relation, attribute, entity, has_text, name_of, reference};
use super::super::styled::{Look, Styled};
use super::super::{Output, chart, pptx, signs};
use super::Sheets;
use super::cells::Worksheet;
use super::escapes::unescaped;
use super::forms;
use super::shown::Shown;
use super::styles::{self, Style, is_on};

pub(super) fn to_text(mut package: Package, main: &str, limits: &Limits) -> Result<Output, &'static str> {
    let xml = package.part(main)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(main)?;
    let mut sheets = Sheets::new(limits);
    let Listing { list, names, from_1904 } = listed(&xml);
    let mut shared = |kind: &str| {
        let named = relations.values().find(|one| one.kind == kind).map(|one| one.target.clone());
        let part = match named {
            // Where it is not there, only a cell that wants a text of it misses something.
            Some(part) => package.part(&part).unwrap_or_else(|why| {
                sheets.aside.skip(part, why);
                None
            }),
            // Where nothing leads to it, it may still lie where it usually does.
            None => package.part(&format!("xl/{kind}.xml")).ok().flatten(),
        };
        part.unwrap_or_default()
    };
    let strings = shared_strings(&shared("sharedStrings"));
    let part_of = |sheet: &Listed| Some((sheet.name.clone(), relations.get(&sheet.relation)?.target.clone()));
    let book = Book {
        names,
        parts: list.iter().filter_map(part_of).collect(),
        ..Book::new(strings, styles::read(&shared("styles")), from_1904)
    };
    let visible = list.iter().filter(|sheet| !sheet.is_hidden).map(|sheet| sheet.name.as_str());
    sheets.shown = Shown::new(visible, book.names.clone());
    let mut failed = list.is_empty().then_some(reason::UNREADABLE);
    for sheet in &list {
        if sheet.is_hidden {
            sheets.aside.skip(&*sheet.name, reason::HIDDEN_SHEET);
            continue;
        }
        let part = relations.get(&sheet.relation).map(|relation| relation.target.as_str());
        if let Err(why) =
            part.ok_or(reason::UNREADABLE).and_then(|part| add(&mut sheets, &mut package, sheet, part, &book))
        {
            sheets.aside.skip(&*sheet.name, why);
            sheets.shown.remove(&sheet.name);
            failed = Some(why);
        }
    }
    if book.lacks_text() {
        failed = failed.or(Some(reason::UNREADABLE));
        if !sheets.aside.parts.iter().any(|(part, _)| part.contains("haredStrings")) {
            sheets.aside.skip("sharedStrings.xml", reason::CUT_SHORT);
        }
    }
    sheets.finish_unless(failed, package.core_title())
}

fn add(
    sheets: &mut Sheets<'_>,
    package: &mut Package,
    sheet: &Listed,
    part: &str,
    book: &Book,
) -> Result<(), &'static str> {
    let xml = package.part(part)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(part).unwrap_or_default();
    let mut worksheet = Worksheet::read(&xml, sheets.rows(), book)?;
    worksheet.name_links(|id| relations.get(id).map(|relation| relation.target.clone()));
    if !worksheet.is_whole {
        sheets.aside.skip(&*sheet.name, reason::CUT_SHORT);
    }
    if worksheet.is_filtered || is_filtered(package, &relations) {
        worksheet.rows.show_rows();
    }
    if let Some(said) = worksheet.remark {
        sheets.aside.remark(said);
    }
    sheets.shown.note(&sheet.name, worksheet.rows.hidden());
    let mut drawings = drawings(sheets, package, &relations, worksheet.rows.is_empty());
    forms::add(package, &relations, &worksheet, book, &mut drawings);
    sheets.add(&sheet.name, worksheet.rows, &drawings)
}

/// Whether a table of the sheet shows a choice of its rows.
fn is_filtered(package: &mut Package, relations: &HashMap<String, Relation>) -> bool {
    let mut tables = relations.values().filter(|relation| relation.kind == "table");
    tables.any(|table| {
        package.part(&table.target).is_ok_and(|xml| xml.is_some_and(|xml| xml.contains("filterColumn")))
    })
}

/// Text boxes and charts of a sheet; a chart's figures where no cell shows them.
pub(super) fn drawings(
    sheets: &mut Sheets<'_>,
    package: &mut Package,
    relations: &HashMap<String, Relation>,
    is_chart: bool,
) -> Vec<String> {
    let mut said = Vec::new();
    let mut sorted: Vec<&Relation> = relations.values().collect();
    sorted.sort_by(|one, other| one.target.cmp(&other.target));
    for relation in sorted {
        match relation.kind.as_str() {
            "comments" | "threadedComment" => {
                let xml = package.part(&relation.target);
                if xml.map_or(true, |xml| xml.is_some_and(|xml| has_text(&xml) || xml.contains("<text"))) {
                    sheets.aside.remark(remark::COMMENTS);
                }
            }
            "oleObject" | "package" => sheets.aside.skip(&*relation.target, reason::EMBEDDED),
            "drawing" => {
                let Some(xml) = package.part_or_skip(&relation.target, &mut sheets.aside) else { continue };
                let inner = package.relations(&relation.target).unwrap_or_default();
                let (text, related) = pptx::drawing(&xml, &inner, &mut sheets.aside);
                said.push(text);
                for part in related.iter().filter_map(|id| inner.get(id)) {
                    let shows = |range: &str, cells: usize| sheets.shown.shows(range, cells);
                    let shows: Option<chart::Shows<'_>> = if is_chart { None } else { Some(&shows) };
                    said.extend(chart::read_beside(package, &part.target, &mut sheets.aside, shows));
                }
            }
            _ => {}
        }
    }
    said
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    relation: String,
    is_hidden: bool,
}

/// What a workbook says of its sheets.
#[derive(Default)]
struct Listing {
    /// In their order.
    list: Vec<Listed>,
    /// What ranges with names refer to.
    names: HashMap<String, String>,
    from_1904: bool,
}

fn listed(xml: &str) -> Listing {
    let Listing { mut list, mut names, mut from_1904 } = Listing::default();
    let mut named = None;
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match name_of(&tag) {
                "workbookPr" => {
                    from_1904 =
                        attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true");
                }
                "sheet" => list.push(Listed {
                    name: attribute(&tag, "name").unwrap_or_default(),
                    relation: reference(&tag).unwrap_or_default(),
                    is_hidden: attribute(&tag, "state").is_some_and(|state| state != "visible"),
                }),
                "definedName" => named = attribute(&tag, "name"),
                _ => {}
            },
            Event::Text(text) => {
                if let Some(name) = named.take() {
                    names.insert(name, text.xml10_content().into_owned());
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Listing { list, names, from_1904 }
}

/// What all sheets share.
pub(super) struct Book {
    strings: Vec<String>,
    styles: Vec<Style>,
    from_1904: bool,
    /// Some cell refers to a text that the workbook does not hold.
    is_missing_text: Cell<bool>,
    /// What ranges with names refer to, and the sheets' parts by their names.
    pub(super) names: HashMap<String, String>,
    pub(super) parts: HashMap<String, String>,
}

impl Book {
    pub(super) fn new(strings: Vec<String>, styles: Vec<Style>, from_1904: bool) -> Self {
        let (names, parts) = (HashMap::new(), HashMap::new());
        Self { strings, styles, from_1904, is_missing_text: Cell::new(false), names, parts }
    }

    /// Whether a cell wanted a text that the workbook does not hold.
    pub(super) fn lacks_text(&self) -> bool {
        self.is_missing_text.get()
    }

    /// A text in the format of its cell.
    pub(super) fn text(&self, text: &str, style: usize) -> String {
        self.style(style).map_or_else(|| text.to_owned(), |style| style.format.text(text))
    }

    /// What a cell shows, marked where it is struck out.
    pub(super) fn struck(&self, shown: String, style: usize) -> String {
        if self.style(style).is_some_and(|style| style.is_struck) { signs::struck(&shown) } else { shown }
    }

    pub(super) fn string(&self, at: usize) -> Option<&str> {
        let string = self.strings.get(at);
        self.is_missing_text.set(self.is_missing_text.get() || string.is_none());
        string.map(String::as_str)
    }

    pub(super) fn style(&self, at: usize) -> Option<&Style> {
        self.styles.get(at)
    }

    pub(super) fn number(&self, number: f64, style: usize) -> String {
        self.style(style).map_or_else(|| general(number), |style| style.format.number(number, self.from_1904))
    }
}

fn shared_strings(xml: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut runs = Runs::default();
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => runs.start(&tag),
            Event::Empty(tag) if name_of(&tag) == "si" => strings.push(String::new()),
            Event::Empty(tag) => {
                runs.start(&tag);
                runs.end(name_of(&tag));
            }
            Event::Text(text) => runs.text(&text.xml10_content()),
            Event::CData(text) => runs.text(&text.xml10_content()),
            Event::GeneralRef(reference) => runs.text(&entity(&reference)),
            Event::End(tag) if tag.local_name().into_inner() == "si" => strings.push(runs.take()),
            Event::End(tag) => runs.end(tag.local_name().into_inner()),
            Event::Eof => break,
            _ => {}
        }
    }
    strings
}

/// A text in runs, of which some are raised or struck; how it is read aloud is left out.
#[derive(Debug, Default)]
pub(super) struct Runs {
    styled: Styled,
    look: Look,
    reading: bool,
    in_phonetic: bool,
}

impl Runs {
    pub(super) fn start(&mut self, tag: &BytesStart<'_>) {
        match name_of(tag) {
            "r" => self.look = Look::default(),
            "vertAlign" => {
                let place = attribute(tag, "val").unwrap_or_default();
                (self.look.raised, self.look.lowered) = (place == "superscript", place == "subscript");
            }
            "strike" => self.look.struck = is_on(tag),
            "rPh" => self.in_phonetic = true,
            "t" => self.reading = !self.in_phonetic,
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        match name {
            "t" => self.reading = false,
            "rPh" => self.in_phonetic = false,
            "r" => self.look = Look::default(),
            _ => {}
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.reading {
            self.styled.push(self.look, text);
        }
    }

    pub(super) fn take(&mut self) -> String {
        (self.look, self.reading, self.in_phonetic) = (Look::default(), false, false);
        if self.styled.is_empty() {
            return String::new();
        }
        let text = self.styled.take();
        self.styled.begin();
        unescaped(&text).into_owned()
    }
}
