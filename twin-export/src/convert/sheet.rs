//! Workbooks: every sheet's rows as lines. Cells are streamed, since a table of all places between two
//! distant cells would not fit any memory.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsb, Xlsx};

use super::super::{Limits, reason};
use super::package::Package;
use super::rows::table_row;

type Place = (u32, u32);
pub(super) type Visit<'a> = &'a mut dyn FnMut(Place, String) -> ControlFlow<()>;

/// The text of an xlsx, xlsm or xlsb.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<String, &'static str> {
    // The parser inflates parts whole: they are measured before.
    let mut package = Package::open(bytes, limits)?;
    package.check_size()?;
    let bytes = package.into_bytes();
    let mut text = Text::new(limits);
    if let Ok(mut book) = Xlsx::new(Cursor::new(&bytes)) {
        for sheet in book.sheet_names() {
            text.add(&sheet, |visit| xlsx_cells(&mut book, &sheet, visit))?;
        }
    } else {
        let mut book = Xlsb::new(Cursor::new(&bytes)).map_err(|_| reason::UNREADABLE)?;
        for sheet in book.sheet_names() {
            text.add(&sheet, |visit| xlsb_cells(&mut book, &sheet, visit))?;
        }
    }
    Ok(text.finish())
}

// What is read before a damage stays: an error ends the sheet like its end does.

fn xlsx_cells(book: &mut Xlsx<Cursor<&Vec<u8>>>, sheet: &str, visit: Visit<'_>) {
    let Ok(mut cells) = book.worksheet_cells_reader(sheet) else { return };
    while let Ok(Some(cell)) = cells.next_cell() {
        if visit(cell.get_position(), value(cell.get_value())).is_break() {
            return;
        }
    }
}

fn xlsb_cells(book: &mut Xlsb<Cursor<&Vec<u8>>>, sheet: &str, visit: Visit<'_>) {
    let Ok(mut cells) = book.worksheet_cells_reader(sheet) else { return };
    while let Ok(Some(cell)) = cells.next_cell() {
        if visit(cell.get_position(), value(cell.get_value())).is_break() {
            return;
        }
    }
}

/// The sheets' lines so far.
pub(super) struct Text<'a> {
    limits: &'a Limits,
    sheets: Vec<(String, String)>,
    size: u64,
}

impl<'a> Text<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, sheets: Vec::new(), size: 0 }
    }

    /// Adds a sheet; `cells` hands every cell in the order of rows to its visitor, and is asked twice: the
    /// first time for the columns that hold anything.
    pub(super) fn add(&mut self, name: &str, mut cells: impl FnMut(Visit<'_>)) -> Result<(), &'static str> {
        let mut columns = BTreeSet::new();
        cells(&mut |(_, column), value| {
            if !value.trim().is_empty() {
                columns.insert(column);
            }
            ControlFlow::Continue(())
        });
        let columns: Vec<u32> = columns.into_iter().collect();
        let mut lines = String::new();
        let (mut row, mut line) = (0, vec![String::new(); columns.len()]);
        let most = self.limits.entry_bytes.saturating_sub(self.size);
        let mut size = 0;
        cells(&mut |(at, column), value| {
            if at != row {
                end_row(&mut lines, &mut line);
                row = at;
            }
            size += value.len() as u64;
            if let Ok(place) = columns.binary_search(&column) {
                line[place] = value;
            }
            if size > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        end_row(&mut lines, &mut line);
        self.size += size;
        if size > most {
            return Err(reason::TOO_LARGE);
        }
        if !lines.is_empty() {
            self.sheets.push((name.to_owned(), lines));
        }
        Ok(())
    }

    /// All sheets, each under its name; a single one that nobody named stands without.
    pub(super) fn finish(self) -> String {
        let is_single = self.sheets.len() == 1;
        let sheets = self.sheets.into_iter().map(|(name, lines)| {
            let unnamed = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_named =
                !["Sheet", "Tabelle", "Feuil", "Hoja", "Foglio", "Planilha", "Blad", "Arkusz", "Лист"]
                    .contains(&unnamed);
            if is_named || !is_single { format!("{name}\n\n{lines}") } else { lines }
        });
        sheets.collect::<Vec<_>>().join("\n")
    }
}

fn end_row(lines: &mut String, cells: &mut [String]) {
    let line = table_row(cells);
    if !line.is_empty() {
        lines.push_str(&line);
        lines.push('\n');
    }
    cells.fill(String::new());
}

fn value(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => self::number(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => truth(*yes),
        DataRef::DateTime(time) => date_time(time),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

pub(super) fn truth(yes: bool) -> String {
    if yes { "TRUE" } else { "FALSE" }.to_owned()
}

/// As a spreadsheet shows it: fifteen digits, so that 0.1 + 0.2 is 0.3.
pub(super) fn number(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

pub(super) fn date_time(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if time.is_duration() {
        let seconds = (time.as_f64() * 86_400.0).round();
        return format!(
            "{}:{:02}:{:02}",
            (seconds / 3600.0).floor(),
            (seconds / 60.0).floor() % 60.0,
            seconds % 60.0
        );
    }
    let mut text = String::new();
    // Times without a day are days of the year 1899; writing to a string cannot fail.
    if time.as_f64() >= 1.0 {
        let _ = write!(text, "{year}-{month:02}-{day:02}");
    }
    if time.as_f64().fract() != 0.0 {
        let separator = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{separator}{hour:02}:{minute:02}");
        if second != 0 {
            let _ = write!(text, ":{second:02}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(42.0), "42");
        assert_eq!(number(-1234567.891), "-1234567.891");
        assert_eq!(number(f64::NAN), "NaN");
    }

    #[test]
    fn dates_and_times_read_as_such() {
        let shown = |value, kind| date_time(&ExcelDateTime::new(value, kind, false));
        assert_eq!(shown(45_413.0, ExcelDateTimeType::DateTime), "2024-05-01");
        assert_eq!(shown(45_413.5, ExcelDateTimeType::DateTime), "2024-05-01 12:00");
        assert_eq!(shown(0.75, ExcelDateTimeType::DateTime), "18:00");
        assert_eq!(shown(1.25, ExcelDateTimeType::TimeDelta), "30:00:00");
    }

    #[test]
    fn only_columns_with_values_have_a_place() {
        let limits = Limits::default();
        let mut text = Text::new(&limits);
        let cells = [((0, 0), "a"), ((0, 9), ""), ((0, 16_383), "b"), ((1_048_575, 16_383), "c")];
        text.add("Sheet1", |visit| {
            for (place, value) in cells {
                let _ = visit(place, value.to_owned());
            }
        })
        .unwrap();
        assert_eq!(text.finish(), "a | b\n| c\n");
    }

    #[test]
    fn a_text_repeated_past_the_limit_is_refused() {
        let limits = Limits { entry_bytes: 1000, ..Limits::default() };
        let mut text = Text::new(&limits);
        let added = text.add("Sheet1", |visit| {
            for row in 0..1_000_000 {
                if visit((row, 0), "x".repeat(100)).is_break() {
                    return;
                }
            }
        });
        assert_eq!(added, Err(reason::TOO_LARGE));
    }
}
