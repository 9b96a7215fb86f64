//! Names in a zip that are not UTF-8: read in the encoding of the archive, which nothing names.

use encoding_rs::Encoding;

use super::super::convert::plain::guessed;
use super::zip_directory::Directory;

/// What the names of one archive are spelled in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    /// The code page of the first PCs, as the format has it.
    Cp437,
    Other(&'static Encoding),
}

impl Spelling {
    /// The likeliest one of all the names that are not UTF-8.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut sample = Vec::new();
        for name in names.filter(|name| std::str::from_utf8(name).is_err()) {
            // What all have in common, such as endings, tells nothing.
            let stem = name.iter().rposition(|&byte| byte == b'.').map_or(name, |dot| &name[..dot]);
            sample.extend_from_slice(stem);
            sample.push(b' ');
            if sample.len() > SAMPLE {
                break;
            }
        }
        if is_western(&sample, |byte| matches!(byte, 0x80..=0xA5 | 0xE1)) {
            return Self::Cp437;
        }
        if has_japanese_backslash(&sample) {
            return Self::Other(encoding_rs::SHIFT_JIS);
        }
        let likely = guessed(&sample);
        let (_, is_damaged) = likely.decode_without_bom_handling(&sample);
        match likely.name() {
            _ if is_damaged => Self::Cp437,
            "windows-1252" if !is_western(&sample, |byte| byte >= 0xC0) => Self::Cp437,
            _ => Self::Other(likely),
        }
    }

    /// The likeliest one of a directory's names; none where the directory is damaged.
    pub(super) fn of_all(directory: &Directory) -> Option<Self> {
        let mut strange = Vec::new();
        let mut len = 0;
        for record in directory.records() {
            let name = record?.name;
            if len <= SAMPLE && std::str::from_utf8(&name).is_err() {
                len += name.len();
                strange.push(name);
            }
        }
        Some(Self::of(strange.iter().map(Vec::as_slice)))
    }

    pub(super) fn decode(self, name: &[u8]) -> String {
        if let Ok(utf8) = std::str::from_utf8(name) {
            return self.instead_of(utf8).unwrap_or_else(|| utf8.to_owned());
        }
        match self {
            Self::Other(encoding) => encoding.decode_without_bom_handling(name).0.into_owned(),
            Self::Cp437 => name.iter().map(|&byte| in_cp437(byte)).collect(),
        }
    }
}

impl Spelling {
    /// What a name says that is valid UTF-8 by accident, as pairs of Chinese bytes may be: in an archive of such names,
    /// UTF-8 would spell it in letters of no language.
    fn instead_of(self, utf8: &str) -> Option<String> {
        let Self::Other(encoding) = self else { return None };
        if utf8.is_ascii()
            || encoding.is_single_byte()
            || utf8.chars().any(|letter| letter > '\u{7FF}')
            || is_written(utf8)
        {
            return None;
        }
        let (name, is_damaged) = encoding.decode_without_bom_handling(utf8.as_bytes());
        (!is_damaged).then(|| name.into_owned())
    }
}

/// Whether people write such letters: those of one script, western ones beside plain ones.
fn is_written(name: &str) -> bool {
    let strange = || name.chars().filter(|letter| !letter.is_ascii());
    let all = |letters: std::ops::RangeInclusive<char>| {
        strange().all(|letter| letters.contains(&letter) && letter.is_alphabetic())
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let has_plain = stem.chars().any(|letter| letter.is_ascii_alphabetic());
    // Marks that are written behind their letters.
    let is_decomposed = has_plain && strange().all(|letter| ('\u{300}'..='\u{36F}').contains(&letter));
    (has_plain && all('\u{C0}'..='\u{17F}'))
        || is_decomposed
        || [
            ('\u{370}'..='\u{3FF}'),
            ('\u{400}'..='\u{45F}'),
            ('\u{5D0}'..='\u{5EA}'),
            ('\u{620}'..='\u{64A}'),
        ]
        .into_iter()
        .any(all)
}

const SAMPLE: usize = 64 * 1024;

/// All letters beyond ASCII are those of western names, and fewer than the plain ones beside them.
fn is_western(sample: &[u8], is_letter: impl Fn(u8) -> bool) -> bool {
    let high = sample.iter().filter(|byte| !byte.is_ascii()).count();
    let plain = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    sample.iter().all(|&byte| byte.is_ascii() || is_letter(byte)) && high * 5 <= (high + plain) * 2
}

/// Whether a `\` is half a Japanese letter, in a text of common ones alone: a guess from few letters takes it for what
/// it is elsewhere, the sign between folders.
fn has_japanese_backslash(sample: &[u8]) -> bool {
    let (mut at, mut is_half) = (0, false);
    while let Some(&lead) = sample.get(at) {
        if lead.is_ascii() {
            at += 1;
            continue;
        }
        let Some(pair) = sample.get(at..at + 2) else { return false };
        let (text, is_damaged) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(pair);
        let is_kana = |c: char| matches!(c, '\u{3001}'..='\u{30FF}' | '\u{FF01}'..='\u{FF5E}' | '\u{2010}'..='\u{203B}');
        let is_common = |c: char| is_kana(c) || (lead <= 0x98 && ('\u{4E00}'..='\u{9FFF}').contains(&c));
        if is_damaged || text.chars().count() != 1 || !text.chars().all(is_common) {
            return false;
        }
        is_half |= pair[1] == b'\\';
        at += 2;
    }
    is_half
}

fn in_cp437(byte: u8) -> char {
    match byte {
        0..=0x7F => char::from(byte),
        _ => HIGH.chars().nth(usize::from(byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// The name of a single entry, where no others are known.
pub(super) fn decoded(name: &[u8]) -> String {
    Spelling::of(std::iter::once(name)).decode(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&[u8]]) -> Vec<String> {
        let spelling = Spelling::of(names.iter().copied());
        names.iter().map(|name| spelling.decode(name)).collect()
    }

    #[test]
    fn names_are_read_in_the_encoding_of_the_archive() {
        assert_eq!(read(&[b"\x91q\x8C\xC9\x82\xCC\x8C\xAE.txt"]), ["倉庫の鍵.txt"]);
        assert_eq!(
            read(
                &["資料/議事録.docx", "テスト.csv"]
                    .map(|name| encoding_rs::SHIFT_JIS.encode(name).0)
                    .each_ref()
                    .map(|name| name.as_ref())
            ),
            ["資料/議事録.docx", "テスト.csv"]
        );
        assert_eq!(
            read(
                &["报销规定.docx", "会议记录.txt"]
                    .map(|name| encoding_rs::GBK.encode(name).0)
                    .each_ref()
                    .map(|name| name.as_ref())
            ),
            ["报销规定.docx", "会议记录.txt"]
        );
        assert_eq!(
            read(
                &["규정.docx", "회의록 정리.txt"]
                    .map(|name| encoding_rs::EUC_KR.encode(name).0)
                    .each_ref()
                    .map(|name| name.as_ref())
            ),
            ["규정.docx", "회의록 정리.txt"]
        );
        assert_eq!(
            read(
                &["Правила склада.docx"]
                    .map(|name| encoding_rs::IBM866.encode(name).0)
                    .each_ref()
                    .map(|name| name.as_ref())
            ),
            ["Правила склада.docx"]
        );
        assert_eq!(
            read(&[b"Gr\x94\xE1e.txt", b"K\x81hlraum.txt", "Plan – 2026.md".as_bytes()]),
            ["Größe.txt", "Kühlraum.txt", "Plan – 2026.md"]
        );
        assert_eq!(
            read(
                &["仓库钥匙.txt", "前台.txt"]
                    .map(|name| encoding_rs::GBK.encode(name).0)
                    .each_ref()
                    .map(|name| name.as_ref())
            ),
            ["仓库钥匙.txt", "前台.txt"]
        );
        let gbk = encoding_rs::GBK.encode("仓库钥匙.txt").0;
        assert_eq!(
            read(&[&gbk, "Größe.txt".as_bytes(), "склад.txt".as_bytes()])[1..],
            ["Größe.txt", "склад.txt"]
        );
        for name in ["料金表.txt", "機能一覧.txt", "能力/申請書.txt", "ソフト.docx", "予算表ソ.txt"]
        {
            let sjis = encoding_rs::SHIFT_JIS.encode(name).0;
            assert_eq!(read(&[&sjis]), [name]);
        }
        assert_eq!(read(&[b"Caf\x82\\B\x94\\menu.txt"]), ["Café\\Bö\\menu.txt"]);
        assert_eq!(read(&[b"Gr\xF6\xDFe.txt"]), ["Größe.txt"]);
        assert_eq!(read(&[b"caf\x82.txt"]), ["café.txt"]);
    }
}
