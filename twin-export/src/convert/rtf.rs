//! Rich Text Format, as Word documents may enclose it: its text without its looks.

use encoding_rs::Encoding;

/// The text of a document in Rich Text Format.
pub(super) fn to_text(bytes: &[u8]) -> String {
    let mut reader = Reader { encoding: encoding_rs::WINDOWS_1252, skipped_after: 1, ..Reader::default() };
    reader.read(bytes);
    reader.flush();
    reader.out
}

struct Reader {
    out: String,
    /// Bytes in the document's old encoding.
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    groups: Vec<Group>,
    group: Group,
    /// Characters that stand for a Unicode one in older programs.
    skipped_after: usize,
    to_skip: usize,
    surrogate: Option<u16>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            out: String::new(),
            bytes: Vec::new(),
            encoding: encoding_rs::WINDOWS_1252,
            groups: Vec::new(),
            group: Group::default(),
            skipped_after: 1,
            to_skip: 0,
            surrogate: None,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// Fonts, styles, pictures and the like.
    is_left_out: bool,
    is_hidden: bool,
}

/// Groups nested deeper are read as if they were one.
const DEEPEST: usize = 1_000;

impl Reader {
    fn read(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' if self.groups.len() < DEEPEST => self.groups.push(self.group),
                b'}' => self.group = self.groups.pop().unwrap_or_default(),
                b'\\' => at += self.control(&bytes[at..]),
                b'\r' | b'\n' | b'{' => {}
                other => self.byte(other),
            }
        }
    }

    /// What stands behind a backslash; gives its length.
    fn control(&mut self, rest: &[u8]) -> usize {
        let len = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if len == 0 {
            return self.symbol(rest);
        }
        let word = std::str::from_utf8(&rest[..len]).unwrap_or_default();
        let digits = rest[len..]
            .iter()
            .enumerate()
            .take_while(|(at, byte)| byte.is_ascii_digit() || (*at == 0 && **byte == b'-'))
            .count();
        let number: Option<i32> =
            std::str::from_utf8(&rest[len..len + digits]).ok().and_then(|text| text.parse().ok());
        let blank = usize::from(rest.get(len + digits) == Some(&b' '));
        self.word(word, number);
        len + digits
            + blank
            + if word == "bin" { usize::try_from(number.unwrap_or(0)).unwrap_or(0) } else { 0 }
    }

    fn symbol(&mut self, rest: &[u8]) -> usize {
        match rest.first() {
            Some(b'\'') => {
                let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    self.byte(byte);
                }
                3
            }
            Some(b'*') => {
                self.group.is_left_out = true;
                1
            }
            Some(b'~') => self.sign(" "),
            Some(b'_') => self.sign("-"),
            Some(b'\r' | b'\n') => self.sign("\n"),
            Some(byte @ (b'\\' | b'{' | b'}')) => {
                self.byte(*byte);
                1
            }
            Some(_) => 1,
            None => 0,
        }
    }

    fn sign(&mut self, text: &str) -> usize {
        self.write(text);
        1
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match word {
            "par" | "sect" | "page" => self.write("\n\n"),
            "line" | "row" | "nestrow" => self.write("\n"),
            "cell" | "nestcell" => self.write(" | "),
            "tab" => self.write("\t"),
            "emdash" => self.write("—"),
            "endash" => self.write("–"),
            "bullet" => self.write("•"),
            "lquote" => self.write("‘"),
            "rquote" => self.write("’"),
            "ldblquote" => self.write("“"),
            "rdblquote" => self.write("”"),
            "emspace" | "enspace" => self.write(" "),
            "ansicpg" => {
                self.encoding = super::sheet::xls::code_page(number.and_then(|page| u16::try_from(page).ok()))
            }
            "mac" => self.encoding = encoding_rs::MACINTOSH,
            "uc" => self.skipped_after = number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
            "u" => self.unicode(number.unwrap_or(0)),
            "v" | "deleted" => self.group.is_hidden = number != Some(0),
            "plain" => self.group.is_hidden = false,
            "fonttbl" | "colortbl" | "stylesheet" | "info" | "pict" | "object" | "header" | "headerl"
            | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" | "fldinst" | "xe"
            | "tc" | "listtable" | "listoverridetable" | "rsidtbl" | "generator" | "themedata"
            | "datastore" | "latentstyles" => {
                self.group.is_left_out = true;
            }
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        // Numbers above 32,767 are written as negative ones.
        let unit = number as u16;
        let pair = self.surrogate.take();
        self.to_skip = 0;
        let text = match (pair, unit) {
            (_, 0xD800..=0xDBFF) => {
                self.surrogate = Some(unit);
                String::new()
            }
            (Some(high), _) => String::from_utf16_lossy(&[high, unit]),
            (None, _) => String::from_utf16_lossy(&[unit]),
        };
        self.write(&text);
        self.to_skip = self.skipped_after;
    }

    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if !self.group.is_left_out && !self.group.is_hidden {
            self.bytes.push(byte);
        }
    }

    fn write(&mut self, text: &str) {
        self.flush();
        if !self.group.is_left_out && !self.group.is_hidden {
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.out.push_str(&self.encoding.decode_without_bom_handling(&bytes).0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_without_its_looks() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator X;}\b Fees\b0\par Caf\'e9 \u8364? 5\line {\v secret}{\field{\*\fldinst HYPERLINK x}{\fldrslt here}}\par a\cell b\cell\row}";
        assert_eq!(to_text(rtf), "Fees\n\nCafé € 5\nhere\n\na | b | \n");
    }

    #[test]
    fn damaged_text_ends_where_it_ends() {
        for rtf in [&br"{\rtf1 a\'"[..], br"{\rtf1 a\u", br"}}}\bin99999 a", br"{\rtf1 \u-10179?\u-8704?"] {
            to_text(rtf);
        }
    }
}
