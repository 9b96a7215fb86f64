//! Bytes as characters: byte order marks first, then UTF-8, then the likeliest of the old encodings. What is valid
//! UTF-8 is read so, whatever its label and its neighbours.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::super::remark;
use super::mixed::{is_utf8_beside_others, mixed};
use super::{Aside, Output, cesu8, old_machines, utf7, utf16, western};

/// The text that the bytes spell.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    marked(bytes).unwrap_or_else(|| spelled(bytes, None))
}

/// Decodes by the name a document gives for its encoding, as in HTML's `<meta charset>`, unless the bytes say otherwise.
pub(crate) fn decoded_as<'a>(bytes: &'a [u8], label: Option<&[u8]>) -> Cow<'a, str> {
    if label.is_some_and(utf7::is_label) && bytes.is_ascii() {
        return utf7::decoded(bytes).into();
    }
    let is_labelled = || label.and_then(Encoding::for_label) == Some(ISO_2022_JP);
    if bytes.contains(&0x1B) && is_labelled() {
        return decoded_by(ISO_2022_JP, bytes).0;
    }
    marked(bytes).unwrap_or_else(|| spelled(bytes, label.and_then(encoding)))
}

/// More bytes than this do not make the guess better.
const DETECTED: usize = 256 * 1024;

/// Text whose bytes themselves tell the encoding.
fn marked(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(text) = utf16::utf32(bytes) {
        return Some(text.into());
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = &bytes[mark..];
        return Some(if encoding == UTF_8 { spelled(rest, None) } else { decoded_by(encoding, rest).0 });
    }
    if let Some(encoding) = utf16::unmarked(bytes) {
        return Some(decoded_by(encoding, bytes).0);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    if ["\x1B$B", "\x1B$@"].iter().any(|shift| text.contains(shift)) && bytes.is_ascii() {
        return Some(decoded_by(ISO_2022_JP, bytes).0)
            .filter(|text| !text.contains(char::REPLACEMENT_CHARACTER));
    }
    Some(Cow::Borrowed(text))
}

/// Text that is not all UTF-8: parts of it, or nothing.
fn spelled<'a>(bytes: &'a [u8], named: Option<&'static Encoding>) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    if let Some(text) = cesu8::read(bytes) {
        return Cow::Owned(text);
    }
    let likely = named.unwrap_or_else(|| guessed(bytes));
    if is_utf8_beside_others(bytes, likely) {
        let others = named.filter(|named| named.is_single_byte()).unwrap_or(WINDOWS_1252);
        return Cow::Owned(mixed(bytes, others));
    }
    if named.is_none()
        && let Some(text) = old_machines::read(bytes, likely)
    {
        return Cow::Owned(text);
    }
    let (text, is_damaged) = decoded_by(likely, bytes);
    if is_damaged && named.is_some() {
        // The label may lie.
        let (other, is_worse) = decoded_by(guessed(bytes), bytes);
        if !is_worse {
            return other;
        }
    }
    text
}

fn decoded_by<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> (Cow<'a, str>, bool) {
    encoding.decode_without_bom_handling(bytes)
}

/// The likeliest encoding of text that is not UTF-8.
pub(crate) fn guessed(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(DETECTED)];
    let likely = detected(head);
    if likely == WINDOWS_1252 || !likely.is_single_byte() {
        return likely;
    }
    // Signs of Windows-1252 are letters elsewhere.
    match western::without_signs(head) {
        Cow::Owned(letters) if letters.is_ascii() || is_western(&letters) => WINDOWS_1252,
        _ => likely,
    }
}

/// Whether a text reads as Windows-1252, or has too few letters for one of the rare encodings of the Baltic.
fn is_western(letters: &[u8]) -> bool {
    let likely = detected(letters);
    let is_baltic = ["ISO-8859-4", "ISO-8859-10", "ISO-8859-13", "windows-1257"].contains(&likely.name());
    let count = letters.iter().filter(|byte| !byte.is_ascii()).count();
    likely == WINDOWS_1252 || (is_baltic && count < FEW)
}

/// Fewer letters beyond ASCII tell no language of the Baltic.
const FEW: usize = 3;

fn detected(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// A header of a message, which has no label: Windows-1252 where it is not UTF-8, unless it is in other letters.
#[cfg(feature = "mail")]
pub(super) fn decoded_header(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let beside = bytes.windows(2).filter(|pair| pair.iter().all(|byte| !byte.is_ascii())).count();
    let likely = guessed(bytes);
    // Words in other letters are such bytes and nothing else.
    if 2 * beside < high || western::is_latin(likely) {
        spelled(bytes, Some(WINDOWS_1252))
    } else {
        spelled(bytes, None)
    }
}

/// The encoding of a label, also of those that only some programs use. UTF-8 needs no label, and what is
/// spelled in bytes is not in UTF-16.
fn encoding(label: &[u8]) -> Option<&'static Encoding> {
    let label = String::from_utf8_lossy(label).trim_matches(['"', '\'', ' ']).to_ascii_lowercase();
    let alias = match label.as_str() {
        "cp932" => "shift_jis",
        "cp936" => "gbk",
        "cp949" => "euc-kr",
        "cp950" => "big5",
        "latin-1" => "latin1",
        other => other,
    };
    let found = Encoding::for_label(alias.as_bytes());
    found.filter(|&encoding| {
        ![UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) && encoding.is_ascii_compatible()
    })
}

/// Whether the first bytes of a file are those of a text.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    if Encoding::for_bom(head).is_some() || utf16::unmarked(head).is_some() {
        return true;
    }
    // What was never written to the end of a file reads as zeros.
    let end = head.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let written = &head[..end];
    let zeros = written.iter().filter(|&&byte| byte == 0).count();
    // What DOS ended a text with.
    let written = written.strip_suffix(b"\x1A").unwrap_or(written);
    let is_strange = |byte: u8| byte < 0x20 && byte != 0 && !b"\x08\t\n\x0B\x0C\r\x1B".contains(&byte);
    let strange = written.iter().filter(|&&byte| is_strange(byte)).count();
    let is_slip = strange <= 2 && zeros == 0 && strange * 8 <= end && std::str::from_utf8(written).is_ok();
    (head.is_empty() || end > 0) && (strange * 50 <= end || is_slip) && zeros * 10 <= end
}

/// A text as a printer would have shown it: struck over (`_\x08x`) it says what was struck last, and a vertical tab
/// begins a line.
pub(super) fn to_text(bytes: &[u8]) -> Output {
    let text = decoded(bytes);
    let mut aside = Aside::default();
    let text: Cow<'_, str> = if text.contains(['\x08', '\x0B']) { overstruck(&text).into() } else { text };
    let may_have_comments = bytes.starts_with(b"\xEF\xBB\xBF") && text.len() <= MOST_WITH_COMMENTS;
    let (text, has_comments) =
        if may_have_comments { without_comments(&text) } else { (Cow::Borrowed(text.as_ref()), false) };
    if has_comments {
        aside.remark(remark::COMMENTS);
    }
    Output { title: None, text: text.into_owned(), aside }
}

/// Bytes of a text in which comments are looked for, and comments of one text.
const MOST_WITH_COMMENTS: usize = 4 << 20;
const MOST_COMMENTS: usize = 200;

fn overstruck(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\x08' if !out.ends_with('\n') => drop(out.pop()),
            '\x08' => {}
            '\x0B' => out.push('\n'),
            _ => out.push(letter),
        }
    }
    out
}

/// The text without the comments that Google's documents have at their end, `[a]…`, `[b]…`, and without the marks of
/// them; and whether there were any. Only such a text has a byte order mark, line ends of Windows, and each mark twice.
fn without_comments(text: &str) -> (Cow<'_, str>, bool) {
    let mark = |at: usize| {
        let (turn, letter) = (at / 26, u8::try_from(at % 26).unwrap_or_default() + b'a');
        format!("[{}]", char::from(letter).to_string().repeat(turn + 1))
    };
    // The first comment is the last line that begins with the first mark.
    let Some(start) = text.rfind("\n[a]").map(|at| at + 1) else { return (Cow::Borrowed(text), false) };
    let (body, comments) = text.split_at(start);
    let mut count = 0;
    for line in comments.lines().filter(|line| line.starts_with('[')) {
        count += usize::from(line.starts_with(&mark(count)));
    }
    let is_marked = || (0..count).all(|at| body.matches(&mark(at)).count() == 1);
    // A list of that form has nothing before it that refers to it.
    let is_list = body.lines().any(|line| line.starts_with("[a]"));
    if count == 0 || count > MOST_COMMENTS || is_list || !is_marked() {
        return (Cow::Borrowed(text), false);
    }
    let mut body = body.trim_end().to_owned();
    for at in 0..count {
        body = body.replacen(&mark(at), "", 1);
    }
    (Cow::Owned(body), true)
}

/// JSON in which half of a letter, which some programs write, is U+FFFD.
pub(crate) fn with_whole_letters(json: &str) -> Cow<'_, str> {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let len = match surrogate(rest) {
            Some(0xD800..=0xDBFF) if matches!(rest.get(6..).and_then(surrogate), Some(0xDC00..=0xDFFF)) => 12,
            Some(_) => {
                out.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            // The mark and what it stands before.
            None => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The half of a letter that an escape at the start of a text stands for.
fn surrogate(text: &str) -> Option<u16> {
    let code = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(code, 16).ok().filter(|code| (0xD800..=0xDFFF).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_control_characters_are_read_over() {
        for text in [
            &b"a word\x01with a control"[..],
            b"ends here.\x1A",
            b"A line\x0Bsoft break",
            b"B\x08Bold te\x08ext",
        ] {
            assert!(looks_like_text(text), "{text:?}");
        }
        assert!(!looks_like_text(b"\x01\x02\x03\x04abcdefgh"));
        assert_eq!(to_text(b"B\x08Bold _\x08u\x0Bnext").text, "Bold u\nnext");
    }

    #[test]
    fn comments_at_the_end_of_googles_texts_are_left_out() {
        let Output { text, aside, .. } =
            to_text("\u{FEFF}Fee[a] is 5.[b]\r\n\r\n[a]private\r\nmore\r\n[b]too".as_bytes());
        assert_eq!(text, "Fee is 5.");
        assert_eq!(aside.remarks, [remark::COMMENTS]);
        for list in ["Fee[a] is 5\n[a] a note", "Notes\n[a] one\n[b] two\n", "See [1]\n[1] note"] {
            assert_eq!(to_text(list.as_bytes()).text, list);
        }
    }

    #[test]
    fn marked_and_unmarked_encodings_are_read() {
        assert_eq!(decoded(b"\xEF\xBB\xBFName;Wert"), "Name;Wert");
        assert_eq!(decoded(b"\xFF\xFEA\0b\0"), "Ab");
        assert_eq!(decoded(b"\0N\0a\0m\0e\0,\0B"), "Name,B");
        assert_eq!(decoded(b"Caf\xE9 cr\xE8me"), "Café crème");
        let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode("経費規程、五千円まで承認不要です。");
        assert_eq!(decoded(&shift_jis), "経費規程、五千円まで承認不要です。");
        let (gbk, _, _) = encoding_rs::GBK.encode("中国的报销规定，五千元以内不需要批准。");
        assert_eq!(decoded(&gbk), "中国的报销规定，五千元以内不需要批准。");
    }

    #[test]
    fn valid_utf8_stays_whatever_stands_beside_it() {
        assert_eq!(
            decoded(b"Name,Place\nK\xC3\xBChler,Hall\nT\xFCr,Gr\xF6\xDFe\n"),
            "Name,Place\nKühler,Hall\nTür,Größe\n"
        );
        assert_eq!(
            decoded("Größe 5 ".as_bytes().iter().copied().chain([0x80]).collect::<Vec<_>>().as_slice()),
            "Größe 5 €"
        );
        assert_eq!(decoded(b"\xEF\xBB\xBFK\xC3\xBChl, Caf\xE9"), "Kühl, Café");
        let one_bad = [&b"\xD0"[..], "Инструкция для склада".as_bytes()].concat();
        assert!(decoded(&one_bad).ends_with("Инструкция для склада"));
    }

    #[test]
    fn a_label_that_lies_is_not_believed() {
        assert_eq!(decoded_as("Kühl".as_bytes(), Some(b"iso-8859-1")), "Kühl");
        assert_eq!(decoded_as(b"K\xFChl", Some(b"utf-8")), "Kühl");
        assert_eq!(decoded_as(b"K\xFChl", Some(b"utf-16")), "Kühl");
        assert_eq!(decoded_as(b"K\xFChl", Some(b"x-unknown")), "Kühl");
        let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode("経費規程、五千円まで承認不要です。");
        assert_eq!(decoded_as(&shift_jis, Some(b"euc-jp")), "経費規程、五千円まで承認不要です。");
        assert_eq!(decoded_as(&shift_jis, Some(b"cp932")), "経費規程、五千円まで承認不要です。");
        let (cyrillic, _, _) = encoding_rs::KOI8_R.encode("Ключ");
        assert_eq!(decoded_as(&cyrillic, Some(b"koi8-r")), "Ключ");
    }

    #[test]
    fn binary_bytes_are_no_text_and_a_zero_among_letters_is_passed_over() {
        assert!(!looks_like_text(b"\x7FELF\x02\x01\x01\0\0\0"));
        assert!(!looks_like_text(&[0; 64]));
        assert!(looks_like_text(b"plain\r\n\ttext"));
        assert!(looks_like_text(b"The key hangs at the desk.\0 Ask Uma."));
        assert!(looks_like_text(b"cut off here\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    }
}
