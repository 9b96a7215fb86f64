//! Messages that came out of form: with a byte order mark or blank lines before the headers, with line ends of old Macs,
//! without any header, without the boundary of their parts. They are brought into form before they are parsed.

use std::borrow::Cow;
use std::ops::Range;

/// The message as it was meant.
pub(super) fn mended(message: &[u8]) -> Cow<'_, [u8]> {
    let start = message.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(message);
    let message = if start.contains(&b'\r') && !start.contains(&b'\n') {
        Cow::Owned(start.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte }).collect())
    } else {
        Cow::Borrowed(start)
    };
    let blank = message.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let known = known_headers(&message[blank..]);
    if blank > 0 && known < 2
        || blank == 0 && known == 0 && !message.starts_with(b"From ") && !is_header(&message)
    {
        // All of it is the body.
        return if blank > 0 { message } else { [b"\n", message.as_ref()].concat().into() };
    }
    let message = match message {
        Cow::Borrowed(message) => Cow::Borrowed(&message[blank..]),
        Cow::Owned(message) => Cow::Owned(message[blank..].to_vec()),
    };
    match parts(&message) {
        Parts::Known => message,
        Parts::Unnamed { at, boundary } => {
            let (before, after) = message.split_at(at);
            [before, b"; boundary=\"", boundary.as_slice(), b"\"", after].concat().into()
        }
        Parts::Misnamed { header, boundary } => {
            let (before, after) = (&message[..header.start], &message[header.end..]);
            match boundary {
                Some(boundary) => {
                    let kind = b"Content-Type: multipart/mixed; boundary=\"";
                    [before, kind, boundary.as_slice(), b"\"\n", after].concat().into()
                }
                // It is all one text.
                None => [before, after].concat().into(),
            }
        }
    }
}

/// How a message tells where its parts begin.
enum Parts {
    /// As it should, or it has none.
    Known,
    /// Its header names no boundary and ends at a place; its body has one.
    Unnamed { at: usize, boundary: Vec<u8> },
    /// Its header names a boundary that its body does not have.
    Misnamed { header: Range<usize>, boundary: Option<Vec<u8>> },
}

/// Lines of headers that are looked at.
const LOOKED_AT: usize = 500;

/// The lines before the first blank one.
fn head(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message
        .split_inclusive(|&byte| byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .take(LOOKED_AT)
}

fn header_name(line: &[u8]) -> Option<&[u8]> {
    let name = &line[..line.iter().position(|&byte| byte == b':')?];
    let name = name.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

fn is_header(message: &[u8]) -> bool {
    head(message).next().is_some_and(|line| header_name(line).is_some())
}

/// How many of the first lines are headers that messages have.
fn known_headers(message: &[u8]) -> usize {
    let names: [&[u8]; 18] = [
        b"from",
        b"to",
        b"cc",
        b"sender",
        b"reply-to",
        b"date",
        b"subject",
        b"message-id",
        b"in-reply-to",
        b"references",
        b"received",
        b"return-path",
        b"delivered-to",
        b"mime-version",
        b"content-type",
        b"content-transfer-encoding",
        b"x-gm-thrid",
        b"x-mailer",
    ];
    let is_known = |line: &&[u8]| {
        header_name(line).is_some_and(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
    };
    head(message).filter(is_known).count()
}

/// Looks for the header of a message of many parts, and for the boundary that its body has.
fn parts(message: &[u8]) -> Parts {
    let (mut at, mut start, mut end) = (0, None, 0);
    for line in head(message) {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if start.is_some() && end == at {
                end = at + line.len();
            }
        } else if start.is_none()
            && header_name(line).is_some_and(|name| name.eq_ignore_ascii_case(b"content-type"))
        {
            start = Some(at);
            end = at + line.len();
        }
        at += line.len();
    }
    let Some(start) = start else { return Parts::Known };
    let (header, body) = (&message[start..end], &message[at..]);
    let lower = header.to_ascii_lowercase();
    let place = |part: &[u8]| lower.windows(part.len()).position(|window| window == part);
    if place(b"multipart/").is_none() {
        return Parts::Known;
    }
    let boundary = boundary_in(body);
    match place(b"boundary") {
        None => match boundary {
            Some(boundary) => Parts::Unnamed { at: start + header.trim_ascii_end().len(), boundary },
            None => Parts::Known,
        },
        Some(name) => match named(&header[name..]) {
            Some(name) if !has_line(body, name) && !body.trim_ascii().is_empty() => {
                Parts::Misnamed { header: start..end, boundary }
            }
            _ => Parts::Known,
        },
    }
}

/// The value of `boundary=…`, where it is written plainly.
fn named(parameter: &[u8]) -> Option<&[u8]> {
    let value = parameter[b"boundary".len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let end = |stops: &[u8]| value.iter().position(|byte| stops.contains(byte));
    match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|&byte| byte == b'"').next(),
        None => Some(value[..end(b"; \t\r\n(").unwrap_or(value.len())].as_ref()),
    }
    .filter(|name| !name.is_empty() && !name.contains(&b'\\') && !name.contains(&b'\n'))
}

/// Whether a line begins with a boundary.
fn has_line(body: &[u8], boundary: &[u8]) -> bool {
    let is_boundary = |line: &[u8]| line.strip_prefix(b"--").is_some_and(|name| name.starts_with(boundary));
    body.split(|&byte| byte == b'\n').any(is_boundary)
}

/// The boundary that a body seems to have.
fn boundary_in(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.by_ref().find(|line| line.starts_with(b"--") && line.len() > 2 && line.len() < 80)?;
    // A header follows, or a blank line.
    let is_part = lines.next().is_some_and(|line| line.is_empty() || header_name(line).is_some());
    let name = first.get(2..)?;
    let is_name = name.iter().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(byte));
    (is_part && is_name).then(|| name.to_vec())
}

/// The ending that files of a type have.
pub(super) fn ending_of(kind: &str) -> &str {
    let name = kind.rsplit('/').next().unwrap_or_default();
    match name {
        _ if name.ends_with("wordprocessingml.document") => "docx",
        _ if name.ends_with("spreadsheetml.sheet") => "xlsx",
        _ if name.ends_with("presentationml.presentation") => "pptx",
        "msword" => "doc",
        "vnd.ms-excel" => "xls",
        "vnd.ms-powerpoint" => "ppt",
        "plain" => "txt",
        "markdown" => "md",
        "tab-separated-values" => "tsv",
        "x-zip-compressed" => "zip",
        _ if name.is_empty() || name.contains('.') => "bin",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> String {
        String::from_utf8(mended(message.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn messages_out_of_form_are_brought_into_form() {
        let message = "From: A <a@x>\nSubject: S\n\nBody";
        assert_eq!(read(message), message);
        assert_eq!(read(&format!("\u{FEFF}{message}")), message);
        assert_eq!(read(&format!("\n\r\n{message}")), message);
        assert_eq!(read("From: A\rSubject: S\r\rBody\r"), "From: A\nSubject: S\n\nBody\n");
        assert_eq!(read("Just a text\n\nmore"), "\nJust a text\n\nmore");
        assert_eq!(read("\nNote: a body\n"), "\nNote: a body\n");
        assert_eq!(read("X-Odd: 1\n\nBody"), "X-Odd: 1\n\nBody");
        assert_eq!(
            read(
                "Subject: S\nContent-Type: multipart/mixed\n\n--zz\nContent-Type: text/plain\n\nx\n--zz--\n"
            ),
            "Subject: S\nContent-Type: multipart/mixed; boundary=\"zz\"\n\n--zz\nContent-Type: text/plain\n\nx\n--zz--\n"
        );
        let message = |boundary: &str, body: &str| {
            format!("Subject: S\nContent-Type: multipart/mixed; boundary={boundary}\nTo: b\n\n{body}")
        };
        let parts = "--zz\nContent-Type: text/plain\n\nx\n--zz--\n";
        assert_eq!(read(&message("\"B\"", parts)), message("\"zz\"", parts));
        assert_eq!(read(&message("zz;\n x=y", parts)), message("zz;\n x=y", parts));
        assert_eq!(read(&message("B", "Just text.\n")), "Subject: S\nTo: b\n\nJust text.\n");
    }
}
