//! Excel's old workbooks (BIFF 5 and 8): records of cells, read in one pass over each sheet. `calamine`
//! would lay out a dense table and follow damaged chains without end.

use std::ops::ControlFlow;

use encoding_rs::Encoding;

use super::super::super::{Limits, reason, remark};
use super::super::Output;
use super::super::number_format::{NumberFormat, general};
use super::super::ole::{Ole, u16_at, u32_at};
use super::super::signs;
use super::super::styled::Look;
use super::formula::letters_of;
use super::rows::{Place, Rows};
use super::xls_records::{BIFF_8, Records, record};
use super::xls_strings::{font, look_of, old_string, shared_strings, string};
use super::{Sheets, error_name, packed, truth};

/// The text of all sheets.
pub(in super::super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Output, &'static str> {
    let ole = Ole::open(bytes).ok_or(reason::UNREADABLE)?;
    let stream = ole.stream("Workbook").or_else(|| ole.stream("Book")).ok_or(reason::UNREADABLE)?;
    let book = Book::read(&stream)?;
    let mut sheets = Sheets::new(limits);
    for sheet in &book.sheets {
        if sheet.is_hidden {
            sheets.aside.skip(&*sheet.name, reason::HIDDEN_SHEET);
            continue;
        }
        let mut reader = SheetReader {
            book: &book,
            rows: sheets.rows(),
            remarks: Vec::new(),
            is_whole: false,
            is_filtered: false,
            unreckoned: Vec::new(),
            is_missing_text: false,
        };
        reader.read(&stream, sheet.start);
        if !book.is_reckoned {
            for (row, column) in reader.unreckoned {
                let cell = format!("{}!{}{}", sheet.name, letters_of(column), row + 1);
                sheets.aside.skip(cell, reason::NO_RESULT);
            }
        }
        if !reader.is_whole || reader.is_missing_text {
            sheets.aside.skip(&*sheet.name, reason::CUT_SHORT);
        }
        if reader.is_filtered {
            reader.rows.show_rows();
        }
        reader.remarks.iter().for_each(|said| sheets.aside.remark(said));
        sheets.add(&sheet.name, reader.rows, &[])?;
    }
    Ok(sheets.finish(None))
}

/// What the first part of the stream tells about all sheets.
struct Book {
    /// BIFF 5 spells text in a code page.
    encoding: Option<&'static Encoding>,
    from_1904: bool,
    sheets: Vec<Sheet>,
    shared: Vec<String>,
    /// For each cell format, how its numbers are shown, and whether its text is struck out.
    formats: Vec<(NumberFormat, bool)>,
    /// Whether any formula has a result. A program that only writes workbooks leaves all of them empty.
    is_reckoned: bool,
}

struct Sheet {
    name: String,
    start: usize,
    is_hidden: bool,
}

impl Book {
    fn read(stream: &[u8]) -> Result<Self, &'static str> {
        let mut book = Self {
            encoding: None,
            from_1904: false,
            sheets: Vec::new(),
            shared: Vec::new(),
            formats: Vec::new(),
            is_reckoned: Records(stream).any(|(kind, data)| kind == record::FORMULA && !is_empty(data)),
        };
        let mut fonts: Vec<Look> = Vec::new();
        let mut custom = Vec::new();
        let mut cell_formats = Vec::new();
        let mut records = Records(stream).peekable();
        while let Some((kind, data)) = records.next() {
            match kind {
                record::BOF if u16_at(data, 0) != Some(BIFF_8) => {
                    book.encoding = Some(encoding_rs::WINDOWS_1252)
                }
                record::CODE_PAGE if book.encoding.is_some() => {
                    book.encoding = Some(code_page(u16_at(data, 0)))
                }
                record::FILE_PASS => return Err(reason::ENCRYPTED),
                record::DATE_1904 => book.from_1904 = u16_at(data, 0) == Some(1),
                record::BOUND_SHEET => book.sheets.extend(book.sheet(data)),
                record::FORMAT => custom.extend(book.format(data)),
                record::FONT => fonts.extend(font(data)),
                record::XF => cell_formats.extend(u16_at(data, 2).zip(u16_at(data, 0))),
                record::SST => {
                    let mut segments = vec![data];
                    while let Some((_, more)) = records.next_if(|(kind, _)| *kind == record::CONTINUE) {
                        segments.push(more);
                    }
                    book.shared = shared_strings(segments, &fonts);
                }
                record::EOF => break,
                _ => {}
            }
        }
        let format = |id: u16| {
            let own = custom.iter().find(|(one, _)| *one == id);
            own.map_or_else(|| NumberFormat::built_in(id.into()), |(_, code)| NumberFormat::parse(code))
        };
        let styles = cell_formats.into_iter();
        book.formats = styles.map(|(id, font)| (format(id), look_of(&fonts, font).struck)).collect();
        if book.sheets.is_empty() {
            return Err(reason::UNREADABLE);
        }
        Ok(book)
    }

    fn sheet(&self, data: &[u8]) -> Option<Sheet> {
        let start = u32_at(data, 0)? as usize;
        let is_worksheet = *data.get(5)? == 0;
        let len = usize::from(*data.get(6)?);
        let name = match self.encoding {
            Some(encoding) => encoding.decode_without_bom_handling(data.get(7..7 + len)?).0.into_owned(),
            None => string(data.get(7..)?, len)?,
        };
        let is_hidden = data.get(4)? & 3 != 0;
        is_worksheet.then_some(Sheet { name, start, is_hidden })
    }

    fn format(&self, data: &[u8]) -> Option<(u16, String)> {
        let id = u16_at(data, 0)?;
        let code = match self.encoding {
            Some(encoding) => {
                let len = usize::from(*data.get(2)?);
                encoding.decode_without_bom_handling(data.get(3..3 + len)?).0.into_owned()
            }
            None => string(data.get(4..)?, usize::from(u16_at(data, 2)?))?,
        };
        Some((id, code))
    }

    fn text(&self, data: &[u8], at: usize) -> Option<String> {
        let len = usize::from(u16_at(data, at)?);
        let rest = data.get(at + 2..)?;
        match self.encoding {
            Some(encoding) => Some(old_string(rest, len, encoding)),
            None => string(rest, len),
        }
    }

    fn number(&self, value: f64, format: u16) -> String {
        let style = self.formats.get(usize::from(format));
        style.map_or_else(|| general(value), |(format, _)| format.number(value, self.from_1904))
    }

    /// What a cell says, struck out where its format says so.
    fn in_format(&self, said: &str, format: u16) -> String {
        match self.formats.get(usize::from(format)) {
            Some((_, true)) => signs::struck(said),
            _ => said.to_owned(),
        }
    }
}

/// Reads one sheet of a book.
struct SheetReader<'a> {
    book: &'a Book,
    rows: Rows,
    remarks: Vec<&'static str>,
    is_whole: bool,
    /// A filter shows a choice of the rows.
    is_filtered: bool,
    /// Formulas without a result.
    unreckoned: Vec<Place>,
    /// Some cell refers to a text that the workbook does not hold.
    is_missing_text: bool,
}

/// Formulas without a result of a sheet that are named.
const MOST_UNRECKONED: usize = 200;

impl SheetReader<'_> {
    fn read(&mut self, stream: &[u8], start: usize) {
        let Some(sheet) = stream.get(start..) else { return };
        let mut formula = None;
        let mut depth = 0;
        for (kind, data) in Records(sheet) {
            match kind {
                // Charts lie inside sheets as sheets of their own.
                record::BOF => depth += 1,
                record::EOF if depth <= 1 => {
                    self.is_whole = true;
                    return;
                }
                record::EOF => depth -= 1,
                _ if depth > 1 => {}
                record::NOTE => self.remarks.push(remark::COMMENTS),
                record::HEADER | record::FOOTER if data.len() > 3 => self.remarks.push(remark::HEADERS),
                record::MERGED => self.merge(data),
                record::FILTER_MODE => self.is_filtered = true,
                record::ROW | record::COL_INFO => self.hide(kind, data),
                record::STRING => {
                    let place = formula.take();
                    if let Some(((place, format), text)) = place.zip(self.book.text(data, 0))
                        && self.rows.push(place, &self.book.in_format(&text, format)).is_break()
                    {
                        return;
                    }
                }
                _ => {
                    if let Some(place) = self.formula_with_text(kind, data) {
                        formula = Some(place);
                    } else if self.cell(kind, data).is_some_and(|flow| flow.is_break()) {
                        return;
                    }
                }
            }
        }
    }

    /// A row or some columns that somebody hid; what a closed group holds, a click opens.
    fn hide(&mut self, kind: u16, data: &[u8]) {
        let number = |at: usize| u16_at(data, at).unwrap_or(0);
        match kind {
            record::ROW if number(12) & 0x27 == 0x20 => self.rows.hide_row(number(0).into()),
            record::COL_INFO if number(8) & 0x0701 == 1 => {
                self.rows.hide_columns(number(0).into(), number(2).into());
            }
            _ => {}
        }
    }

    fn merge(&mut self, data: &[u8]) {
        let number = |data: &[u8], at: usize| u32::from(u16_at(data, at).unwrap_or(0));
        for range in data.get(2..).unwrap_or_default().chunks_exact(8) {
            let (top, bottom, left, right) =
                (number(range, 0), number(range, 2), number(range, 4), number(range, 6));
            self.rows.merge((top, left), (bottom, right));
        }
    }

    /// The place of a formula whose result is a text, which the next record holds.
    fn formula_with_text(&self, kind: u16, data: &[u8]) -> Option<(Place, u16)> {
        let is_text = kind == record::FORMULA && data.get(12..14)? == [0xFF, 0xFF] && *data.get(6)? == 0;
        let place = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
        is_text.then_some((place, u16_at(data, 4)?))
    }

    fn cell(&mut self, kind: u16, data: &[u8]) -> Option<ControlFlow<()>> {
        let (row, column, format) =
            (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?), u16_at(data, 4)?);
        let as_text = |text: &str| {
            let style = self.book.formats.get(usize::from(format));
            style.map_or_else(|| text.to_owned(), |(format, _)| format.text(text))
        };
        let value = match kind {
            record::LABEL_SST => match self.book.shared.get(u32_at(data, 6)? as usize) {
                Some(text) => as_text(text),
                None => {
                    self.is_missing_text = true;
                    return None;
                }
            },
            record::LABEL | record::R_STRING => as_text(&self.book.text(data, 6)?),
            record::NUMBER => self.book.number(f64_at(data, 6)?, format),
            record::RK => self.book.number(packed(u32_at(data, 6)?), format),
            record::BOOL_ERR if *data.get(7)? == 0 => truth(*data.get(6)? != 0).to_owned(),
            record::BOOL_ERR => error_name(*data.get(6)?).to_owned(),
            record::FORMULA if data.get(12..14)? != [0xFF, 0xFF] => {
                self.book.number(f64_at(data, 6)?, format)
            }
            record::FORMULA if *data.get(6)? == 1 => truth(*data.get(8)? != 0).to_owned(),
            record::FORMULA if *data.get(6)? == 2 => error_name(*data.get(8)?).to_owned(),
            record::FORMULA if is_empty(data) && self.unreckoned.len() < MOST_UNRECKONED => {
                self.unreckoned.push((row, column));
                return None;
            }
            record::MUL_RK => return self.packed_cells(row, column, data),
            _ => return None,
        };
        Some(self.rows.push((row, column), &self.book.in_format(&value, format)))
    }

    /// Several numbers side by side.
    fn packed_cells(&mut self, row: u32, first: u32, data: &[u8]) -> Option<ControlFlow<()>> {
        let cells = data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6);
        for (column, cell) in (first..).zip(cells) {
            let format = u16_at(cell, 0)?;
            let value = self.book.number(packed(u32_at(cell, 2)?), format);
            let value = self.book.in_format(&value, format);
            if self.rows.push((row, column), &value).is_break() {
                return Some(ControlFlow::Break(()));
            }
        }
        Some(ControlFlow::Continue(()))
    }
}

/// Whether a formula's result is the empty text, which is also what programs write that cannot reckon.
fn is_empty(formula: &[u8]) -> bool {
    formula.get(12..14) == Some(&[0xFF, 0xFF]) && formula.get(6) == Some(&3)
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    let bytes = data.get(at..at + 8)?;
    Some(f64::from_le_bytes(bytes.try_into().ok()?))
}

pub(in super::super) fn code_page(number: Option<u16>) -> &'static Encoding {
    match number {
        Some(874) => encoding_rs::WINDOWS_874,
        Some(932) => encoding_rs::SHIFT_JIS,
        Some(936) => encoding_rs::GBK,
        Some(949) => encoding_rs::EUC_KR,
        Some(950) => encoding_rs::BIG5,
        Some(1250) => encoding_rs::WINDOWS_1250,
        Some(1251) => encoding_rs::WINDOWS_1251,
        Some(1253) => encoding_rs::WINDOWS_1253,
        Some(1254) => encoding_rs::WINDOWS_1254,
        Some(1255) => encoding_rs::WINDOWS_1255,
        Some(1256) => encoding_rs::WINDOWS_1256,
        Some(1257) => encoding_rs::WINDOWS_1257,
        Some(1258) => encoding_rs::WINDOWS_1258,
        Some(10_000) => encoding_rs::MACINTOSH,
        _ => encoding_rs::WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_unpacked() {
        assert_eq!(packed(0x3FF0_0000), 1.0);
        assert_eq!(packed((123 << 2) | 2), 123.0);
        assert_eq!(packed((12_345 << 2) | 3), 123.45);
        assert_eq!(packed(((-5i32) << 2) as u32 | 2), -5.0);
    }
}
