//! Western texts from DOS and from older Macs, which nothing labels: Excel for Mac writes its CSV so still. They are told
//! only where the likeliest encoding makes no words of them (`MŸller`, `Gr§e`), and exactly one of these does.

use encoding_rs::{Encoding, MACINTOSH};

/// The text, where it is certainly one of these.
pub(super) fn read(bytes: &[u8], likely: &'static Encoding) -> Option<String> {
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    if !likely.is_single_byte() || !is_western(head) || misplaced(head, |byte| decoded(likely, byte)) < LEAST
    {
        return None;
    }
    let is_sound = |decode: fn(u8) -> char| {
        misplaced(head, decode) == 0 && bytes.iter().all(|&byte| is_usual(decode(byte)))
    };
    let decode = match (is_sound(in_mac), is_sound(in_cp850)) {
        (true, false) => in_mac,
        (false, true) => in_cp850,
        _ => return None,
    };
    Some(bytes.iter().map(|&byte| decode(byte)).collect())
}

/// Bytes that tell enough.
const LOOKED_AT: usize = 64 * 1024;
/// Signs in impossible places that make it certain.
const LEAST: usize = 2;

/// Most letters are plain ones; lines that are drawn with signs are none.
fn is_western(bytes: &[u8]) -> bool {
    let is_letter = |byte: u8| !byte.is_ascii() && !('─'..='▓').contains(&in_cp850(byte));
    let high = bytes.iter().filter(|byte| is_letter(**byte)).count();
    let plain = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    high > 0 && high * 5 <= (high + plain) * 2
}

fn decoded(encoding: &'static Encoding, byte: u8) -> char {
    encoding.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// How many signs stand where nobody writes them: within words, or capitals at their ends.
fn misplaced(bytes: &[u8], decode: impl Fn(u8) -> char) -> usize {
    let at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).map_or(' ', |&byte| decode(byte));
    let is_misplaced = |&(index, &byte): &(usize, &u8)| {
        let around = || (at(index.checked_sub(1)), at(index.checked_add(1)));
        match decode(byte) {
            _ if byte.is_ascii() => false,
            '\u{80}'..='\u{9F}' | char::REPLACEMENT_CHARACTER => true,
            sign if sign.is_uppercase() => {
                let (before, after) = around();
                before.is_lowercase() && !after.is_uppercase()
                    || before.is_alphabetic() && after.is_lowercase()
            }
            sign if ODD.contains(sign) => {
                let (before, after) = around();
                before.is_alphabetic() && after.is_alphabetic()
            }
            _ => false,
        }
    };
    bytes.iter().enumerate().filter(is_misplaced).count()
}

/// What is never typed between two letters; dashes, quotation marks and dots are.
const ODD: &str = "„‚†‡ˆ‰‹¤¢£¥¦§¨¬¯±¶¸¹¼½¾÷▀▄█░▒▓│┤╣║╗╝┐└┴┬├─┼╚╔╩╦╠═╬┘┌≠∞≤≥∂∑∏π∫Ω√ƒ≈∆◊⁄ﬁﬂ˜˘˙˚˝˛ˇ¿¡";

/// What western texts are written with.
fn is_usual(sign: char) -> bool {
    sign.is_ascii()
        || matches!(sign, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' | '─'..='╬' | '–'..='—' | '‘'..='‚' | '“'..='„')
        || "ŒœŸ\u{A0}€£§°±²³½¼¾µ·×÷©®™ªº¿¡«»…•†¢".contains(sign)
}

fn in_mac(byte: u8) -> char {
    decoded(MACINTOSH, byte)
}

fn in_cp850(byte: u8) -> char {
    match byte {
        0..=0x7F => char::from(byte),
        _ => CP850.chars().nth(usize::from(byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

#[cfg(test)]
mod tests {
    use encoding_rs::{WINDOWS_1250, WINDOWS_1252};

    use super::super::plain::decoded;
    use super::*;

    fn spelled(text: &str, decode: fn(u8) -> char) -> Vec<u8> {
        text.chars().map(|letter| (0..=255).find(|&byte| decode(byte) == letter).unwrap()).collect()
    }

    const TEXTS: [&str; 3] = [
        "Name;Größe;Straße\r\nMüller;5;Köln\r\nJäger;7;Düsseldorf\r\n",
        "Le café est fermé à Noël. Ouvert dès 8 h.\n",
        "Der Kühlraum ist für Käse; Übergabe: 5 °C, Türen schließen.\n",
    ];

    #[test]
    fn texts_of_dos_and_of_older_macs_are_told_by_what_no_word_holds() {
        for text in TEXTS {
            assert_eq!(decoded(&spelled(text, in_cp850)), text);
            assert_eq!(decoded(&spelled(text, in_mac)), text);
        }
        let spanish = "El señor Núñez abrirá mañana. ¿Cuándo? ¡Sí!";
        assert_eq!(decoded(&spelled(spanish, in_cp850)), spanish);
        let boxed = "┌───────┐\r\n│ Größe │ für Türen, hübsch\r\n└───────┘\r\n";
        assert_eq!(decoded(&spelled(boxed, in_cp850)), boxed);
        let french = "L’été, on ouvre dès 8 h au café. Prix : 5 €, « à côté »";
        assert_eq!(decoded(&spelled(french, in_mac)), french);
    }

    #[test]
    fn what_reads_well_is_left_as_it_is() {
        for text in [
            "This—that…then “so”, it’s 5 €, ™ and £5: café, naïve",
            "word—word, wait…what, don´t, Foo™and, N°5, Mitarbeiter·innen",
            "Größe der Kühlräume – überall gleich. Straße, Übung, Öl, Ärger",
            "Le café « à côté », l’été : ÉTÉ, Noël, œuvre, ça, où, Œuvre",
            "El señor Núñez abrirá mañana. ¿Cuándo? ¡Sí! 1ª, 2º",
            "Šárka Žižková, Příbram žluťoučký kůň, Łódź, źródło",
        ] {
            for encoding in [WINDOWS_1252, WINDOWS_1250] {
                let (bytes, _, is_lossy) = encoding.encode(text);
                if !is_lossy {
                    assert_eq!(read(&bytes, encoding), None, "{text}");
                }
            }
        }
        assert_eq!(read(b"Gr\xA7e", WINDOWS_1252), None);
    }
}
