//! Workbooks that Excel 2003 and many programs since write as one file of XML: sheets, rows and cells as elements.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::{Limits, reason, remark};
use super::super::link::says_nothing;
use super::super::number_format::{NumberFormat, general};
use super::super::package::{attribute, entity, name_of};
use super::super::plain::decoded;
use super::super::styled::{Look, Styled};
use super::super::{Output, signs};
use super::rows::{Place, Rows};
use super::{Sheets, truth};

/// The text of all sheets.
pub(in super::super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Output, &'static str> {
    let xml = decoded(bytes);
    let mut book = Book {
        sheets: Sheets::new(limits),
        styles: HashMap::new(),
        style: None,
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
    /// How cells look, by the names of their styles.
    styles: HashMap<String, Style>,
    /// The style that is being read.
    style: Option<String>,
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

#[derive(Debug, Clone, Default)]
struct Style {
    format: Option<NumberFormat>,
    is_struck: bool,
}

#[derive(Debug, Default)]
struct Cell {
    place: Place,
    style: String,
    kind: String,
    text: Styled,
    /// How the text looks that is being read: the elements around it that raise, lower or strike it.
    looks: Vec<Look>,
    formula: Option<String>,
    address: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    Data,
    Visible,
    /// What somebody remarked on a cell; it is data, too.
    Comment,
}

impl Book<'_> {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let number = |name: &str| attribute(tag, name).and_then(|number| number.parse::<u32>().ok());
        match name_of(tag) {
            _ if self.reading == Reading::Comment => {}
            name if self.reading == Reading::Data => self.cell.begin(name),
            "Style" => {
                let id = attribute(tag, "ID").unwrap_or_default();
                let parent = attribute(tag, "Parent").and_then(|parent| self.styles.get(&parent));
                self.styles.insert(id.clone(), parent.cloned().unwrap_or_default());
                self.style = Some(id);
            }
            "NumberFormat" => {
                let code = attribute(tag, "Format").unwrap_or_default();
                if let Some(style) = self.style() {
                    style.format = Some(NumberFormat::parse(named_format(&code)));
                }
            }
            "Font" => {
                let is_struck = number("StrikeThrough") == Some(1);
                if let Some(style) = self.style() {
                    style.is_struck = is_struck;
                }
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
                let style = attribute(tag, "StyleID").unwrap_or_default();
                let (formula, address) = (attribute(tag, "Formula"), attribute(tag, "HRef"));
                self.cell = Cell { place, style, formula, address, ..Cell::default() };
            }
            "Data" => {
                self.cell.kind = attribute(tag, "Type").unwrap_or_default();
                self.reading = Reading::Data;
            }
            "Comment" => {
                self.sheets.aside.remark(remark::COMMENTS);
                self.reading = Reading::Comment;
            }
            _ => {}
        }
    }

    /// The style that is being read.
    fn style(&mut self) -> Option<&mut Style> {
        self.styles.get_mut(self.style.as_ref()?)
    }

    fn characters(&mut self, text: &str) {
        match self.reading {
            Reading::Data => {
                let look = self.cell.looks.last().copied().unwrap_or_default();
                self.cell.text.push(look, text);
            }
            Reading::Visible => self.is_hidden = text.trim() != "SheetVisible",
            Reading::Comment | Reading::Nothing => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), &'static str> {
        match name {
            "Comment" => self.reading = Reading::Nothing,
            _ if self.reading == Reading::Comment => {}
            "Style" => self.style = None,
            "Data" | "Visible" => self.reading = Reading::Nothing,
            _ if self.reading == Reading::Data => {
                self.cell.looks.pop();
            }
            "Row" => self.next = (self.next.0.saturating_add(1), 0),
            "Cell" => {
                let mut cell = std::mem::take(&mut self.cell);
                let shown = cell.shown(&self.styles);
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
    /// An element of HTML in the text.
    fn begin(&mut self, name: &str) {
        let mut look = self.looks.last().copied().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "sup" => (look.raised, look.lowered) = (true, false),
            "sub" => (look.raised, look.lowered) = (false, true),
            "s" | "strike" | "del" => look.struck = true,
            _ => {}
        }
        self.looks.push(look);
    }

    /// What the cell shows, with the address that it leads to where the rest says nothing of it.
    fn shown(&mut self, styles: &HashMap<String, Style>) -> String {
        let style = styles.get(&self.style);
        let text = self.text.take();
        let shown = self.value(&text, style.and_then(|style| style.format.as_ref()));
        let address = self.address.as_deref().filter(|address| address.starts_with("http"));
        let shown = match address {
            Some(address) if !shown.trim().is_empty() && says_nothing(shown.trim()) => {
                format!("{} ({address})", shown.trim())
            }
            _ => shown,
        };
        if style.is_some_and(|style| style.is_struck) { signs::struck(&shown) } else { shown }
    }

    fn value(&self, text: &str, format: Option<&NumberFormat>) -> String {
        let number =
            |number: f64| format.map_or_else(|| general(number), |format| format.number(number, false));
        match (self.kind.as_str(), text.trim()) {
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
            _ => format.map_or_else(|| text.to_owned(), |format| format.text(text)),
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

    #[test]
    fn comments_are_left_out_and_marked_text_keeps_its_marks() {
        let xml = "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"Default\"/>\
            <Style ss:ID=\"x\"><Font ss:StrikeThrough=\"1\"/></Style><Style ss:ID=\"y\" ss:Parent=\"x\"/></Styles><Worksheet ss:Name=\"Stock\"><Table>\
            <Row><Cell><Data ss:Type=\"Number\">12</Data><Comment><ss:Data><B><Font html:Size=\"8\">Ann:</Font></B> 50</ss:Data></Comment></Cell>\
            <Cell><ss:Data ss:Type=\"String\">10<Sup>6</Sup> m<B><Sup>2</Sup></B>, H<Sub>2</Sub>O, <S>old</S> <Font html:Color=\"red\">new</Font></ss:Data></Cell></Row>\
            <Row><Cell ss:StyleID=\"y\"><Data ss:Type=\"Number\">7</Data></Cell><Cell ss:HRef=\"https://e.org\"><Data ss:Type=\"String\">here</Data></Cell>\
            <Cell ss:HRef=\"https://e.org\"><Data ss:Type=\"String\">Rules</Data></Cell></Row></Table></Worksheet></Workbook>";
        let Output { text, aside, .. } = to_text(xml.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(text, "Stock\n\n12 | 10⁶ m², H2O, ~~old~~ new\n~~7~~ | here (https://e.org) | Rules\n");
        assert_eq!(aside.remarks, [remark::COMMENTS]);
    }
}
