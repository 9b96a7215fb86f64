//! Bytes as characters: byte order marks first, then UTF-8, then the likeliest of the old encodings.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The text that the bytes spell.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(DETECTED)], true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Allow);
    encoding.decode_without_bom_handling(bytes).0
}

/// More bytes than this do not make the guess better.
const DETECTED: usize = 256 * 1024;

/// Whether the first bytes of a file are those of a text.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    if Encoding::for_bom(head).is_some() || unmarked_utf16(head).is_some() {
        return true;
    }
    let strange = head.iter().filter(|&&byte| byte < 0x20 && !b"\t\n\r\x0C\x1B".contains(&byte)).count();
    !head.contains(&0) && strange * 50 <= head.len()
}

/// Western text in UTF-16 has a zero in nearly every second byte.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(1024)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let half = head.len() / 2;
    if half < 4 || !bytes.len().is_multiple_of(2) {
        None
    } else if zeros(1) * 10 >= half * 7 && zeros(0) == 0 {
        Some(UTF_16LE)
    } else if zeros(0) * 10 >= half * 7 && zeros(1) == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Decodes by the name a document gives for its encoding, as in HTML's `<meta charset>`.
pub(crate) fn decoded_as<'a>(bytes: &'a [u8], label: Option<&[u8]>) -> Cow<'a, str> {
    let named = label.and_then(Encoding::for_label).filter(|&encoding| encoding != UTF_8);
    match named {
        Some(encoding) if Encoding::for_bom(bytes).is_none() && std::str::from_utf8(bytes).is_err() => {
            encoding.decode_without_bom_handling(bytes).0
        }
        _ => decoded(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_and_unmarked_encodings_are_read() {
        assert_eq!(decoded(b"\xEF\xBB\xBFName;Wert"), "Name;Wert");
        assert_eq!(decoded(b"\xFF\xFEA\0b\0"), "Ab");
        assert_eq!(decoded(b"\0N\0a\0m\0e\0,\0B"), "Name,B");
        assert_eq!(decoded(b"Caf\xE9 cr\xE8me"), "Café crème");
        let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode("経費規程、五千円まで承認不要です。");
        assert_eq!(decoded(&shift_jis), "経費規程、五千円まで承認不要です。");
    }

    #[test]
    fn binary_bytes_are_no_text() {
        assert!(!looks_like_text(b"\x7FELF\x02\x01\x01\0\0\0"));
        assert!(looks_like_text(b"plain\r\n\ttext"));
    }
}
