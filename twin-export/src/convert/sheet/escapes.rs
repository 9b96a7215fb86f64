//! Characters that a workbook writes as `_x000D_`, since XML has no place for them.

use std::borrow::Cow;

/// A text with such characters as they are; what only looks like one is written as `_x005F_x000D_`.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        units.extend(rest[..at].encode_utf16());
        rest = &rest[at..];
        let (unit, len) = unit(rest).map_or((u16::from(b'_'), 1), |unit| (unit, ESCAPE));
        units.push(unit);
        rest = &rest[len..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units).into()
}

/// Bytes of `_x000D_`.
const ESCAPE: usize = 7;

fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..ESCAPE)?.strip_prefix("_x")?.strip_suffix('_')?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_number.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_characters_are_read_and_what_only_looks_like_one_stays() {
        assert_eq!(unescaped("one_x000D_\ntwo"), "one\r\ntwo");
        assert_eq!(unescaped("_x0041_ _x005F_x0041_"), "A _x0041_");
        assert_eq!(unescaped("_xD83D__xDE00_"), "😀");
        assert_eq!(unescaped("max_x _x12_ _xGGGG_ _x00é_ _x"), "max_x _x12_ _xGGGG_ _x00é_ _x");
    }
}
