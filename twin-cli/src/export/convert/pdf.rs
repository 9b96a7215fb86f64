//! PDF documents.

use unpdf::{Error, ParseOptions, PdfParser, RenderOptions};

use super::super::reason;

/// The text of all pages. Protected by a password, damaged, or only pictures: the reason instead.
pub(super) fn to_text(bytes: &[u8]) -> Result<String, &'static str> {
    let options = ParseOptions::new().lenient().sequential();
    let document = PdfParser::from_bytes_with_options(bytes, options).and_then(|parser| parser.parse());
    let document = document.map_err(|error| match error {
        Error::Encrypted | Error::InvalidPassword => reason::ENCRYPTED,
        _ => reason::UNREADABLE,
    })?;
    let text = unpdf::render::to_text(&document, &RenderOptions::new()).map_err(|_| reason::UNREADABLE)?;
    if text.trim().is_empty() { Err(reason::NO_TEXT) } else { Ok(text) }
}
