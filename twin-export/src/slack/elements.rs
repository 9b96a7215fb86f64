//! The lists that an export of Slack is made of, read element by element: none stands in memory as a tree.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::convert::plain::{self, decoded};
use super::super::reason;

/// Elements of one list: channels and days of real workspaces have a tenth of it.
const MOST: usize = 250_000;
/// Bytes of one element. The tree it becomes may take many times as much memory.
pub(super) const LARGEST_MESSAGE: usize = 1 << 20;
/// A channel tells all its members.
pub(super) const LARGEST_CHANNEL: usize = 2 << 20;
/// Elements that are named when they cannot be read.
const MOST_MISSED: usize = 100;

/// What of a list could not be read: which element, or the rest, each with the reason.
pub(super) type Missed = Vec<(String, &'static str)>;

/// Hands out every element of a list in turn. One that cannot be read costs itself alone; damage of the list itself
/// costs what follows.
pub(super) fn each(bytes: &[u8], largest: usize, each: impl FnMut(&Value)) -> Result<Missed, &'static str> {
    let json = prepared(bytes);
    let mut elements = Elements { each, largest, count: 0, missed: Vec::new() };
    let read = serde_json::Deserializer::from_str(&json).deserialize_seq(&mut elements);
    if elements.count > 0 && elements.missed.len() == elements.count {
        return Err(elements.missed[0].1);
    }
    if read.is_err() {
        let reason = if elements.count >= MOST { reason::TOO_LARGE } else { reason::UNREADABLE };
        if elements.count == 0 {
            return Err(reason);
        }
        elements.missed.push((format!("what follows message {}", elements.count), reason));
    }
    Ok(elements.missed)
}

/// The text of a list, without a mark at its start; half of a letter becomes U+FFFD.
fn prepared(bytes: &[u8]) -> Cow<'_, str> {
    let text = decoded(bytes);
    let text = match text.strip_prefix('\u{FEFF}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    };
    match plain::with_whole_letters(&text) {
        Cow::Owned(text) => Cow::Owned(text),
        Cow::Borrowed(_) => text,
    }
}

struct Elements<F> {
    each: F,
    largest: usize,
    count: usize,
    missed: Missed,
}

impl<'de, F: FnMut(&Value)> Visitor<'de> for &mut Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&RawValue>()? {
            if self.count >= MOST {
                return Err(A::Error::custom(reason::TOO_LARGE));
            }
            self.count += 1;
            let reason = if element.get().len() > self.largest {
                reason::TOO_LARGE
            } else if let Ok(value) = serde_json::from_str(element.get()) {
                (self.each)(&value);
                continue;
            } else {
                reason::UNREADABLE
            };
            if self.missed.len() < MOST_MISSED {
                self.missed.push((format!("message {}", self.count), reason));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &[u8]) -> Result<(usize, usize), &'static str> {
        let mut count = 0;
        each(json, 100, |_| count += 1).map(|missed| (count, missed.len()))
    }

    #[test]
    fn what_cannot_be_read_of_a_list_costs_itself_alone() {
        assert_eq!(read(b"[{}, 1, []]"), Ok((3, 0)));
        assert_eq!(read(b"{}"), Err(reason::UNREADABLE));
        let large = format!("[{}0]", "0,".repeat(100));
        assert_eq!(read(format!("[1, {large}, 2]").as_bytes()), Ok((2, 1)));
        assert_eq!(read(format!("[{large}]").as_bytes()), Err(reason::TOO_LARGE));
        assert_eq!(read(b"[1, 2, {\"a\": "), Ok((2, 1)));
        assert_eq!(read(format!("[{}0]", "0,".repeat(MOST)).as_bytes()), Ok((MOST, 1)));
        assert_eq!(read(b"[1, {\"a\": "), Ok((1, 1)));
    }

    #[test]
    fn half_letters_and_marks_do_not_matter() {
        let mut texts = Vec::new();
        let json = "\u{FEFF}[\"half \\ud83d emoji\", \"\\ud83d\\ude00\", \"\\\\ud83d\", \"\\udc00\"]";
        each(json.as_bytes(), 100, |value| texts.push(value.as_str().unwrap().to_owned())).unwrap();
        assert_eq!(texts, ["half \u{FFFD} emoji", "😀", "\\ud83d", "\u{FFFD}"]);
        assert_eq!(read(b"[\"caf\xE9\"]"), Ok((1, 0)));
    }
}
