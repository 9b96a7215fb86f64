//! Messages in an mbox, one after the other: split only where a line begins with `From ` and a date or a header follows.

use std::io::{self, BufRead};
use std::ops::ControlFlow;

/// Where a message lies in its mbox, and its headers.
#[derive(Debug)]
pub(super) struct Found {
    /// Of the first byte behind the separator line.
    pub(super) start: u64,
    pub(super) len: u64,
    pub(super) headers: Vec<u8>,
}

/// Headers beyond this size tell nothing more about a thread.
const MOST_HEADERS: usize = 256 * 1024;
/// No separator is longer; the rest of a longer line is only passed by.
const MOST_LINE: usize = 64 * 1024;

/// A line that parts messages if the next one says so.
struct Candidate {
    line: Vec<u8>,
    at: u64,
    end: u64,
    /// A blank line, or nothing, stands before it.
    is_apart: bool,
}

/// Hands out every message in turn, until `each` breaks. Reads in one pass, in little memory.
pub(super) fn messages(
    mut mbox: impl BufRead,
    mut each: impl FnMut(Found) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut at = 0;
    let mut message: Option<Found> = None;
    let mut in_headers = false;
    let mut is_apart = true;
    let mut candidate: Option<Candidate> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = read_line(&mut mbox, &mut line)?;
        if let Some(from) = candidate.take() {
            if is_separator(&from.line, &line, from.is_apart) {
                let ended = message.take().map(|message| Found { len: from.at - message.start, ..message });
                if ended.is_some_and(|message| each(message).is_break()) {
                    return Ok(());
                }
                message = Some(Found { start: from.end, len: 0, headers: Vec::new() });
                in_headers = true;
            } else if let Some(message) = message.as_mut().filter(|_| in_headers) {
                message.headers.extend_from_slice(&from.line);
            }
        }
        if read == 0 {
            if let Some(message) = message.take() {
                // There is none behind it.
                let _ = each(Found { len: at - message.start, ..message });
            }
            return Ok(());
        }
        let is_blank = line.trim_ascii().is_empty();
        if line.starts_with(b"From") && line.get(4).is_none_or(u8::is_ascii_whitespace) {
            candidate = Some(Candidate { line: line.clone(), at, end: at + read, is_apart });
        } else if let Some(message) = message.as_mut().filter(|_| in_headers) {
            in_headers = !is_blank && message.headers.len() < MOST_HEADERS;
            message.headers.extend_from_slice(&line);
        } else if message.is_none() && is_known_header(&line) {
            // The first message may lack its separator.
            message = Some(Found { start: at, len: 0, headers: line.clone() });
            in_headers = true;
        }
        is_apart = is_blank;
        at += read;
    }
}

/// Appends the beginning of the next line; answers the length of the whole line.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let mut len = 0;
    loop {
        let bytes = reader.fill_buf()?;
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        let room = MOST_LINE.saturating_sub(line.len());
        line.extend_from_slice(&bytes[..taken.min(room)]);
        len += taken as u64;
        reader.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(len);
        }
    }
}

/// Whether a text begins as an mbox does.
pub(crate) fn begins(text: &str) -> bool {
    let mut lines = text.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    is_separator(first.as_bytes(), second.as_bytes(), false)
}

/// `From somebody Mon Mar  2 09:30:00 2026`, whatever zone and year follow; or `From ` with any date or none, where
/// the next line is a header. What reads as a sentence is one only after a blank line.
fn is_separator(line: &[u8], next: &[u8], is_apart: bool) -> bool {
    let Some(rest) =
        line.strip_prefix(b"From").filter(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
    else {
        return false;
    };
    let Ok(rest) = std::str::from_utf8(rest) else { return false };
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    if has_usual_date(&words) {
        return true;
    }
    let is_sender =
        words.len() < 2 || words[0] == "-" || words[0].contains('@') || words[0] == "MAILER-DAEMON";
    let may_be_prose = !is_apart || line.trim_ascii_end().ends_with(b":");
    (has_date(&words) && is_header(next)) || ((is_sender || !may_be_prose) && is_known_header(next))
}

fn has_usual_date(words: &[&str]) -> bool {
    words.windows(4).any(|words| {
        DAYS.contains(&words[0])
            && MONTHS.contains(&words[1])
            && words[2].parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
            && is_time(words[3])
    })
}

fn is_time(word: &str) -> bool {
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    word.contains(':') && word.split(':').all(is_number)
}

/// A year, and a month or a time.
fn has_date(words: &[&str]) -> bool {
    let is_year = |word: &&str| {
        let year = word.get(..4).and_then(|year| year.parse::<u16>().ok());
        year.is_some_and(|year| (1970..2100).contains(&year))
            && !word[4..].starts_with(|c: char| c.is_ascii_digit())
    };
    let is_month =
        |word: &&str| MONTHS.iter().any(|month| word.starts_with(month)) || word.matches('-').count() == 2;
    words.iter().any(is_year) && words.iter().any(|word| is_month(word) || is_time(word))
}

fn header_name(line: &[u8]) -> Option<&str> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = std::str::from_utf8(&line[..colon]).ok()?;
    (!name.is_empty() && name.len() <= 76 && name.bytes().all(|byte| byte.is_ascii_graphic())).then_some(name)
}

/// A header, or an older separator that was quoted before it.
fn is_header(line: &[u8]) -> bool {
    header_name(line).is_some() || line.starts_with(b">From ")
}

fn is_known_header(line: &[u8]) -> bool {
    let Some(name) = header_name(line).map(str::to_ascii_lowercase) else { return false };
    let begins = [
        "x-",
        "content-",
        "received",
        "list-",
        "resent-",
        "dkim-",
        "arc-",
        "authentication-",
        "thread-",
        "delivered-",
        "return-",
        "message-",
        "mime-",
        "status",
        "envelope-",
    ];
    let names = [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "reply-to",
        "sender",
        "in-reply-to",
        "references",
        "user-agent",
        "importance",
        "priority",
        "precedence",
        "organization",
    ];
    names.contains(&name.as_str()) || begins.iter().any(|begin| name.starts_with(begin))
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Takes back what the mbox format adds: one `>` before lines that begin with `From `.
pub(super) fn unquoted(mut message: Vec<u8>) -> Vec<u8> {
    // In place: a message may be as large as any file.
    let (mut from, mut to) = (0, 0);
    while from < message.len() {
        let line = &message[from..];
        let end = line.iter().position(|&byte| byte == b'\n').map_or(message.len(), |len| from + len + 1);
        let bare = line.iter().position(|&byte| byte != b'>').unwrap_or(line.len());
        let is_quoted = bare > 0 && line[bare..].starts_with(b"From ");
        let start = from + usize::from(is_quoted);
        message.copy_within(start..end, to);
        to += end - start;
        from = end;
    }
    message.truncate(to);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separates(line: &str, next: &str) -> bool {
        is_separator(line.as_bytes(), next.as_bytes(), true)
    }

    #[test]
    fn a_date_or_a_header_behind_it_makes_a_separator() {
        assert!(separates("From 179@xxx Mon Mar 02 09:30:00 +0000 2026\n", ""));
        assert!(separates("From - Thu Jan  1 00:00:00 1970\r\n", ""));
        for line in [
            "From \n",
            "From\n",
            "From -\n",
            "From a@x\n",
            "From - Sat Apr 12 2025 15:59:28",
            "From p@x Mon, 02 Mar 2026 09:30:00 +0000",
            "From x 2026-03-02T09:30:00",
        ] {
            assert!(separates(line, "Subject: One\n"), "{line}");
            assert!(!separates(line, "and so on\n"), "{line}");
            assert!(is_separator(line.as_bytes(), b"Subject: One\n", false), "{line}");
        }
        assert!(separates("From y", "From: a@x\n"));
        assert!(!separates("From the archive of 2026:\n", "Subject: One\n"));
        for line in ["From here to the yard\n", "From Mon to Fri\n"] {
            assert!(separates(line, "Subject: One\n") && !separates(line, "Note: two\n"), "{line}");
            assert!(!is_separator(line.as_bytes(), b"Subject: One\n", false), "{line}");
        }
        for line in [">From x Mon Mar 02 09:30:00 2026\n", "Fromage\n"] {
            assert!(!separates(line, "Subject: One\n"), "{line}");
        }
    }

    fn read(mbox: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found = Vec::new();
        messages(mbox, |message| {
            found.push(message);
            ControlFlow::Continue(())
        })
        .unwrap();
        let text = |message: &Found| {
            mbox[usize::try_from(message.start).unwrap()..][..usize::try_from(message.len).unwrap()].to_vec()
        };
        found.iter().map(|message| (text(message), message.headers.clone())).collect()
    }

    #[test]
    fn messages_lie_where_they_are_said_to() {
        let mbox = b"From a Mon Mar 02 09:30:00 2026\nSubject: A\n\nText\nFrom here on\n\nFrom b Mon Mar 02 09:30:00 2026\nSubject: B\n\nx";
        let found = read(mbox);
        assert_eq!(found[0], (b"Subject: A\n\nText\nFrom here on\n\n".to_vec(), b"Subject: A\n\n".to_vec()));
        assert_eq!(found[1].0, b"Subject: B\n\nx");
        let bare = b"From \nSubject: A\n\nText\n\nFrom \nSubject: B\n\nx\nFrom ";
        assert_eq!(
            read(bare).iter().map(|(text, _)| text.as_slice()).collect::<Vec<_>>(),
            [&b"Subject: A\n\nText\n\n"[..], b"Subject: B\n\nx\nFrom "]
        );
    }

    #[test]
    fn a_first_message_without_a_separator_is_one() {
        let found = read(b"\nSubject: A\n\nText\n\nFrom b@x Mon Mar 02 09:30:00 2026\nSubject: B\n\nx");
        assert_eq!(
            found.iter().map(|(text, _)| text.as_slice()).collect::<Vec<_>>(),
            [&b"Subject: A\n\nText\n\n"[..], b"Subject: B\n\nx"]
        );
        assert!(read(b"no mail at all\n").is_empty());
    }

    #[test]
    fn one_mark_of_quoted_separators_goes() {
        assert_eq!(
            unquoted(b">From a\n>>From b\n> From c\nd>From".to_vec()),
            b"From a\n>From b\n> From c\nd>From"
        );
    }
}
