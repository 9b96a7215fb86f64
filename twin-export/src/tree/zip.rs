//! The files of a zip: directory and entries are read here, so that neither takes more memory than it may, threads
//! share one archive, and one that is cut or holds a name twice reads the same way.

use std::collections::HashMap;

use super::super::reason;
use super::listing::Listing;
use super::shared_file::SharedFile;
use super::span::{LOCAL_HEADER, Span};
use super::zip_directory::Directory;
use super::zip_names::Spelling;
use super::{Body, Entry, Tree, is_litter, salvage};

/// Lists a zip; one without a sound directory is searched for what can still be read.
pub(super) fn list(archive: &SharedFile, listing: &mut Listing<'_>) {
    match Directory::find(archive).and_then(|directory| Some((Spelling::of_all(&directory)?, directory))) {
        Some((spelling, directory)) => list_directory(&directory, spelling, archive, listing),
        None => salvage::list(archive, listing),
    }
    separate_by_slash(&mut listing.tree);
}

fn list_directory(
    directory: &Directory,
    spelling: Spelling,
    archive: &SharedFile,
    listing: &mut Listing<'_>,
) {
    let mut packed = 0;
    for record in directory.records() {
        let Some(record) = record else {
            listing.tree.whole = false;
            return;
        };
        if listing.is_full() {
            return;
        }
        packed = record.packed.saturating_add(LOCAL_HEADER as u64).saturating_add(packed);
        let span = Span {
            archive: archive.clone(),
            header_at: record.header_at,
            packed: record.packed,
            deflated: record.method == DEFLATED,
            crc: Some(record.crc),
        };
        let body = match record.method {
            _ if record.is_link => Err(reason::SYMLINK),
            _ if record.is_encrypted => Err(reason::ENCRYPTED),
            // Entries that share their bytes, of which a small archive could hold very much.
            _ if packed > archive.len() => Err(reason::UNREADABLE),
            STORED | DEFLATED => Ok(Body::Zipped(span)),
            _ => Err(reason::UNREADABLE),
        };
        let name = spelling.decode(&record.name);
        let name = if record.is_of_windows { name.replace('\\', "/") } else { name };
        listing.add(name, record.size, body);
    }
    in_one_order(&mut listing.tree);
}

/// Files of one path, as Drive may have them, in the order of what they hold: the archive may have them in any.
fn in_one_order(tree: &mut Tree) {
    let sum = |entry: &Entry| match &entry.body {
        Body::Zipped(span) => (span.crc, entry.size),
        _ => (None, entry.size),
    };
    let mut places: HashMap<&str, Vec<usize>> = HashMap::with_capacity(tree.entries.len());
    tree.entries.iter().enumerate().for_each(|(at, entry)| places.entry(&entry.path).or_default().push(at));
    let shared: Vec<Vec<usize>> = places.into_values().filter(|places| places.len() > 1).collect();
    for places in shared {
        let mut entries: Vec<Entry> = places.iter().map(|&at| tree.entries[at].clone()).collect();
        entries.sort_by_key(sum);
        places.into_iter().zip(entries).for_each(|(at, entry)| tree.entries[at] = entry);
    }
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

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
