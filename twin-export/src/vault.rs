//! Vaults of Obsidian and wikis of GitHub and GitLab: Markdown that links by name. Links read as their labels, embedded
//! notes as their text, once; comments go. In code nothing is touched.

mod code;
mod headings;
mod links;
mod sections;
mod templates;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Limits;
use super::convert::plain::decoded;
use super::convert::template_tags::code_span;
use super::convert::{front_matter, guard, is_media};
use super::job::{Budget, Job};
use super::reason;
use super::text::beginning;
use super::tree::{Entry, Tree, ending, file_name};
use code::Indents;
use links::linked;
use sections::section;

/// The vaults and wikis of a tree: the tree itself, or folders in it.
#[derive(Debug)]
pub(crate) struct Vaults<'a>(Vec<Vault<'a>>);

/// The notes of a vault, by their names.
#[derive(Debug)]
struct Vault<'a> {
    tree: &'a Tree,
    /// Its folder, with a `/` at the end; empty for the whole tree.
    base: String,
    /// By the path without its ending, and by the name alone, in lower case.
    notes: HashMap<String, usize>,
    templates: Vec<String>,
    is_wiki: bool,
}

/// Notes within one another that are read.
const MOST_NESTED: usize = 4;
/// Bytes of notes that are read into one note.
const MOST_EMBEDDED: usize = 4 << 20;
/// Bytes of a note whose links are read: people write no longer ones.
const MOST_NOTE: usize = 1 << 20;
/// Bytes of a link, and of code within a line. What is longer is neither, so that each place is looked at from few others.
const MOST_LINK: usize = 1_000;

/// Vaults in one tree.
const MOST_VAULTS: usize = 20;

impl<'a> Vaults<'a> {
    /// The vaults that a tree is or holds.
    pub(crate) fn of(tree: &'a Tree, budget: &Budget, limits: &Limits) -> Self {
        let of_vault = tree.entries.iter().chain(&tree.settings).filter_map(|entry| {
            let at = entry.path.find(".obsidian/")?;
            let base = &entry.path[..at];
            (base.is_empty() || base.ends_with('/')).then(|| (base.to_owned(), false))
        });
        let mut bases: BTreeMap<String, bool> = of_vault.take(MOST_VAULTS).collect();
        let is_home = |entry: &&Entry| file_name(&entry.path).eq_ignore_ascii_case("home.md");
        for home in tree.entries.iter().filter(is_home).take(MOST_VAULTS) {
            let base = &home.path[..home.path.len() - "home.md".len()];
            let name =
                if base.is_empty() { tree.name.as_str() } else { file_name(base.trim_end_matches('/')) };
            let has =
                |name: &str| tree.entries.iter().any(|entry| entry.path.strip_prefix(base) == Some(name));
            let is_wiki = || name.ends_with(".wiki") || FURNITURE.iter().any(|name| has(name));
            if base.matches('/').count() <= 1 && !bases.contains_key(base) && is_wiki() {
                bases.insert(base.to_owned(), true);
            }
        }
        // The innermost first: it is what a file belongs to.
        let vault = |(base, is_wiki): (String, bool)| {
            let templates = templates::folders(tree, &base, budget, limits);
            Vault::new(tree, base, templates, is_wiki)
        };
        Self(bases.into_iter().rev().map(vault).collect())
    }

    fn holding(&self, path: &str) -> Option<&Vault<'a>> {
        self.0.iter().find(|vault| path.starts_with(&vault.base))
    }

    /// Why a file of a vault is no note.
    pub(crate) fn refuses(&self, path: &str) -> Option<&'static str> {
        let vault = self.holding(path)?;
        let path = path.strip_prefix(&vault.base)?;
        if vault.is_wiki && FURNITURE.contains(&file_name(path)) {
            return Some(reason::INDEX);
        }
        let is_in =
            |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let is_template = vault.templates.iter().any(is_in);
        is_template.then_some(reason::METADATA)
    }

    /// A note's Markdown with everything in place.
    pub(crate) fn resolved(&self, path: &str, bytes: Vec<u8>, job: &Job<'_>) -> Vec<u8> {
        match self.holding(path) {
            Some(vault) if is_note(path) && bytes.len() <= MOST_NOTE => {
                guard::guarded(|| Ok(vault.resolved(path, &decoded(&bytes), job))).unwrap_or(bytes)
            }
            _ => bytes,
        }
    }
}

/// What stands beside every page of a wiki.
const FURNITURE: [&str; 6] =
    ["_Sidebar.md", "_sidebar.md", "_Footer.md", "_footer.md", "_Header.md", "_header.md"];

impl<'a> Vault<'a> {
    fn new(tree: &'a Tree, base: String, templates: Vec<String>, is_wiki: bool) -> Self {
        let mut notes = HashMap::new();
        for (index, entry) in tree.entries.iter().enumerate() {
            let Some(path) = entry.path.strip_prefix(&base).filter(|path| is_note(path)) else { continue };
            if path.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            let path = path[..path.len() - ending(path).len() - 1].to_lowercase();
            notes.entry(file_name(&path).to_owned()).or_insert(index);
            notes.insert(path, index);
        }
        Self { tree, base, notes, templates, is_wiki }
    }

    fn resolved(&self, path: &str, text: &str, job: &Job<'_>) -> Vec<u8> {
        let (properties, body_at) = front_matter::properties(text);
        let (before, body) = text.split_at(body_at);
        let mut resolver =
            Resolver { vault: self, job, embedded: HashSet::from([path.to_owned()]), room: MOST_EMBEDDED };
        let body = resolver.note(body, 0);
        // The heading at the start stays there.
        let bare = body.trim_start();
        let heading =
            if bare.starts_with("# ") { bare.find('\n').map_or(bare.len(), |end| end + 1) } else { 0 };
        let (heading, rest) = body.split_at(if heading > 0 { body.len() - bare.len() + heading } else { 0 });
        let gap = if heading.is_empty() || properties.is_empty() { "" } else { "\n" };
        format!("{before}{heading}{gap}{properties}{rest}").into_bytes()
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
        // The line ends where it ends on the screen.
        let mut breaks = false;
        let mut indents = Indents::default();
        while !rest.is_empty() {
            if at_line_start && let Some(len) = code::fenced(rest).or_else(|| indents.code(rest)) {
                out.push_str(&rest[..len]);
                rest = &rest[len..];
                continue;
            }
            let next = rest.find(['[', '!', '%', '`', '<', '^', '\n']).unwrap_or(rest.len());
            out.push_str(&rest[..next]);
            at_line_start = false;
            rest = &rest[next..];
            let Some(first) = rest.chars().next() else { break };
            let taken = match first {
                '`' => code_span(rest),
                '<' => code::tagged(rest),
                // Without an end it is no comment.
                '%' => rest.strip_prefix("%%").and_then(|inner| Some(inner.find("%%")? + 4)),
                '!' => self.embed(rest, &mut out, depth),
                '[' => callout(rest, &mut out, &mut breaks).or_else(|| self.vault.link(rest, &mut out)),
                '^' => block_name(rest, &out),
                _ => {
                    at_line_start = true;
                    if std::mem::take(&mut breaks) {
                        out.push_str("  ");
                    }
                    None
                }
            };
            match (first, taken) {
                ('`' | '<', Some(len)) => {
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
        // Within a table the bar is escaped.
        let target = inner.split('|').next().unwrap_or(inner).trim_end_matches('\\');
        let (name, heading) = target.split_once('#').unwrap_or((target, ""));
        if is_media(name) {
            return Some(len);
        }
        let entry = self.vault.find(name).filter(|_| depth < MOST_NESTED);
        let Some(entry) = entry.filter(|entry| {
            self.embedded.insert(format!("{}#{heading}", entry.path)) && !self.embedded.contains(&entry.path)
        }) else {
            out.push_str(self.vault.label(inner));
            return Some(len);
        };
        let Some(bytes) = self.read(entry) else {
            out.push_str(self.vault.label(inner));
            return Some(len);
        };
        let note = decoded(&bytes);
        let (_, body_at) = front_matter::properties(&note);
        let part = section(&note[body_at..], heading);
        let part = headings::without_headings(&self.note(part, depth + 1));
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

/// `> [!tip] Title` begins a box: the title says what it is, else the kind does.
fn callout(text: &str, out: &mut String, breaks: &mut bool) -> Option<usize> {
    let text = beginning(text.strip_prefix("[!")?, MOST_LINK);
    let (kind, after) = text.split_once(']')?;
    // Nothing but marks of quotes stands before it.
    let marks = out.len() - out.trim_end_matches([' ', '>']).len();
    let (above, line) = out.split_at(out.len() - marks);
    let is_kind = !kind.is_empty() && kind.chars().all(|sign| sign.is_alphanumeric() || "-_|".contains(sign));
    if !is_kind || !line.contains('>') || !(above.is_empty() || above.ends_with('\n')) {
        return None;
    }
    let fold = usize::from(after.starts_with(['+', '-']));
    if after[fold..].lines().next().is_none_or(|title| title.trim().is_empty()) {
        let mut kind = kind.split('|').next().unwrap_or_default().chars();
        out.extend(kind.next().into_iter().flat_map(char::to_uppercase));
        out.extend(kind.flat_map(char::to_lowercase));
    }
    *breaks = true;
    Some(2 + kind.len() + 1 + fold)
}

/// `^name` at the end of a block names it, which nobody sees.
fn block_name(text: &str, out: &str) -> Option<usize> {
    let near = beginning(text, MOST_LINK);
    let line = near.lines().next().unwrap_or_default();
    if line.len() == near.len() && near.len() < text.len() {
        return None;
    }
    let name = line.trim_end().strip_prefix('^')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_apart = out.is_empty() || out.ends_with([' ', '\n', '\t']);
    (is_name && is_apart).then_some(line.len())
}

#[cfg(test)]
mod tests;
