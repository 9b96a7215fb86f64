//! Headers in letters that the parser understands: raw bytes and words under the wrong label are spelled in UTF-8
//! before a message is parsed.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;

use super::super::plain::{decoded_as, decoded_header};

/// The message with its headers, and those of its parts, spelled in UTF-8.
pub(super) fn with_plain_headers(message: &[u8]) -> Cow<'_, [u8]> {
    let has_words = message.windows(2).any(|pair| pair == b"=?");
    if !has_words && std::str::from_utf8(message).is_ok() {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len() + message.len() / 16);
    let (mut at, mut in_headers, mut start) = (0, true, 0);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        if in_headers && line.trim_ascii().is_empty() {
            let headers = &message[start..at];
            push_headers(&mut out, headers);
            // The headers of a message within follow at once.
            in_headers = contains_ignoring_case(headers, b"message/rfc822");
            start = at;
        } else if !in_headers && line.starts_with(b"--") {
            out.extend_from_slice(&message[start..at]);
            in_headers = true;
            start = at;
        }
    }
    if in_headers {
        push_headers(&mut out, &message[start..]);
    } else {
        out.extend_from_slice(&message[start..]);
    }
    Cow::Owned(out)
}

fn contains_ignoring_case(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

/// Longer blocks are no headers.
const MOST_HEADERS: usize = 256 * 1024;

fn push_headers(out: &mut Vec<u8>, headers: &[u8]) {
    if headers.len() > MOST_HEADERS || (headers.is_ascii() && !headers.windows(2).any(|pair| pair == b"=?")) {
        return out.extend_from_slice(headers);
    }
    // Each header may be spelled in its own way.
    let mut header = 0;
    let mut at = 0;
    let mut lines = headers.split_inclusive(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        at += line.len();
        if lines.peek().is_none_or(|next| !next.starts_with(b" ") && !next.starts_with(b"\t")) {
            let text = decoded_header(&headers[header..at]);
            out.extend_from_slice(with_words_read(&text).as_bytes());
            header = at;
        }
    }
}

/// A header whose encoded words are spelled out; what the parser would take for syntax is quoted.
fn with_words_read(header: &str) -> Cow<'_, str> {
    if !header.contains("=?") {
        return Cow::Borrowed(header);
    }
    let name = header.split(':').next().unwrap_or_default();
    let is_plain_text = ["subject", "x-gmail-labels", "comments", "thread-topic"]
        .iter()
        .any(|plain| name.eq_ignore_ascii_case(plain));
    let mut out = String::with_capacity(header.len());
    let mut rest = header;
    while let Some(start) = rest.find("=?") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let (text, after) = run_of_words(rest);
        if after.len() == rest.len() {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        }
        rest = after;
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let is_in_quotes = out.matches('"').count() % 2 == 1;
        if is_plain_text {
            out.push_str(&text);
        } else {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            out.push_str(&if is_in_quotes { escaped } else { format!("\"{escaped}\"") });
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The text of encoded words that only blanks part, and what follows; all of it where there is none. The letters of
/// one encoding may be cut between words.
fn run_of_words(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut rest = text;
    let mut bytes: Vec<u8> = Vec::new();
    let mut charset = "";
    while let Some((name, word, after)) =
        word(if rest.len() == text.len() { rest } else { rest.trim_start() })
    {
        if !name.eq_ignore_ascii_case(charset) {
            out.push_str(&decoded_as(&bytes, Some(charset.as_bytes())));
            bytes.clear();
            charset = name;
        }
        bytes.extend(word);
        rest = after;
    }
    out.push_str(&decoded_as(&bytes, Some(charset.as_bytes())));
    (out, rest)
}

/// `=?charset?B?…?=`: the name of the encoding, the bytes, and what follows.
fn word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, after) = rest.split_once("?=")?;
    if charset.len() > 40 || charset.contains(char::is_whitespace) || content.contains('\n') {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => base64_decode(content.as_bytes())?,
        "Q" | "q" => quoted(content),
        _ => return None,
    };
    // A language may stand behind the encoding.
    Some((charset.split('*').next().unwrap_or(charset), bytes, after))
}

fn quoted(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'=').then(|| text.get(at + 1..at + 3)).flatten();
        match (byte, escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (_, Some(escaped)) => {
                out.push(escaped);
                at += 2;
            }
            (b'_', None) => out.push(b' '),
            (other, None) => out.push(other),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &[u8]) -> String {
        String::from_utf8(with_plain_headers(message).into_owned()).unwrap()
    }

    #[test]
    fn headers_are_spelled_in_utf8_whatever_they_came_in() {
        assert_eq!(read(b"Subject: Gr\xF6\xDFe\r\nTo: x\r\n\r\nbody"), "Subject: Größe\r\nTo: x\r\n\r\nbody");
        assert_eq!(read(b"Subject: =?us-ascii?Q?K=C3=BChl?= x\n\n"), "Subject: Kühl x\n\n");
        assert_eq!(
            read("Subject: =?utf-8?B?R3LD?=\n =?utf-8?B?tsOfZQ==?=\n\n".as_bytes()),
            "Subject: Größe\n\n"
        );
        assert_eq!(read(b"Subject: =?utf-8?Q?Gr=F6=DFe?=\n\n"), "Subject: Größe\n\n");
        assert_eq!(read(b"Subject: 1 =? 2 ?= =?x?y?z?=\n\n"), "Subject: 1 =? 2 ?= =?x?y?z?=\n\n");
    }

    #[test]
    fn names_that_look_like_syntax_are_quoted() {
        assert_eq!(read(b"From: =?utf-8?Q?Roe=2C_D=C3=A4na?= <d@x>\n\n"), "From: \"Roe, Däna\" <d@x>\n\n");
        assert_eq!(
            read(b"A: b\n\nx\n--b\nContent-Type: a/b; name=\"=?utf-8?Q?=C3=A4.pdf?=\"\n\n=?utf-8?Q?no?=\n"),
            "A: b\n\nx\n--b\nContent-Type: a/b; name=\"ä.pdf\"\n\n=?utf-8?Q?no?=\n"
        );
    }
}
