//! The shapes of a slide: what each is for, where it stands and what it says.

use quick_xml::events::BytesStart;

use super::super::package::attribute;
use super::lines::Line;
use super::order::Area;

/// What a shape is on its slide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Free,
    Title,
    Body,
    /// Numbers, dates and footers that every slide repeats.
    Repeated,
}

/// Which placeholder of the layout a shape fills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Placeholder {
    pub(super) place: Place,
    pub(super) kind: String,
    pub(super) index: Option<String>,
}

#[derive(Debug)]
pub(super) struct Shape {
    pub(super) area: Option<Area>,
    pub(super) place: Placeholder,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Title(String),
    Lines(Vec<Line>),
    Table(Vec<Vec<String>>),
    /// A part to be looked up by its relation.
    Related(String),
    Group(Vec<Shape>),
}

/// Shapes that are moved as one.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) area: Option<Area>,
    pub(super) shapes: Vec<Shape>,
    pub(super) is_hidden: bool,
}

impl Placeholder {
    pub(super) fn of(tag: &BytesStart<'_>) -> Self {
        let kind = attribute(tag, "type").unwrap_or_else(|| "body".to_owned());
        let place = match kind.as_str() {
            "title" | "ctrTitle" => Place::Title,
            "sldNum" | "dt" | "ftr" | "hdr" => Place::Repeated,
            "body" | "obj" => Place::Body,
            _ => Place::Free,
        };
        // Titles of all kinds stand in one place.
        let kind = if place == Place::Title { "title".to_owned() } else { kind };
        Placeholder { place, kind, index: attribute(tag, "idx") }
    }
}
