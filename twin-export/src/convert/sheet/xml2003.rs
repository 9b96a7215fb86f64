//! Workbooks that Excel 2003 and many programs since write as one file of XML: sheets, rows and cells as elements.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::{Limits, reason, remark};
use super::super::Output;
use super::super::number_format::{NumberFormat, general};
use super::super::package::{attribute, entity, name_of};
use super::super::plain::decoded;
use super::rows::{Place, Rows};
use super::{Sheets, truth};

/// The text of all sheets.
pub(in super::super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Output, &'static str> {
    let xml = decoded(bytes);
    let mut book = Book {
        sheets: Sheets::new(limits),
        formats: HashMap::new(),
        style: String::new(),
        name: String::new(),
        is_hidden: false,
        rows: None,
        next: (0, 0),
        column: 0,
        cell: Cell::default(),
        reading: Reading::Nothing,
    };
    let mut reader = Reader::from_str(&xml);
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => book.start(&tag),
            Ok(Event::Empty(tag)) => {
                book.start(&tag);
                book.end(name_of(&tag))?;
            }
            Ok(Event::End(tag)) => book.end(tag.local_name().into_inner())?,
            Ok(Event::Text(text)) => book.characters(&text.xml10_content()),
            Ok(Event::CData(text)) => book.characters(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => book.characters(&entity(&reference)),
            Ok(Event::Eof) if book.rows.is_none() => break,
            Ok(Event::Eof) | Err(_) => {
                // What was read before the damage is worth having.
                let name = std::mem::take(&mut book.name);
                book.sheets.aside.skip(if name.is_empty() { "workbook" } else { &name }, reason::CUT_SHORT);
                if let Some(rows) = book.rows.take() {
                    book.sheets.add(&name, rows, &[])?;
                }
                break;
            }
            Ok(_) => {}
        }
    }
    Ok(book.sheets.finish(None))
}

struct Book<'a> {
    sheets: Sheets<'a>,
    /// The formats of cells by the names of their styles.
    formats: HashMap<String, NumberFormat>,
    style: String,
    name: String,
    is_hidden: bool,
    /// The rows of the sheet that is being read.
    rows: Option<Rows>,
    next: Place,
    /// The column that the next properties of columns are about.
    column: u32,
    cell: Cell,
    reading: Reading,
}

#[derive(Debug, Default)]
struct Cell {
    place: Place,
    style: String,
    kind: String,
    text: String,
    formula: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    Data,
    Visible,
}

impl Book<'_> {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let number = |name: &str| attribute(tag, name).and_then(|number| number.parse::<u32>().ok());
        match name_of(tag) {
            "Style" => self.style = attribute(tag, "ID").unwrap_or_default(),
            "NumberFormat" => {
                let code = attribute(tag, "Format").unwrap_or_default();
                self.formats.insert(self.style.clone(), NumberFormat::parse(named_format(&code)));
            }
            "Worksheet" => {
                self.name = attribute(tag, "Name").unwrap_or_default();
                (self.rows, self.next, self.is_hidden) = (Some(self.sheets.rows()), (0, 0), false);
                self.column = 0;
            }
            "Visible" => self.reading = Reading::Visible,
            "Row" => {
                self.next = (number("Index").and_then(|row| row.checked_sub(1)).unwrap_or(self.next.0), 0);
                if let Some(rows) = self.rows.as_mut().filter(|_| number("Hidden") == Some(1)) {
                    rows.hide_row(self.next.0);
                }
            }
            "Column" => {
                let first = number("Index").and_then(|column| column.checked_sub(1)).unwrap_or(self.column);
                let last = first.saturating_add(number("Span").unwrap_or(0));
                self.column = last.saturating_add(1);
                if let Some(rows) = self.rows.as_mut().filter(|_| number("Hidden") == Some(1)) {
                    rows.hide_columns(first, last);
                }
            }
            "AutoFilterColumn" | "FilterOn" => {
                if let Some(rows) = &mut self.rows {
                    rows.show_rows();
                }
            }
            "Cell" => {
                let column = number("Index").and_then(|column| column.checked_sub(1)).unwrap_or(self.next.1);
                let place = (self.next.0, column);
                let (across, down) = (number("MergeAcross").unwrap_or(0), number("MergeDown").unwrap_or(0));
                if let Some(rows) = self.rows.as_mut().filter(|_| across + down > 0) {
                    rows.merge(place, (place.0.saturating_add(down), place.1.saturating_add(across)));
                }
                self.next.1 = column.saturating_add(across).saturating_add(1);
                let (style, formula) = (attribute(tag, "StyleID"), attribute(tag, "Formula"));
                self.cell = Cell { place, style: style.unwrap_or_default(), formula, ..Cell::default() };
            }
            "Data" => {
                self.cell.kind = attribute(tag, "Type").unwrap_or_default();
                self.reading = Reading::Data;
            }
            "Comment" => {
                self.sheets.aside.remark(remark::COMMENTS);
                self.reading = Reading::Nothing;
            }
            _ => {}
        }
    }

    fn characters(&mut self, text: &str) {
        match self.reading {
            Reading::Data => self.cell.text.push_str(text),
            Reading::Visible => self.is_hidden = text.trim() != "SheetVisible",
            Reading::Nothing => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), &'static str> {
        match name {
            "Data" | "Visible" => self.reading = Reading::Nothing,
            "Row" => self.next = (self.next.0.saturating_add(1), 0),
            "Cell" => {
                let cell = std::mem::take(&mut self.cell);
                let shown = cell.shown(&self.formats);
                if self.rows.as_mut().is_some_and(|rows| rows.push(cell.place, &shown).is_break()) {
                    return Err(reason::TOO_LARGE);
                }
            }
            "Worksheet" => {
                let Some(rows) = self.rows.take() else { return Ok(()) };
                let name = std::mem::take(&mut self.name);
                if self.is_hidden {
                    self.sheets.aside.skip(name, reason::HIDDEN_SHEET);
                } else {
                    self.sheets.add(&name, rows, &[])?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Cell {
    fn shown(&self, formats: &HashMap<String, NumberFormat>) -> String {
        let format = formats.get(&self.style);
        let number =
            |number: f64| format.map_or_else(|| general(number), |format| format.number(number, false));
        match (self.kind.as_str(), self.text.trim()) {
            ("", "") => {
                let formula = self.formula.as_deref().unwrap_or_default();
                if formula.is_empty() {
                    String::new()
                } else {
                    format!("={}", formula.trim_start_matches('='))
                }
            }
            ("Number", text) => text.parse().map_or_else(|_| text.to_owned(), number),
            ("Boolean", text) => truth(text == "1").to_owned(),
            ("DateTime", text) => match days(text) {
                Some(days) if format.is_some() => number(days),
                _ => text.trim_end_matches(".000").trim_end_matches("T00:00:00").replace('T', " "),
            },
            _ => format.map_or_else(|| self.text.clone(), |format| format.text(&self.text)),
        }
    }
}

/// Days since the start of 1900, as sheets count them.
fn days(text: &str) -> Option<f64> {
    let moment: jiff::civil::DateTime = text.trim_end_matches('Z').parse().ok()?;
    let first = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    let seconds = moment.duration_since(first).as_secs_f64();
    (seconds >= 0.0).then_some(seconds / 86_400.0)
}

/// The code of a format that is called by a name.
fn named_format(code: &str) -> &str {
    match code {
        "General Number" | "General" => "General",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Currency" => "\"$\"#,##0.00",
        "Euro Currency" => "\"€\"#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Short Date" => "yyyy-mm-dd",
        "General Date" => "yyyy-mm-dd hh:mm",
        "Medium Date" => "dd-mmm-yy",
        "Long Date" => "d mmmm yyyy",
        "Short Time" => "hh:mm",
        "Medium Time" => "h:mm AM/PM",
        "Long Time" => "h:mm:ss AM/PM",
        "Yes/No" => "\"Yes\";\"Yes\";\"No\"",
        "True/False" => "\"True\";\"True\";\"False\"",
        "On/Off" => "\"On\";\"On\";\"Off\"",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_their_sheet_shows_them() {
        let xml = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
            <Styles><Style ss:ID=\"d\"><NumberFormat ss:Format=\"Short Date\"/></Style><Style ss:ID=\"p\"><NumberFormat ss:Format=\"Percent\"/></Style></Styles>\
            <Worksheet ss:Name=\"Fees\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">Fee &amp; day</Data></Cell><Cell><Data ss:Type=\"Boolean\">1</Data></Cell></Row>\
            <Row ss:Index=\"4\"><Cell ss:StyleID=\"p\"><Data ss:Type=\"Number\">0.155</Data></Cell><Cell ss:StyleID=\"d\"><Data ss:Type=\"DateTime\">2026-03-05T00:00:00.000</Data></Cell>\
            <Cell ss:Formula=\"=A1*2\"/></Row></Table></Worksheet>\
            <Worksheet ss:Name=\"Secret\"><Table><Row><Cell><Data ss:Type=\"String\">x</Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>";
        let Output { text, aside, .. } = to_text(xml.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(text, "Fees\n\nFee & day | Fee & day | TRUE\n15.50% | 2026-03-05 | =A1*2\n");
        assert_eq!(aside.parts, [("Secret".to_owned(), reason::HIDDEN_SHEET.to_owned())]);
        let cut = to_text(&xml.as_bytes()[..xml.find("<Row ss:Index").unwrap()], &Limits::default()).unwrap();
        assert!(cut.text.contains("Fee & day") && cut.aside.parts.len() == 1);
    }
}
