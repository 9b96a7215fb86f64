//! The directory at a zip's end, read record by record: it may be of any size.

use std::io::{BufRead, Read, Seek, SeekFrom};

use super::shared_file::{Cursor, SharedFile};

/// Where an archive's directory lies.
#[derive(Debug)]
pub(super) struct Directory {
    archive: SharedFile,
    start: u64,
    end: u64,
    /// What stands before the archive in its file, to which places are relative.
    base: u64,
}

/// An entry as the directory tells it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) name: Vec<u8>,
    pub(super) header_at: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    pub(super) is_link: bool,
    /// Packed on a system whose names hold no `\`.
    pub(super) is_of_windows: bool,
}

const RECORD: usize = 46;
const END: usize = 22;
const END_64: usize = 56;
const LOCATOR_64: usize = 20;

impl Directory {
    /// Finds the directory; none where the archive is cut short or damaged.
    pub(super) fn find(archive: &SharedFile) -> Option<Self> {
        // A comment may follow the end.
        let tail_len = archive.len().min((END + LOCATOR_64 + END_64 + usize::from(u16::MAX)) as u64);
        let tail_at = archive.len() - tail_len;
        let mut tail = Vec::new();
        archive.window(tail_at, tail_len).cursor().read_to_end(&mut tail).ok()?;
        let mut ends = (0..tail.len().saturating_sub(END - 1)).rev();
        let at = ends.find(|&at| {
            let is_within = |end: &[u8]| at + END + usize::from(u16_at(end, 20)) <= tail.len();
            tail[at..].starts_with(b"PK\x05\x06") && is_within(&tail[at..])
        })?;
        let end = &tail[at..];
        let (mut size, mut start) = (u64::from(u32_at(end, 12)), u64::from(u32_at(end, 16)));
        let mut behind = at;
        let has_locator = at >= LOCATOR_64 && tail[at - LOCATOR_64..].starts_with(b"PK\x06\x07");
        if has_locator && let Some(at_64) = at.checked_sub(LOCATOR_64 + END_64) {
            let end = &tail[at_64..];
            if end.starts_with(b"PK\x06\x06") {
                (size, start, behind) = (u64_at(end, 40), u64_at(end, 48), at_64);
            }
        }
        let behind = tail_at + behind as u64;
        let real_start = behind.checked_sub(size)?;
        let base = real_start.checked_sub(start)?;
        let directory = Self { archive: archive.clone(), start: real_start, end: behind, base };
        // Of an archive of archives that is cut short, the last directory is that of an archive within it.
        let is_of_an_entry = base > 0 && archive.begins_with(b"PK\x03\x04");
        (!is_of_an_entry).then_some(directory)
    }

    /// The records in turn; one that cannot be read is the last.
    pub(super) fn records(&self) -> Records {
        let cursor = self.archive.window(self.start, self.end - self.start).cursor();
        Records { cursor, left: self.end - self.start, base: self.base }
    }
}

pub(super) struct Records {
    cursor: Cursor,
    left: u64,
    base: u64,
}

impl Iterator for Records {
    /// None where the directory is damaged.
    type Item = Option<Record>;

    fn next(&mut self) -> Option<Option<Record>> {
        if self.left == 0 {
            return None;
        }
        let record = self.record();
        if record.is_none() {
            self.left = 0;
        }
        Some(record)
    }
}

impl Records {
    fn record(&mut self) -> Option<Record> {
        let mut raw = [0; RECORD];
        self.cursor.read_exact(&mut raw).ok()?;
        if !raw.starts_with(b"PK\x01\x02") {
            return None;
        }
        let [name_len, extra_len, comment_len] = [28, 30, 32].map(|at| usize::from(u16_at(&raw, at)));
        let len = (RECORD + name_len + extra_len + comment_len) as u64;
        self.left = self.left.checked_sub(len)?;
        let mut name = vec![0; name_len];
        self.cursor.read_exact(&mut name).ok()?;
        let mut extra = vec![0; extra_len];
        self.cursor.read_exact(&mut extra).ok()?;
        self.skip(comment_len)?;
        let mut record = Record {
            name,
            header_at: u64::from(u32_at(&raw, 42)),
            packed: u64::from(u32_at(&raw, 20)),
            size: u64::from(u32_at(&raw, 24)),
            crc: u32_at(&raw, 16),
            method: u16_at(&raw, 10),
            is_encrypted: u16_at(&raw, 8) & 1 != 0,
            is_of_windows: matches!(raw[5], DOS | NTFS | VFAT),
            is_link: matches!(raw[5], UNIX | DARWIN) && u32_at(&raw, 38) >> 16 & 0o170_000 == 0o120_000,
        };
        record.extend(&extra);
        record.header_at = record.header_at.checked_add(self.base)?;
        Some(record)
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.cursor.seek(SeekFrom::Current(i64::try_from(len).ok()?)).ok()?;
        // A seek behind the end is none.
        self.cursor.fill_buf().ok().map(|_| ())
    }
}

const DOS: u8 = 0;
const NTFS: u8 = 10;
const VFAT: u8 = 14;
const UNIX: u8 = 3;
const DARWIN: u8 = 19;

impl Record {
    /// Takes in what stands beside a record: sizes over 4 GB, the name in UTF-8.
    fn extend(&mut self, mut extra: &[u8]) {
        while let [a, b, c, d, rest @ ..] = extra {
            let len = usize::from(u16::from_le_bytes([*c, *d]));
            let Some(field) = rest.get(..len) else { return };
            match u16::from_le_bytes([*a, *b]) {
                1 => {
                    let mut numbers = field.chunks_exact(8).map(|number| u64_at(number, 0));
                    for number in [&mut self.size, &mut self.packed, &mut self.header_at] {
                        if *number == u64::from(u32::MAX) {
                            *number = numbers.next().unwrap_or(*number);
                        }
                    }
                }
                0x7075 if len > 5 => {
                    let mut sum = flate2::Crc::new();
                    sum.update(&self.name);
                    if field[0] == 1 && u32_at(field, 1) == sum.sum() {
                        self.name = field[5..].to_vec();
                    }
                }
                _ => {}
            }
            extra = &rest[len..];
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[at + byte]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|byte| bytes[at + byte]))
}
