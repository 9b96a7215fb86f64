//! A plain tree of documents: a folder, an archive of one, or a single file.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::DocumentType;

use super::convert::{self, Converted};
use super::job::{Budget, Job, Lane};
use super::outcome::{Outcome, Place};
use super::run::{Run, digest};
use super::site::Sites;
use super::tree::{Entry, Roots, Tree, file_name, folder_of, safe_path};
use super::vault::Vaults;
use super::{Document, Format, Limits, Options, Root, Skipped, pool, reason};

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let scope = scope(tree, run.options.root.as_deref());
        let vaults = Vaults::of(tree, &run.budget, &run.options.limits);
        let key_of =
            |path: &str| if tree.single { scope.clone() } else { format!("{scope}{}", safe_path(path)) };
        let key = |entry: &Entry| key_of(&entry.path);
        // What is left of a damaged archive may not tell whose it is: then it speaks for everyone's.
        let frames = Frames::of(tree);
        let sites = Sites::of(tree);
        let is_anyones = !tree.whole && run.options.format == Format::Auto && !path.is_dir();
        let spoken_for = if is_anyones { String::new() } else { scope.clone() };
        let root = Root { path: path.clone(), reader: Format::Folder, scope: spoken_for, whole: tree.whole };
        run.begin(root, tree, |path| Some(key_of(path)));
        let (options, budget) = (run.options, run.budget.clone());
        pool::ordered(
            tree.entries.iter(),
            |entry| entry.size,
            (options, &budget),
            |entry, job| {
                let path = &entry.path;
                if !options.filter.takes(&[path]) {
                    return Outcome::filtered(key(entry), path);
                }
                if !tree.single && path.split('/').any(|part| part == "..") {
                    return Outcome::skipped(path, reason::UNSAFE_NAME);
                }
                if !tree.single && path.split('/').any(|part| part.starts_with('.')) {
                    return Outcome::skipped(path, reason::HIDDEN);
                }
                if frames.holds(path) {
                    return Outcome::skipped(path, reason::FRAME);
                }
                if sites.is_template(path) {
                    return Outcome::skipped(path, reason::METADATA);
                }
                if let Some(reason) = vaults.refuses(path) {
                    return Outcome::skipped(path, reason);
                }
                let read = job.read(entry).and_then(|bytes| {
                    let bytes = vaults.resolved(path, bytes, job);
                    let source = digest(&bytes);
                    Ok((source, convert::convert(file_name(path), bytes, job)?))
                });
                match read {
                    Ok((source, converted)) => {
                        let kind = options.file_type.clone().unwrap_or(DocumentType::Note);
                        Outcome::of_file(place(key(entry), path), source, converted, kind)
                    }
                    Err(reason) => Outcome::unconverted(key(entry), path, reason),
                }
            },
            |outcome| run.take(outcome),
        )?;
    }
    ControlFlow::Continue(())
}

/// Frames of saved pages, which browsers put beside the pictures of each: `Page_files/saved_resource.html`.
struct Frames<'a>(HashSet<&'a str>);

/// How browsers call the folder of what belongs to a page, behind its name.
const FOLDERS: [&str; 11] = [
    "_files",
    "-Dateien",
    "_fichiers",
    "_archivos",
    "_file",
    "_arquivos",
    "_ficheiros",
    "_bestanden",
    "-filer",
    "_pliki",
    "_soubory",
];

impl<'a> Frames<'a> {
    /// The pages of a tree, where it holds frames at all.
    fn of(tree: &'a Tree) -> Self {
        let paths = || tree.entries.iter().map(|entry| entry.path.as_str());
        if !paths().any(is_frame) {
            return Self(HashSet::new());
        }
        let page = |path: &'a str| path.strip_suffix(".html").or_else(|| path.strip_suffix(".htm"));
        Self(paths().filter_map(page).collect())
    }

    fn holds(&self, path: &str) -> bool {
        let folder = folder_of(path);
        let is_its = |ending: &&str| folder.strip_suffix(*ending).is_some_and(|page| self.0.contains(page));
        !self.0.is_empty() && is_frame(path) && FOLDERS.iter().any(is_its)
    }
}

fn is_frame(path: &str) -> bool {
    let name = file_name(path);
    name.starts_with("saved_resource") && name.ends_with(".html")
}

/// What the keys of a tree begin with; of a single file it is the key. A file that is given a root is in it.
fn scope(tree: &Tree, root: Option<&str>) -> String {
    let name = safe_path(&tree.name);
    match (root.map(safe_path), tree.single) {
        (None, true) => format!("folder:{name}"),
        (None, false) => format!("folder:{name}/"),
        (Some(root), true) => format!("folder:{root}/{name}"),
        (Some(root), false) => format!("folder:{root}/"),
    }
}

fn place(key: String, path: &str) -> Place<'_> {
    // Some Windows programs write `\` between folders.
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    Place { key, path, clean_path: None, name }
}

/// A document of a single file's bytes.
pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Document, Skipped> {
    let skipped = |reason: &str| Skipped { path: name.to_owned(), reason: reason.to_owned() };
    let source = digest(&bytes);
    let options = Options { limits: limits.clone(), ..Options::default() };
    let (budget, lane) = (Budget::default(), Lane::Slow);
    let converted = convert::convert(name, bytes, &Job::new(&options, &budget, lane)).map_err(skipped)?;
    let converted = Converted { attached: Vec::new(), ..converted };
    let place = place(format!("folder:{}", safe_path(name)), name);
    match Outcome::of_file(place, source, converted, DocumentType::Note) {
        Outcome::Document(draft) => Ok(draft.into_document()),
        _ => Err(skipped(reason::NO_TEXT)),
    }
}
