//! UTF-8 with other bytes beside it: told from the old encodings, in which a few letters look like UTF-8 by accident.

use encoding_rs::Encoding;

/// Whether letters beyond ASCII are spelled in UTF-8, some damaged or foreign ones aside. `likely` is what the text is
/// in otherwise.
pub(super) fn is_utf8_beside_others(bytes: &[u8], likely: &'static Encoding) -> bool {
    let (mut whole, mut bad) = (0usize, 0usize);
    let mut is_only_cut = true;
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        whole += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += chunk.invalid().len();
        is_only_cut &= chunk.invalid().is_empty() || (chunks.peek().is_none() && is_cut(chunk.invalid()));
    }
    if is_only_cut || whole >= bad {
        return is_only_cut || whole > 0;
    }
    let Words { good, bad } = Words::of(bytes, likely);
    // Nobody writes `Ã¼`: in a western text one letter of UTF-8 is enough.
    good > 0 && (is_western(likely) || 2 * good >= bad)
}

/// Whether the end of the file cuts off a letter of several bytes.
fn is_cut(bytes: &[u8]) -> bool {
    bytes.len() > 1 && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn is_western(encoding: &'static Encoding) -> bool {
    ["windows-1252", "windows-1250", "windows-1254", "ISO-8859-2", "ISO-8859-15", "macintosh"]
        .contains(&encoding.name())
}

/// Bytes beyond ASCII that stand together: those which are all UTF-8, and the others.
#[derive(Debug, Default)]
struct Words {
    good: usize,
    bad: usize,
}

impl Words {
    fn of(bytes: &[u8], likely: &'static Encoding) -> Self {
        let mut words = Self::default();
        let mut at = 0;
        while let Some(start) = bytes[at..].iter().position(|byte| !byte.is_ascii()).map(|start| at + start) {
            let end = bytes[start..].iter().position(u8::is_ascii).map_or(bytes.len(), |len| start + len);
            let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
            let is_within =
                is_letter(start.checked_sub(1).map(|before| &bytes[before])) || is_letter(bytes.get(end));
            match std::str::from_utf8(&bytes[start..end]) {
                Ok(word) => words.good += usize::from(is_plausible(word, is_within, likely)),
                Err(_) => words.bad += 1,
            }
            at = end;
        }
        words
    }
}

/// Whether what reads as UTF-8 is it, and no accident: letters of other scripts do not stand within Latin words, and two
/// bytes by themselves may be a letter of an eastern encoding.
fn is_plausible(word: &str, is_within_word: bool, likely: &'static Encoding) -> bool {
    let is_strange = |letter: char| ('\u{0250}'..='\u{07FF}').contains(&letter) && letter.is_alphabetic();
    if is_within_word {
        return !word.contains(is_strange);
    }
    likely.is_single_byte() || word.chars().any(|letter| letter.len_utf8() > 2)
}

/// UTF-8 whose other bytes are read one by one.
pub(super) fn mixed(bytes: &[u8], others: &'static Encoding) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for letter in others.decode_without_bom_handling(chunk.invalid()).0.chars() {
            // Some bytes stand for nothing in any of these.
            out.push(if letter.is_control() && !letter.is_ascii() {
                char::REPLACEMENT_CHARACTER
            } else {
                letter
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::plain::decoded;

    #[test]
    fn bad_bytes_cost_themselves_alone_in_the_smallest_text() {
        for (bytes, expected) in [
            (&b"Text \xC3\xBC und \xF0\x9F"[..], "Text ü und ð\u{178}"),
            (b"Preis: 5 \xE2\x82", "Preis: 5 â‚"),
            (b"\x82\xAC Preis: 5 \xC3\xBC", "‚¬ Preis: 5 ü"),
            (b"\xE6\x97\xA5\xE6\x9C\xAC \xFF x", "日本 ÿ x"),
            (b"# Caf\xC3\xA9\n\n\xC3\xBEing \xFE\xF0 \xDE\xD0\n", "# Café\n\nþing þð ÞÐ\n"),
            (b"Caf\xE9 na\xEFve \x80 5\n\xC3\xBC\n", "Café naïve € 5\nü\n"),
            ("São é ótimo. ".as_bytes(), "São é ótimo. "),
            (b"S\xC3\xA3o \xC3\xA9 \xC3\xB3timo. informa\xE7\xE3o n\xE3o", "São é ótimo. informação não"),
        ] {
            assert_eq!(decoded(bytes), expected);
        }
    }

    #[test]
    fn a_few_letters_that_look_like_utf8_make_no_utf8() {
        for (encoding, text) in [
            (encoding_rs::GBK, "姓名,性别\n张三,女\n李四,男\n王小丽,女\n联通公司的报销规定\n"),
            (encoding_rs::WINDOWS_1250, "PÓŁNOC i wschód: zażółć gęślą jaźń, łąka, świt"),
            (encoding_rs::WINDOWS_1251, "Инструкция для склада: ключ висит у стойки, ВЁдро там же"),
            (encoding_rs::SHIFT_JIS, "経費規程、五千円まで承認不要です。ﾃﾞｰﾀ"),
            (encoding_rs::EUC_KR, "창고 열쇠는 안내 데스크에 있습니다."),
            (encoding_rs::KOI8_R, "Ключ от склада висит у стойки. Её знают все."),
            (encoding_rs::IBM866, "Ключ от склада висит у стойки. Сад и река."),
            (encoding_rs::BIG5, "倉庫的鑰匙在櫃檯，請問管理員。"),
        ] {
            let (bytes, _, is_lossy) = encoding.encode(text);
            assert!(!is_lossy, "{text}");
            assert_eq!(decoded(&bytes), text, "{}", encoding.name());
        }
    }
}
