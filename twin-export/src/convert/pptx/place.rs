//! What a shape is on its slide, and where it stands.

use quick_xml::events::BytesStart;

use super::super::package::attribute;

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

pub(super) fn pair(tag: &BytesStart<'_>, first: &str, second: &str) -> Option<(f64, f64)> {
    let number = |name: &str| attribute(tag, name)?.parse::<f64>().ok().filter(|number| number.is_finite());
    Some((number(first)?, number(second)?))
}

pub(super) fn placeholder(tag: &BytesStart<'_>) -> Placeholder {
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
