//! Text of two or four bytes a letter, told without a byte order mark too.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Bytes that are looked at.
const HEAD: usize = 4096;

/// UTF-16 without a mark: blanks and plain letters have a zero beside them, always on the same side, and what is
/// spelled so are letters.
pub(super) fn unmarked(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD) & !1];
    if head.len() < 8 || !head.contains(&0) {
        return None;
    }
    let is_plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7E);
    let pairs = || head.chunks_exact(2);
    let little = pairs().filter(|pair| is_plain(pair[0]) && pair[1] == 0).count();
    let big = pairs().filter(|pair| pair[0] == 0 && is_plain(pair[1])).count();
    let (encoding, plain, other) =
        if little > big { (UTF_16LE, little, big) } else { (UTF_16BE, big, little) };
    let is_western = plain * 10 >= head.len() / 2 * 7 && other == 0;
    // Text of other scripts has a few such pairs only; as single bytes it would be full of strange ones.
    let strange = head.iter().filter(|&&byte| byte < 0x20 && !b"\t\n\r".contains(&byte)).count();
    let is_no_bytes = strange * 10 > head.len()
        || head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>() * 10 > head.len();
    let is_other = || plain > 0 && plain > 4 * other && is_no_bytes && spells_letters(head, encoding);
    (plain > 0 && (is_western || is_other())).then_some(encoding)
}

/// Nearly all of it are letters, digits, blanks and common marks, of few scripts.
fn spells_letters(head: &[u8], encoding: &'static Encoding) -> bool {
    let (text, is_damaged) = encoding.decode_without_bom_handling(head);
    let is_common = |letter: char| {
        letter.is_alphanumeric()
            || letter.is_whitespace()
            || letter.is_ascii_punctuation()
            || matches!(letter, '\u{A0}'..='\u{BF}' | '\u{2010}'..='\u{206F}' | '\u{20A0}'..='\u{20CF}' | '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}')
    };
    let all = text.chars().count();
    let common = text.chars().filter(|&letter| is_common(letter)).count();
    !is_damaged && common * 20 >= all * 19
}

/// Four bytes a letter, behind its mark.
pub(super) fn utf32(bytes: &[u8]) -> Option<String> {
    let (mark, rest) = bytes.split_at_checked(4)?;
    let letter: fn([u8; 4]) -> u32 = match mark {
        [0xFF, 0xFE, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xFE, 0xFF] => u32::from_be_bytes,
        _ => return None,
    };
    // Two of the marks, and UTF-16 that begins with a zero, look alike: such text would be full of zeros.
    if !rest.len().is_multiple_of(4) || rest.is_empty() {
        return None;
    }
    let letters = rest.chunks_exact(4).map(|four| letter([four[0], four[1], four[2], four[3]]));
    letters.map(char::from_u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn any_script_is_told_without_a_mark() {
        for text in [
            "Name,Place\n",
            "Ключ от склада висит у стойки.\nСпросите Уму.",
            "倉庫の鍵は受付にあります。\n2026年3月2日に交換されます。\n",
            "Zażółć gęślą jaźń, Łódź",
        ] {
            assert_eq!(unmarked(&le(text)), Some(UTF_16LE), "{text}");
            assert_eq!(unmarked(&be(text)), Some(UTF_16BE), "{text}");
        }
    }

    #[test]
    fn bytes_with_a_zero_among_them_are_none() {
        assert_eq!(unmarked(b"The key hangs at the desk.\0 Ask Uma for it."), None);
        assert_eq!(unmarked(&b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0"[..]), None);
        assert_eq!(unmarked(&(0..=255).cycle().take(1024).collect::<Vec<u8>>()), None);
    }

    #[test]
    fn four_bytes_a_letter_are_read_behind_their_mark() {
        let text: Vec<u8> =
            "\u{FEFF}Größe".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
        assert_eq!(utf32(&text).as_deref(), Some("Größe"));
        assert_eq!(utf32(b"\xFF\xFEA\0"), None);
    }
}
