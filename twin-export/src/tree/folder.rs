//! The files of a folder. Links are never followed.

use std::fs;
use std::path::Path;

use super::super::{Limits, reason};
use super::{Body, Entry, Tree, is_litter};

pub(super) fn list(root: &Path, name: String, limits: &Limits) -> Tree {
    let mut tree = Tree { name, whole: true, ..Tree::default() };
    let mut pending = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = pending.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            tree.skip(prefix, reason::UNREADABLE);
            tree.whole = false;
            continue;
        };
        for child in children {
            let Ok(child) = child else {
                tree.whole = false;
                continue;
            };
            let name = child.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            match child.file_type() {
                _ if is_litter(&path) => {}
                Ok(kind) if kind.is_symlink() => tree.skip(path, reason::SYMLINK),
                Ok(kind) if kind.is_dir() => pending.push((child.path(), path)),
                Ok(kind) if kind.is_file() && tree.entries.len() < limits.entries => {
                    let size = child.metadata().map_or(0, |metadata| metadata.len());
                    tree.entries.push(Entry { path, size, body: Body::File(child.path()) });
                }
                Ok(kind) if kind.is_file() => tree.skip(path, reason::TOO_MANY),
                Ok(_) => tree.skip(path, reason::UNKNOWN_KIND),
                Err(_) => tree.skip(path, reason::UNREADABLE),
            }
        }
    }
    // A folder's order is the disk's; ours must be the same on every machine.
    tree.entries.sort_by(|a, b| a.path.cmp(&b.path));
    tree.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    tree
}
