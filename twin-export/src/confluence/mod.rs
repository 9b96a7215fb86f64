//! Confluence: an HTML export of a space, one document for each page and for each attached file.

mod page;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::convert::{self, Aside, Converted};
use super::job::{Budget, Job};
use super::outcome::{Draft, Outcome, Place};
use super::run::{Run, digest};
use super::tree::{Entry, Roots, Tree, ending, file_name, folder_of, safe_path, stem};
use super::{DocumentType, Format, Limits, Root, pool, reason, remark, workers};
pub(crate) use page::ReadPage;

/// Enough of a page to know it.
const HEAD: usize = 64 * 1024;

/// Whether the files are an HTML export: an index, and pages that are named by their ids.
pub(crate) fn is_export(tree: &Tree, budget: &Budget, limits: &Limits) -> bool {
    let folders = spaces(tree);
    let is_page =
        |entry: &&Entry| page_id(&entry.path).is_some() && folders.contains(&folder_of(&entry.path));
    tree.entries.iter().find(is_page).is_some_and(|page| {
        let head = budget.head(page, HEAD, limits);
        let head = String::from_utf8_lossy(&head);
        ["id=\"main-content\"", "id=\"title-heading\"", "wiki-content", "Confluence"]
            .iter()
            .any(|mark| head.contains(mark))
    })
}

/// The folders of spaces: those with an index, below what people packed them into.
fn spaces(tree: &Tree) -> Vec<&str> {
    let first = tree.entries.first().map_or("", |entry| folder_of(&entry.path));
    let holds_all = |folder: &&str| {
        let holds = |path: &str| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
        !folder.is_empty() && tree.entries.iter().all(|entry| holds(&entry.path))
    };
    let around = std::iter::successors(Some(first), |folder| folder.rsplit_once('/').map(|(above, _)| above));
    let around = around.take(MOST_AROUND).find(holds_all).map_or(0, |folder| folder.len() + 1);
    let index = tree.entries.iter().filter(|entry| file_name(&entry.path) == "index.html");
    let folders = index.map(|entry| folder_of(&entry.path));
    folders.filter(|folder| !folder.get(around..).unwrap_or_default().contains('/')).collect()
}

/// Folders one within the other that hold all there is.
const MOST_AROUND: usize = 8;

/// Whether a file belongs to a space, rather than lying beside it.
pub(crate) fn is_part(path: &str) -> bool {
    let in_folder = |name: &str| path.split('/').rev().skip(1).any(|folder| folder == name);
    key_of(path).is_some()
        || convert::is_media(path)
        || matches!(ending(path).as_str(), "html" | "css" | "js")
        || ["attachments", "images", "styles"].iter().any(|name| in_folder(name))
}

/// Whether the files are a backup in XML, which holds no pages to read.
pub(crate) fn is_backup(tree: &Tree) -> bool {
    let has = |name: &str| tree.entries.iter().any(|entry| file_name(&entry.path) == name);
    has("entities.xml") && has("exportDescriptor.properties")
}

/// The id in `Title_12345678.html` or `12345678.html`.
fn page_id(path: &str) -> Option<&str> {
    if ending(path) != "html" {
        return None;
    }
    let stem = stem(file_name(path));
    let id = stem.rsplit_once('_').map_or(stem, |(_, id)| id);
    (id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// The page to which an attached file belongs, and the file's place below the page's.
fn attachment_of(path: &str) -> Option<(&str, &str)> {
    let at = path.find("attachments/").filter(|&at| at == 0 || path.as_bytes()[at - 1] == b'/')?;
    path[at + "attachments/".len()..].split_once('/')
}

fn key_of(path: &str) -> Option<String> {
    match (attachment_of(path), page_id(path)) {
        (Some((page, file)), _) => Some(format!("confluence:{page}/{}", safe_path(file))),
        (None, Some(id)) => Some(format!("confluence:{id}")),
        _ => None,
    }
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let scope = match tree.entries.first() {
            Some(entry) if tree.single => key_of(&entry.path).unwrap_or_else(|| "confluence:".to_owned()),
            _ => "confluence:".to_owned(),
        };
        let root = Root { path: path.clone(), reader: Format::Confluence, scope, whole: tree.whole };
        run.begin(root, tree, key_of);
        let space = Space { name: name(tree, &run.budget, &run.options.limits), files: Mutex::default() };
        let (options, budget) = (run.options, run.budget.clone());
        // Files last: the pages tell their names.
        let (files, pages): (Vec<_>, Vec<_>) =
            tree.entries.iter().partition(|entry| attachment_of(&entry.path).is_some());
        for entries in [pages, files] {
            pool::ordered(
                entries.into_iter(),
                |entry| entry.size,
                (options, &budget),
                |entry, job| space.outcome(entry, job),
                |outcome| run.take(outcome),
            )?;
        }
    }
    ControlFlow::Continue(())
}

struct Space {
    name: String,
    /// Names of attached files, by their place.
    files: Mutex<HashMap<String, String>>,
}

/// The name of the space, as its index tells it.
fn name(tree: &Tree, budget: &Budget, limits: &Limits) -> String {
    let index = tree.entries.iter().find(|entry| file_name(&entry.path) == "index.html");
    let head = index.map(|index| budget.head(index, HEAD, limits)).unwrap_or_default();
    let head = String::from_utf8_lossy(&head);
    let cell = head
        .split_once("<th class=\"confluenceTh\">Name</th>")
        .and_then(|(_, rest)| rest.split_once("</td>"));
    let name = cell.map(|(cell, _)| convert::html::fragment_to_text(cell)).unwrap_or_default();
    name.trim().to_owned()
}

impl Space {
    fn outcome(&self, entry: &Entry, job: &Job<'_>) -> Outcome {
        let path = entry.path.as_str();
        let Some(key) = key_of(path) else {
            let is_index = file_name(path) == "index.html";
            return Outcome::skipped(
                path,
                if is_index {
                    reason::INDEX
                } else if convert::is_media(path) {
                    reason::MEDIA
                } else {
                    reason::METADATA
                },
            );
        };
        if !job.options().filter.takes(&[path]) {
            return Outcome::filtered(key, path);
        }
        let bytes = match job.read(entry) {
            Ok(bytes) => bytes,
            Err(reason) => return Outcome::unconverted(key, path, reason),
        };
        if attachment_of(path).is_some() {
            return self.file(key, path, bytes, job);
        }
        let source = digest(&bytes);
        let page = match workers::run(ReadPage { space: self.name.clone() }, bytes, job) {
            Ok(Some(page::PageRead(page))) => page,
            // Some other page: it is read as such.
            Ok(None) => match job.read(entry) {
                Ok(bytes) => return self.file(key, path, bytes, job),
                Err(reason) => return Outcome::unconverted(key, path, reason),
            },
            Err(reason) => return Outcome::unconverted(key, path, reason),
        };
        // Pages that were copied still link to where the file was first: its own name is an id.
        let by_id = page.files.iter().map(|(place, name)| (file_name(place).to_owned(), name.clone()));
        let by_id: Vec<(String, String)> = by_id.collect();
        self.files.lock().unwrap_or_else(PoisonError::into_inner).extend(page.files.into_iter().chain(by_id));
        if page.text.is_empty() {
            return Outcome::unconverted(key, path, reason::TITLE_ONLY);
        }
        let mut aside = Aside::default();
        if page.has_comments {
            aside.remark(remark::COMMENTS);
        }
        let title = if page.title.is_empty() { stem(file_name(path)).to_owned() } else { page.title };
        Outcome::document(Draft {
            key,
            title,
            text: page.text,
            kind: DocumentType::Note,
            source,
            converter: "confluence/3".into(),
            path: path.to_owned(),
            clean_path: None,
            key_is_identity: true,
            files: 1,
            aside,
        })
    }

    fn file(&self, key: String, path: &str, bytes: Vec<u8>, job: &Job<'_>) -> Outcome {
        let source = digest(&bytes);
        let place = path.find("attachments/").map_or(path, |at| &path[at..]);
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files.get(place).or_else(|| files.get(file_name(path))).cloned();
        drop(files);
        let name = known.unwrap_or_else(|| file_name(path).to_owned());
        match convert::convert(&name, bytes, job) {
            Ok(converted) => {
                let place = Place { key, path, clean_path: None, name: &name };
                // Whatever it says it is, it belongs to a page.
                Outcome::of_file(place, source, Converted { kind: None, ..converted }, DocumentType::Note)
            }
            Err(reason) => Outcome::unconverted(key, path, reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_files_are_known_by_their_ids() {
        assert_eq!(key_of("DEP/Fire-plan_12345678.html").as_deref(), Some("confluence:12345678"));
        assert_eq!(key_of("DEP/12345678.html").as_deref(), Some("confluence:12345678"));
        assert_eq!(key_of("DEP/attachments/12345678/99.pdf").as_deref(), Some("confluence:12345678/99.pdf"));
        assert_eq!(key_of("DEP/index.html"), None);
    }
}
