//! What of a message stays the same, wherever it lies: programs note on it where it came through, whether it was read,
//! which labels it has, and end its lines as their system does.

/// Headers that the sender wrote. A message with no others is its own identity.
const LASTING: [&[u8]; 11] = [
    b"from",
    b"sender",
    b"reply-to",
    b"to",
    b"cc",
    b"date",
    b"subject",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-",
];

/// The message without what others noted on it.
pub(super) fn lasting(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    let (mut in_headers, mut keeps) = (true, true);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        let (text, end) = match line.strip_suffix(b"\n") {
            Some(text) => (text.strip_suffix(b"\r").unwrap_or(text), &b"\n"[..]),
            None => (line, &b""[..]),
        };
        if in_headers {
            in_headers = !text.is_empty();
            // A header goes on in lines that begin with a blank.
            keeps = if text.starts_with(b" ") || text.starts_with(b"\t") { keeps } else { is_lasting(text) };
        }
        if !in_headers || keeps {
            out.extend_from_slice(text);
            out.extend_from_slice(end);
        }
    }
    out.truncate(out.trim_ascii_end().len());
    out
}

fn is_lasting(line: &[u8]) -> bool {
    let Some(end) = line.iter().position(|&byte| byte == b':') else { return true };
    let name = line[..end].trim_ascii().to_ascii_lowercase();
    // Some mailboxes note how long each message is.
    name != b"content-length"
        && LASTING.iter().any(|one| name == *one || one.ends_with(b"-") && name.starts_with(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_on_a_message_is_no_part_of_it() {
        let plain =
            "From: a@acme.example\nSubject: Gate\n and keys\n\nStatus: open.\n\nReceived: two keys.\n";
        assert_eq!(lasting(plain.as_bytes()), plain.trim_end().as_bytes());
        let noted = "Received: from x\r\n by y\r\nFrom: a@acme.example\r\nX-Gmail-Labels: Inbox\r\nSubject: Gate\r\n \
                     and keys\r\nStatus: RO\r\nContent-Length: 40\r\n\r\nStatus: open.\r\n\r\nReceived: two keys.\r\n\r\n";
        assert_eq!(lasting(noted.as_bytes()), lasting(plain.as_bytes()));
        let other = plain.replace("two", "three");
        assert_ne!(lasting(other.as_bytes()), lasting(plain.as_bytes()));
        assert_eq!(lasting(b""), b"");
    }
}
