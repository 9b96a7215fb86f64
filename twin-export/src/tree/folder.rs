//! The files of a folder, as people have them: what `.gitignore` and `.twinignore` name, hidden folders, other
//! programs' packages, keys and programs are left out and counted. Links are never followed.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::super::{Limits, reason};
use super::{Body, Entry, Tree, ending, is_litter};

/// What the ignore files of a folder and of those above it say.
#[derive(Clone)]
struct Rules {
    own: Arc<Gitignore>,
    above: Option<Arc<Rules>>,
}

impl Rules {
    fn of(folder: &Path, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        let mut has_any = false;
        for name in [".gitignore", ".twinignore"] {
            let path = folder.join(name);
            if path.is_file() {
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

pub(super) fn list(root: &Path, name: String, limits: &Limits) -> Tree {
    let mut tree = Tree { name, whole: true, ..Tree::default() };
    let mut pending = vec![(root.to_owned(), String::new(), None)];
    while let Some((folder, prefix, above)) = pending.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            tree.skip(prefix, reason::UNREADABLE);
            tree.whole = false;
            continue;
        };
        let rules = Rules::of(&folder, above);
        for child in children {
            let Ok(child) = child else {
                tree.whole = false;
                continue;
            };
            let name = child.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let is_ignored =
                |is_dir: bool| rules.as_ref().is_some_and(|rules| rules.ignore(&child.path(), is_dir));
            match child.file_type() {
                _ if is_litter(&path) || matches!(name.as_str(), ".gitignore" | ".twinignore") => {}
                Ok(kind) if kind.is_symlink() => tree.skip(path, reason::SYMLINK),
                Ok(kind) if kind.is_dir() => {
                    if name == ".obsidian" {
                        tree.settings.extend(settings(&child.path(), &path));
                    }
                    if is_ignored(true) || is_others(&child.path(), &name) {
                        tree.left_out += 1;
                    } else {
                        pending.push((child.path(), path, rules.clone()));
                    }
                }
                Ok(kind)
                    if kind.is_file() && (is_ignored(false) || is_key_or_program(&child.path(), &name)) =>
                {
                    tree.left_out += 1
                }
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

/// Folders of programs: hidden ones, and packages. A mailbox may be hidden, too.
fn is_others(folder: &Path, name: &str) -> bool {
    let is_mailbox = || folder.join("cur").is_dir() || folder.join("new").is_dir();
    name == "node_modules" || (name.starts_with('.') && !is_mailbox())
}

/// What a vault says of itself.
fn settings(folder: &Path, path: &str) -> Vec<Entry> {
    let body = |name: &str| Body::File(folder.join(name));
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
    let read = File::open(file).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let head = &head[..read];
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
