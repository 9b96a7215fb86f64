//! Names in Notion exports: ids in them, the parts an export comes in, and how to tell one.

use std::borrow::Cow;

use super::super::Limits;
use super::super::job::Budget;
use super::super::reason;
use super::super::text::percent_decoded;
use super::super::tree::{self, Tree, ending, file_name, stem};

/// The title (cut, and without some characters) and the id in a stem such as `Title <32 hex>`.
pub(crate) fn split_id(stem: &str) -> Option<(&str, String)> {
    let stem = without_copy_number(stem);
    let at = stem.len().checked_sub(32)?;
    let (title, id) = (stem.get(..at)?, stem.get(at..)?);
    let title = title.strip_suffix(' ')?;
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| (title, id.to_ascii_lowercase()))
}

/// `Title <id> (1)` is what systems make of a file that was there already.
fn without_copy_number(stem: &str) -> &str {
    let Some((before, number)) = stem.rsplit_once('(') else { return stem };
    let is_number = number
        .strip_suffix(')')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    if is_number { before.trim_end() } else { stem }
}

/// The name without its id.
pub(crate) fn without_id(name: &str) -> &str {
    split_id(name).map_or(name, |(title, _)| title)
}

/// The path as people know it: no ids, no percent-encoding.
pub(crate) fn clean_path(path: &str) -> String {
    let mut parts: Vec<Cow<'_, str>> = path.split('/').map(|part| Cow::Borrowed(without_id(part))).collect();
    if let Some(last) = parts.last_mut() {
        *last = clean_file_name(file_name(path)).into();
    }
    parts.join("/")
}

/// A file's name as people know it.
pub(crate) fn clean_file_name(name: &str) -> String {
    let decoded = percent_decoded(name);
    // Names are encoded once in the archive and twice in links.
    let decoded = percent_decoded(&decoded);
    let ending = &decoded[stem(&decoded).len()..];
    let bare = stem(&decoded);
    format!("{}{ending}", without_id(bare.strip_suffix("_all").unwrap_or(bare)))
}

/// Whether a file is named as Notion names pages and databases.
pub(crate) fn is_notion_name(name: &str) -> bool {
    let stem = stem(name);
    let stem = stem.strip_suffix("_all").unwrap_or(stem);
    matches!(ending(name).as_str(), "md" | "html" | "csv") && split_id(stem).is_some()
}

/// Whether the files are an export of Notion.
pub(crate) fn is_export(tree: &Tree) -> bool {
    tree.entries.iter().any(|entry| is_notion_name(file_name(&entry.path)))
}

/// What the parts of one export have in common, for `Export-<uuid>-Part-2.zip` and its like, and for the
/// folders into which they were unpacked.
pub(crate) fn part_of(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".zip").unwrap_or(name);
    let (base, number) = stem.rsplit_once("-Part-")?;
    let digits = number.split([' ', '(']).next().unwrap_or_default();
    (is_export_name(base) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(base)
}

/// `Export-<uuid>` or `ExportBlock-<uuid>`.
fn is_export_name(name: &str) -> bool {
    let uuid = name.strip_prefix("ExportBlock-").or_else(|| name.strip_prefix("Export-"));
    uuid.is_some_and(|uuid| dashed_id(uuid).is_some())
}

/// The id in a dashed UUID.
pub(crate) fn dashed_id(uuid: &str) -> Option<String> {
    let id: String = uuid.chars().filter(|&character| character != '-').collect();
    let is_id = id.len() == 32 && uuid.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_ascii_lowercase())
}

/// Puts the files of the part zips at an export's root in the place of those zips.
pub(crate) fn enter_parts(tree: &mut Tree, limits: &Limits, budget: &Budget) {
    let is_part = |path: &str| !path.contains('/') && ending(path) == "zip" && part_of(path).is_some();
    let (mut parts, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut tree.entries).into_iter().partition(|entry| is_part(&entry.path) && !tree.single);
    tree.entries = rest;
    parts.sort_by_cached_key(|part| (part.path.len(), part.path.clone()));
    for part in parts {
        match tree::open_inner(&part, limits, budget) {
            Ok(inner) => {
                tree.whole &= inner.whole;
                tree.skipped.extend(inner.skipped);
                tree.entries.extend(inner.entries);
            }
            Err(reason) => {
                tree.whole = false;
                tree.skip(part.path, reason);
            }
        }
    }
    let room = limits.entries.min(tree.entries.len());
    for entry in tree.entries.split_off(room) {
        tree.skip(entry.path, reason::TOO_MANY);
    }
    for entry in &mut tree.entries {
        without_export_folder(&mut entry.path);
    }
}

/// Files may lie in folders that are named after the export or its parts, which say nothing.
fn without_export_folder(path: &mut String) {
    while let Some((top, rest)) = path.split_once('/')
        && (is_export_name(top) || part_of(top).is_some())
    {
        *path = rest.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "152bb52ee2b580179846fd78b2b60ea9";

    #[test]
    fn an_id_stands_behind_the_title() {
        assert_eq!(split_id(&format!("Home {ID}")), Some(("Home", ID.to_owned())));
        assert_eq!(split_id(&format!("Home {} (1)", ID.to_uppercase())), Some(("Home", ID.to_owned())));
        assert_eq!(split_id(ID), None);
        assert_eq!(split_id("Grüße"), None);
    }

    #[test]
    fn names_lose_ids_and_encoding() {
        assert_eq!(clean_path(&format!("Home {ID}/My%20plan.pdf")), "Home/My plan.pdf");
        assert_eq!(clean_path(&format!("A {ID}/Tasks {ID}_all.csv")), "A/Tasks.csv");
    }

    #[test]
    fn parts_are_known_by_their_names() {
        let uuid = "d2b14fbf-86de-4508-a1b2-6515ff8d7aab";
        assert_eq!(part_of(&format!("Export-{uuid}-Part-1.zip")), Some(&*format!("Export-{uuid}")));
        assert!(part_of(&format!("ExportBlock-{uuid}-Part-12.zip")).is_some());
        assert_eq!(part_of("Export-x-Part-1.zip"), None);
        assert_eq!(part_of("photos.zip"), None);
        let mut path = format!("Export-{uuid}/Export-{uuid}-Part-2/Home/plan.pdf");
        without_export_folder(&mut path);
        assert_eq!(path, "Home/plan.pdf");
    }
}
