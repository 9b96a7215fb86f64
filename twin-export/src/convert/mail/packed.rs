//! Texts and files that their message packed in base64, and that the parser left packed or cut.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Message, MessagePart, MimeHeaders};

pub(super) fn is_packed(part: &MessagePart<'_>) -> bool {
    part.content_transfer_encoding().is_some_and(|encoding| encoding.trim().eq_ignore_ascii_case("base64"))
}

/// What can be unpacked of a part whose end is missing: its code ends within a group, or the message before the part
/// does. Programs fill up the last group.
pub(super) fn incomplete(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    if !is_packed(part) {
        return None;
    }
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let mut len = 0;
    for byte in raw.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        if !is_code(byte) {
            return None;
        }
        len += 1;
    }
    let is_cut = len % 4 != 0 || part.is_encoding_problem;
    if len < LEAST || !is_cut || says_words(raw) {
        return None;
    }
    base64_decode(raw)
}

/// Signs of a code that is told from words.
const LEAST: usize = 8;

/// Whether somebody wrote words under a label that lies: code has no blanks within its lines.
fn says_words(raw: &[u8]) -> bool {
    raw.split(|byte| *byte == b'\n').any(|line| line.trim_ascii().contains(&b' '))
}

/// The bytes of a text that was left packed because of what stands behind it, such as the footer of a mailing list, and
/// that.
pub(super) fn packed(text: &str) -> Option<(Vec<u8>, &str)> {
    let is_code = |line: &str| {
        let code = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        !line.is_empty() && line.bytes().all(code)
    };
    let start = text.trim_start();
    let mut len = 0;
    for line in start.split_inclusive('\n') {
        if !is_code(line.trim()) {
            break;
        }
        len += line.len();
        if line.trim().ends_with('=') {
            break;
        }
    }
    let (code, rest) = start.split_at(len);
    let code: String = code.split_whitespace().collect();
    // Where nothing follows, it was unpacked already.
    let is_whole = code.len() >= 8 && code.len().is_multiple_of(4) && !rest.trim().is_empty();
    let bytes = base64_decode(code.as_bytes()).filter(|_| is_whole)?;
    Some((bytes, rest))
}
