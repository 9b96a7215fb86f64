//! Long texts in parts.

use twin_export as export;

/// The parts joined are the whole, repeated table headers aside, and each fits the API.
pub fn split(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // The text over and over is long enough for parts, whatever its length.
    let times = if text.is_empty() { 1 } else { 160_000 / text.len() + 1 };
    for text in [text.as_ref(), &text.repeat(times)] {
        parts_are_the_whole("Title", text);
    }
}

pub(crate) fn parts_are_the_whole(title: &str, text: &str) {
    let parts = export::split(title, text);
    let mut rest = text;
    for part in &parts {
        let units = part.text.encode_utf16().count();
        assert!(units <= export::MOST_UNITS, "a part has {units} units");
        assert!(part.text.is_char_boundary(part.repeated), "a repeated header ends within a character");
        let (header, own) = part.text.split_at(part.repeated);
        assert!(header.is_empty() || text.contains(header), "a header is repeated that is nowhere");
        let Some(after) = rest.strip_prefix(own) else { panic!("{title}: a part is not what comes next") };
        assert!(!own.is_empty() || text.is_empty(), "{title}: a part adds nothing");
        rest = after;
    }
    assert!(rest.is_empty(), "{title}: the end is lost");
}
