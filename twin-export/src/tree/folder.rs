//! The files of a folder, as people have them: what `.gitignore` and `.twinignore` name, hidden folders, other
//! programs' packages, keys and programs are left out and counted. Links are never followed.

use std::fs::{self, DirEntry};
use std::io::Read;
use std::path::Path;

use super::super::convert::plain::{decoded, looks_like_text};
use super::super::job::Budget;
use super::super::{Limits, private_key, reason};
use super::file::Listed;
use super::ignored::{self, Packed, Rules};
use super::listing::Listing;
use super::{Body, Entry, Tree, ending, is_litter};

pub(super) fn list(root: &Path, listing: &mut Listing<'_>) {
    // Rules of the folders above speak of whole paths.
    let whole = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let mut pending = vec![(root.to_owned(), String::new(), Rules::above(&whole))];
    while let Some((folder, prefix, above)) = pending.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            listing.skip(prefix, reason::UNREADABLE);
            listing.tree.whole = false;
            continue;
        };
        let rules = Rules::of(&whole.join(&prefix), above);
        for child in children {
            let Ok(child) = child else {
                listing.tree.whole = false;
                continue;
            };
            if listing.is_full() {
                break;
            }
            let name = child.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let is_ignored =
                |is_dir: bool| rules.as_ref().is_some_and(|rules| rules.ignore(&whole.join(&path), is_dir));
            match child.file_type() {
                _ if is_litter(&path) => {}
                Ok(kind) if kind.is_file() && ignored::is_ignore_file(&name) => {
                    listing.leave_out(path);
                }
                Ok(kind) if kind.is_symlink() => listing.skip(path, reason::SYMLINK),
                Ok(kind) if kind.is_dir() => {
                    if name == ".obsidian" {
                        listing.tree.settings.extend(settings(&child.path(), &path));
                    }
                    if is_ignored(true) || is_others(&child.path(), &name) {
                        listing.leave_out(format!("{path}/"));
                    } else {
                        pending.push((child.path(), path, rules.clone()));
                    }
                }
                Ok(kind)
                    if kind.is_file() && (is_ignored(false) || is_key_or_program(&child.path(), &name)) =>
                {
                    listing.leave_out(path);
                }
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

/// Folders of programs: hidden ones, and packages. A mailbox may be hidden, too.
fn is_others(folder: &Path, name: &str) -> bool {
    let is_mailbox = || folder.join("cur").is_dir() || folder.join("new").is_dir();
    name == "node_modules" || (name.starts_with('.') && !is_mailbox())
}

/// What a vault says of itself.
fn settings(folder: &Path, path: &str) -> Vec<Entry> {
    let body = |name: &str| match Listed::of(folder.join(name)) {
        Some(listed) => Body::File(listed),
        None => Body::Missing(reason::METADATA),
    };
    let entry = |name: &str| Entry { path: format!("{path}/{name}"), size: 0, body: body(name) };
    // That there is a vault tells the folder alone.
    vec![entry("templates.json"), entry("plugins/templater-obsidian/data.json")]
}

/// A private key or a program, where no ending says what it is.
fn is_key_or_program(file: &Path, name: &str) -> bool {
    if !ending(name).is_empty() {
        return false;
    }
    let mut head = Vec::new();
    if let Some(file) = Listed::of(file.to_owned()).and_then(|listed| listed.open().ok()) {
        let _ = file.take(private_key::HEAD as u64).read_to_end(&mut head);
    }
    begins_key_or_program(&head)
}

/// Leaves out of an archive what would be left out of the folder that was packed.
pub(in super::super) fn leave_out(tree: &mut Tree, budget: &Budget, limits: &Limits) {
    let mut texts = Vec::new();
    let mut left = ignored::MOST_PACKED;
    for entry in tree.entries.iter().filter(|entry| ignored::is_ignore_file(&entry.path)) {
        if let Some(rest) = left.checked_sub(entry.size) {
            let text = budget.head(entry, ignored::MOST_PACKED as usize, limits);
            texts.push((entry.path.clone(), String::from_utf8_lossy(&text).into_owned()));
            left = rest;
        }
    }
    let rules = Packed::of(&texts);
    let is_others = |entry: &Entry| -> bool {
        ignored::is_ignore_file(&entry.path)
            || rules.ignore(&entry.path)
            || entry.path.split('/').rev().skip(1).any(|folder| folder == "node_modules")
            || (ending(&entry.path).is_empty()
                && begins_key_or_program(&budget.head(entry, private_key::HEAD, limits)))
    };
    tree.left_out.extend(tree.entries.extract_if(.., |entry| is_others(entry)).map(|entry| entry.path));
}

fn begins_key_or_program(head: &[u8]) -> bool {
    let programs: [&[u8]; 8] = [
        b"\x7FELF",
        b"MZ",
        b"#!",
        b"\xFE\xED\xFA\xCE",
        b"\xFE\xED\xFA\xCF",
        b"\xCE\xFA\xED\xFE",
        b"\xCF\xFA\xED\xFE",
        b"\xCA\xFE\xBA\xBE",
    ];
    programs.iter().any(|magic| head.starts_with(magic))
        || looks_like_text(head) && private_key::begins(&decoded(head))
}
