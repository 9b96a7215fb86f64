//! Workbooks: every sheet's rows as lines, each cell as its sheet shows it.

mod cells;
mod controls;
mod escapes;
mod forms;
mod formula;
mod rows;
mod shown;
mod styles;
pub(super) mod xls;
mod xls_records;
mod xls_strings;
mod xlsb;
mod xlsb_records;
mod xlsx;
pub(super) mod xml2003;

use super::super::{Limits, reason};
use super::package::Package;
use super::{Aside, Output};
use crate::tree::ending;
use rows::Rows;
use shown::Shown;

/// The text of an xlsx, xlsm or xlsb.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<Output, &'static str> {
    let mut package = Package::open(bytes, limits)?;
    let main = package.main_part().unwrap_or_else(|| "xl/workbook.xml".to_owned());
    if ending(&main) == "bin" {
        xlsb::to_text(package, &main, limits)
    } else {
        xlsx::to_text(package, &main, limits)
    }
}

/// The sheets' lines so far.
struct Sheets<'a> {
    limits: &'a Limits,
    sheets: Vec<(String, String)>,
    size: u64,
    aside: Aside,
    shown: Shown,
}

impl<'a> Sheets<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self { limits, sheets: Vec::new(), size: 0, aside: Aside::default(), shown: Shown::default() }
    }

    /// Rows of another sheet, with room for what may still be read.
    fn rows(&self) -> Rows {
        Rows::new(self.limits.entry_bytes.saturating_sub(self.size))
    }

    /// Adds a sheet with what its drawings say.
    fn add(&mut self, name: &str, mut rows: Rows, drawings: &[String]) -> Result<(), &'static str> {
        for (range, why) in rows.leave_out_hidden() {
            self.aside.skip(format!("{name}!{range}"), why);
        }
        let mut lines = rows.into_lines()?;
        for drawing in drawings.iter().filter(|drawing| !drawing.trim().is_empty()) {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(drawing);
            lines.push('\n');
        }
        self.size += lines.len() as u64;
        if self.size > self.limits.entry_bytes {
            return Err(reason::TOO_LARGE);
        }
        if !lines.is_empty() {
            self.sheets.push((name.to_owned(), lines));
        }
        Ok(())
    }

    /// As [`Sheets::finish`]; where nothing could be read, an error with the reason.
    fn finish_unless(
        self,
        failed: Option<&'static str>,
        title: Option<String>,
    ) -> Result<Output, &'static str> {
        let output = self.finish(title);
        failed.filter(|_| output.text.trim().is_empty()).map_or(Ok(output), Err)
    }

    /// All sheets, each under its name; a single one that nobody named stands without.
    fn finish(self, title: Option<String>) -> Output {
        let is_single = self.sheets.len() == 1;
        let sheets = self.sheets.into_iter().map(|(name, lines)| {
            let unnamed = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_named =
                !["Sheet", "Tabelle", "Feuil", "Hoja", "Foglio", "Planilha", "Blad", "Arkusz", "Лист"]
                    .contains(&unnamed);
            if is_named || !is_single { format!("{name}\n\n{lines}") } else { lines }
        });
        Output { title, text: sheets.collect::<Vec<_>>().join("\n"), aside: self.aside }
    }
}

fn truth(yes: bool) -> &'static str {
    if yes { "TRUE" } else { "FALSE" }
}

/// What a cell shows that could not be reckoned out.
fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#ERROR",
    }
}

/// A number in four bytes: an integer or the upper half of a float, perhaps in hundredths.
fn packed(bits: u32) -> f64 {
    let value = if bits & 2 != 0 {
        f64::from((bits as i32) >> 2)
    } else {
        f64::from_bits(u64::from(bits & 0xFFFF_FFFC) << 32)
    };
    if bits & 1 != 0 { value / 100.0 } else { value }
}
