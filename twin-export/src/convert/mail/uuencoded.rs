//! Files that old programs put into the text of a message: lines of code between `begin 644 note.txt` and `end`.

use std::borrow::Cow;

use super::super::super::text::tidy_line;

/// The text without such files, each of which is handed out.
pub(super) fn taken_out<'t>(text: &'t str, mut file: impl FnMut(String, Vec<u8>)) -> Cow<'t, str> {
    if !text.starts_with("begin ") && !text.contains("\nbegin ") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut has_end = true;
    while let Some(line) = rest.split_inclusive('\n').next() {
        let after = &rest[line.len()..];
        if has_end && let Some(name) = file_name(line) {
            match decoded(after) {
                Ok((bytes, len)) => {
                    file(name, bytes);
                    rest = &after[len..];
                    continue;
                }
                // Nothing is looked at twice.
                Err(is_whole) => has_end = is_whole,
            }
        }
        out.push_str(line);
        rest = after;
    }
    Cow::Owned(out)
}

fn file_name(line: &str) -> Option<String> {
    let (mode, name) = line.strip_prefix("begin ")?.trim_start().split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let name = tidy_line(name.rsplit(['/', '\\']).next().unwrap_or(name));
    (is_mode && !name.is_empty()).then_some(name)
}

/// The bytes of a file and the length of its code; whether there is other text where there is none.
fn decoded(text: &str) -> Result<(Vec<u8>, usize), bool> {
    let (mut bytes, mut at, mut is_ended) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let code = line.trim_end_matches(['\n', '\r']);
        if code == "end" && (is_ended || !bytes.is_empty()) {
            return Ok((bytes, at));
        }
        // Blanks at the end of a line get lost.
        let len = code.bytes().next().map_or(0, value);
        is_ended |= len == 0;
        let signs = len.div_ceil(3) * 4;
        let is_code = code.bytes().all(|byte| (b' '..=b'`').contains(&byte)) && code.len() <= 1 + signs + 2;
        if !is_code || is_ended && len > 0 {
            return Err(true);
        }
        let mut signs: Vec<usize> = code.bytes().skip(1).map(value).take(signs).collect();
        signs.resize(len.div_ceil(3) * 4, 0);
        let groups = signs.chunks_exact(4).flat_map(|group| {
            let whole = group.iter().fold(0, |whole, sign| whole << 6 | sign);
            [whole >> 16, whole >> 8, whole].map(|byte| (byte & 0xFF) as u8)
        });
        bytes.extend(groups.take(len));
    }
    Err(false)
}

fn value(sign: u8) -> usize {
    usize::from(sign.wrapping_sub(b' ') & 0x3F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Vec<(String, Vec<u8>)>) {
        let mut files = Vec::new();
        let text = taken_out(text, |name, bytes| files.push((name, bytes))).into_owned();
        (text, files)
    }

    #[test]
    fn a_file_in_the_text_comes_out_of_it() {
        let text = "See below.\r\n\r\nbegin 644 note.txt\r\n?5&AE('-P87)E(&ME>2!I<R!A=\"!T:&4@:VEO<VLN\"@\r\n`\r\nend\r\nAfter it.\r\n";
        let file = ("note.txt".to_owned(), b"The spare key is at the kiosk.\n".to_vec());
        assert_eq!(read(text), ("See below.\r\n\r\nAfter it.\r\n".to_owned(), vec![file]));
    }

    #[test]
    fn words_that_begin_so_stay() {
        for text in [
            "begin 644 people\nwere there.\nend\n",
            "begin 644 x\n",
            "We\nbegin at 9\nend\n",
            "begin 644 x\nend\n",
        ] {
            assert_eq!(read(text), (text.to_owned(), Vec::new()));
        }
    }
}
