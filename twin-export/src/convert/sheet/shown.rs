//! Which cells a workbook's text shows: what a chart takes from these is said already.

use std::collections::HashMap;

use super::rows::{Hidden, Place, range_of};

/// The sheets that are shown, by their names in small letters, with what is hidden of each as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Shown {
    sheets: HashMap<String, Hidden>,
    /// What ranges with names refer to.
    names: HashMap<String, String>,
}

impl Shown {
    pub(super) fn new<'a>(sheets: impl Iterator<Item = &'a str>, names: HashMap<String, String>) -> Self {
        let sheets = sheets.map(|name| (name.to_lowercase(), Hidden::default())).collect();
        Self { sheets, names }
    }

    /// Notes what is hidden of a sheet.
    pub(super) fn note(&mut self, sheet: &str, hidden: Hidden) {
        self.sheets.insert(sheet.to_lowercase(), hidden);
    }

    pub(super) fn remove(&mut self, sheet: &str) {
        self.sheets.remove(&sheet.to_lowercase());
    }

    /// Whether so many cells of a range are shown; of what is no plain range, none are known.
    pub(super) fn shows(&self, range: &str, cells: usize) -> bool {
        let name = range.rsplit('!').next().unwrap_or(range);
        let range = self.names.get(name).map_or(range, String::as_str).trim();
        let areas = range.strip_prefix('(').and_then(|areas| areas.strip_suffix(')')).unwrap_or(range);
        let mut counts = areas.split(',').map(|area| self.count(area));
        let shown = counts.try_fold(0_u64, |sum, count| Some(sum.saturating_add(count?)));
        shown.is_some_and(|shown| shown >= cells as u64)
    }

    /// How many cells of `'Sheet 1'!$A$1:$B$2` are shown.
    fn count(&self, area: &str) -> Option<u64> {
        let (sheet, range) = area.trim().rsplit_once('!')?;
        let sheet = sheet.trim_matches('\'').replace("''", "'").to_lowercase();
        let hidden = self.sheets.get(&sheet)?;
        let (first, last): (Place, Place) = range_of(&range.replace('$', ""))?;
        Some(shown_between(first.0, last.0, &hidden.rows) * shown_between(first.1, last.1, &hidden.columns))
    }
}

/// How many rows or columns of some are in none of the hidden ranges.
fn shown_between(first: u32, last: u32, hidden: &[(u32, u32)]) -> u64 {
    let mut hidden = hidden.to_vec();
    hidden.sort_unstable();
    let (mut next, mut shown) = (u64::from(first), 0);
    let end = u64::from(last) + 1;
    for (from, to) in hidden {
        shown += u64::from(from).min(end).saturating_sub(next);
        next = next.max(u64::from(to) + 1);
    }
    shown + end.saturating_sub(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_where_neither_their_sheet_nor_their_row_is_hidden() {
        let names = HashMap::from([("Months".to_owned(), "'My data'!$A$1:$A$3".to_owned())]);
        let mut shown = Shown::new(["My data", "Plan"].into_iter(), names);
        shown.note("Plan", Hidden { rows: vec![(4, 9), (1, 1)], columns: vec![(2, 3)] });
        for (range, cells) in [
            ("'My data'!$A$1:$A$3", 3),
            ("Book!Months", 3),
            ("Plan!$A$1:$B$4", 6),
            ("(Plan!$A$1,Plan!$B$1)", 2),
        ] {
            assert!(shown.shows(range, cells) && !shown.shows(range, cells + 1), "{range}");
        }
        for range in
            ["Secret!$A$1", "[1]Plan!$A$1", "Plan!$C$1:$D$1", "OFFSET(Plan!$A$1,1,1)", "Plan!$A$5", "x", ""]
        {
            assert!(!shown.shows(range, 1), "{range}");
        }
        let all = "Plan!A1:ZZZZZZ4294967295";
        assert!(shown.shows(&format!("({})", [all; 20].join(",")), usize::MAX));
    }
}
