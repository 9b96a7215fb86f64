//! Workbooks of binary parts: what is read of workbooks of XML, from records instead of elements.

use std::collections::HashMap;

use super::super::super::{Limits, reason};
use super::super::Output;
use super::super::number_format::NumberFormat;
use super::super::package::Package;
use super::rows::Rows;
use super::shown::Shown;
use super::styles::Style;
use super::xlsb_records::{Record, Records};
use super::xlsx::{Book, drawings};
use super::{Sheets, error_name, truth};

pub(super) fn to_text(mut package: Package, main: &str, limits: &Limits) -> Result<Output, &'static str> {
    let workbook = package.bytes(main)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(main)?;
    let mut sheets = Sheets::new(limits);
    let mut shared = |kind: &str| {
        let part = relations.values().find(|one| one.kind == kind)?.target.clone();
        package.bytes(&part).unwrap_or_else(|why| {
            sheets.aside.skip(part, why);
            None
        })
    };
    let (list, from_1904) = listed(&workbook);
    let strings = strings(&shared("sharedStrings").unwrap_or_default());
    let book = Book::new(strings, styles(&shared("styles").unwrap_or_default()), from_1904);
    let visible = list.iter().filter(|sheet| !sheet.is_hidden).map(|sheet| sheet.name.as_str());
    sheets.shown = Shown::new(visible, HashMap::new());
    let mut failed = list.is_empty().then_some(reason::UNREADABLE);
    for sheet in &list {
        if sheet.is_hidden {
            sheets.aside.skip(&*sheet.name, reason::HIDDEN_SHEET);
            continue;
        }
        let part = relations.get(&sheet.relation).ok_or(reason::UNREADABLE);
        let read = part.and_then(|part| package.bytes(&part.target)?.ok_or(reason::UNREADABLE));
        let added = read.and_then(|bytes| {
            let relations = part.and_then(|part| package.relations(&part.target)).unwrap_or_default();
            let mut worksheet = Worksheet::new(sheets.rows());
            let is_whole = worksheet.read(&bytes, &book)?;
            if !is_whole {
                sheets.aside.skip(&*sheet.name, reason::CUT_SHORT);
            }
            if worksheet.is_filtered {
                worksheet.rows.show_rows();
            }
            sheets.shown.note(&sheet.name, worksheet.rows.hidden());
            let drawings = drawings(&mut sheets, &mut package, &relations, worksheet.rows.is_empty());
            sheets.add(&sheet.name, worksheet.rows, &drawings)
        });
        if let Err(why) = added {
            sheets.aside.skip(&*sheet.name, why);
            sheets.shown.remove(&sheet.name);
            failed = Some(why);
        }
    }
    if book.lacks_text() {
        sheets.aside.skip("sharedStrings.bin", reason::CUT_SHORT);
        failed = failed.or(Some(reason::UNREADABLE));
    }
    sheets.finish_unless(failed, package.core_title())
}

// Numbers of records, by their names in MS-XLSB.
const ROW_HDR: u32 = 0;
const CELL_RK: u32 = 2;
const CELL_ERROR: u32 = 3;
const CELL_BOOL: u32 = 4;
const CELL_REAL: u32 = 5;
const CELL_ST: u32 = 6;
const CELL_ISST: u32 = 7;
const FMLA_STRING: u32 = 8;
const FMLA_NUM: u32 = 9;
const FMLA_BOOL: u32 = 10;
const FMLA_ERROR: u32 = 11;
const SST_ITEM: u32 = 19;
const FONT: u32 = 43;
const FMT: u32 = 44;
const XF: u32 = 47;
const COL_INFO: u32 = 60;
const CELL_R_STRING: u32 = 62;
const WB_PROP: u32 = 153;
const BUNDLE_SH: u32 = 156;
const BEGIN_FILTER_COLUMN: u32 = 163;
const MERGE_CELL: u32 = 176;
const BEGIN_FONTS: u32 = 611;
const END_FONTS: u32 = 612;
const BEGIN_CELL_XFS: u32 = 617;
const END_CELL_XFS: u32 = 618;

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    relation: String,
    is_hidden: bool,
}

/// The sheets in their order, and whether dates count from 1904.
fn listed(workbook: &[u8]) -> (Vec<Listed>, bool) {
    let (mut list, mut from_1904) = (Vec::new(), false);
    for record in Records::of(workbook) {
        match record.kind {
            WB_PROP => from_1904 = record.byte(0) & 1 != 0,
            BUNDLE_SH => {
                let (relation, end) = record.text(8);
                list.push(Listed { name: record.text(end).0, relation, is_hidden: record.long(0) != 0 });
            }
            _ => {}
        }
    }
    (list, from_1904)
}

fn strings(part: &[u8]) -> Vec<String> {
    Records::of(part).filter(|record| record.kind == SST_ITEM).map(|record| record.text(1).0).collect()
}

fn styles(part: &[u8]) -> Vec<Style> {
    let mut formats: HashMap<u16, String> = HashMap::new();
    let (mut struck, mut styles) = (Vec::new(), Vec::new());
    let (mut in_fonts, mut in_cells) = (false, false);
    for record in Records::of(part) {
        match record.kind {
            BEGIN_FONTS | END_FONTS => in_fonts = record.kind == BEGIN_FONTS,
            BEGIN_CELL_XFS | END_CELL_XFS => in_cells = record.kind == BEGIN_CELL_XFS,
            FONT if in_fonts => struck.push(record.short(2) & 8 != 0),
            FMT => drop(formats.insert(record.short(0), record.text(2).0)),
            XF if in_cells => {
                let id = record.short(2);
                let format = match formats.get(&id) {
                    Some(code) => NumberFormat::parse(code),
                    None => NumberFormat::built_in(u32::from(id)),
                };
                let is_struck = struck.get(usize::from(record.short(4))).copied().unwrap_or(false);
                styles.push(Style { format, is_struck, is_box: false });
            }
            _ => {}
        }
    }
    styles
}

/// The last places of a sheet.
const LAST_ROW: u32 = 0xF_FFFF;
const LAST_COLUMN: u32 = 0x3FFF;

struct Worksheet {
    rows: Rows,
    row: u32,
    /// A filter shows a choice of the rows.
    is_filtered: bool,
}

impl Worksheet {
    fn new(rows: Rows) -> Self {
        Self { rows, row: 0, is_filtered: false }
    }

    /// Reads a sheet; answers whether it is whole.
    fn read(&mut self, part: &[u8], book: &Book) -> Result<bool, &'static str> {
        let mut records = Records::of(part);
        for record in records.by_ref() {
            match record.kind {
                // No program writes more rows: what follows is damaged.
                ROW_HDR if record.long(0) > LAST_ROW => return Ok(false),
                ROW_HDR => {
                    self.row = record.long(0);
                    let look = record.byte(11);
                    // What a closed group holds, a click opens.
                    if look & 0x10 != 0 && look & 7 == 0 {
                        self.rows.hide_row(self.row);
                    }
                }
                COL_INFO => {
                    let look = record.short(16);
                    if look & 1 != 0 && (look >> 8) & 7 == 0 {
                        self.rows
                            .hide_columns(record.long(0).min(LAST_COLUMN), record.long(4).min(LAST_COLUMN));
                    }
                }
                MERGE_CELL => {
                    self.rows.merge((record.long(0), record.long(8)), (record.long(4), record.long(12)))
                }
                BEGIN_FILTER_COLUMN => self.is_filtered = true,
                _ => {
                    let Some(text) = shown(&record, book) else { continue };
                    if record.long(0) > LAST_COLUMN {
                        return Ok(false);
                    }
                    if self.rows.push((self.row, record.long(0)), &text).is_break() {
                        return Err(reason::TOO_LARGE);
                    }
                }
            }
        }
        Ok(!records.is_cut)
    }
}

/// What a cell shows; none where a record is no cell. Its column stands first, then its style.
fn shown(record: &Record<'_>, book: &Book) -> Option<String> {
    let style = usize::try_from(record.long(4) & 0x00FF_FFFF).unwrap_or_default();
    let text = |text: &str| book.struck(book.text(text, style), style);
    Some(match record.kind {
        CELL_RK => text_of_number(book, record.packed(8), style),
        CELL_REAL | FMLA_NUM => text_of_number(book, record.real(8), style),
        CELL_BOOL | FMLA_BOOL => truth(record.byte(8) != 0).to_owned(),
        CELL_ERROR | FMLA_ERROR => error_name(record.byte(8)).to_owned(),
        CELL_ST | FMLA_STRING => text(&record.text(8).0),
        CELL_R_STRING => text(&record.text(9).0),
        CELL_ISST => text(book.string(usize::try_from(record.long(8)).ok()?).unwrap_or_default()),
        _ => return None,
    })
}

fn text_of_number(book: &Book, number: f64, style: usize) -> String {
    book.struck(book.number(number, style), style)
}

#[cfg(test)]
mod tests {
    use super::super::xlsb_records::tests::{record, text};
    use super::*;

    fn cell(kind: u32, column: u32, style: u32, value: &[u8]) -> Vec<u8> {
        record(kind, &[&column.to_le_bytes()[..], &style.to_le_bytes(), value].concat())
    }

    fn row(number: u32, look: u8) -> Vec<u8> {
        record(ROW_HDR, &[&number.to_le_bytes()[..], &[0; 7], &[look], &[0; 5]].concat())
    }

    fn columns(first: u32, last: u32, look: u16) -> Vec<u8> {
        let numbers = [first, last, 0, 0].map(u32::to_le_bytes).concat();
        record(COL_INFO, &[numbers, look.to_le_bytes().to_vec()].concat())
    }

    fn book() -> Book {
        let xf = |format: u16, font: u16| record(XF, &[0, format, font].map(u16::to_le_bytes).concat());
        let font = |look: u16| record(FONT, &[200, look].map(u16::to_le_bytes).concat());
        let part = [
            record(FMT, &[&164_u16.to_le_bytes()[..], &text("0.0\" kg\"")].concat()),
            [record(BEGIN_FONTS, &[]), font(0), font(8), record(END_FONTS, &[])].concat(),
            [
                record(BEGIN_CELL_XFS, &[]),
                xf(0, 0),
                xf(164, 0),
                xf(14, 0),
                xf(0, 1),
                record(END_CELL_XFS, &[]),
            ]
            .concat(),
        ];
        let items = ["Pump", "Hose"].map(|item| record(SST_ITEM, &[vec![0], text(item)].concat()));
        Book::new(strings(&items.concat()), styles(&part.concat()), false)
    }

    fn read(part: &[Vec<u8>]) -> (bool, Vec<(String, &'static str)>, String) {
        let mut sheet = Worksheet::new(Rows::new(10_000));
        let is_whole = sheet.read(&part.concat(), &book()).unwrap();
        if sheet.is_filtered {
            sheet.rows.show_rows();
        }
        (is_whole, sheet.rows.leave_out_hidden(), sheet.rows.into_lines().unwrap())
    }

    #[test]
    fn cells_of_every_kind_read_as_the_sheet_shows_them() {
        let one = 1_u32.to_le_bytes();
        let (is_whole, _, lines) = read(&[
            row(0, 0),
            cell(CELL_ISST, 0, 0, &[0; 4]),
            cell(CELL_REAL, 1, 1, &12.25_f64.to_le_bytes()),
            cell(CELL_RK, 2, 2, &((45_123 << 2) | 2_u32).to_le_bytes()),
            cell(FMLA_ERROR, 3, 0, &[0x2A]),
            row(1, 0),
            cell(CELL_ST, 0, 3, &text("old")),
            cell(FMLA_BOOL, 1, 0, &[1]),
            cell(CELL_ERROR, 2, 0, &[0x77]),
            cell(FMLA_STRING, 3, 0, &text("so")),
            cell(CELL_ISST, 4, 0, &one),
            record(MERGE_CELL, &[1, 1, 4, 5].map(u32::to_le_bytes).concat()),
        ]);
        assert!(is_whole);
        assert_eq!(lines, "Pump | 12.3 kg | 2023-07-16 | #N/A\n~~old~~ | TRUE | #ERROR | so | Hose | Hose\n");
    }

    #[test]
    fn hidden_rows_and_columns_are_named_as_in_workbooks_of_xml() {
        let cells =
            |at: u32| [0, 1].map(|column| cell(CELL_ST, column, 0, &text(&format!("r{at}")))).concat();
        let mut sheet = vec![
            columns(1, 1, 1),
            columns(3, 4, 1 | 1 << 8),
            row(0, 0),
            cells(0),
            row(1, 0x10),
            cells(1),
            row(2, 0x11),
            cells(2),
        ];
        let (_, hidden, lines) = read(&sheet);
        let expected = [("2:2".to_owned(), reason::HIDDEN_ROWS), ("B:B".to_owned(), reason::HIDDEN_COLUMNS)];
        assert_eq!((hidden.as_slice(), lines.as_str()), (&expected[..], "r0\nr2\n"));
        sheet.push(record(BEGIN_FILTER_COLUMN, &[0; 6]));
        assert_eq!(read(&sheet).2, "r0\nr1\nr2\n");
        for damaged in [vec![7, 90], row(u32::MAX, 0x10), cell(CELL_BOOL, u32::MAX, 0, &[1])] {
            let (is_whole, _, lines) =
                read(&[sheet.clone(), vec![columns(0, u32::MAX, 1), damaged]].concat());
            assert_eq!((is_whole, lines.as_str()), (false, ""));
        }
    }

    #[test]
    fn sheets_are_listed_with_those_that_are_hidden() {
        let sheet = |state: u32, id: &str, name: &str| {
            record(BUNDLE_SH, &[&state.to_le_bytes()[..], &[1, 0, 0, 0], &text(id), &text(name)].concat())
        };
        let part =
            [record(WB_PROP, &[1, 0, 0, 0]), sheet(0, "rId1", "Prices"), sheet(2, "rId2", "Lists")].concat();
        let (list, from_1904) = listed(&part);
        let told: Vec<_> =
            list.iter().map(|one| (one.name.as_str(), one.relation.as_str(), one.is_hidden)).collect();
        assert_eq!(
            (told.as_slice(), from_1904),
            (&[("Prices", "rId1", false), ("Lists", "rId2", true)][..], true)
        );
    }
}
