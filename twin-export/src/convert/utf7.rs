//! UTF-7, in which old mail programs spelled what is not ASCII: `+` begins UTF-16 in base64, and `+-` is a plus.

/// Whether a label names it.
pub(super) fn is_label(label: &[u8]) -> bool {
    let label = label.trim_ascii();
    [b"utf-7".as_slice(), b"utf7", b"unicode-1-1-utf-7", b"csunicode11utf7"]
        .iter()
        .any(|one| label.eq_ignore_ascii_case(one))
}

/// The text; what is not in the alphabet stands as it is.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'+' {
            out.push(char::from(byte));
            continue;
        }
        let len = rest.iter().take_while(|&&sign| value(sign).is_some()).count();
        let (code, after) = rest.split_at(len);
        let is_ended = after.first() == Some(&b'-');
        if code.is_empty() {
            out.push('+');
        }
        out.extend(
            char::decode_utf16(units(code)).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        rest = &after[usize::from(is_ended)..];
    }
    out
}

/// The bits of base64, sixteen at a time; fewer at the end only fill it up.
fn units(code: &[u8]) -> Vec<u16> {
    let (mut bits, mut count, mut units) = (0_u32, 0, Vec::new());
    for value in code.iter().filter_map(|&sign| value(sign)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push((bits >> count & 0xFFFF) as u16);
            bits &= (1 << count) - 1;
        }
    }
    units
}

fn value(sign: u8) -> Option<u8> {
    Some(match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_begins_other_letters_and_may_stand_for_itself() {
        let cases = [
            ("Caf+AOk- at 2 +- 3", "Café at 2 + 3"),
            ("Caf+AOk, K+APw-hl, +AKM-5", "Café, Kühl, £5"),
            ("Hi Mom +Jjo-!", "Hi Mom ☺!"),
            ("+ZeVnLIqe-", "日本語"),
            ("+2D3eAA-", "😀"),
            ("ends +AOk", "ends é"),
            ("1 + 1 +", "1 + 1 +"),
            ("+AA-x", "x"),
            ("+2D0-", "\u{FFFD}"),
        ];
        for (spelled, text) in cases {
            assert_eq!(decoded(spelled.as_bytes()), text, "{spelled}");
        }
        assert!(is_label(b" UTF-7 ") && !is_label(b"utf-8"));
    }
}
