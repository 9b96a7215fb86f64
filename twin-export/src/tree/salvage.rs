//! What can still be read of a zip that was cut short or lost its directory: entries are found by
//! the headers that stand before their data.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use flate2::bufread::DeflateDecoder;

use super::super::reason;
use super::listing::Listing;
use super::shared_file::{Cursor, SharedFile};
use super::span::{LOCAL_HEADER, Span};
use super::{Body, zip_names};

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const DIRECTORY: &[u8; 4] = b"PK\x01\x02";

/// Lists every entry whose header and data are there. The tree counts as cut short.
pub(super) fn list(archive: &SharedFile, listing: &mut Listing<'_>) {
    listing.tree.whole = false;
    let mut cursor = archive.cursor();
    let mut left = listing.budget.left(listing.limits);
    // An input error ends the search like the end of the file does: what was found stands.
    while !listing.is_full()
        && left > 0
        && let Ok(Some(header)) = next_header(&mut cursor)
    {
        match header.span(archive, &mut left) {
            Ok((span, end, size)) => {
                let body = if header.encrypted { Err(reason::ENCRYPTED) } else { Ok(Body::Zipped(span)) };
                listing.add(header.name, size, body);
                if cursor.seek(SeekFrom::Start(end)).is_err() {
                    break;
                }
            }
            Err(_) => listing.add(header.name, 0, Err(reason::UNREADABLE)),
        }
    }
}

struct LocalHeader {
    at: u64,
    name: String,
    encrypted: bool,
    method: u16,
    crc: Option<u32>,
    packed: Option<u64>,
    size: u64,
    data_at: u64,
}

impl LocalHeader {
    /// Where the data lies, where it ends and how long it is inflated. What is read to find that out is taken from
    /// `left`: data that seems to hold one another would be read again and again.
    fn span(&self, archive: &SharedFile, left: &mut u64) -> io::Result<(Span, u64, u64)> {
        let span = |packed| Span {
            archive: archive.clone(),
            header_at: self.at,
            packed,
            deflated: self.method == 8,
            crc: self.crc,
        };
        match (self.packed, self.method) {
            (Some(packed), 0 | 8) if self.data_at.saturating_add(packed) <= archive.len() => {
                Ok((span(packed), self.data_at + packed, self.size))
            }
            // Written as a stream: the sizes stand behind the data, which tells its own end.
            (None, 8) if !self.encrypted => {
                let mut inflate = DeflateDecoder::new(archive.window(self.data_at, u64::MAX).cursor());
                let copied = io::copy(&mut (&mut inflate).take(*left), &mut io::sink());
                let (packed, size) = (inflate.total_in(), inflate.total_out());
                *left = left.saturating_sub(packed.max(size));
                copied?;
                Ok((span(packed), self.data_at + packed, size))
            }
            _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    }
}

/// Moves to the next local header and reads it; the cursor then stands at its data.
fn next_header(cursor: &mut Cursor) -> io::Result<Option<LocalHeader>> {
    loop {
        match find_signature(cursor)? {
            Some(at) => {
                cursor.seek(SeekFrom::Start(at))?;
                if let Some(header) = read_header(cursor, at)? {
                    return Ok(Some(header));
                }
                cursor.seek(SeekFrom::Start(at + 4))?;
            }
            None => return Ok(None),
        }
    }
}

/// The place of the next local header; none behind the directory or the end of the file.
fn find_signature(cursor: &mut Cursor) -> io::Result<Option<u64>> {
    let mut last = [0; 4];
    loop {
        let bytes = cursor.fill_buf()?;
        let Some(&byte) = bytes.first() else { return Ok(None) };
        if !last.contains(&LOCAL[0]) && byte != LOCAL[0] {
            // Nothing of a signature: on to where one may begin.
            let begin = bytes.iter().position(|byte| *byte == LOCAL[0]).unwrap_or(bytes.len());
            cursor.consume(begin);
            continue;
        }
        cursor.consume(1);
        last = [last[1], last[2], last[3], byte];
        if last == *LOCAL {
            return Ok(Some(cursor.stream_position()? - 4));
        }
        if last == *DIRECTORY {
            return Ok(None);
        }
    }
}

fn read_header(cursor: &mut Cursor, at: u64) -> io::Result<Option<LocalHeader>> {
    let mut raw = [0; LOCAL_HEADER];
    cursor.read_exact(&mut raw)?;
    let u16_at = |at: usize| u16::from_le_bytes([raw[at], raw[at + 1]]);
    let u32_at = |at: usize| u32::from_le_bytes([raw[at], raw[at + 1], raw[at + 2], raw[at + 3]]);
    let (flags, name_len, extra_len) = (u16_at(6), u16_at(26), u16_at(28));
    let mut name = vec![0; usize::from(name_len)];
    cursor.read_exact(&mut name)?;
    let mut extra = vec![0; usize::from(extra_len)];
    cursor.read_exact(&mut extra)?;
    if name.is_empty() || name.contains(&0) {
        return Ok(None);
    }
    let streamed = flags & 8 != 0;
    let (packed, size) = match u32_at(18) {
        u32::MAX => zip64_sizes(&extra).unwrap_or((u64::MAX, 0)),
        packed => (u64::from(packed), u64::from(u32_at(22))),
    };
    Ok(Some(LocalHeader {
        at,
        name: zip_names::decoded(&name),
        encrypted: flags & 1 != 0,
        method: u16_at(8),
        crc: (!streamed).then(|| u32_at(14)),
        packed: (!streamed || packed != 0).then_some(packed),
        size,
        data_at: at + LOCAL_HEADER as u64 + u64::from(name_len) + u64::from(extra_len),
    }))
}

/// Packed and inflated size from the field that archives over 4 GB carry.
fn zip64_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    while let [a, b, c, d, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*c, *d]));
        let field = rest.get(..len)?;
        if u16::from_le_bytes([*a, *b]) == 1 {
            let size = field.get(..8)?.try_into().ok()?;
            let packed = field.get(8..16)?.try_into().ok()?;
            return Some((u64::from_le_bytes(packed), u64::from_le_bytes(size)));
        }
        extra = rest.get(len..)?;
    }
    None
}
