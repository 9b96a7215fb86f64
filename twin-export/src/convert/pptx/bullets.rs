//! Bullets and numbers that a shape, or the layout it fills, sets for its paragraphs by their level.

use quick_xml::events::BytesStart;

use super::super::package::{attribute, name_of};
use super::super::symbols;
use super::lines::Marker;

/// Levels of a list.
const LEVELS: usize = 9;

/// What stands before paragraphs of each level, as far as somebody says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bullets([Option<Marker>; LEVELS]);

impl Bullets {
    pub(super) fn at(&self, level: usize) -> Option<&Marker> {
        self.0[level.min(LEVELS - 1)].as_ref()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// Reads the bullets of paragraphs and of styles of lists.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Of the shape, or of the master's texts.
    pub(super) styles: Bullets,
    /// The level that a style of a list is about.
    level: Option<usize>,
    font: String,
    /// What the paragraph itself says.
    own: Option<Marker>,
}

impl Reader {
    pub(super) fn start(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        match name {
            "txBody" | "titleStyle" | "bodyStyle" | "otherStyle" => {
                (self.styles, self.level) = (Bullets::default(), None);
            }
            "p" => (self.own, self.level) = (None, None),
            "pPr" => self.font.clear(),
            "buFont" => self.font = attribute(tag, "typeface").unwrap_or_default(),
            "buNone" => self.take(Marker::None),
            "buBlip" => self.take(Marker::Bullet(String::new())),
            "buChar" => {
                let sign = attribute(tag, "char").unwrap_or_default();
                self.take(Marker::Bullet(symbols::shown(&self.font, &sign).into_owned()));
            }
            "buAutoNum" => {
                let start = attribute(tag, "startAt").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.take(Marker::Number(attribute(tag, "type").unwrap_or_default(), start));
            }
            _ => {
                let level = name.strip_prefix("lvl").and_then(|rest| rest.strip_suffix("pPr"));
                if let Some(level) = level.and_then(|level| level.parse::<usize>().ok()) {
                    self.font.clear();
                    self.level = Some(level.saturating_sub(1).min(LEVELS - 1));
                }
            }
        }
    }

    fn take(&mut self, marker: Marker) {
        match self.level {
            Some(level) => self.styles.0[level] = Some(marker),
            None => self.own = Some(marker),
        }
    }

    /// What stands before the paragraph that ends, where it or its shape says so.
    pub(super) fn of_paragraph(&mut self, level: usize) -> Option<Marker> {
        self.own.take().or_else(|| self.styles.at(level).cloned())
    }
}
