//! The files of a folder. Links are never followed.

use std::fs::{self, DirEntry};
use std::path::Path;

use super::super::reason;
use super::file::Listed;
use super::listing::Listing;
use super::{Body, is_litter};

pub(super) fn list(root: &Path, listing: &mut Listing<'_>) {
    let mut pending = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = pending.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            listing.skip(prefix, reason::UNREADABLE);
            listing.tree.whole = false;
            continue;
        };
        for child in children {
            let Ok(child) = child else {
                listing.tree.whole = false;
                continue;
            };
            if listing.is_full() {
                break;
            }
            let name = child.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            match child.file_type() {
                _ if is_litter(&path) => {}
                Ok(kind) if kind.is_symlink() => listing.skip(path, reason::SYMLINK),
                Ok(kind) if kind.is_dir() => pending.push((child.path(), path)),
                Ok(kind) if kind.is_file() => add(listing, &child, path),
                Ok(_) => listing.skip(path, reason::UNKNOWN_KIND),
                Err(_) => listing.skip(path, reason::UNREADABLE),
            }
        }
    }
    // A folder's order is the disk's; ours must be the same on every machine.
    listing.tree.entries.sort_by(|a, b| a.path.cmp(&b.path));
    listing.tree.skipped.sort_by(|a, b| a.path.cmp(&b.path));
}

fn add(listing: &mut Listing<'_>, child: &DirEntry, path: String) {
    // Of the file itself, whatever stands in its place by now.
    match fs::symlink_metadata(child.path()) {
        Ok(metadata) if metadata.is_file() => {
            let body = Body::File(Listed::new(child.path(), &metadata));
            listing.add(path, metadata.len(), Ok(body));
        }
        _ => listing.skip(path, reason::UNREADABLE),
    }
}
