//! Which files of a crate know which, by their `use` lines and paths. A parent and its own child count as one room.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The modules of a crate: their source without tests and comments, and what each knows.
pub(crate) struct Modules {
    sources: BTreeMap<String, String>,
    known: BTreeMap<String, BTreeSet<String>>,
}

impl Modules {
    pub(crate) fn of(package: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src");
        let mut sources = BTreeMap::new();
        collect(&root, "", &mut sources);
        assert!(sources.len() > 5, "{package} has no modules");
        let known =
            sources.iter().map(|(name, source)| (name.clone(), known(name, source, &sources))).collect();
        Self { sources, known }
    }

    pub(crate) fn has(&self, room: &str) -> bool {
        self.sources.keys().any(|name| is_in(name, room))
    }

    /// The modules of one room that know one of another.
    pub(crate) fn uses(&self, from: &str, to: &str) -> Vec<&str> {
        let knows = |known: &BTreeSet<String>| known.iter().any(|name| is_in(name, to));
        let modules = self.known.iter().filter(|(name, known)| is_in(name, from) && knows(known));
        modules.map(|(name, _)| name.as_str()).collect()
    }

    /// The modules whose source has this text.
    pub(crate) fn mentioning<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        self.sources.iter().filter(move |(_, source)| source.contains(text)).map(|(name, _)| name.as_str())
    }

    /// Rooms (modules of the first level) that know each other, directly or through others.
    pub(crate) fn circles(&self) -> Vec<(String, String)> {
        let mut rooms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, known) in &self.known {
            rooms.entry(room(name)).or_default().extend(known.iter().map(|name| room(name)));
        }
        let reaches = |from: &str| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
            while let Some(at) = next.pop() {
                for to in rooms.get(at.as_str()).into_iter().flatten().filter(|to| **to != at) {
                    if seen.insert((*to).to_owned()) {
                        next.push((*to).to_owned());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&str, BTreeSet<String>> =
            rooms.keys().map(|&name| (name, reaches(name))).collect();
        let pairs = rooms.keys().flat_map(|&one| rooms.keys().map(move |&other| (one, other)));
        let meet = |one: &str, other: &str| reached[one].contains(other) && reached[other].contains(one);
        let circles = pairs.filter(|&(one, other)| one < other && meet(one, other));
        circles.map(|(one, other)| (one.to_owned(), other.to_owned())).collect()
    }
}

fn room(name: &str) -> &str {
    name.split("::").next().unwrap_or(name)
}

fn is_in(name: &str, room: &str) -> bool {
    name == room || name.strip_prefix(room).is_some_and(|rest| rest.starts_with("::"))
}

fn collect(folder: &Path, prefix: &str, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}::"), sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !stem.contains("test") {
            let name = if stem == "mod" {
                prefix.trim_end_matches(':').to_owned()
            } else {
                format!("{prefix}{stem}")
            };
            if !matches!(name.as_str(), "lib" | "main") {
                sources.insert(name, bare(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
}

/// A source without comments and without the tests at its end.
fn bare(source: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let is_tests = |at: usize| {
        lines[at].starts_with("#[cfg(")
            && lines[at].contains("test")
            && lines[at..].iter().take(3).any(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    let end = (0..lines.len()).find(|&at| is_tests(at)).unwrap_or(lines.len());
    let code = lines[..end].iter().map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

/// The modules that a source names.
fn known(name: &str, source: &str, sources: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for path in paths(source) {
        let mut parts: Vec<&str> = path.split("::").collect();
        let mut base: Vec<&str> = name.split("::").collect();
        match parts[0] {
            "crate" => base.clear(),
            "super" => {
                while parts.first() == Some(&"super") {
                    base.pop();
                    parts.remove(0);
                }
            }
            _ => continue,
        }
        parts.retain(|part| *part != "crate");
        let full = [base, parts].concat();
        let longest =
            (1..=full.len()).rev().map(|len| full[..len].join("::")).find(|path| sources.contains_key(path));
        known.extend(longest.filter(|found| found != name));
    }
    known
}

/// Every path that begins with `crate` or `super`, with groups in braces written out.
fn paths(source: &str) -> Vec<String> {
    let starts = ["crate::", "super::"].iter().flat_map(|word| source.match_indices(word));
    let is_start =
        |at: usize| !source[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':'));
    let mut paths = Vec::new();
    for (at, _) in starts.filter(|&(at, _)| is_start(at)) {
        expand(String::new(), &source[at..], &mut paths);
    }
    paths
}

/// Reads one path, or one item of a group; returns what is left of the text behind it.
fn expand<'a>(mut path: String, mut text: &'a str, paths: &mut Vec<String>) -> &'a str {
    loop {
        text = text.trim_start();
        let len = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        path.push_str(&text[..len]);
        text = &text[len..];
        if let Some(rest) = text.strip_prefix("::") {
            path.push_str("::");
            text = rest;
            if let Some(mut rest) = text.strip_prefix('{') {
                loop {
                    rest = expand(path.clone(), rest, paths).trim_start();
                    // An item may have another name here.
                    let end = rest.find([',', '}']).unwrap_or(rest.len());
                    let is_last = rest[end..].starts_with('}') || end == rest.len();
                    rest = rest.get(end + 1..).unwrap_or_default();
                    if is_last || rest.trim_start().starts_with('}') {
                        return rest.trim_start().strip_prefix('}').filter(|_| !is_last).unwrap_or(rest);
                    }
                }
            }
        } else {
            paths.push(path.trim_end_matches("::").to_owned());
            return text;
        }
    }
}
