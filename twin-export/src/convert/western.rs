//! Signs of Windows-1252 in texts with few letters beyond ASCII: `£120` and `±0,5` make no Polish of a page in English.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// Whether an encoding spells Latin letters alone.
pub(super) fn is_latin(encoding: &'static Encoding) -> bool {
    let name = encoding.name();
    ["windows-1250", "windows-1252", "windows-1254", "windows-1257", "windows-1258", "macintosh"]
        .contains(&name)
        || ["2", "3", "4", "10", "13", "14", "15", "16"]
            .iter()
            .any(|part| name.strip_prefix("ISO-8859-") == Some(part))
}

/// The bytes with a blank in place of each that stands as only a sign of Windows-1252 stands. What is left says which
/// language a text is in.
pub(super) fn without_signs(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(bytes);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            continue;
        }
        let around = Around { before: &bytes[..at], after: &bytes[at + 1..] };
        if around.is_sign(sign(byte)) {
            out.to_mut()[at] = b' ';
        }
    }
    out
}

fn sign(byte: u8) -> char {
    WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or_default()
}

/// How far a pair of quotation marks may be apart, and a question from its mark.
const NEAR: usize = 120;

/// Units that `²`, `³` and `µ` stand at.
const MEASURED: [&str; 18] =
    ["m", "km", "dm", "cm", "mm", "um", "nm", "ft", "in", "yd", "mi", "ha", "s", "h", "x", "y", "kg", "pt"];
const SMALL: [&str; 16] =
    ["m", "l", "g", "s", "A", "V", "W", "F", "H", "L", "Sv", "Gy", "mol", "M", "Pa", "in"];

struct Around<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl Around<'_> {
    /// Whether `sign` at this place is what its text means.
    fn is_sign(&self, sign: char) -> bool {
        let (follows, leads) = (self.follows_letter(), self.leads_letter());
        let is_apart = !follows && !leads;
        match sign {
            // None of these is a letter where these encodings differ.
            '²' | '½' | '°' | '·' | '×' | '÷' | '§' | '€' => true,
            '¹' | '³' => !leads && (!follows || self.follows_one_of(&MEASURED)),
            '£' | '¥' | '¢' => is_apart || self.is_at_number(),
            '¼' | '¾' => is_apart || self.last().is_some_and(|byte| byte.is_ascii_digit()),
            '±' => is_apart || (self.next_shown().is_some_and(|byte| byte.is_ascii_digit()) && !follows),
            'µ' => is_apart || (!follows && self.leads_one_of(&SMALL)),
            '©' | '®' => !leads && (!follows || self.last().is_some_and(|byte| byte.is_ascii_lowercase())),
            'ª' | 'º' => {
                !leads
                    && (!follows
                        || self.follows_one_of(&["n", "N"])
                        || self.last().is_some_and(|byte| byte.is_ascii_digit()))
            }
            '«' => is_apart || (!follows && self.after.iter().take(NEAR).any(|&byte| byte == 0xBB)),
            '»' => is_apart || (!leads && self.before.iter().rev().take(NEAR).any(|&byte| byte == 0xAB)),
            '¿' => {
                !follows
                    && (is_apart
                        || self.after.first().is_some_and(u8::is_ascii_uppercase)
                        || self.after.iter().take(NEAR).any(|&byte| byte == b'?'))
            }
            'Ø' => is_apart,
            letter if letter.is_alphabetic() => false,
            _ => is_apart,
        }
    }

    fn last(&self) -> Option<u8> {
        self.before.last().copied()
    }

    fn follows_letter(&self) -> bool {
        self.last().is_some_and(is_letter)
    }

    fn leads_letter(&self) -> bool {
        self.after.first().copied().is_some_and(is_letter)
    }

    /// The byte that follows, a blank aside.
    fn next_shown(&self) -> Option<u8> {
        let blank = usize::from(matches!(self.after.first(), Some(b' ' | 0xA0)));
        self.after.get(blank).copied()
    }

    fn is_at_number(&self) -> bool {
        let blank = usize::from(matches!(self.last(), Some(b' ' | 0xA0)));
        let before = self.before.len().checked_sub(1 + blank).map(|at| self.before[at]);
        [before, self.next_shown()].into_iter().flatten().any(|byte| byte.is_ascii_digit())
    }

    fn follows_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| {
            self.before
                .strip_suffix(word.as_bytes())
                .is_some_and(|rest| !rest.last().is_some_and(|&b| is_letter(b)))
        })
    }

    fn leads_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| {
            self.after
                .strip_prefix(word.as_bytes())
                .is_some_and(|rest| !rest.first().is_some_and(|&b| is_letter(b)))
        })
    }
}

/// Whether a byte is a letter, or may be one: those of signs alone stand beside signs as well (`“£5`).
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || (!byte.is_ascii() && sign(byte).is_alphabetic() && !matches!(byte, 0xAA | 0xB5 | 0xBA))
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        Encoding, IBM866, ISO_8859_2, ISO_8859_5, KOI8_R, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
        WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
    };

    use super::super::plain::decoded;

    fn assert_read(encoding: &'static Encoding, text: &str) {
        let (bytes, _, is_lossy) = encoding.encode(text);
        assert!(!is_lossy, "{text}");
        assert_eq!(decoded(&bytes), text, "{}", encoding.name());
    }

    #[test]
    fn signs_of_the_west_stay_in_english_and_among_a_few_accents() {
        for text in [
            "Hotels up to £120 a night, £ 35 a day.",
            "Fee £5",
            "Bike;£100\nBell;£5\n",
            "¥500, ¢20, 20¢, £5m or £1k",
            "Travel ½ day, ¼ hour or 1¾ hours",
            "Keep between 2°C and 8°C, ±0.5°C, 10 µm, 5 µl",
            "Toleranz ±0,5 µm, Größe 3",
            "naïve ±5",
            "Floor 10 m², tank 2 m³, 10³ or 2³ or x¹ cells",
            "© 2024 Acme® and Widget™",
            "©2024 Twin",
            "See § 4.2 and ¶ 3",
            "Nº 5, 1º, 2ª, ¿Quién?",
            "Rund Ø 5 cm, ø 3",
            "He said «yes» to ¬A and “£5”",
            "Café Zoë: 5€ – ‰ † ‡ • …",
            "¡Hola! ¿cómo está? Año",
        ] {
            assert_read(WINDOWS_1252, text);
        }
        for sign in "£¥¢½¼¾±µ²³¹°×÷Ø§¶·©®«»¿¡ªº¬€‰†‡•…–—‘’“”™".chars()
        {
            assert_read(WINDOWS_1252, &format!("Value {sign}5 here."));
            assert_read(WINDOWS_1252, &format!("Value {sign} 5 here."));
        }
    }

    #[test]
    fn languages_of_the_east_stay_what_they_are() {
        for text in [
            "Klíč visí u přepážky. Žádost schválí vedoucí.",
            "Łódź, ul. Żółta 5. Są dwie drogi, ale był też trzeci.",
            "Kulcs a pultnál, őrzi a főnök, űrlap szükséges.",
            "Kľúč je v šatni. Ťažké dvere, mať kľúč, Ľubomír.",
            "Zażółć gęślą jaźń",
            "Urlop wynosi 26 dni. Wniosek składa się w dziale kadr, a zgodę wyraża przełożony.",
            "Cheia este la recepție".replace('ț', "ţ").as_str(),
        ] {
            assert_read(WINDOWS_1250, text);
            assert_read(ISO_8859_2, text);
        }
        for encoding in [WINDOWS_1251, KOI8_R, IBM866, ISO_8859_5] {
            assert_read(encoding, "Ключ от склада висит у стойки, его знают все. Сумма 5 рублей.");
        }
        assert_read(WINDOWS_1253, "Το κλειδί είναι στη ρεσεψιόν. Άδεια 20 ημερών.");
        assert_read(WINDOWS_1254, "Anahtar resepsiyonda asılı. Yıllık izin on dört gün, şef onaylar.");
        assert_read(
            WINDOWS_1257,
            "Raktas kabo prie registratūros. Atostogos – dvidešimt dienų, įskaitant šventes.",
        );
    }
}
