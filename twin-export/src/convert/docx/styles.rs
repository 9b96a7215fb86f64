//! What a Word document's styles mean: which paragraphs are headings, which are numbered, which runs are raised.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::package::{attribute, name_of};

/// What paragraphs and runs get from their style.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    pub(super) role: Option<Role>,
    pub(super) list: Option<String>,
    pub(super) level: Option<usize>,
    pub(super) looks: Looks,
    outline: Option<bool>,
    base: Option<String>,
}

/// What a paragraph is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Heading,
    /// Of the table of contents, or the heading above it.
    Contents,
}

/// How runs look, as far as somebody says.
#[derive(Debug, Clone, Default)]
pub(super) struct Looks {
    pub(super) raised: Option<bool>,
    pub(super) lowered: bool,
    struck: Option<bool>,
    struck_twice: Option<bool>,
    pub(super) hidden: Option<bool>,
    pub(super) font: Option<String>,
    /// Half points above the line.
    lifted: Option<i32>,
}

/// Half points by which a power is moved up at least, and letters that it has at most.
const LEAST_LIFT: i32 = 4;
const MOST_LIFTED: usize = 8;

impl Looks {
    /// Takes up one of a run's properties.
    pub(super) fn take(&mut self, tag: &BytesStart<'_>) {
        match name_of(tag) {
            "vertAlign" => {
                let place = attribute(tag, "val");
                self.lowered = place.as_deref() == Some("subscript");
                self.raised = place.map(|place| place == "superscript");
            }
            "strike" => self.struck = Some(is_on(tag)),
            "dstrike" => self.struck_twice = Some(is_on(tag)),
            "position" => self.lifted = attribute(tag, "val").and_then(|by| by.parse().ok()),
            "vanish" => self.hidden = Some(is_on(tag)),
            "rFonts" => {
                self.font = attribute(tag, "ascii").or_else(|| attribute(tag, "hAnsi")).or(self.font.take())
            }
            _ => {}
        }
    }

    /// Drawings say it in an attribute.
    pub(super) fn strike(&mut self, is_struck: bool) {
        self.struck = Some(is_struck);
    }

    /// Whether a text stands raised behind `before`: as such, or a short one that was only moved above the line.
    pub(super) fn is_raised(&self, before: Option<char>, text: &str) -> bool {
        let is_short = text.chars().count() <= MOST_LIFTED
            && text.chars().all(|sign| sign.is_alphanumeric() || "+-−".contains(sign));
        let is_lifted = || {
            self.lifted.is_some_and(|by| by >= LEAST_LIFT)
                && is_short
                && before.is_some_and(|before| before.is_alphanumeric() || before == ')')
        };
        self.raised.unwrap_or_else(is_lifted)
    }

    pub(super) fn is_struck(&self) -> bool {
        self.struck == Some(true) || self.struck_twice == Some(true)
    }

    /// The looks of a style of characters within a paragraph's style.
    pub(super) fn within(self, paragraph: &Self) -> Self {
        let struck = switched(self.struck, paragraph.struck);
        let hidden = switched(self.hidden, paragraph.hidden);
        Self { struck, hidden, ..self.or(paragraph) }
    }

    /// What is not said here, as the base has it.
    pub(super) fn or(self, base: &Self) -> Self {
        Self {
            raised: self.raised.or(base.raised),
            lowered: if self.raised.is_some() { self.lowered } else { base.lowered },
            struck: self.struck.or(base.struck),
            struck_twice: self.struck_twice.or(base.struck_twice),
            hidden: self.hidden.or(base.hidden),
            font: self.font.or_else(|| base.font.clone()),
            lifted: self.lifted.or(base.lifted),
        }
    }
}

/// Properties that a style of characters and one of paragraphs switch: what both switch on is off.
fn switched(own: Option<bool>, around: Option<bool>) -> Option<bool> {
    if own == Some(true) { Some(around != Some(true)) } else { around.or(own) }
}

/// Whether a property that needs no value is on.
pub(super) fn is_on(tag: &BytesStart<'_>) -> bool {
    attribute(tag, "val").is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
}

/// The styles of a document. There are many more of them than a document uses: each is read when it is asked for.
#[derive(Debug, Default)]
pub(super) struct Styles {
    xml: String,
    /// By the style's id: where it begins.
    starts: HashMap<String, usize>,
    own: RefCell<HashMap<usize, Rc<Style>>>,
    inherited: RefCell<HashMap<String, Rc<Style>>>,
}

impl Styles {
    pub(super) fn read(xml: String) -> Self {
        let mut starts = HashMap::new();
        for (at, _) in xml.match_indices("styleId") {
            let Some(range) = tag_around(xml.as_bytes(), at) else { continue };
            if let Ok(Event::Start(tag)) = Reader::from_str(&xml[range.clone()]).read_event()
                && name_of(&tag) == "style"
                && let Some(id) = attribute(&tag, "styleId")
            {
                starts.insert(id, range.start);
            }
        }
        Self { xml, starts, ..Self::default() }
    }

    /// The style with what it inherits.
    pub(super) fn get(&self, id: &str) -> Rc<Style> {
        if let Some(style) = self.inherited.borrow().get(id) {
            return Rc::clone(style);
        }
        let style = Rc::new(match self.own(id) {
            Some(style) => self.inherited((*style).clone()),
            // Programs refer to styles that they do not write down.
            None => Style { role: role_of(id), ..Style::default() },
        });
        self.inherited.borrow_mut().insert(id.to_owned(), Rc::clone(&style));
        style
    }

    /// What the style itself says.
    fn own(&self, id: &str) -> Option<Rc<Style>> {
        let start = *self.starts.get(id)?;
        if let Some(style) = self.own.borrow().get(&start) {
            return Some(Rc::clone(style));
        }
        let style = Rc::new(read_style(&self.xml[start..]));
        self.own.borrow_mut().insert(start, Rc::clone(&style));
        Some(style)
    }

    fn inherited(&self, mut style: Style) -> Style {
        // Styles may be based on one another in a circle.
        for _ in 0..16 {
            let Some(base) = style.base.take().and_then(|base| self.own(&base)) else { break };
            style.outline = style.outline.or(base.outline);
            // A heading that is none in the outline is that of the contents.
            style.role = style.role.or(base.role.filter(|_| style.outline != Some(false)));
            style.list = style.list.or_else(|| base.list.clone());
            style.level = style.level.or(base.level);
            style.looks = style.looks.or(&base.looks);
            style.base = base.base.clone();
        }
        if style.outline == Some(true) && style.role.is_none() {
            style.role = Some(Role::Heading);
        }
        style
    }
}

/// Bytes of a tag before and behind one of its attributes.
const LONGEST: usize = 2048;

/// Where the tag stands that an attribute is in.
fn tag_around(xml: &[u8], at: usize) -> Option<Range<usize>> {
    let before = xml[at.saturating_sub(LONGEST)..at].iter().rev().position(|&byte| byte == b'<')?;
    let behind = xml[at..].iter().take(LONGEST).position(|&byte| byte == b'>')?;
    Some(at - before - 1..at + behind + 1)
}

/// The style that begins there.
fn read_style(xml: &str) -> Style {
    let mut reader = Reader::from_str(xml);
    let mut style = Style::default();
    // Properties of a table's rows and corners are no properties of its paragraphs.
    let mut in_part_of_table = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let value = || attribute(&tag, "val");
                match name_of(&tag) {
                    "tblStylePr" => in_part_of_table = true,
                    _ if in_part_of_table => {}
                    // The name is English in every language; the id is not.
                    "name" => style.role = role_of(&value().unwrap_or_default()),
                    "basedOn" => style.base = value(),
                    "outlineLvl" => style.outline = value().map(|level| level != "9"),
                    "numId" | "ilfo" => style.list = value(),
                    "ilvl" => style.level = value().and_then(|level| level.parse().ok()),
                    _ => style.looks.take(&tag),
                }
            }
            Event::End(tag) => match tag.local_name().into_inner() {
                "tblStylePr" => in_part_of_table = false,
                "style" => break,
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    style
}

fn role_of(name: &str) -> Option<Role> {
    let name = name.to_ascii_lowercase();
    let numbered = |word: &str| {
        let number = name.strip_prefix(word).map(str::trim);
        number.is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    if name == "title" {
        Some(Role::Title)
    } else if numbered("heading") {
        Some(Role::Heading)
    } else if numbered("toc") || matches!(name.replace(' ', "").as_str(), "tocheading" | "contentsheading") {
        Some(Role::Contents)
    } else {
        None
    }
}
