//! Google Drive: Takeout's archives merged to one tree, or what Drive's own pages let one download.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::DocumentType;

use super::convert::{self, Converted};
use super::job::Job;
use super::outcome::{Outcome, Place};
use super::run::{Digest256, Run, digest};
use super::tree::{Entry, Roots, Tree, file_name, folder_of, safe_path, stem};
use super::{Format, Root, pool, reason};

/// The overview that Takeout puts beside the files.
const OVERVIEW: &str = "archive_browser.html";

/// Whether the files are a Takeout archive.
pub(crate) fn is_takeout(tree: &Tree) -> bool {
    tree.entries.iter().any(|entry| is_overview(&entry.path) || entry.path.starts_with("Takeout/"))
}

pub(crate) fn is_overview(path: &str) -> bool {
    below_root(path) == OVERVIEW
}

/// Whether an archive or a folder is named as Drive's pages name a download.
pub(crate) fn is_download_name(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("drive-download-")
}

/// Whether a file is one of the archives that Takeout or Drive's pages pack.
pub(crate) fn is_archive_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let packed = [".zip", ".tgz", ".tar.gz"].iter().any(|ending| lower.ends_with(ending));
    packed && (is_download_name(name) || lower.starts_with("takeout-"))
}

/// The path in the tree that all archives are merged to.
fn below_root(path: &str) -> &str {
    path.strip_prefix("Takeout/").unwrap_or(path)
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let root = Root { path: path.clone(), reader: Format::Drive, scope: scope(tree), whole: tree.whole };
        run.begin(root, tree, |path| Some(key_of(path)));
    }
    let entries: Vec<&Entry> = roots.iter().flat_map(|(_, tree)| &tree.entries).collect();
    let siblings = Siblings::new(&entries);
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        entries.into_iter(),
        |entry| entry.size,
        (options, &budget),
        |entry, job| outcome(entry, &siblings, job),
        |outcome| run.take(outcome),
    )
}

fn scope(tree: &Tree) -> String {
    match tree.entries.first() {
        Some(entry) if tree.single => key(entry),
        _ => "drive:".to_owned(),
    }
}

fn key(entry: &Entry) -> String {
    key_of(&entry.path)
}

fn key_of(path: &str) -> String {
    format!("drive:{}", safe_path(below_root(path)))
}

fn outcome(entry: &Entry, siblings: &Siblings<'_>, job: &Job<'_>) -> Outcome {
    let path = entry.path.as_str();
    let below = below_root(path);
    if is_overview(path) {
        return Outcome::skipped(path, reason::INDEX);
    }
    if siblings.is_sidecar(below) {
        return Outcome::skipped(path, reason::METADATA);
    }
    if !job.options().filter.takes(&[path, below]) {
        return Outcome::filtered(key(entry), path);
    }
    let read = job.read(entry).and_then(|bytes| {
        if is_shortcut(&bytes) {
            return Err(reason::SHORTCUT);
        }
        Ok((digest(&bytes), convert::convert_with_zipped_pages(file_name(path), bytes, job)?))
    });
    match read {
        Ok((source, converted)) => document(entry, source, converted),
        Err(reason::SHORTCUT) => Outcome::skipped(path, reason::SHORTCUT),
        Err(reason) => Outcome::unconverted(key(entry), path, reason),
    }
}

fn document(entry: &Entry, source: Digest256, converted: Converted) -> Outcome {
    let path = entry.path.as_str();
    let clean_path = Some(below_root(path).to_owned());
    let place = Place { key: key(entry), path, clean_path, name: file_name(path) };
    Outcome::of_file(place, source, converted, DocumentType::Drive)
}

/// Links to other files are stored as bookmarks.
fn is_shortcut(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    head.windows(22).any(|window| window.eq_ignore_ascii_case(b"NETSCAPE-Bookmark-file"))
}

/// Names are cut when they would exceed this many characters, ending aside.
const MOST_STEM: usize = 46;

/// Which files of a folder only tell about another one.
struct Siblings<'a> {
    /// Every path, with and without its ending.
    names: HashSet<&'a str>,
    paths: Vec<&'a str>,
}

impl<'a> Siblings<'a> {
    fn new(entries: &[&'a Entry]) -> Self {
        let mut names = HashSet::new();
        let mut paths = Vec::new();
        for entry in entries {
            let path = below_root(&entry.path);
            names.insert(path);
            names.insert(without_ending(path));
            paths.push(path);
        }
        paths.sort_unstable();
        Self { names, paths }
    }

    fn is_sidecar(&self, path: &str) -> bool {
        if file_name(path) == "Workspaces.json" {
            return true;
        }
        let bare = without_ending(path);
        let (bare, number) = numbered(bare);
        if path.ends_with(".json") {
            self.owns(bare, "-info", number)
        } else if path.ends_with("-comments.html") || path.ends_with(".html") && bare.contains("-c") {
            self.owns(bare, "-comments", number)
        } else {
            let pinned = bare.strip_suffix("-pinned").and_then(|bare| bare.rsplit_once("-at-"));
            pinned.is_some_and(|(of, _)| self.names.contains(of))
        }
    }

    /// Whether `bare` is the name of another file with `suffix`, which long names cut.
    fn owns(&self, bare: &str, suffix: &str, number: Option<&str>) -> bool {
        let is_long = file_name(bare).chars().count() >= MOST_STEM;
        let shortest = if is_long { 1 } else { suffix.len() };
        (shortest..=suffix.len()).rev().any(|len| {
            let Some(of) = bare.strip_suffix(&suffix[..len]) else { return false };
            let exact = number.is_some_and(|number| self.has_numbered(of, number));
            exact || self.names.contains(of) || (is_long && self.begins(of))
        })
    }

    /// `Prices.xlsx` with the number 1 is `Prices(1).xlsx`.
    fn has_numbered(&self, of: &str, number: &str) -> bool {
        let stem = without_ending(of);
        let ending = &of[stem.len()..];
        let numbered = format!("{stem}({number}){ending}");
        self.names.contains(numbered.as_str())
    }

    /// Some other file's name begins so.
    fn begins(&self, of: &str) -> bool {
        let at = self.paths.partition_point(|path| *path < of);
        let next = self.paths[at..].iter().take_while(|path| path.starts_with(of));
        next.into_iter().any(|path| folder_of(path) == folder_of(of) && !path.ends_with(".json"))
    }
}

fn without_ending(path: &str) -> &str {
    let name = file_name(path);
    &path[..path.len() - (name.len() - stem(name).len())]
}

/// A name and the number in parentheses at its end.
fn numbered(bare: &str) -> (&str, Option<&str>) {
    let split = bare.strip_suffix(')').and_then(|bare| bare.rsplit_once('('));
    match split.filter(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((bare, number)) => (bare, Some(number)),
        None => (bare, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sidecars<'a>(paths: &[&'a str]) -> Vec<&'a str> {
        let mut siblings = Siblings { names: HashSet::new(), paths: paths.to_vec() };
        siblings.paths.sort_unstable();
        for path in paths {
            siblings.names.extend([*path, without_ending(path)]);
        }
        paths.iter().copied().filter(|path| siblings.is_sidecar(path)).collect()
    }

    #[test]
    fn data_about_a_file_is_told_only_beside_that_file() {
        assert_eq!(
            sidecars(&[
                "D/Plan.docx",
                "D/Plan.docx-info.json",
                "D/Plan-info.json",
                "D/Plan.docx-comments.html"
            ]),
            ["D/Plan.docx-info.json", "D/Plan-info.json", "D/Plan.docx-comments.html"]
        );
        assert_eq!(sidecars(&["D/system-info.json", "D/reader-comments.html", "E/system.docx"]), [""; 0]);
    }

    #[test]
    fn numbers_and_cut_names_are_seen_through() {
        let long = "D/Protocol of the October board meeting.docx";
        let cut = format!("{long}-inf.json");
        assert_eq!(sidecars(&[long, &cut]), [cut.as_str()]);
        assert_eq!(sidecars(&["D/P(1).xlsx", "D/P.xlsx-info(1).json"]), ["D/P.xlsx-info(1).json"]);
    }

    #[test]
    fn pinned_revisions_are_told_beside_their_file() {
        assert_eq!(sidecars(&["D/P.xlsx", "D/P-at-2025-11-03T10_22_33Z-pinned.xlsx"]).len(), 1);
        assert_eq!(sidecars(&["D/P-at-2025-11-03T10_22_33Z-pinned.xlsx"]).len(), 0);
    }
}
