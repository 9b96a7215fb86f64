//! Which reader reads a PATH, judged by what is in it, and which PATHs are one export together.

use std::path::{Path, PathBuf};

use super::convert::{HEAD, Kind};
use super::notion::names as notion_names;
use super::run::Run;
use super::tree::{self, Entry, Tree, file_name};
use super::{Format, Options, ReadError, drive, folder, mail, notion, reason, slack};

/// PATHs that are read as one, and their reader (never [`Format::Auto`]).
#[derive(Debug)]
pub(crate) struct Export {
    reader: Format,
    /// What their names have in common, where that makes them one export.
    group: Option<String>,
    pub(crate) roots: Vec<(PathBuf, Tree)>,
}

impl Export {
    pub(crate) fn read(&self, run: &mut Run<'_>) -> std::ops::ControlFlow<()> {
        match self.reader {
            Format::Notion => notion::read(self, run),
            Format::Drive => drive::read(self, run),
            Format::Slack => slack::read(self, run),
            Format::Mail => mail::read(self, run),
            Format::Folder | Format::Auto => folder::read(self, run),
        }
    }
}

/// Opens every PATH and tells what it is.
pub(crate) fn exports(paths: &[PathBuf], options: &Options) -> Result<Vec<Export>, ReadError> {
    let mut exports: Vec<Export> = Vec::new();
    for path in paths {
        let mut tree = tree::open(path, &options.limits)?;
        if matches!(options.format, Format::Auto | Format::Notion) {
            notion_names::enter_parts(&mut tree, &options.limits);
        }
        let reader = if options.format == Format::Auto { detected(path, &tree) } else { options.format };
        for (reader, tree) in shared_out(reader, tree, options) {
            let group = group(reader, path);
            let same = exports
                .iter_mut()
                .find(|export| export.reader == reader && group.is_some() && export.group == group);
            let root = (path.clone(), tree);
            match same {
                Some(export) => export.roots.push(root),
                None => exports.push(Export { reader, group, roots: vec![root] }),
            }
        }
    }
    Ok(exports)
}

fn detected(path: &Path, tree: &Tree) -> Format {
    let download = || name_of(path).is_some_and(drive::is_download_name);
    if notion_names::is_export(tree) {
        Format::Notion
    } else if slack::is_export(tree) {
        Format::Slack
    } else if drive::is_takeout(tree) || download() {
        Format::Drive
    } else if !tree.entries.is_empty() && tree.entries.iter().all(is_mail) {
        Format::Mail
    } else {
        Format::Folder
    }
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// Names decide where they can, so that a folder of thousands is not opened file by file.
fn is_mail(entry: &Entry) -> bool {
    match tree::ending(&entry.path).as_str() {
        "eml" | "mbox" => true,
        "" | "mbx" => Kind::of(file_name(&entry.path), &entry.head(HEAD)) == Kind::Mbox,
        _ => false,
    }
}

/// Takeout may hold mailboxes beside the files of Drive: each goes to its reader.
fn shared_out(reader: Format, mut tree: Tree, options: &Options) -> Vec<(Format, Tree)> {
    if reader != Format::Drive || options.format != Format::Auto {
        return vec![(reader, tree)];
    }
    let is_mbox = |entry: &Entry| tree::ending(&entry.path) == "mbox";
    let (mboxes, files): (Vec<_>, Vec<_>) = std::mem::take(&mut tree.entries).into_iter().partition(is_mbox);
    if mboxes.is_empty() {
        return vec![(reader, Tree { entries: files, ..tree })];
    }
    let mut mail = Tree { name: tree.name.clone(), entries: mboxes, whole: tree.whole, ..Tree::default() };
    if files.iter().all(|entry| drive::is_overview(&entry.path)) {
        mail.skipped = tree.skipped;
        for overview in files {
            mail.skip(overview.path, reason::INDEX);
        }
        return vec![(Format::Mail, mail)];
    }
    vec![(Format::Drive, Tree { entries: files, ..tree }), (Format::Mail, mail)]
}

/// Parts of one Notion export are told by their names; all of Drive is one tree, and threads reach
/// across mailboxes.
fn group(reader: Format, path: &Path) -> Option<String> {
    match reader {
        Format::Notion => name_of(path).and_then(notion_names::part_of).map(str::to_owned),
        Format::Drive | Format::Mail => Some(String::new()),
        _ => None,
    }
}
