//! From a file's bytes to text that reads as a person would retell it.

pub(crate) mod guard;
pub(crate) mod html;
mod kind;
pub(crate) mod markdown;
pub(crate) mod plain;
pub(crate) mod prose;
pub(crate) mod table;

pub(crate) use kind::{Kind, is_media};
use markdown::Dialect;
use twin_sdk::DocumentType;

use super::{Limits, reason};

/// A file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    /// The first heading, where the format has headings.
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// What the file itself says it is.
    pub(crate) kind: Option<DocumentType>,
    /// Which converter made it, and its version.
    pub(crate) converter: &'static str,
}

/// The text of a single file, or the reason why there is none.
pub(crate) fn convert(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Converted, &'static str> {
    if bytes.is_empty() {
        return Err(reason::EMPTY);
    }
    let kind = Kind::of(name, &bytes);
    convert_as(kind, name, bytes, limits)
}

/// As [`convert`], where the kind is known.
pub(crate) fn convert_as(
    kind: Kind,
    name: &str,
    bytes: Vec<u8>,
    limits: &Limits,
) -> Result<Converted, &'static str> {
    let separated = |title, text, converter| Ok(Converted { title, text, kind: None, converter });
    let limits = limits.clone();
    let name = name.to_owned();
    match kind {
        Kind::Markdown => guard::guarded(|| {
            let (title, text) = markdown::to_text(&plain::decoded(&bytes), Dialect::Common);
            separated(title, text, "md/1")
        }),
        Kind::Text => separated(None, plain::decoded(&bytes).into_owned(), "text/1"),
        Kind::Html => guard::guarded(|| {
            let (title, text) = html::to_text(&html::decoded(&bytes), &limits)?;
            separated(title, text, "html/1")
        }),
        Kind::Csv => {
            guard::guarded(|| separated(None, table::to_text(&plain::decoded(&bytes), &name), "csv/1"))
        }
        Kind::Media => Err(reason::MEDIA),
        Kind::Encrypted => Err(reason::ENCRYPTED),
        _ => Err(reason::UNKNOWN_KIND),
    }
}
