//! The lists that an export of Slack is made of, read element by element: none stands in memory as a tree.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::reason;

/// Elements of one list: channels and days of real workspaces have a tenth of it.
const MOST: usize = 250_000;
/// Bytes of one element. The tree it becomes may take many times as much memory.
pub(super) const LARGEST_MESSAGE: usize = 1 << 20;
/// A channel tells all its members.
pub(super) const LARGEST_CHANNEL: usize = 4 << 20;

/// Hands out every element of a list in turn.
pub(super) fn each(bytes: &[u8], largest: usize, each: impl FnMut(&Value)) -> Result<(), &'static str> {
    let mut elements = Elements { each, largest, is_beyond: false };
    let read = serde_json::Deserializer::from_slice(bytes).deserialize_seq(&mut elements);
    read.map_err(|_| if elements.is_beyond { reason::TOO_LARGE } else { reason::UNREADABLE })
}

struct Elements<F> {
    each: F,
    largest: usize,
    /// One element more, or a larger one, than may be.
    is_beyond: bool,
}

impl<'de, F: FnMut(&Value)> Visitor<'de> for &mut Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(element) = elements.next_element::<&RawValue>()? {
            count += 1;
            if count > MOST || element.get().len() > self.largest {
                self.is_beyond = true;
                return Err(A::Error::custom(reason::TOO_LARGE));
            }
            (self.each)(&serde_json::from_str(element.get()).map_err(A::Error::custom)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_beyond_measure_is_refused_before_it_takes_memory() {
        let read = |json: &str| {
            let mut count = 0;
            each(json.as_bytes(), 100, |_| count += 1).map(|()| count)
        };
        assert_eq!(read("[{}, 1, []]"), Ok(3));
        assert_eq!(read("{}"), Err(reason::UNREADABLE));
        assert_eq!(read(&format!("[[{}0]]", "0,".repeat(100))), Err(reason::TOO_LARGE));
        assert_eq!(read(&format!("[{}0]", "0,".repeat(MOST))), Err(reason::TOO_LARGE));
    }
}
