//! Messages in an mbox, one after the other: split only where a line is `From ` followed by a date.

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

/// Hands out every message in turn, until `each` breaks. Reads in one pass, in little memory.
pub(super) fn messages(
    mut mbox: impl BufRead,
    mut each: impl FnMut(Found) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut at = 0;
    let mut message: Option<Found> = None;
    let mut in_headers = false;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = read_line(&mut mbox, &mut line)?;
        if read == 0 || is_separator(&line) {
            let ended = message.take().map(|message| Found { len: at - message.start, ..message });
            if ended.is_some_and(|message| each(message).is_break()) || read == 0 {
                return Ok(());
            }
            message = Some(Found { start: at + read, len: 0, headers: Vec::new() });
            in_headers = true;
        } else if let Some(message) = message.as_mut().filter(|_| in_headers) {
            in_headers = !line.trim_ascii().is_empty() && message.headers.len() < MOST_HEADERS;
            message.headers.extend_from_slice(&line);
        }
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

/// `From somebody Mon Mar  2 09:30:00 2026`: weekday, month, day and time, whatever zone and year follow.
pub(crate) fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let Ok(rest) = std::str::from_utf8(rest) else { return false };
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    words.windows(4).any(|words| {
        let is_time =
            |word: &str| word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        DAYS.contains(&words[0])
            && MONTHS.contains(&words[1])
            && words[2].parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
            && words[3].contains(':')
            && is_time(words[3])
    })
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

    #[test]
    fn only_from_with_a_date_separates() {
        assert!(is_separator(b"From 179@xxx Mon Mar 02 09:30:00 +0000 2026\n"));
        assert!(is_separator(b"From - Thu Jan  1 00:00:00 1970\r\n"));
        assert!(!is_separator(b"From here to the yard\n"));
        assert!(!is_separator(b"From Mon to Fri\n"));
        assert!(!is_separator(b">From x Mon Mar 02 09:30:00 2026\n"));
    }

    #[test]
    fn messages_lie_where_they_are_said_to() {
        let mbox = b"From a Mon Mar 02 09:30:00 2026\nSubject: A\n\nText\nFrom here on\n\nFrom b Mon Mar 02 09:30:00 2026\nSubject: B\n\nx";
        let mut found = Vec::new();
        messages(&mbox[..], |message| {
            found.push(message);
            ControlFlow::Continue(())
        })
        .unwrap();
        let text = |message: &Found| {
            &mbox[usize::try_from(message.start).unwrap()..][..usize::try_from(message.len).unwrap()]
        };
        assert_eq!(text(&found[0]), b"Subject: A\n\nText\nFrom here on\n\n");
        assert_eq!(text(&found[1]), b"Subject: B\n\nx");
        assert_eq!(found[0].headers, b"Subject: A\n\n");
    }

    #[test]
    fn one_mark_of_quoted_separators_goes() {
        assert_eq!(
            unquoted(b">From a\n>>From b\n> From c\nd>From".to_vec()),
            b"From a\n>From b\n> From c\nd>From"
        );
    }
}
