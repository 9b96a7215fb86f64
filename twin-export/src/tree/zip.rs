//! The files of a zip: its directory is read by the `zip` crate, entries are inflated here, so that
//! threads share one archive, and one that is cut or holds a name twice reads the same way.

use std::collections::HashSet;
use std::io::{self, Read};

use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::super::{Limits, reason};
use super::shared_file::{Cursor, SharedFile};
use super::zip_names::Spelling;
use super::{Body, Entry, Tree, is_litter, salvage};

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

/// Lists a zip; one without a sound directory is searched for what can still be read.
pub(super) fn list(archive: &SharedFile, limits: &Limits) -> Tree {
    let mut tree = match ZipArchive::new(archive.cursor()) {
        Ok(zip) if !is_of_an_entry(&zip, archive) => directory(&zip, archive, limits),
        _ => salvage::list(archive, limits, &HashSet::new()),
    };
    separate_by_slash(&mut tree);
    tree
}

/// Of an archive of archives that is cut short, the last directory is that of an archive within it.
fn is_of_an_entry(zip: &ZipArchive<Cursor>, archive: &SharedFile) -> bool {
    let mut start = [0; 4];
    let is_zip = archive.cursor().read_exact(&mut start).is_ok() && start == *b"PK\x03\x04";
    zip.offset() > 0 && is_zip
}

fn directory(zip: &ZipArchive<Cursor>, archive: &SharedFile, limits: &Limits) -> Tree {
    let mut tree = Tree { whole: true, ..Tree::default() };
    let mut links = HashSet::new();
    let spelling = Spelling::of(zip.file_names_raw());
    for index in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(index) else {
            tree.whole = false;
            continue;
        };
        let path = spelling.decode(entry.name_raw());
        let span = Span {
            archive: archive.clone(),
            header_at: entry.header_start(),
            packed: entry.compressed_size(),
            deflated: entry.compression() == CompressionMethod::Deflated,
            crc: Some(entry.crc32()),
        };
        let refused = if entry.is_symlink() {
            links.insert(entry.header_start());
            Some(reason::SYMLINK)
        } else if entry.encrypted() {
            Some(reason::ENCRYPTED)
        } else if !span.deflated && entry.compression() != CompressionMethod::Stored {
            Some(reason::UNREADABLE)
        } else {
            None
        };
        add(&mut tree, limits, path, entry.size(), refused.map_or(Ok(span), Err));
    }
    if zip.has_duplicate_names() {
        // The `zip` crate keeps one entry of a name: the headers before the data tell of all.
        return Tree { whole: tree.whole, ..salvage::list(archive, limits, &links) };
    }
    tree
}

pub(super) fn add(
    tree: &mut Tree,
    limits: &Limits,
    path: String,
    size: u64,
    body: Result<Span, &'static str>,
) {
    if path.ends_with('/') || path.is_empty() || is_litter(&path) {
        return;
    }
    match body {
        Err(refused) => tree.skip(path, refused),
        Ok(_) if tree.entries.len() >= limits.entries => tree.skip(path, reason::TOO_MANY),
        Ok(span) => tree.entries.push(Entry { path, size, body: Body::Zipped(span) }),
    }
}

/// Some Windows programs write `\` between folders; an archive that knows `/` means `\` as a letter.
fn separate_by_slash(tree: &mut Tree) {
    let paths = || tree.entries.iter().map(|entry| &entry.path);
    if paths().any(|path| path.contains('/')) || !paths().any(|path| path.contains('\\')) {
        return;
    }
    for entry in &mut tree.entries {
        entry.path = entry.path.replace('\\', "/");
    }
    tree.entries.retain(|entry| !entry.path.ends_with('/') && !is_litter(&entry.path));
}
