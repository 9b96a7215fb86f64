//! The numbers of lists and headings, as Word shows them.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::numerals;
use super::super::package::{attribute, is_foreign, name_of};
use super::super::symbols;

/// Levels of a list.
const LEVELS: usize = 9;

/// Lists, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// What a list is based on, and what it has otherwise.
    lists: HashMap<String, List>,
    bases: HashMap<String, Base>,
    /// By base: lists on the same base go on counting where the other stopped.
    counts: HashMap<String, [Option<u64>; LEVELS]>,
}

#[derive(Debug, Default)]
struct List {
    base: String,
    starts: [Option<u64>; LEVELS],
    levels: [Option<Level>; LEVELS],
    /// Its own starts were not used yet, by level.
    is_fresh: [bool; LEVELS],
}

#[derive(Debug, Default)]
struct Base {
    levels: [Level; LEVELS],
    /// The numbering style that it is, or that it is kept in.
    style: Option<String>,
    kept_in: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    start: Option<u64>,
    format: String,
    /// The form of a format of one's own.
    custom: Option<String>,
    /// The font of a bullet.
    font: String,
    /// With `%1` for the number of the first level.
    text: Option<String>,
    /// Numbers of other levels stand in it as digits.
    is_legal: bool,
    /// The level after which it begins anew; 0 for never.
    restart: Option<usize>,
    style: Option<String>,
}

/// What stands before an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// With the sign that it shows.
    Bullet(String),
    /// `(a)`, `2.2`; empty where the level shows nothing.
    Number(String),
}

impl Numbering {
    pub(super) fn read(xml: &str) -> Self {
        let mut numbering = Self::default();
        let mut builder = Builder::default();
        let mut choices = Choices::default();
        let mut reader = Reader::from_str(xml);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) if choices.takes(&tag) => {
                    builder.start(&tag, &mut numbering)
                }
                // Word 2003 goes on with the document.
                Event::End(tag) if tag.local_name().into_inner() == "lists" => break,
                Event::End(tag) => choices.end(tag.local_name().into_inner()),
                Event::Eof => break,
                _ => {}
            }
        }
        numbering
    }

    /// The level that a style's paragraphs have in a list that names it.
    pub(super) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let base = self.bases.get(self.base_of(list)?)?;
        base.levels.iter().position(|level| level.style.as_deref() == Some(style))
    }

    /// Counts an item, and gives its label; `None` where there is no such list.
    pub(super) fn next(&mut self, list: &str, level: usize) -> Option<Label> {
        let level = level.min(LEVELS - 1);
        let key = self.base_of(list)?.to_owned();
        let base = self.bases.get(&key)?;
        let one = self.lists.get_mut(list)?;
        let level_of = |at: usize| one.levels[at].as_ref().unwrap_or(&base.levels[at]);
        let start_of = |at: usize| one.starts[at].or(level_of(at).start).unwrap_or(1);
        let counts = self.counts.entry(key).or_default();
        let anew = one.is_fresh[level] && one.starts[level].is_some();
        counts[level] = Some(match counts[level] {
            Some(count) if !anew => count.saturating_add(1),
            _ => start_of(level),
        });
        for (lower, count) in counts.iter_mut().enumerate().skip(level + 1) {
            let restarts = match level_of(lower).restart {
                None => true,
                Some(0) => false,
                Some(after) => level < after,
            };
            if restarts {
                *count = None;
            }
        }
        let shown = level_of(level);
        let label = if shown.format == "bullet" {
            Label::Bullet(symbols::shown(&shown.font, shown.text.as_deref().unwrap_or_default()).into_owned())
        } else {
            Label::Number(shown.label(level, |at| {
                let number = counts[at].unwrap_or_else(|| start_of(at));
                (number, level_of(at))
            }))
        };
        one.is_fresh[level] = false;
        Some(label)
    }

    /// What a list is based on, through the style that may keep it.
    fn base_of(&self, list: &str) -> Option<&str> {
        let key = self.lists.get(list)?.base.as_str();
        let kept_in = self.bases.get(key)?.kept_in.as_ref();
        let keeper = kept_in.and_then(|style| {
            self.bases
                .iter()
                .find(|(_, base)| base.style.as_ref() == Some(style))
                .map(|(key, _)| key.as_str())
        });
        Some(keeper.unwrap_or(key))
    }
}

impl Level {
    fn label<'a>(&self, level: usize, number_at: impl Fn(usize) -> (u64, &'a Level)) -> String {
        let default = format!("%{}.", level + 1);
        let text = self.text.as_deref().unwrap_or(&default);
        let mut out = String::new();
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            let place = (sign == '%').then(|| signs.peek()?.to_digit(10)).flatten();
            match place
                .and_then(|place| usize::try_from(place).ok()?.checked_sub(1))
                .filter(|at| *at < LEVELS)
            {
                Some(at) => {
                    signs.next();
                    let (number, other) = number_at(at);
                    out.push_str(&other.number(number, self.is_legal && at != level));
                }
                None => out.push(sign),
            }
        }
        out.trim().to_owned()
    }

    fn number(&self, number: u64, as_digits: bool) -> String {
        match &self.custom {
            _ if as_digits => number.to_string(),
            Some(form) => numerals::custom(form, number),
            None => numerals::written(&self.format, number).unwrap_or_default(),
        }
    }
}

/// Which of two versions of something is read: the first that office programs know.
#[derive(Default)]
struct Choices {
    is_chosen: bool,
    is_passed_over: bool,
}

impl Choices {
    /// Whether an element belongs to what is read.
    fn takes(&mut self, tag: &BytesStart<'_>) -> bool {
        match name_of(tag) {
            "AlternateContent" => self.is_chosen = false,
            "Choice" | "Fallback" => {
                self.is_passed_over = self.is_chosen || is_foreign(tag);
                self.is_chosen |= !self.is_passed_over;
            }
            _ => {}
        }
        !self.is_passed_over
    }

    fn end(&mut self, name: &str) {
        if matches!(name, "Choice" | "Fallback") {
            self.is_passed_over = false;
        }
    }
}

/// Where in the part the reader stands.
#[derive(Default)]
struct Builder {
    base: String,
    list: String,
    level: usize,
    in_list: bool,
}

impl Builder {
    fn start(&mut self, tag: &BytesStart<'_>, numbering: &mut Numbering) {
        let value = || attribute(tag, "val");
        let number = || value().and_then(|value| value.parse::<u64>().ok());
        let at = |name: &str| {
            let level = attribute(tag, name).and_then(|level| level.parse::<usize>().ok());
            level.unwrap_or(0).min(LEVELS - 1)
        };
        match name_of(tag) {
            "abstractNum" | "listDef" => {
                self.base = attribute(tag, "abstractNumId")
                    .or_else(|| attribute(tag, "listDefId"))
                    .unwrap_or_default();
                self.in_list = false;
                numbering.bases.insert(self.base.clone(), Base::default());
            }
            "num" | "list" => {
                self.list = attribute(tag, "numId").or_else(|| attribute(tag, "ilfo")).unwrap_or_default();
                self.in_list = true;
                let list = List { is_fresh: [true; LEVELS], ..List::default() };
                numbering.lists.insert(self.list.clone(), list);
            }
            "lvlOverride" => self.level = at("ilvl"),
            "lvl" => {
                self.level = at("ilvl");
                if let Some(list) = numbering.lists.get_mut(&self.list).filter(|_| self.in_list) {
                    list.levels[self.level] = Some(Level::default());
                }
            }
            "abstractNumId" | "ilst" => {
                if let Some(list) = numbering.lists.get_mut(&self.list) {
                    list.base = value().unwrap_or_default();
                }
            }
            "startOverride" => {
                if let Some(list) = numbering.lists.get_mut(&self.list) {
                    list.starts[self.level] = number();
                }
            }
            "styleLink" | "numStyleLink" | "listStyleLink" => {
                if let Some(base) = numbering.bases.get_mut(&self.base) {
                    let style = if name_of(tag) == "styleLink" { &mut base.style } else { &mut base.kept_in };
                    *style = value();
                }
            }
            name => {
                let level = if self.in_list {
                    numbering.lists.get_mut(&self.list).and_then(|list| list.levels[self.level].as_mut())
                } else {
                    numbering.bases.get_mut(&self.base).map(|base| &mut base.levels[self.level])
                };
                let Some(level) = level else { return };
                match name {
                    "start" => level.start = number(),
                    "numFmt" => {
                        level.format = value().unwrap_or_default();
                        level.custom = attribute(tag, "format").filter(|_| level.format == "custom");
                    }
                    "lvlText" => level.text = value(),
                    "rFonts" => {
                        let font = attribute(tag, "ascii").or_else(|| attribute(tag, "hAnsi"));
                        level.font = font.unwrap_or_default();
                    }
                    "lvlPicBulletId" => level.text = None,
                    "nfc" => level.format = format_of(number()).to_owned(),
                    "isLgl" => level.is_legal = super::styles::is_on(tag),
                    "lvlRestart" => level.restart = number().and_then(|level| usize::try_from(level).ok()),
                    "pStyle" => level.style = value(),
                    _ => {}
                }
            }
        }
    }
}

/// A format by the number that Word 2003 gives it.
fn format_of(number: Option<u64>) -> &'static str {
    match number {
        Some(1) => "upperRoman",
        Some(2) => "lowerRoman",
        Some(3) => "upperLetter",
        Some(4) => "lowerLetter",
        Some(5) => "ordinal",
        Some(6) => "cardinalText",
        Some(7) => "ordinalText",
        Some(22) => "decimalZero",
        Some(23) => "bullet",
        Some(255) => "none",
        _ => "decimal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(xml: &str, items: &[(&str, usize)]) -> Vec<String> {
        let mut numbering = Numbering::read(xml);
        let label = |(list, level): &(&str, usize)| match numbering.next(list, *level) {
            Some(Label::Number(label)) => label,
            Some(Label::Bullet(sign)) => sign,
            None => "none".to_owned(),
        };
        items.iter().map(label).collect()
    }

    const CLAUSES: &str = r#"<numbering>
        <abstractNum abstractNumId="0">
            <lvl ilvl="0"><start val="1"/><numFmt val="upperRoman"/><lvlText val="Article %1"/></lvl>
            <lvl ilvl="1"><start val="1"/><numFmt val="decimal"/><isLgl/><lvlText val="%1.%2"/></lvl>
            <lvl ilvl="2"><start val="3"/><numFmt val="lowerLetter"/><lvlText val="(%3)"/><lvlRestart val="0"/></lvl>
            <lvl ilvl="3"><numFmt val="bullet"/><lvlText val="&#xF0FB;"/><rPr><rFonts ascii="Wingdings"/></rPr></lvl>
        </abstractNum>
        <num numId="1"><abstractNumId val="0"/></num>
        <num numId="2"><abstractNumId val="0"/></num>
        <num numId="3"><abstractNumId val="0"/><lvlOverride ilvl="0"><startOverride val="5"/></lvlOverride></num>
        <num numId="4"><abstractNumId val="0"/><lvlOverride ilvl="0"><lvl ilvl="0"><numFmt val="decimal"/><lvlText val="%1)"/></lvl></lvlOverride></num>
    </numbering>"#;

    #[test]
    fn levels_count_and_begin_anew_below_one_another() {
        let items =
            [("1", 0), ("1", 1), ("1", 2), ("1", 2), ("1", 1), ("1", 0), ("1", 1), ("1", 2), ("1", 3)];
        assert_eq!(
            labels(CLAUSES, &items),
            ["Article I", "1.1", "(c)", "(d)", "1.2", "Article II", "2.1", "(e)", "✗"]
        );
    }

    #[test]
    fn of_two_formats_the_newer_one_is_shown() {
        let xml = r#"<numbering><abstractNum abstractNumId="0"><lvl ilvl="0"><start val="1"/><mc:AlternateContent>
            <mc:Choice Requires="w14"><numFmt val="custom" format="001, 002, 003, ..."/></mc:Choice>
            <mc:Fallback><numFmt val="decimal"/></mc:Fallback></mc:AlternateContent><lvlText val="%1."/></lvl></abstractNum>
            <num numId="1"><abstractNumId val="0"/></num></numbering>"#;
        assert_eq!(labels(xml, &[("1", 0), ("1", 0)]), ["001.", "002."]);
    }

    #[test]
    fn lists_of_one_base_go_on_unless_they_say_where_to_start() {
        let items = [("1", 0), ("2", 0), ("3", 0), ("3", 0), ("1", 0), ("4", 0), ("9", 0)];
        assert_eq!(
            labels(CLAUSES, &items),
            ["Article I", "Article II", "Article V", "Article VI", "Article VII", "8)", "none"]
        );
    }
}
