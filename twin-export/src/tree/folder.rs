//! The files of a folder, as people have them: what `.gitignore` and `.twinignore` name, hidden folders, other
//! programs' packages, keys and programs are left out and counted. Links are never followed.

use std::fs::{self, DirEntry};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::super::job::Budget;
use super::super::{Limits, reason};
use super::file::Listed;
use super::listing::Listing;
use super::{Body, Entry, Tree, ending, is_litter};

/// What the ignore files of a folder and of those above it say.
#[derive(Clone)]
struct Rules {
    own: Arc<Gitignore>,
    above: Option<Arc<Rules>>,
}

/// Bytes of an ignore file; of a longer one nothing is believed.
const MOST_RULES: u64 = 1 << 20;

impl Rules {
    fn of(folder: &Path, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        let mut has_any = false;
        for name in [".gitignore", ".twinignore"] {
            let path = folder.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MOST_RULES) {
                // A line that is no pattern is passed over, as git does.
                let _ = builder.add(path);
                has_any = true;
            }
        }
        match builder.build() {
            Ok(own) if has_any => Some(Arc::new(Self { own: Arc::new(own), above })),
            _ => above,
        }
    }

    fn ignore(&self, path: &Path, is_dir: bool) -> bool {
        match self.own.matched(path, is_dir) {
            Match::Ignore(_) => true,
            Match::Whitelist(_) => false,
            Match::None => self.above.as_ref().is_some_and(|above| above.ignore(path, is_dir)),
        }
    }
}

pub(super) fn list(root: &Path, listing: &mut Listing<'_>) {
    let mut pending = vec![(root.to_owned(), String::new(), None)];
    while let Some((folder, prefix, above)) = pending.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            listing.skip(prefix, reason::UNREADABLE);
            listing.tree.whole = false;
            continue;
        };
        let rules = Rules::of(&folder, above);
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
                |is_dir: bool| rules.as_ref().is_some_and(|rules| rules.ignore(&child.path(), is_dir));
            match child.file_type() {
                _ if is_litter(&path) || matches!(name.as_str(), ".gitignore" | ".twinignore") => {}
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
    vec![entry("templates.json")]
}

/// A private key or a program, where no ending says what it is.
fn is_key_or_program(file: &Path, name: &str) -> bool {
    if !ending(name).is_empty() {
        return false;
    }
    let mut head = [0; 128];
    let opened = Listed::of(file.to_owned()).and_then(|listed| listed.open().ok());
    let read = opened.and_then(|mut file| file.read(&mut head).ok()).unwrap_or(0);
    begins_key_or_program(&head[..read])
}

/// Leaves out of an archive what would be left out of the folder that was packed.
pub(in super::super) fn leave_out(tree: &mut Tree, budget: &Budget, limits: &Limits) {
    let is_others = |entry: &Entry| -> bool {
        entry.path.split('/').rev().skip(1).any(|folder| folder == "node_modules")
            || (ending(&entry.path).is_empty() && begins_key_or_program(&budget.head(entry, 128, limits)))
    };
    tree.left_out.extend(tree.entries.extract_if(.., |entry| is_others(entry)).map(|entry| entry.path));
}

fn begins_key_or_program(head: &[u8]) -> bool {
    let is_key = head.starts_with(b"-----BEGIN ") && head.windows(11).any(|window| window == b"PRIVATE KEY");
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
    is_key || programs.iter().any(|magic| head.starts_with(magic))
}
