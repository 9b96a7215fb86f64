//! Vaults of Obsidian and wikis of GitHub and GitLab: Markdown that links by name. Links read as their labels, embedded
//! notes as their text, once; comments go. In code nothing is touched.

use std::collections::{HashMap, HashSet};

use super::Limits;
use super::convert::plain::decoded;
use super::convert::template_tags::code_span;
use super::convert::{front_matter, guard, is_media};
use super::job::{Budget, Job};
use super::text::beginning;
use super::tree::{Entry, Tree, ending, file_name};

/// The notes of a vault, by their names.
#[derive(Debug)]
pub(crate) struct Vault<'a> {
    tree: &'a Tree,
    /// By the path without its ending, and by the name alone, in lower case.
    notes: HashMap<String, usize>,
    templates: Option<String>,
}

/// Notes within one another that are read.
const MOST_NESTED: usize = 4;
/// Bytes of notes that are read into one note.
const MOST_EMBEDDED: usize = 4 << 20;
/// Bytes of a note whose links are read: people write no longer ones.
const MOST_NOTE: usize = 1 << 20;
/// Bytes of a link, and of code within a line. What is longer is neither, so that each place is looked at from few others.
const MOST_LINK: usize = 1_000;

impl<'a> Vault<'a> {
    /// The vault that a tree is, if it is one.
    pub(crate) fn of(tree: &'a Tree, budget: &Budget, limits: &Limits) -> Option<Self> {
        let has = |name: &str| tree.entries.iter().any(|entry| entry.path == name);
        let is_vault =
            tree.entries.iter().chain(&tree.settings).any(|entry| entry.path.starts_with(".obsidian/"));
        let is_wiki = ["Home.md", "home.md"].iter().any(|name| has(name))
            && (tree.name.ends_with(".wiki")
                || ["_Sidebar.md", "_sidebar.md", "_Footer.md"].iter().any(|name| has(name)));
        if !is_vault && !is_wiki {
            return None;
        }
        let mut notes = HashMap::new();
        for (index, entry) in tree.entries.iter().enumerate().filter(|(_, entry)| is_note(&entry.path)) {
            let path = entry.path[..entry.path.len() - ending(&entry.path).len() - 1].to_lowercase();
            notes.entry(file_name(&path).to_owned()).or_insert(index);
            notes.insert(path, index);
        }
        Some(Self { tree, notes, templates: templates(tree, budget, limits) })
    }

    /// Whether a file is a template, which is no note yet.
    pub(crate) fn is_template(&self, path: &str) -> bool {
        self.templates
            .as_deref()
            .is_some_and(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// A note's Markdown with everything in place.
    pub(crate) fn resolved(&self, path: &str, bytes: Vec<u8>, job: &Job<'_>) -> Vec<u8> {
        if !is_note(path) || bytes.len() > MOST_NOTE {
            return bytes;
        }
        guard::guarded(|| Ok(self.resolved_text(path, &decoded(&bytes), job))).unwrap_or(bytes)
    }

    fn resolved_text(&self, path: &str, text: &str, job: &Job<'_>) -> Vec<u8> {
        let (properties, body_at) = front_matter::properties(text);
        let (before, body) = text.split_at(body_at);
        let mut resolver =
            Resolver { vault: self, job, embedded: HashSet::from([path.to_owned()]), room: MOST_EMBEDDED };
        let body = resolver.note(body, 0);
        format!("{before}{properties}{body}").into_bytes()
    }

    fn find(&self, name: &str) -> Option<&'a Entry> {
        let name = name.trim().trim_start_matches('/').to_lowercase();
        let name = name.strip_suffix(".md").unwrap_or(&name);
        let dashed = || name.replace(' ', "-");
        let index = self
            .notes
            .get(name)
            .or_else(|| self.notes.get(&dashed()))
            .or_else(|| self.notes.get(file_name(name)));
        index.map(|&index| &self.tree.entries[index])
    }
}

fn is_note(path: &str) -> bool {
    matches!(ending(path).as_str(), "md" | "markdown")
}

/// Bytes of a vault's settings that are read.
const SETTINGS: usize = 64 * 1024;

/// Where templates lie: as the vault says, else in the folder that is called so.
fn templates(tree: &Tree, budget: &Budget, limits: &Limits) -> Option<String> {
    let settings =
        tree.settings.iter().chain(&tree.entries).find(|entry| entry.path == ".obsidian/templates.json");
    let named = settings.and_then(|settings| {
        let value: serde_json::Value =
            serde_json::from_slice(&budget.head(settings, SETTINGS, limits)).ok()?;
        Some(value.get("folder")?.as_str()?.trim_matches('/').to_owned())
    });
    named.filter(|folder| !folder.is_empty()).or_else(|| {
        let folders = tree.entries.iter().map(|entry| entry.path.split('/').next().unwrap_or_default());
        folders
            .into_iter()
            .find(|folder| folder.trim_start_matches('_').eq_ignore_ascii_case("templates"))
            .map(str::to_owned)
    })
}

struct Resolver<'v, 'a, 'j> {
    vault: &'v Vault<'a>,
    job: &'v Job<'j>,
    /// Notes whose text stands here already.
    embedded: HashSet<String>,
    room: usize,
}

impl Resolver<'_, '_, '_> {
    fn note(&mut self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut at_line_start = true;
        while !rest.is_empty() {
            if at_line_start && let Some(len) = fenced(rest) {
                out.push_str(&rest[..len]);
                rest = &rest[len..];
                continue;
            }
            let next = rest.find(['[', '!', '%', '`', '\n']).unwrap_or(rest.len());
            out.push_str(&rest[..next]);
            at_line_start = false;
            rest = &rest[next..];
            let Some(first) = rest.chars().next() else { break };
            let taken = match first {
                '`' => code_span(rest),
                '%' => {
                    rest.strip_prefix("%%").map(|inner| inner.find("%%").map_or(rest.len(), |end| end + 4))
                }
                '!' => self.embed(rest, &mut out, depth),
                '[' => link(rest, &mut out),
                _ => {
                    at_line_start = true;
                    None
                }
            };
            match (first, taken) {
                ('`', Some(len)) => {
                    out.push_str(&rest[..len]);
                    rest = &rest[len..];
                }
                (_, Some(len)) => rest = &rest[len..],
                (_, None) => {
                    out.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        out
    }

    /// `![[Note#Heading]]`: the note's text, unless it stands there already; pictures stand for themselves.
    fn embed(&mut self, text: &str, out: &mut String, depth: usize) -> Option<usize> {
        let inner = linked(text.strip_prefix("![[")?)?;
        let len = inner.len() + 5;
        let target = inner.split('|').next().unwrap_or(inner);
        let (name, heading) = target.split_once('#').unwrap_or((target, ""));
        if is_media(name) {
            return Some(len);
        }
        let entry = self.vault.find(name).filter(|_| depth < MOST_NESTED);
        let Some(entry) = entry.filter(|entry| {
            self.embedded.insert(format!("{}#{heading}", entry.path)) && !self.embedded.contains(&entry.path)
        }) else {
            out.push_str(label(inner));
            return Some(len);
        };
        let Some(bytes) = self.read(entry) else {
            out.push_str(label(inner));
            return Some(len);
        };
        let note = decoded(&bytes);
        let (_, body_at) = front_matter::properties(&note);
        let part = section(&note[body_at..], heading);
        let part = without_headings(&self.note(part, depth + 1));
        out.push_str(&format!("\n\n{}\n\n", part.trim()));
        Some(len)
    }

    /// A note to be embedded, where there is room for it.
    fn read(&mut self, entry: &Entry) -> Option<Vec<u8>> {
        let most = MOST_NOTE.min(self.room);
        let bytes = self.job.budget().head(entry, most + 1, self.job.limits());
        self.room = self.room.saturating_sub(bytes.len());
        (bytes.len() <= most && self.job.budget().embed(bytes.len() as u64)).then_some(bytes)
    }
}

/// What stands before the `]]` of a link, where that is near and in the same line.
fn linked(text: &str) -> Option<&str> {
    let (inner, _) = beginning(text, MOST_LINK).split_once("]]")?;
    (!inner.contains('\n')).then_some(inner)
}

/// `[[Page#Heading|label]]` reads as its label, else as the name.
fn link(text: &str, out: &mut String) -> Option<usize> {
    let inner = linked(text.strip_prefix("[[")?)?;
    if inner.is_empty() || inner.contains('[') || inner.starts_with('_') {
        return None;
    }
    out.push_str(label(inner));
    Some(inner.len() + 4)
}

/// The label of a link; without one its name, or its heading where that is all. A bar within a table is escaped.
fn label(inner: &str) -> &str {
    let label = inner.rsplit_once('|').map_or(inner, |(_, label)| label).trim();
    let name = label
        .split_once('#')
        .filter(|_| !inner.contains('|'))
        .map_or(label, |(name, heading)| if name.is_empty() { heading } else { name });
    let name = name.trim().trim_start_matches('^');
    file_name(name.strip_suffix(".md").unwrap_or(name))
}

/// The part of a note under a heading, or the block of a name.
fn section<'t>(note: &'t str, heading: &str) -> &'t str {
    let heading = heading.rsplit('#').next().unwrap_or_default().trim();
    if heading.is_empty() {
        return note;
    }
    if let Some(block) = heading.strip_prefix('^') {
        let mark = format!("^{block}");
        let paragraph = note.split("\n\n").find(|paragraph| paragraph.trim_end().ends_with(&mark));
        return paragraph.map_or("", |paragraph| paragraph.trim_end().trim_end_matches(&mark));
    }
    let level = |line: &str| line.bytes().take_while(|&byte| byte == b'#').count();
    let (mut start, mut at, mut own) = (None, 0, 0);
    for line in note.split_inclusive('\n') {
        let marks = level(line);
        let is_heading = (1..=6).contains(&marks) && line[marks..].starts_with(' ');
        match start {
            None if is_heading && line[marks..].trim().eq_ignore_ascii_case(heading) => {
                (start, own) = (Some(at), marks)
            }
            Some(start) if is_heading && marks <= own => return &note[start..at],
            _ => {}
        }
        at += line.len();
    }
    start.map_or("", |start| &note[start..])
}

/// Headings of a note that stands within another one name neither of them: they are lines of their own.
fn without_headings(note: &str) -> String {
    let mut out = String::with_capacity(note.len());
    let mut rest = note;
    while !rest.is_empty() {
        if let Some(len) = fenced(rest) {
            out.push_str(&rest[..len]);
            rest = &rest[len..];
            continue;
        }
        let (line, after) = rest.split_at(rest.find('\n').map_or(rest.len(), |end| end + 1));
        rest = after;
        let marks = line.bytes().take_while(|&byte| byte == b'#').count();
        let is_rule = |line: &str| {
            let line = line.trim_end();
            !line.is_empty()
                && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
        };
        if (1..=6).contains(&marks) && line[marks..].starts_with([' ', '\t']) {
            let heading = line[marks..].trim().trim_end_matches('#').trim_end();
            out.push_str(&format!("\n{heading}\n\n"));
        } else if !line.trim().is_empty() && is_rule(rest.lines().next().unwrap_or_default()) {
            out.push_str(&format!("{}\n\n", line.trim_end()));
            rest = &rest[rest.find('\n').map_or(rest.len(), |end| end + 1)..];
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The length of a block of code that begins here.
fn fenced(text: &str) -> Option<usize> {
    let first = text.lines().next()?;
    let bare = first.trim_start_matches([' ', '>', '-']);
    let mark = bare.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = bare.chars().take_while(|&c| c == mark).count();
    if marks < 3 || bare[marks..].contains(mark) {
        return None;
    }
    let fence: String = std::iter::repeat_n(mark, marks).collect();
    let mut len = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        len += line.len();
        let bare = line.trim_start_matches([' ', '>', '-']).trim_end();
        if index > 0 && bare.starts_with(&fence) && bare.chars().all(|c| c == mark) {
            break;
        }
    }
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_read_as_their_labels() {
        let mut out = String::new();
        for text in [
            "[[Fire plan]]",
            "[[Fire plan|the plan]]",
            "[[Depot/Fire plan#Exits]]",
            "[[#Exits]]",
            "[[a.md\\|b]]",
        ] {
            assert_eq!(link(text, &mut out), Some(text.len()));
            out.push('/');
        }
        assert_eq!(out, "Fire plan/the plan/Fire plan/Exits/b/");
        assert_eq!(link("[[_TOC_]]", &mut out), None);
        assert_eq!(link("[a](b)", &mut out), None);
    }

    #[test]
    fn a_section_ends_with_the_next_heading_of_its_level() {
        let note = "# A\n\none\n\n## B\n\ntwo ^x\n\n### C\n\nthree\n\n## D\n\nfour";
        assert_eq!(section(note, "B"), "## B\n\ntwo ^x\n\n### C\n\nthree\n\n");
        assert_eq!(section(note, "^x"), "two ");
        assert_eq!(section(note, "none"), "");
    }

    #[test]
    fn an_embedded_note_names_nothing() {
        assert_eq!(
            without_headings("# Bee #\ntext\n```\n# no\n```\nOld\n===\nx"),
            "\nBee\n\ntext\n```\n# no\n```\nOld\n\nx"
        );
    }

    #[test]
    fn code_is_found_whole() {
        assert_eq!(fenced("```\n[[x]]\n```\ny"), Some("```\n[[x]]\n```\n".len()));
        assert_eq!(code_span("`[[x]]` y"), Some(7));
    }
}
