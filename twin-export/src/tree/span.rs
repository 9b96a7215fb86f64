//! The bytes of an entry of a zip: where they lie, and how they are inflated.

use std::io::{self, Read};

use flate2::bufread::DeflateDecoder;

use super::shared_file::SharedFile;

/// Where an entry's bytes lie in its archive.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(super) archive: SharedFile,
    /// Of the local header; the data follows it.
    pub(super) header_at: u64,
    pub(super) packed: u64,
    pub(super) deflated: bool,
    /// What the inflated bytes must sum up to; unknown in a cut archive.
    pub(super) crc: Option<u32>,
}

impl Span {
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let packed = self.packed_bytes()?.cursor();
        let plain: Box<dyn Read + Send> =
            if self.deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        Ok(match self.crc {
            Some(expected) => Box::new(Checked { plain, sum: flate2::Crc::new(), expected }),
            None => plain,
        })
    }

    /// The bytes in place, where they are not compressed.
    pub(super) fn stored(&self) -> Option<SharedFile> {
        if self.deflated { None } else { self.packed_bytes().ok() }
    }

    fn packed_bytes(&self) -> io::Result<SharedFile> {
        let mut cursor = self.archive.window(self.header_at, LOCAL_HEADER as u64).cursor();
        let mut header = [0; LOCAL_HEADER];
        cursor.read_exact(&mut header)?;
        if header[..4] != *b"PK\x03\x04" {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let skip = [26, 28].map(|at| u64::from(u16::from_le_bytes([header[at], header[at + 1]])));
        let data_at = self.header_at + LOCAL_HEADER as u64 + skip[0] + skip[1];
        Ok(self.archive.window(data_at, self.packed))
    }
}

pub(super) const LOCAL_HEADER: usize = 30;

/// Fails at the end when the bytes are not those that were packed.
struct Checked<R> {
    plain: R,
    sum: flate2::Crc,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.plain.read(buffer)?;
        self.sum.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.sum.sum() != self.expected {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(read)
    }
}
