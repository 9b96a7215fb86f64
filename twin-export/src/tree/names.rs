//! Names of files in exports: safe forms, parts of them, and what the operating system littered.

use std::path::Path;

use super::super::text;

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What stands before the last part, without the slash; empty at the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file name without its ending.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.contains(' ') => stem,
        _ => name,
    }
}

/// The ending in lower case, without its dot.
pub(crate) fn ending(name: &str) -> String {
    let name = file_name(name);
    name[stem(name).len()..].trim_start_matches('.').to_ascii_lowercase()
}

/// An archive's name without `.zip`, `.tar.gz` and their like.
pub(crate) fn archive_stem(name: &str) -> &str {
    let known = ["zip", "tar", "tgz", "gz"];
    let mut name = name;
    while known.contains(&ending(name).as_str()) && !stem(name).is_empty() && stem(name) != name {
        name = stem(name);
    }
    name
}

/// The name a folder is known by, also for `.` and `..`.
pub(crate) fn root_name(path: &Path) -> String {
    let resolved = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match resolved.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "root".to_owned(),
    }
}

/// A path that stays below its root and is spelled one way: no `..`, no drive, no leading slash, NFC.
pub(crate) fn safe_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split('/').enumerate() {
        let is_drive = index == 0 && part.len() == 2 && part.ends_with(':');
        if part.is_empty() || part == "." || part == ".." || is_drive {
            continue;
        }
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(&text::tidy_line(part));
    }
    out
}

/// What operating systems and office programs leave behind: ignored without a word.
pub(crate) fn is_litter(path: &str) -> bool {
    let name = file_name(path);
    let stubs =
        ["gdoc", "gsheet", "gslides", "gdraw", "gform", "gmap", "gsite", "gtable", "glink", "gscript"];
    name.starts_with("._")
        || name.starts_with("~$")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|litter| name.eq_ignore_ascii_case(litter))
        || path.split('/').any(|part| part == "__MACOSX")
        // What the first bytes of a book in a zip say.
        || name == "mimetype"
        || stubs.contains(&ending(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_its_root() {
        assert_eq!(safe_path("../../etc/./passwd"), "etc/passwd");
        assert_eq!(safe_path("/abs//file.md"), "abs/file.md");
        assert_eq!(safe_path("C:/Users/x.txt"), "Users/x.txt");
    }

    #[test]
    fn decomposed_names_give_composed_paths() {
        assert_eq!(safe_path("Bu\u{308}ro/Cafe\u{301}.md"), "Büro/Café.md");
    }

    #[test]
    fn an_ending_is_what_follows_the_last_dot_of_the_name_alone() {
        assert_eq!(ending("a.b/Notes"), "");
        assert_eq!(ending("v1.2 Release notes"), "");
        assert_eq!(ending(".env"), "");
        assert_eq!(ending("Plan.DOCX"), "docx");
        assert_eq!(archive_stem("takeout.tar.gz"), "takeout");
        assert_eq!(archive_stem(".zip"), ".zip");
    }

    #[test]
    fn litter_is_told_from_documents() {
        for path in ["__MACOSX/a/._x.md", "a/._x", ".DS_Store", "b/thumbs.db", "~$plan.docx", "Plan.gdoc"] {
            assert!(is_litter(path), "{path}");
        }
        for path in ["a/x.md", "gdoc", "_x.md", "desktop.ini.txt"] {
            assert!(!is_litter(path), "{path}");
        }
    }
}
