//! Workbooks of binary parts, by `calamine`: it keeps the formats of numbers to itself, dates aside.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetVisible, Xlsb};

use super::super::super::{Limits, reason};
use super::super::Output;
use super::super::number_format::{NumberFormat, general};
use super::super::package::Package;
use super::{Sheets, truth};

pub(super) fn to_text(mut package: Package, limits: &Limits) -> Result<Output, &'static str> {
    // The parser inflates parts whole: they are measured before.
    package.check_size()?;
    let title = package.core_title();
    let bytes = package.into_bytes();
    let mut book = Xlsb::new(Cursor::new(&bytes)).map_err(|_| reason::UNREADABLE)?;
    let mut sheets = Sheets::new(limits);
    let list: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    for (name, is_visible) in list {
        if !is_visible {
            sheets.aside.skip(name, reason::HIDDEN_SHEET);
            continue;
        }
        let mut rows = sheets.rows();
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
            sheets.aside.skip(name, reason::UNREADABLE);
            continue;
        };
        loop {
            match cells.next_cell() {
                Ok(Some(cell)) => {
                    if rows.push(cell.get_position(), &shown(cell.get_value())).is_break() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(_) => break sheets.aside.skip(&*name, reason::CUT_SHORT),
            }
        }
        sheets.add(&name, rows, &[])?;
    }
    Ok(sheets.finish(title))
}

fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => general(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => truth(*yes).to_owned(),
        DataRef::DateTime(time) => {
            let code = match (time.is_duration(), time.as_f64()) {
                (true, _) => "[h]:mm:ss",
                (_, value) if value < 1.0 => "hh:mm",
                (_, value) if value.fract() != 0.0 => "yyyy-mm-dd hh:mm",
                _ => "yyyy-mm-dd",
            };
            NumberFormat::parse(code).number(time.as_f64(), false)
        }
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}
