//! [`Body`]: a response's body. A long one is kept in blocks that are freed while it is read, so that decoding holds
//! it no more than once beside what it becomes.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};

use bytes::{Buf, Bytes, BytesMut};
use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;

use crate::repair;

/// The length of a block; a shorter body is one.
const BLOCK: usize = 1 << 20;

/// UTF-8's byte-order mark, which some gateways put before a body.
pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A body without its byte-order mark.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    blocks: VecDeque<Bytes>,
}

/// Puts a body together.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    blocks: VecDeque<Bytes>,
    last: BytesMut,
    length: usize,
}

impl Builder {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.length += chunk.len();
        self.last.extend_from_slice(chunk);
        if self.last.len() >= BLOCK {
            self.blocks.push_back(std::mem::take(&mut self.last).freeze());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn finish(mut self) -> Body {
        if !self.last.is_empty() || self.blocks.is_empty() {
            self.blocks.push_back(self.last.freeze());
        }
        Body::of(self.blocks)
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::of(VecDeque::from([bytes]))
    }
}

impl Body {
    fn of(mut blocks: VecDeque<Bytes>) -> Self {
        if let Some(first) = blocks.front_mut().filter(|first| first.starts_with(BOM)) {
            first.advance(BOM.len());
        }
        Self { blocks }
    }

    /// Its beginning: all of a body that is no longer than a block.
    pub(crate) fn beginning(&self) -> &[u8] {
        self.blocks.front().map(Bytes::as_ref).unwrap_or_default()
    }

    /// Whether it says nothing.
    pub(crate) fn is_blank(&self) -> bool {
        self.blocks.iter().all(|block| block.trim_ascii().is_empty())
    }

    pub(crate) fn is_json(&self) -> bool {
        self.clone().parse::<IgnoredAny>().is_ok()
    }

    /// Reads it as JSON; what was read of a long one is freed.
    pub(crate) fn parse<T: DeserializeOwned>(self) -> serde_json::Result<T> {
        match self.blocks.len() {
            0 | 1 => read_json(self.beginning()),
            _ => serde_json::from_reader(BufReader::new(self)),
        }
    }
}

/// Reads JSON; a value that no reader takes reads as its zero.
pub(crate) fn read_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json)
        .or_else(|error| serde_json::from_str(&repair::repaired(json)).map_err(|_| error))
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(block) = self.blocks.front_mut() {
            if block.has_remaining() {
                let count = block.remaining().min(buffer.len());
                block.copy_to_slice(&mut buffer[..count]);
                return Ok(count);
            }
            self.blocks.pop_front();
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_reads_as_a_short_one_does() {
        for length in [0, 10, BLOCK - 12, BLOCK, 3 * BLOCK + 7] {
            let text = "a\"é\n".repeat(length / 5);
            let json = serde_json::to_vec(&text).unwrap();
            for size in [1_000, BLOCK + 1] {
                let mut builder = Builder::default();
                builder.push(BOM);
                json.chunks(size).for_each(|chunk| builder.push(chunk));
                assert_eq!(builder.len(), json.len() + BOM.len());
                let body = builder.finish();
                assert!(body.is_json() && !body.is_blank());
                assert_eq!(body.parse::<String>().unwrap(), text);
            }
        }
    }

    #[test]
    fn what_is_no_json_is_none_however_long() {
        let mut page = Builder::default();
        (0..3).for_each(|_| page.push(&[b' '; BLOCK]));
        assert!(page.finish().is_blank());
        let mut cut = Builder::default();
        cut.push(format!("[\"{}", "x".repeat(2 * BLOCK)).as_bytes());
        let cut = cut.finish();
        assert!(!cut.is_json() && cut.parse::<Vec<String>>().is_err());
    }
}
