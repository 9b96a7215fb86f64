//! What readers wrote on the pages of a PDF: free text, and notes that open at a click.

use std::collections::BTreeMap;

use unpdf::parser::raw::tokenizer::parse_object;
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
            .filter_map(|one| match document.resolve(one) {
                PdfObject::Reference(number, _) => damaged(bytes, *number),
                found => note(&document, found.as_dict()?),
            })
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

/// The note of an object that the parser refused, as a careless program wrote it; looked for by its number.
fn damaged(bytes: &[u8], number: u32) -> Option<String> {
    let head = format!("\n{number} 0 obj");
    let start = find(bytes, head.as_bytes())? + head.len();
    let object = &bytes[start..];
    let object = &object[..find(object, b"endobj")?];
    let after = |name: &[u8]| Some(&object[find(object, name)? + name.len()..]);
    let kind = after(b"/Subtype")?.trim_ascii_start().strip_prefix(b"/")?;
    let kind = &kind[..kind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()];
    if !WRITTEN.contains(&kind) {
        return None;
    }
    let (text, _) = parse_object(after(b"/Contents")?, 0).ok()?;
    let text = tidy_line(&decoded(text.as_str_bytes()?));
    (!text.is_empty()).then_some(text)
}

/// Kinds of notes that people write.
const WRITTEN: [&[u8]; 6] = [b"FreeText", b"Text", b"Highlight", b"Underline", b"StrikeOut", b"Squiggly"];

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A text as PDF keeps it: UTF-16 or UTF-8 behind a mark, or an encoding of its own.
pub(super) fn decoded(bytes: &[u8]) -> String {
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
    fn a_note_that_the_parser_refuses_is_read_all_the_same() {
        let file = b"%PDF-1.3\n4 0 obj\n<< /Contents (Exit B) /DA 0 g /Subtype /FreeText >>\nendobj\n5 0 obj\n<< /Subtype /Link >>\nendobj";
        assert_eq!(damaged(file, 4).as_deref(), Some("Exit B"));
        assert_eq!(damaged(file, 5), None);
        assert_eq!(damaged(file, 6), None);
    }

    #[test]
    fn texts_are_read_in_all_their_encodings() {
        assert_eq!(decoded(b"\xFE\xFF\0A\x20\xAC"), "A€");
        assert_eq!(decoded(b"\xEF\xBB\xBFna\xC3\xAFve"), "naïve");
        assert_eq!(decoded(b"5 \xA0 \x84 x"), "5 € — x");
    }
}
