//! Which reader reads a PATH, judged by what is in it, and which PATHs are one export together.

use std::path::{Path, PathBuf};

use super::convert::{HEAD, Kind};
#[cfg(feature = "evernote")]
use super::evernote;
use super::job::Budget;
#[cfg(feature = "notion")]
use super::notion::names as notion_names;
use super::run::Run;
#[cfg(feature = "slack")]
use super::slack;
use super::tree::{self, Entry, Tree, file_name};
use super::{Format, Limits, Options, ReadError, drive, folder, jsonl, mail, reason};
#[cfg(feature = "html")]
use super::{articles, confluence};

/// PATHs that are read as one, and their reader (never [`Format::Auto`]).
#[derive(Debug)]
pub(crate) struct Detected {
    pub(crate) reader: Format,
    /// What their names have in common, where that makes them one export.
    group: Option<String>,
    roots: Vec<(PathBuf, Tree)>,
}

impl Detected {
    pub(crate) fn read(&self, run: &mut Run<'_>) -> std::ops::ControlFlow<()> {
        match self.reader {
            #[cfg(feature = "notion")]
            Format::Notion => super::notion::read(&self.roots, run),
            Format::Drive => drive::read(&self.roots, run),
            #[cfg(feature = "slack")]
            Format::Slack => slack::read(&self.roots, run),
            #[cfg(feature = "mail")]
            Format::Mail => mail::read(&self.roots, run),
            #[cfg(feature = "html")]
            Format::Confluence => confluence::read(&self.roots, run),
            #[cfg(feature = "html")]
            Format::Zendesk | Format::Intercom => articles::read(&self.roots, self.reader, run),
            #[cfg(feature = "evernote")]
            Format::Evernote => evernote::read(&self.roots, run),
            Format::Jsonl => jsonl::read(&self.roots, run),
            // What this build has no reader for was refused, or is a folder.
            _ => folder::read(&self.roots, run),
        }
    }
}

/// Opens every PATH and tells what it is.
pub(crate) fn exports(
    paths: &[PathBuf],
    options: &Options,
    budget: &Budget,
) -> Result<Vec<Detected>, ReadError> {
    if !is_supported(options.format) {
        return Err(ReadError::NotSupported(options.format));
    }
    let mut exports: Vec<Detected> = Vec::new();
    for path in paths {
        for (name, tree) in trees(path, options, budget)? {
            #[cfg(feature = "html")]
            if confluence::is_backup(&tree) {
                return Err(ReadError::Backup { path: path.clone() });
            }
            #[cfg(feature = "notion")]
            let tree = {
                let mut tree = tree;
                if matches!(options.format, Format::Auto | Format::Notion) {
                    notion_names::enter_parts(&mut tree, &options.limits, budget);
                }
                tree
            };
            let reader = match options.format {
                Format::Auto => detected(&name, &tree, budget, &options.limits),
                known => known,
            };
            for (reader, mut tree) in shared_out(reader, tree, options, budget) {
                if reader == Format::Folder && !tree.single && !path.is_dir() {
                    tree::leave_out(&mut tree, budget, &options.limits);
                }
                let group = group(reader, &name);
                let is_same = |export: &&mut Detected| {
                    export.reader == reader && group.is_some() && export.group == group
                };
                let root = (path.clone(), tree);
                match exports.iter_mut().find(is_same) {
                    Some(export) => export.roots.push(root),
                    None => exports.push(Detected { reader, group, roots: vec![root] }),
                }
            }
        }
    }
    check_root(&exports, options)?;
    Ok(exports)
}

/// One name is for one folder: two would be taken for each other. Files can share it.
fn check_root(exports: &[Detected], options: &Options) -> Result<(), ReadError> {
    let of_folders = exports.iter().filter(|export| export.reader == Format::Folder);
    let (files, folders): (Vec<_>, Vec<_>) =
        of_folders.flat_map(|export| &export.roots).partition(|(_, tree)| tree.single);
    let is_one = folders.len() == 1 || (folders.is_empty() && !files.is_empty());
    if options.root.is_some() && !is_one {
        return Err(ReadError::Root { folders: folders.len() });
    }
    Ok(())
}

/// The tree of a PATH with its name; a folder into which Drive's archives were downloaded gives those.
fn trees(path: &Path, options: &Options, budget: &Budget) -> Result<Vec<(String, Tree)>, ReadError> {
    let mut tree = tree::open(path, &options.limits, budget)?;
    let mut trees = Vec::new();
    if path.is_dir() && matches!(options.format, Format::Auto | Format::Drive) {
        let is_archive = |entry: &Entry| !entry.path.contains('/') && drive::is_archive_name(&entry.path);
        let (archives, others): (Vec<_>, Vec<_>) = tree.entries.into_iter().partition(is_archive);
        tree.entries = others;
        for archive in archives {
            match tree::open_listed(&archive, &options.limits, budget) {
                Ok(inner) => trees.push((archive.path, inner)),
                Err(reason) => {
                    tree.whole = false;
                    tree.skip(archive.path, reason);
                }
            }
        }
    }
    if trees.is_empty() || !tree.entries.is_empty() || !tree.skipped.is_empty() {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        trees.push((name, tree));
    }
    Ok(trees)
}

fn detected(name: &str, tree: &Tree, budget: &Budget, limits: &Limits) -> Format {
    if jsonl::is_export(tree) {
        return Format::Jsonl;
    }
    #[cfg(feature = "notion")]
    if notion_names::is_export(tree) {
        return Format::Notion;
    }
    #[cfg(feature = "slack")]
    if slack::is_export(tree) {
        return Format::Slack;
    }
    #[cfg(feature = "html")]
    if confluence::is_export(tree, budget, limits) {
        return Format::Confluence;
    }
    let is_drive = drive::is_takeout(tree) || drive::is_download_name(name);
    // Of Drive's files, those of other exports are some among many.
    #[cfg(any(feature = "html", feature = "evernote"))]
    let may_be =
        |is_part: fn(&str) -> bool| !is_drive || tree.entries.iter().all(|entry| is_part(&entry.path));
    #[cfg(feature = "html")]
    if may_be(articles::is_page)
        && let Some(reader) = articles::whose(tree, budget, limits)
    {
        return reader;
    }
    #[cfg(feature = "evernote")]
    if may_be(evernote::is_notebook) && evernote::is_export(tree) {
        return Format::Evernote;
    }
    if is_drive {
        return Format::Drive;
    }
    if cfg!(feature = "mail") && is_mailbox(tree, budget, limits) { Format::Mail } else { Format::Folder }
}

/// Whether there is a reader for exports of this kind.
fn is_supported(format: Format) -> bool {
    match format {
        Format::Notion => cfg!(feature = "notion"),
        Format::Slack => cfg!(feature = "slack"),
        Format::Mail => cfg!(feature = "mail"),
        Format::Confluence | Format::Zendesk | Format::Intercom => cfg!(feature = "html"),
        Format::Evernote => cfg!(feature = "evernote"),
        Format::Auto | Format::Drive | Format::Jsonl | Format::Folder => true,
    }
}

/// Nothing but mail, and what mail programs note beside it.
fn is_mailbox(tree: &Tree, budget: &Budget, limits: &Limits) -> bool {
    let files = || tree.entries.iter().filter(|entry| !mail::is_note(&entry.path));
    files().any(|entry| entry.size > 0) && files().all(|entry| is_mail(entry, budget, limits))
}

/// Names decide where they can, so that a folder of thousands is not opened file by file.
fn is_mail(entry: &Entry, budget: &Budget, limits: &Limits) -> bool {
    match tree::ending(&entry.path).as_str() {
        _ if mail::maildir::is_message(&entry.path) => true,
        "eml" | "mbox" => true,
        // A mailbox that nothing came to.
        "" if entry.size == 0 => true,
        "" | "mbx" => Kind::of(file_name(&entry.path), &budget.head(entry, HEAD, limits)) == Kind::Mbox,
        _ => false,
    }
}

/// What lies beside an export, such as notes on it, is of a folder. Takeout may hold mailboxes beside the files of Drive.
/// Each goes to its reader.
fn shared_out(reader: Format, mut tree: Tree, options: &Options, budget: &Budget) -> Vec<(Format, Tree)> {
    let is_part: fn(&str) -> bool = match reader {
        _ if options.format != Format::Auto || tree.single => |_| true,
        #[cfg(feature = "html")]
        Format::Confluence => confluence::is_part,
        #[cfg(feature = "html")]
        Format::Zendesk | Format::Intercom => articles::is_page,
        #[cfg(feature = "evernote")]
        Format::Evernote => evernote::is_notebook,
        Format::Drive if is_supported(Format::Mail) => return without_mail(tree),
        _ => |_| true,
    };
    let others: Vec<Entry> = tree.entries.extract_if(.., |entry| !is_part(&entry.path)).collect();
    let settings = if others.is_empty() { Vec::new() } else { std::mem::take(&mut tree.settings) };
    let beside = |entries| Tree { name: tree.name.clone(), entries, whole: tree.whole, ..Tree::default() };
    let folder = Tree { settings, ..beside(others) };
    let mut trees = vec![(Format::Folder, folder)];
    #[cfg(feature = "html")]
    if let Some(other) = other_articles(reader, options) {
        let is_its = |entry: &mut Entry| articles::whose_page(entry, budget, &options.limits) == Some(other);
        trees.push((other, beside(tree.entries.extract_if(.., is_its).collect())));
    }
    trees.retain(|(_, tree)| !tree.entries.is_empty());
    trees.insert(0, (reader, tree));
    trees
}

/// The help center whose articles may lie beside those of this one: what one calls a draft, the other publishes.
#[cfg(feature = "html")]
fn other_articles(reader: Format, options: &Options) -> Option<Format> {
    match reader {
        _ if options.format != Format::Auto => None,
        Format::Zendesk => Some(Format::Intercom),
        Format::Intercom => Some(Format::Zendesk),
        _ => None,
    }
}

fn without_mail(mut tree: Tree) -> Vec<(Format, Tree)> {
    let is_mbox = |entry: &Entry| tree::ending(&entry.path) == "mbox";
    let (mboxes, files): (Vec<_>, Vec<_>) = std::mem::take(&mut tree.entries).into_iter().partition(is_mbox);
    if mboxes.is_empty() {
        return vec![(Format::Drive, Tree { entries: files, ..tree })];
    }
    let mut mail = Tree { name: tree.name.clone(), entries: mboxes, whole: tree.whole, ..Tree::default() };
    // Settings of the mailbox are no files of Drive: what was not exported must not seem to be gone.
    if files.iter().all(|entry| drive::is_overview(&entry.path) || tree::ending(&entry.path) == "json") {
        mail.skipped = tree.skipped;
        for file in files {
            let reason = if drive::is_overview(&file.path) { reason::INDEX } else { reason::METADATA };
            mail.skip(file.path, reason);
        }
        return vec![(Format::Mail, mail)];
    }
    vec![(Format::Drive, Tree { entries: files, ..tree }), (Format::Mail, mail)]
}

/// Parts of one Notion export are told by their names; all of Drive is one tree, threads reach across mailboxes,
/// articles come in pages, and a day of Slack may be in two exports.
fn group(reader: Format, name: &str) -> Option<String> {
    match reader {
        #[cfg(feature = "notion")]
        Format::Notion => notion_names::part_of(name).map(str::to_owned),
        Format::Drive | Format::Mail | Format::Slack | Format::Zendesk | Format::Intercom => {
            Some(String::new())
        }
        _ => None,
    }
}
