//! The cells of a worksheet. What a cell is, says its type; what its type does not fit, stays as it stands.

use std::collections::HashMap;
use std::ops::ControlFlow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::{reason, remark};
use super::super::link::says_nothing;
use super::super::package::{attribute, entity, name_of, reference};
use super::super::signs;
use super::escapes::unescaped;
use super::formula::moved;
use super::rows::{Place, Rows, place_of, range_of};
use super::truth;
use super::xlsx::{Book, Runs};

/// What a worksheet holds.
pub(super) struct Worksheet {
    pub(super) rows: Rows,
    pub(super) is_whole: bool,
    /// A filter shows a choice of the rows.
    pub(super) is_filtered: bool,
    /// What to say of the file.
    pub(super) remark: Option<&'static str>,
    /// Formulas that other cells share, by their number.
    formulas: HashMap<String, (Place, String)>,
    /// Cells that lead somewhere, by the relation that says where.
    links: Vec<(Place, String)>,
    /// Controls on the sheet: the number of the shape, and the relation to its properties.
    pub(super) controls: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Cell {
    place: Place,
    style: usize,
    kind: String,
    value: String,
    formula: String,
    has_formula: bool,
    /// The number of the formula that it shares.
    shared: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    Value,
    Formula,
    Inline,
    Header,
}

impl Worksheet {
    pub(super) fn read(xml: &str, rows: Rows, book: &Book) -> Result<Self, &'static str> {
        let mut sheet = Self {
            rows,
            is_whole: false,
            is_filtered: false,
            remark: None,
            formulas: HashMap::new(),
            links: Vec::new(),
            controls: Vec::new(),
        };
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let (mut cell, mut runs) = (Cell::default(), Runs::default());
        let mut next: Place = (0, 0);
        let mut reading = Reading::Nothing;
        let mut depth = 0_usize;
        let mut any = false;
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    depth += 1;
                    reading = sheet.start(&tag, &mut cell, &mut next, &mut runs, reading);
                }
                Ok(Event::Empty(tag)) => {
                    let before = reading;
                    reading = sheet.start(&tag, &mut cell, &mut next, &mut runs, reading);
                    if name_of(&tag) != "c" {
                        reading = before;
                    }
                }
                Ok(Event::Text(text)) => {
                    sheet.characters(&text.xml10_content(), &mut cell, &mut runs, reading)
                }
                Ok(Event::CData(text)) => {
                    sheet.characters(&text.xml10_content(), &mut cell, &mut runs, reading)
                }
                Ok(Event::GeneralRef(one)) => sheet.characters(&entity(&one), &mut cell, &mut runs, reading),
                Ok(Event::End(tag)) => {
                    depth = depth.saturating_sub(1);
                    match tag.local_name().into_inner() {
                        "c" => {
                            if sheet.end_cell(&mut cell, &mut runs, book).is_break() {
                                return Err(reason::TOO_LARGE);
                            }
                        }
                        name if reading == Reading::Inline => {
                            runs.end(name);
                            if name == "is" {
                                reading = Reading::Nothing;
                            }
                        }
                        "row" => next = (next.0.saturating_add(1), 0),
                        _ => reading = Reading::Nothing,
                    }
                }
                Ok(Event::Eof) => break sheet.is_whole = depth == 0,
                Ok(_) => {}
                Err(_) if any => break,
                Err(_) => return Err(reason::UNREADABLE),
            }
            any = true;
        }
        Ok(sheet)
    }

    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        cell: &mut Cell,
        next: &mut Place,
        runs: &mut Runs,
        reading: Reading,
    ) -> Reading {
        match name_of(tag) {
            _ if reading == Reading::Inline => {
                runs.start(tag);
                Reading::Inline
            }
            "row" => {
                let row = attribute(tag, "r").and_then(|row| row.parse::<u32>().ok()?.checked_sub(1));
                *next = (row.unwrap_or(next.0), 0);
                if is_hidden(tag) {
                    self.rows.hide_row(next.0);
                }
                Reading::Nothing
            }
            "col" => {
                let number = |name: &str| attribute(tag, name)?.parse::<u32>().ok()?.checked_sub(1);
                if let Some((first, last)) = number("min").zip(number("max")).filter(|_| is_hidden(tag)) {
                    self.rows.hide_columns(first, last);
                }
                Reading::Nothing
            }
            "sheetPr" => {
                self.is_filtered |=
                    attribute(tag, "filterMode").is_some_and(|mode| mode == "1" || mode == "true");
                Reading::Nothing
            }
            "filterColumn" => {
                self.is_filtered = true;
                Reading::Nothing
            }
            "c" => {
                cell.begin(tag, *next);
                *next = (cell.place.0, cell.place.1.saturating_add(1));
                Reading::Nothing
            }
            "v" => Reading::Value,
            "f" => {
                cell.has_formula = true;
                cell.shared = attribute(tag, "si");
                Reading::Formula
            }
            "is" => Reading::Inline,
            "mergeCell" => {
                let range = attribute(tag, "ref").and_then(|range| range_of(&range));
                if let Some((first, last)) = range {
                    self.rows.merge(first, last);
                }
                Reading::Nothing
            }
            "hyperlink" => {
                let place = attribute(tag, "ref").and_then(|place| place_of(&place));
                self.links.extend(place.zip(reference(tag)));
                Reading::Nothing
            }
            "control" => {
                self.controls.extend(attribute(tag, "shapeId").zip(reference(tag)));
                Reading::Nothing
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                Reading::Header
            }
            _ => Reading::Nothing,
        }
    }

    fn characters(&mut self, text: &str, cell: &mut Cell, runs: &mut Runs, reading: Reading) {
        match reading {
            Reading::Value => cell.value.push_str(text),
            Reading::Formula => cell.formula.push_str(text),
            Reading::Inline => runs.text(text),
            Reading::Header if !text.trim().is_empty() => self.remark = Some(remark::HEADERS),
            Reading::Header | Reading::Nothing => {}
        }
    }

    fn end_cell(&mut self, cell: &mut Cell, runs: &mut Runs, book: &Book) -> ControlFlow<()> {
        self.share(cell);
        let inline = runs.take();
        let mut shown = cell.shown(inline, book);
        if let Some(address) = leads_to(&cell.formula).filter(|_| says_nothing(shown.trim())) {
            shown = format!("{} ({address})", shown.trim());
        }
        self.rows.push(cell.place, &book.struck(shown, cell.style))
    }

    /// The first of the cells that share a formula has its text.
    fn share(&mut self, cell: &mut Cell) {
        let Some(number) = cell.shared.take() else { return };
        if !cell.formula.trim().is_empty() {
            self.formulas.insert(number, (cell.place, cell.formula.clone()));
        } else if let Some((place, formula)) =
            self.formulas.get(&number).filter(|_| cell.value.trim().is_empty())
        {
            cell.formula = moved(formula, *place, cell.place);
        }
    }

    /// A link's address stands beside a label that says nothing.
    pub(super) fn name_links(&mut self, address: impl Fn(&str) -> Option<String>) {
        for (place, id) in std::mem::take(&mut self.links) {
            let address = address(&id).filter(|address| address.starts_with("http"));
            self.rows.append(place, |label| {
                let address = address.as_ref()?;
                says_nothing(label.trim()).then(|| format!(" ({address})"))
            });
        }
    }
}

impl Cell {
    fn begin(&mut self, tag: &BytesStart<'_>, next: Place) {
        (self.place, self.style, self.has_formula, self.shared) = (next, 0, false, None);
        self.kind.clear();
        self.value.clear();
        self.formula.clear();
        for one in tag.attributes().with_checks(false).flatten() {
            let value = one.value.as_ref();
            match one.key.into_inner() {
                "r" => self.place = place_of(value).unwrap_or(next),
                "s" => self.style = value.parse().unwrap_or(0),
                "t" => self.kind.push_str(value),
                _ => {}
            }
        }
    }

    fn shown(&self, inline: String, book: &Book) -> String {
        let style = book.style(self.style);
        let text = |text: &str| style.map_or_else(|| text.to_owned(), |style| style.format.text(text));
        let value = self.value.trim();
        if !inline.is_empty() {
            return text(&inline);
        }
        if value.is_empty() && self.kind != "str" && self.has_formula {
            // Nobody has reckoned it out yet.
            return if self.formula.trim().is_empty() {
                String::new()
            } else {
                format!("={}", named(self.formula.trim()))
            };
        }
        match self.kind.as_str() {
            "s" => value.parse().ok().and_then(|at: usize| book.string(at)).map(text).unwrap_or_default(),
            "b" if style.is_some_and(|style| style.is_box) && matches!(value, "0" | "1") => {
                signs::tick(value == "1").to_owned()
            }
            "b" => match value {
                "0" | "false" => truth(false).to_owned(),
                "1" | "true" => truth(true).to_owned(),
                other => other.to_owned(),
            },
            "d" => value.trim_end_matches("T00:00:00").trim_end_matches("T00:00:00Z").replace('T', " "),
            "" | "n" => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => book.number(number, self.style),
                _ => self.value.clone(),
            },
            // Texts, errors, and types that nobody knows yet.
            _ => text(&unescaped(&self.value)),
        }
    }
}

/// Whether somebody hid a row or columns; what a closed group holds, a click opens.
fn is_hidden(tag: &BytesStart<'_>) -> bool {
    let (mut hides, mut is_grouped) = (false, false);
    for one in tag.attributes().with_checks(false).flatten() {
        match one.key.into_inner() {
            "hidden" => hides = matches!(one.value.as_ref(), "1" | "true"),
            "outlineLevel" => is_grouped = one.value.as_ref() != "0",
            _ => {}
        }
    }
    hides && !is_grouped
}

/// The functions of a formula by the names that people see: newer ones are saved with prefixes.
fn named(formula: &str) -> String {
    formula.replace("_xlfn.", "").replace("_xlws.", "").replace("_xlpm.", "")
}

/// Where `HYPERLINK("https://…", "here")` leads.
fn leads_to(formula: &str) -> Option<&str> {
    let arguments = formula.trim().strip_prefix("HYPERLINK(")?.trim_start().strip_prefix('"')?;
    arguments.split_once('"').map(|(address, _)| address).filter(|address| address.starts_with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_read_as_people_see_them() {
        assert_eq!(named("_xlfn.XLOOKUP(A1,_xlfn._xlws.SORT(B:B),C:C)"), "XLOOKUP(A1,SORT(B:B),C:C)");
        assert_eq!(leads_to("HYPERLINK( \"https://x.example/a\",\"here\")"), Some("https://x.example/a"));
        assert_eq!(leads_to("HYPERLINK(A1,\"here\")"), None);
    }
}
