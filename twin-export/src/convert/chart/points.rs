//! The values of a series by their index.

use std::collections::BTreeMap;

use super::super::number_format::{NumberFormat, general};

/// Values that a chart keeps of a range of cells, perhaps on several levels, the innermost first.
#[derive(Debug, Default)]
pub(super) struct Points {
    levels: Vec<BTreeMap<u32, String>>,
    format: Option<NumberFormat>,
    /// The formats of single values.
    formats: BTreeMap<u32, NumberFormat>,
    pub(super) is_text: bool,
    /// The cells that hold them.
    pub(super) source: Option<String>,
    pub(super) from_1904: bool,
}

impl Points {
    pub(super) fn set_format(&mut self, code: &str) {
        self.format = Some(NumberFormat::parse(code));
    }

    pub(super) fn set_format_of(&mut self, index: u32, code: &str) {
        self.formats.insert(index, NumberFormat::parse(code));
    }

    pub(super) fn begin_level(&mut self) {
        self.levels.push(BTreeMap::new());
    }

    pub(super) fn push(&mut self, index: u32, value: String) {
        if self.levels.is_empty() {
            self.begin_level();
        }
        if let Some(level) = self.levels.last_mut() {
            level.insert(index, value);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.levels.iter().all(BTreeMap::is_empty)
    }

    pub(super) fn len(&self) -> usize {
        self.levels.iter().map(BTreeMap::len).sum()
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        self.levels == other.levels
    }

    pub(super) fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        self.levels.first().into_iter().flat_map(|level| level.keys().copied())
    }

    /// What stands at an index: outer levels go on until the next of their values.
    pub(super) fn label(&self, index: u32) -> String {
        let mut labels = Vec::new();
        for (depth, level) in self.levels.iter().enumerate().rev() {
            let value = if depth == 0 {
                level.get(&index)
            } else {
                level.range(..=index).next_back().map(|(_, value)| value)
            };
            labels
                .extend(value.map(|value| self.shown(index, value)).filter(|label| !label.trim().is_empty()));
        }
        labels.join(" / ")
    }

    fn shown(&self, index: u32, value: &str) -> String {
        let format = self.formats.get(&index).or(self.format.as_ref());
        match value.trim().parse::<f64>() {
            Ok(number) if !self.is_text && number.is_finite() => {
                format.map_or_else(|| general(number), |format| format.number(number, self.from_1904))
            }
            _ => value.to_owned(),
        }
    }
}
