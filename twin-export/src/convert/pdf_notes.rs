//! What readers wrote on the pages of a PDF: free text, and notes that open at a click.

use std::collections::BTreeMap;

use unpdf::parser::raw::{PdfDict, PdfObject, RawDocument};

use super::super::text::tidy_line;

/// Notes of a page; a file may claim any number.
const MOST_NOTES: usize = 1_000;

/// The notes by the number of their page, from 1 on.
pub(super) fn read(bytes: &[u8]) -> BTreeMap<u32, Vec<String>> {
    let mut notes = BTreeMap::new();
    let Ok(document) = RawDocument::load(bytes) else { return notes };
    for (number, page) in document.pages() {
        let Ok(page) = document.get_dict(page) else { continue };
        let list = page.get(b"Annots".as_slice()).and_then(|list| document.resolve(list).as_array());
        let of_page: Vec<String> = list
            .unwrap_or_default()
            .iter()
            .take(MOST_NOTES)
            .filter_map(|one| note(&document, document.resolve(one).as_dict()?))
            .collect();
        if !of_page.is_empty() {
            notes.insert(number, of_page);
        }
    }
    notes
}

fn note(document: &RawDocument, annotation: &PdfDict) -> Option<String> {
    let entry = |name: &[u8]| annotation.get(name).map(|value| document.resolve(value));
    let kind = entry(b"Subtype")?.as_name()?;
    // A window shows what its note says; a state says only who looked at it. Hidden ones are shown to nobody.
    let is_hidden = entry(b"F").and_then(PdfObject::as_i64).is_some_and(|flags| flags & 2 != 0);
    let shows_nothing = [&b"Popup"[..], b"Link", b"Widget", b"PrinterMark", b"TrapNet"].contains(&kind);
    if shows_nothing || is_hidden || entry(b"StateModel").is_some() {
        return None;
    }
    let text = tidy_line(&decoded(entry(b"Contents")?.as_str_bytes()?));
    (!text.is_empty()).then_some(text)
}

/// A text as PDF keeps it: UTF-16 or UTF-8 behind a mark, or an encoding of its own.
fn decoded(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let own: Vec<char> = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž".chars().collect();
    let character = |byte: &u8| match byte {
        0x80..=0x9E => own.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{FFFD}'),
        0xA0 => '€',
        other => char::from(*other),
    };
    bytes.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_all_their_encodings() {
        assert_eq!(decoded(b"\xFE\xFF\0A\x20\xAC"), "A€");
        assert_eq!(decoded(b"\xEF\xBB\xBFna\xC3\xAFve"), "naïve");
        assert_eq!(decoded(b"5 \xA0 \x84 x"), "5 € — x");
    }
}
