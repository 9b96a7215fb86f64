//! The planner: decides what there is to do, before the first write. Pure: what is known, what the export holds
//! and what was found out in the knowledge base go in; the plan comes out, with the state to begin it with.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::coverage::{Absence, Coverage};
use super::entry::{Doubt, Entry};
use super::options::Mode;
use super::source::Source;
use super::state::State;
use super::status::Status;
use super::steps::{Action, Disowned, Findings, Settled, Steps, Task, Unresolved};

/// Plans a run. `state` is what is known, `sources` what the export holds.
pub(crate) fn plan(
    state: State,
    sources: &[Source],
    coverage: &Coverage,
    findings: &Findings,
    mode: Mode,
    rerender: bool,
) -> Steps {
    let mut planner = Planner {
        keys: sources.iter().map(|source| source.key.as_str()).collect(),
        coverage,
        mode,
        plan: Steps {
            state,
            tasks: Vec::new(),
            unchanged: 0,
            kept: 0,
            rerendered: 0,
            held_back: 0,
            gone: 0,
            deletions: 0,
            disowned: Vec::new(),
            unresolved: Vec::new(),
        },
        titles: &findings.titles,
    };
    planner.settle(&findings.settled);
    planner.lose(&findings.missing);
    planner.follow_moves(sources);
    for (index, source) in sources.iter().enumerate() {
        planner.present(index, source, findings.adopted.get(&source.key), rerender);
    }
    planner.absent();
    planner.plan
}

/// The reader whose sources are known by their paths or their bytes alone.
fn named_by_path(key: &str) -> Option<&'static str> {
    ["drive:", "folder:", "mail:sha256-"].into_iter().find(|reader| key.starts_with(reader))
}

fn name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

struct Planner<'a> {
    keys: HashSet<&'a str>,
    coverage: &'a Coverage,
    mode: Mode,
    plan: Steps,
    titles: &'a HashMap<String, String>,
}

impl Planner<'_> {
    /// Enters how doubts turned out. What stays open is told, and stays in the state.
    fn settle(&mut self, settled: &[(String, Doubt, Settled)]) {
        for (key, doubt, outcome) in settled {
            let Some(mut entry) = self.plan.state.get(key).cloned() else { continue };
            match outcome {
                Settled::Made(id) => {
                    entry.found(doubt, id.clone());
                    if !self.keys.contains(key.as_str()) {
                        entry.complete_if_single(doubt); // no upload will
                    }
                }
                Settled::Never => entry.doubts.retain(|other| other != doubt),
                Settled::Open(reason) => {
                    let (key, title) = (key.clone(), entry.title.clone());
                    if self.plan.unresolved.last().is_none_or(|last| last.key != key) {
                        self.plan.unresolved.push(Unresolved { key, title, reason: reason.clone() });
                    }
                }
            }
            self.put_or_drop(entry);
        }
    }

    /// An entry that says nothing any more goes.
    fn put_or_drop(&mut self, entry: Entry) {
        if entry.is_void() {
            self.plan.state.remove(&entry.key);
        } else {
            self.plan.state.put(entry);
        }
    }

    /// What is missing of a source in the export is made anew, next to what is left of it.
    fn lose(&mut self, missing: &HashSet<String>) {
        let is_lost = |entry: &&Entry| entry.owned().any(|id| missing.contains(id));
        let losers: Vec<Entry> = self.plan.state.entries().filter(is_lost).cloned().collect();
        for mut entry in losers.into_iter().filter(|entry| self.keys.contains(entry.key.as_str())) {
            entry.old.retain(|id| !missing.contains(id));
            if let Some(next) = &mut entry.next {
                next.parts.retain(|_, id| !missing.contains(id));
            }
            if entry.ids.iter().any(|id| missing.contains(id)) {
                let hash = std::mem::take(&mut entry.hash);
                entry.begin(&hash);
                let left = std::mem::take(&mut entry.ids).into_iter().enumerate();
                if let Some(next) = &mut entry.next {
                    next.parts.extend(left.filter(|(_, id)| !missing.contains(id)));
                }
            }
            self.plan.state.put(entry);
        }
    }

    /// A file of Google Drive, or of a folder, with the same bytes at a new path is the same file, and so is a message
    /// without Message-ID whose key earlier versions made of more than what it says: what is gone gives
    /// its entry to what is new. Of several, one that reads the same, then one of the same name.
    fn follow_moves(&mut self, sources: &[Source]) {
        let mut gone: HashMap<(&str, String), Vec<&str>> = HashMap::new();
        let state = self.plan.state.clone();
        for entry in state.entries().filter(|entry| entry.is_whole()) {
            let Some(reader) = named_by_path(&entry.key) else { continue };
            if !self.keys.contains(entry.key.as_str()) && self.coverage.absence(&entry.key) == Absence::Gone {
                gone.entry((reader, entry.source.clone())).or_default().push(&entry.key);
            }
        }
        if gone.is_empty() {
            return;
        }
        for source in sources.iter().filter(|source| state.get(&source.key).is_none()) {
            let Some(reader) = named_by_path(&source.key) else { continue };
            let Some(keys) = gone.get_mut(&(reader, source.source.clone())) else { continue };
            let likeness = |key: &str| {
                let reads_the_same = state.get(key).is_some_and(|entry| entry.hash == source.hash);
                (!reads_the_same, name(key) != name(&source.key))
            };
            let Some(at) = (0..keys.len()).min_by_key(|&at| likeness(keys[at])) else { continue };
            if let Some(mut entry) = self.plan.state.remove(keys.remove(at)) {
                entry.key = source.key.clone();
                self.plan.state.put(entry);
            }
        }
    }

    /// Whether nothing of a source may be deleted, since one of its documents is another's by its title.
    fn is_disowned(&mut self, entry: &Entry) -> bool {
        let not_made = |id: &&str| self.titles.get(*id).is_some_and(|title| !entry.made(title));
        let Some(id) = entry.owned().find(not_made) else { return false };
        let (key, id, title) = (entry.key.clone(), id.to_owned(), self.titles[id].clone());
        self.plan.disowned.push(Disowned { key, id, title });
        self.plan.kept += 1;
        self.plan.state.put(entry.clone());
        true
    }

    /// A source that the export holds.
    fn present(
        &mut self,
        index: usize,
        source: &Source,
        adopted: Option<&BTreeMap<usize, String>>,
        rerender: bool,
    ) {
        let entry = self.plan.state.get(&source.key).cloned();
        let status = Status::of(entry.as_ref(), source, rerender);
        let stays = matches!(status, Status::Same | Status::Rerendered)
            || (status == Status::Changed && self.mode == Mode::Import);
        if let Some(entry) = entry.as_ref().filter(|entry| !stays || entry.is_unfinished())
            && self.is_disowned(entry)
        {
            return;
        }
        match (status, entry) {
            (Status::New, entry) => self.bring_in(index, source, entry, adopted),
            (Status::Changed, Some(mut entry)) if matches!(self.mode, Mode::Sync { .. }) => {
                if entry.next.as_ref().is_some_and(|next| next.hash != source.hash) {
                    entry.drop_next();
                }
                self.upload(Action::Replace, index, source, entry);
            }
            (Status::Same, Some(mut entry)) => {
                (entry.source, entry.converter) = (source.source.clone(), source.converter.clone());
                entry.drop_next();
                // Where something is left to delete, it counts as replaced.
                self.plan.unchanged += usize::from(entry.old.is_empty());
                self.clear(entry);
            }
            (Status::Rerendered, Some(mut entry)) => {
                entry.drop_next();
                self.plan.unchanged += 1;
                self.plan.rerendered += 1;
                self.plan.kept += 1;
                self.clear(entry);
            }
            (_, Some(entry)) => {
                self.plan.kept += 1;
                self.clear(entry);
            }
            (_, None) => {} // only what is new has no entry
        }
    }

    /// A source of which nothing whole is there: adopted where all of it is, created otherwise.
    fn bring_in(
        &mut self,
        index: usize,
        source: &Source,
        entry: Option<Entry>,
        adopted: Option<&BTreeMap<usize, String>>,
    ) {
        let mut entry = entry.unwrap_or_else(|| Entry::blank(source));
        if entry.next.as_ref().is_some_and(|next| next.hash != source.hash) {
            entry.drop_next();
        }
        let Some(parts) = adopted else { return self.upload(Action::Create, index, source, entry) };
        if parts.len() < source.parts {
            entry.begin(&source.hash);
            if let Some(next) = &mut entry.next {
                next.parts.clone_from(parts);
            }
            return self.upload(Action::Create, index, source, entry);
        }
        entry.ids = parts.values().cloned().collect();
        entry.hash.clone_from(&source.hash);
        self.task(Action::Adopt, source, Some(index), 0, 0);
        self.plan.state.put(entry);
    }

    fn upload(&mut self, action: Action, index: usize, source: &Source, entry: Entry) {
        let in_doubt = entry.doubts.iter().any(|doubt| doubt.hash == source.hash);
        if !in_doubt {
            let made = entry.next.as_ref().map_or(0, |next| next.parts.len());
            let deletes = entry.ids.len() + entry.old.len();
            self.plan.deletions += deletes.saturating_sub(source.parts);
            self.task(action, source, Some(index), source.parts.saturating_sub(made), deletes);
        }
        self.put_or_drop(entry);
    }

    fn task(
        &mut self,
        action: Action,
        source: &Source,
        upload: Option<usize>,
        creates: usize,
        deletes: usize,
    ) {
        self.plan.tasks.push(Task {
            action,
            key: source.key.clone(),
            title: source.title.clone(),
            document_type: source.document_type.clone(),
            path: upload.map(|_| source.path.clone()),
            bytes: upload.map(|_| source.bytes),
            parts: source.parts,
            upload,
            creates,
            deletes,
        });
    }

    /// An entry that is to stay: what an earlier run left of renderings before is to go.
    fn clear(&mut self, entry: Entry) {
        if !entry.old.is_empty() {
            self.plan.deletions += entry.old.len().saturating_sub(entry.ids.len());
            self.deletion(Action::Replace, &entry, entry.old.len());
        }
        self.plan.state.put(entry);
    }

    fn deletion(&mut self, action: Action, entry: &Entry, deletes: usize) {
        self.plan.tasks.push(Task {
            action,
            key: entry.key.clone(),
            title: entry.title.clone(),
            document_type: entry.document_type.clone(),
            path: None,
            bytes: None,
            parts: entry.ids.len().max(1),
            upload: None,
            creates: 0,
            deletes,
        });
    }

    /// Known sources that the export does not hold. What is only a remainder of an earlier run goes as soon as
    /// it is known to be gone; a whole document goes where that was asked for.
    fn absent(&mut self) {
        let is_absent = |entry: &&Entry| !self.keys.contains(entry.key.as_str());
        let absent: Vec<Entry> = self.plan.state.entries().filter(is_absent).cloned().collect();
        let asked = self.mode == Mode::Sync { prune: true };
        for entry in absent {
            let in_doubt = !entry.doubts.is_empty();
            let is_gone = self.coverage.absence(&entry.key) == Absence::Gone;
            let goes = is_gone && !in_doubt && (asked || !entry.is_whole());
            if (goes || !entry.old.is_empty()) && self.is_disowned(&entry) {
                continue;
            }
            match self.coverage.absence(&entry.key) {
                Absence::Gone if goes => {
                    self.plan.gone += usize::from(entry.is_whole());
                    self.plan.deletions += entry.owned().count();
                    self.deletion(Action::Prune, &entry, entry.owned().count());
                    continue;
                }
                Absence::Cut if asked => self.plan.held_back += 1,
                _ => {}
            }
            self.plan.kept += 1;
            self.clear(entry);
        }
    }
}
