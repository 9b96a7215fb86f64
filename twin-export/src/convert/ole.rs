//! The container of old office files: streams scattered over sectors, found by chains in a table.
//! Chains of a damaged file may run in circles; none is followed further than there are sectors.

use std::collections::HashMap;

pub(super) struct Ole<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    mini_table: Vec<u32>,
    mini_stream: Vec<u8>,
    /// By name in small letters: the first sector and the length. Only those at the root: what lies deeper is embedded.
    streams: HashMap<String, (u32, usize)>,
}

pub(super) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Sector numbers from here on mean ends and gaps.
const RESERVED: u32 = 0xFFFF_FFFA;
const MINI_SECTOR: usize = 64;
/// Shorter streams lie in the mini stream.
const SHORTEST: usize = 4096;
const ENTRY: usize = 128;
/// Kinds of entries in the directory.
const STREAM: u8 = 2;
const ROOT: u8 = 5;

impl<'a> Ole<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let shift = u16_at(bytes, 30)?;
        let sector = if shift == 12 { 4096 } else { 512 };
        let mut ole = Self {
            bytes,
            sector,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini_stream: Vec::new(),
            streams: HashMap::new(),
        };
        ole.table = ole.read_table()?;
        let directory = ole.chain(u32_at(bytes, 48)?, usize::MAX);
        let entries: Vec<&[u8]> = directory.chunks_exact(ENTRY).collect();
        let place = |entry: &[u8]| Some((u32_at(entry, 116)?, u32_at(entry, 120)? as usize));
        let root = entries.iter().find(|entry| entry[66] == ROOT)?;
        ole.streams = at_root(&entries, root)
            .filter(|entry| entry[66] == STREAM)
            .filter_map(|entry| Some((name(entry), place(entry)?)))
            .collect();
        let root = place(root);
        let (start, len) = root?;
        ole.mini_stream = ole.chain(start, len);
        ole.mini_table = numbers(&ole.chain(u32_at(bytes, 60)?, usize::MAX)).collect();
        Some(ole)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.streams.contains_key(&name.to_lowercase())
    }

    /// A stream's bytes, as many as can be found of them.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let &(start, len) = self.streams.get(&name.to_lowercase())?;
        if len >= SHORTEST {
            return Some(self.chain(start, len));
        }
        let mut out = Vec::new();
        let mut sector = start;
        for _ in 0..=self.mini_table.len() {
            if sector >= RESERVED || out.len() >= len {
                break;
            }
            let at = sector as usize * MINI_SECTOR;
            let Some(bytes) = self.mini_stream.get(at..self.mini_stream.len().min(at + MINI_SECTOR)) else {
                break;
            };
            out.extend_from_slice(bytes);
            sector = self.mini_table.get(sector as usize).copied().unwrap_or(RESERVED);
        }
        out.truncate(len);
        Some(out)
    }

    /// The table of what sector follows which; it lies in sectors itself, which the header and a chain of
    /// further lists name.
    fn read_table(&self) -> Option<Vec<u32>> {
        let mut parts: Vec<u32> = numbers(self.bytes.get(76..512)?).collect();
        let mut list = u32_at(self.bytes, 68)?;
        for _ in 0..=self.bytes.len() / self.sector {
            let Some(bytes) = self.sector(list).filter(|_| list < RESERVED) else { break };
            let mut numbers: Vec<u32> = numbers(bytes).collect();
            list = numbers.pop().unwrap_or(RESERVED);
            parts.extend(numbers);
        }
        let most = self.bytes.len() / self.sector + 1;
        let table = parts.into_iter().filter(|&part| part < RESERVED).take(most);
        Some(table.filter_map(|part| self.sector(part)).flat_map(numbers).collect())
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        // The last sector may be cut.
        self.bytes.get(start..self.bytes.len().min(start + self.sector))
    }

    fn chain(&self, start: u32, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sector = start;
        for _ in 0..=self.bytes.len() / self.sector {
            let Some(bytes) = self.sector(sector).filter(|_| sector < RESERVED && out.len() < len) else {
                break;
            };
            out.extend_from_slice(bytes);
            sector = self.table.get(sector as usize).copied().unwrap_or(RESERVED);
        }
        out.truncate(len);
        out
    }
}

fn name(entry: &[u8]) -> String {
    let len = usize::from(u16::from_le_bytes([entry[64], entry[65]])).clamp(2, 64) - 2;
    let units: Vec<u16> =
        entry[..len].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).to_lowercase()
}

/// The entries of a directory that lie at its root: a tree in which each names its neighbours. One that is damaged may
/// run in circles; no entry is met twice.
fn at_root<'d>(entries: &[&'d [u8]], root: &[u8]) -> impl Iterator<Item = &'d [u8]> {
    let mut seen = vec![false; entries.len()];
    let mut open: Vec<u32> = u32_at(root, 76).into_iter().collect();
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        let at = at as usize;
        let (Some(entry), Some(false)) = (entries.get(at), seen.get(at)) else { continue };
        seen[at] = true;
        found.push(*entry);
        open.extend([u32_at(entry, 68), u32_at(entry, 72)].into_iter().flatten());
    }
    found.into_iter()
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}
