//! UTF-8 as some databases and Java write it: a letter beyond the first 65,536 as the six bytes of its two surrogates
//! (CESU-8), and letters in more bytes than they need.

/// The text, where nothing else keeps it from being UTF-8.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len());
    let (mut pairs, mut overlong, mut letters) = (0_usize, 0_usize, 0_usize);
    let mut rest = bytes;
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).ok()?,
        };
        out.push_str(valid);
        letters += usize::from(!valid.is_ascii());
        rest = &rest[valid.len()..];
        match rest {
            [] => break,
            [0xED, 0xA0..=0xAF, _, 0xED, 0xB0..=0xBF, _, after @ ..] => {
                out.push(char::from_u32(letter(&rest[..6])?)?);
                pairs += 1;
                rest = after;
            }
            // Java's zero says nothing.
            [0xC0, 0x80, after @ ..] => {
                overlong += 1;
                rest = after;
            }
            // What is written so is meant to deceive.
            [0xC0 | 0xC1, 0x80..=0xBF, after @ ..] => {
                out.push(char::REPLACEMENT_CHARACTER);
                overlong += 1;
                rest = after;
            }
            _ => return None,
        }
    }
    // Two such bytes may be letters of another encoding, unless others are UTF-8.
    (pairs > 0 || (overlong > 0 && letters > 0)).then_some(out)
}

fn letter(bytes: &[u8]) -> Option<u32> {
    let bits = |at: usize, mask: u8| bytes.get(at).map(|byte| u32::from(byte & mask));
    let is_trail = |at: usize| bytes.get(at).is_some_and(|byte| (0x80..=0xBF).contains(byte));
    let high = bits(1, 0x0F)? << 6 | bits(2, 0x3F)?;
    let low = bits(4, 0x0F)? << 6 | bits(5, 0x3F)?;
    (is_trail(2) && is_trail(5)).then_some(0x10000 + (high << 10 | low))
}

#[cfg(test)]
mod tests {
    use super::super::plain::decoded;
    use super::*;

    #[test]
    fn surrogates_in_six_bytes_are_one_letter() {
        assert_eq!(decoded(b"All good \xED\xA0\xBD\xED\xB8\x80 here"), "All good 😀 here");
        assert_eq!(decoded(b"K\xC3\xBChl \xED\xA0\xBD\xED\xB8\x80"), "Kühl 😀");
        assert_eq!(read(b"half \xED\xA0\xBD"), None);
        assert_eq!(read(b"Caf\xE9"), None);
    }

    #[test]
    fn letters_in_too_many_bytes_leave_the_others_as_they_are() {
        assert_eq!(decoded(b"A\xC0\xAFB ok \xC3\xA9"), "A\u{FFFD}B ok é");
        assert_eq!(read(b"caf\xC3\xA9\xC0\x80"), Some("café".to_owned()));
        assert_eq!(read(b"A\xC0\xAFB"), None);
    }
}
