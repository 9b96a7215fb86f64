//! Which folders are one conversation: those of several exports together, and not those that only share a name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::tree::{Entry, Roots, file_name, folder_of, safe_path, stem};
use super::is_day;
use super::workspace::Workspace;

/// A channel or a private conversation: a folder with a file for each day, in one export or in several.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    pub(super) title: String,
    pub(super) private: bool,
    /// The exports that hold it.
    pub(super) roots: Vec<usize>,
    pub(super) days: Vec<Day<'a>>,
    /// What its keys begin with.
    scope: String,
}

/// The files of a day.
#[derive(Debug)]
pub(super) struct Day<'a> {
    /// `2026-03-02`
    pub(super) name: &'a str,
    pub(super) parts: Vec<&'a Entry>,
}

impl Day<'_> {
    pub(super) fn size(&self) -> u64 {
        self.parts.iter().map(|entry| entry.size).sum()
    }
}

impl Conversation<'_> {
    pub(super) fn key(&self, day: &str) -> String {
        format!("{}/{day}", self.scope)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.days.iter().flat_map(|day| day.parts.iter().map(|entry| (day.name, *entry)))
    }
}

/// By export and folder: what the keys of its days begin with.
#[derive(Debug, Default)]
pub(super) struct Folders(HashMap<(usize, String), String>);

impl Folders {
    pub(super) fn of(roots: &Roots, workspaces: &[Workspace]) -> Self {
        let mut folders: BTreeMap<(usize, &str), String> = BTreeMap::new();
        let mut ids: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for (index, (_, tree)) in roots.iter().enumerate() {
            for entry in tree.entries.iter().filter(|entry| is_day(&entry.path)) {
                let folder = folder_of(&entry.path);
                folders.entry((index, folder)).or_insert_with(|| {
                    let id = workspaces[index].told(folder).id;
                    if !id.is_empty() {
                        ids.entry(file_name(folder)).or_default().insert(id.clone());
                    }
                    id
                });
            }
        }
        let scope = |folder: &str, id: &str| {
            let name = file_name(folder);
            // Of several channels of one name, the oldest keeps it: ids grow.
            let is_other = !id.is_empty() && ids[name].first().is_some_and(|first| first != id);
            let told = if is_other { format!(" ({id})") } else { String::new() };
            format!("slack:{}", safe_path(&format!("{name}{told}")))
        };
        let scopes =
            folders.iter().map(|(&(index, folder), id)| ((index, folder.to_owned()), scope(folder, id)));
        Self(scopes.collect())
    }

    fn scope(&self, root: usize, folder: &str) -> String {
        let known = self.0.get(&(root, folder.to_owned())).cloned();
        known.unwrap_or_else(|| format!("slack:{}", safe_path(file_name(folder))))
    }

    pub(super) fn key_of(&self, root: usize, path: &str) -> String {
        format!("{}/{}", self.scope(root, folder_of(path)), stem(file_name(path)))
    }

    /// The conversations, in the order of the exports' files.
    pub(super) fn conversations<'a>(
        &self,
        roots: &'a Roots,
        workspaces: &[Workspace],
    ) -> Vec<Conversation<'a>> {
        let mut conversations: Vec<Conversation<'a>> = Vec::new();
        let mut days: Vec<BTreeMap<&'a str, Vec<&'a Entry>>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, (_, tree)) in roots.iter().enumerate() {
            let mut here: HashMap<&str, usize> = HashMap::new();
            for entry in tree.entries.iter().filter(|entry| is_day(&entry.path)) {
                let folder = folder_of(&entry.path);
                let place = *here.entry(folder).or_insert_with(|| {
                    let scope = self.scope(index, folder);
                    let told = workspaces[index].told(folder);
                    let place = *places.entry(scope.clone()).or_insert(conversations.len());
                    if place == conversations.len() {
                        let (title, private) = (told.title, false);
                        let (roots, no_days) = (Vec::new(), Vec::new());
                        conversations.push(Conversation { title, private, roots, days: no_days, scope });
                        days.push(BTreeMap::new());
                    }
                    let conversation = &mut conversations[place];
                    conversation.private |= told.private;
                    if conversation.roots.last() != Some(&index) {
                        conversation.roots.push(index);
                    }
                    place
                });
                days[place].entry(stem(file_name(&entry.path))).or_default().push(entry);
            }
        }
        for (conversation, days) in conversations.iter_mut().zip(days) {
            conversation.days = days.into_iter().map(|(name, parts)| Day { name, parts }).collect();
        }
        conversations
    }
}
