//! The files of a tar, plain or gzipped. A gzipped one is laid out in an unnamed temporary file, since
//! readers look at an export's files in an order of their own; media is left out of it.

use std::io::{self, Read, Seek};

use flate2::bufread::MultiGzDecoder;
use tar::EntryType;

use super::super::convert::is_media;
use super::super::{Limits, reason};
use super::shared_file::SharedFile;
use super::zip_names;
use super::{Body, Entry, Tree, is_litter};

pub(super) fn list(archive: &SharedFile, gzipped: bool, limits: &Limits) -> Tree {
    let mut tree = Tree { whole: true, ..Tree::default() };
    let listed = if gzipped {
        unpacked(archive, limits, &mut tree)
    } else {
        walk(archive.cursor(), limits, &mut tree, |entry, _| {
            let (start, len) = (entry.raw_file_position(), entry.size());
            if start.saturating_add(len) > archive.len() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            Ok(Body::Stored(archive.window(start, len)))
        })
    };
    tree.whole &= listed.is_ok();
    tree
}

fn unpacked(archive: &SharedFile, limits: &Limits, tree: &mut Tree) -> io::Result<()> {
    let mut spill = tempfile::tempfile()?;
    let shared = SharedFile::growing(spill.try_clone()?);
    let mut room = limits.run_bytes;
    walk(MultiGzDecoder::new(archive.cursor()), limits, tree, |entry, path| {
        if is_media(path) {
            return Ok(Body::Missing(reason::MEDIA));
        }
        if entry.size() > room {
            return Ok(Body::Missing(reason::RUN_TOO_LARGE));
        }
        room -= entry.size();
        let start = spill.stream_position()?;
        let len = io::copy(entry, &mut spill)?;
        if len < entry.size() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Body::Stored(shared.window(start, len)))
    })
}

fn walk<R: Read>(
    reader: R,
    limits: &Limits,
    tree: &mut Tree,
    mut place: impl FnMut(&mut tar::Entry<'_, R>, &str) -> io::Result<Body>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = zip_names::decoded(&entry.path_bytes());
        match entry.header().entry_type() {
            _ if is_litter(&path) || path.ends_with('/') => {}
            EntryType::Symlink | EntryType::Link => tree.skip(path, reason::SYMLINK),
            EntryType::Regular | EntryType::Continuous if tree.entries.len() >= limits.entries => {
                tree.skip(path, reason::TOO_MANY);
            }
            EntryType::Regular | EntryType::Continuous => {
                let size = entry.size();
                let body =
                    place(&mut entry, &path).inspect_err(|_| tree.skip(path.clone(), reason::UNREADABLE))?;
                tree.entries.push(Entry { path, size, body });
            }
            EntryType::Directory | EntryType::XGlobalHeader => {}
            _ => tree.skip(path, reason::UNKNOWN_KIND),
        }
    }
    Ok(())
}
