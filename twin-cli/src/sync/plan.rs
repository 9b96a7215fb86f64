//! The plan: what there is to do, decided before the first write. Pure: what is known, what the export holds
//! and what was found out in the knowledge base go in; the work comes out, and the state to begin it with.

use std::collections::{BTreeMap, HashMap, HashSet};

use twin_sdk::DocumentType;

use super::coverage::{Absence, Coverage};
use super::entry::{Doubt, Entry};
use super::intake::Source;
use super::state::State;

/// What a run is to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Create what is not known yet, and nothing else.
    Import,
    /// Make the knowledge base mirror the export.
    Sync {
        /// Delete what is gone.
        prune: bool,
    },
}

/// How a source stands to what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing whole is in the knowledge base.
    New,
    /// It is there, rendered the same.
    Same,
    /// It is there, rendered by another version of the converter from the same bytes.
    Rerendered,
    /// It is there, and is not what it was.
    Changed,
}

impl Standing {
    /// How this source stands to its entry. `rerender` counts another converter's rendering as a change.
    pub(crate) fn of(entry: Option<&Entry>, source: &Source, rerender: bool) -> Self {
        let Some(entry) = entry.filter(|entry| entry.is_whole()) else { return Self::New };
        if entry.hash == source.hash {
            return Self::Same;
        }
        let same_bytes = entry.source == source.source && entry.kind == source.kind;
        if same_bytes && entry.converter != source.converter && !rerender {
            return Self::Rerendered;
        }
        Self::Changed
    }
}

/// What was found out in the knowledge base beforehand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    /// How the doubts of earlier runs were settled, by the key of their source.
    pub(crate) settled: Vec<(String, Doubt, Settled)>,
    /// Known documents that are not there any more.
    pub(crate) missing: HashSet<String>,
    /// Documents that equal parts of the export: by key, then by part.
    pub(crate) adopted: HashMap<String, BTreeMap<usize, String>>,
}

/// How a doubtful create turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It happened, and made this document.
    Made(String),
    /// It did not happen.
    Never,
    /// It cannot be told, for this reason.
    Open(String),
}

/// What is done about one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// It is brought in.
    Create,
    /// Its new rendering takes the place of the one before.
    Replace,
    /// What is there already, and equals it, is taken for it.
    Adopt,
    /// It is gone, and so are its documents.
    Prune,
}

impl Action {
    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Replace => "replace",
            Action::Adopt => "adopt",
            Action::Prune => "prune",
        }
    }
}

/// The work on one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) action: Action,
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) kind: DocumentType,
    /// How many documents of the knowledge base the source is.
    pub(crate) parts: usize,
    /// Which of the export's sources is to be uploaded; `None` where documents are deleted only.
    pub(crate) upload: Option<usize>,
    /// How many documents are to be created.
    pub(crate) creates: usize,
    /// How many are to be deleted.
    pub(crate) deletes: usize,
}

/// A source of which it cannot be told whether a document of it was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unresolved {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) reason: String,
}

/// What there is to do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The state to begin with: what was found out is in it.
    pub(crate) state: State,
    /// The work, in order.
    pub(crate) tasks: Vec<Task>,
    /// Sources that are as they should be.
    pub(crate) unchanged: usize,
    /// Known sources left as they are though the export does not hold them so.
    pub(crate) kept: usize,
    /// Of the unchanged ones, those another version of the converter rendered otherwise.
    pub(crate) rerendered: usize,
    /// Sources that would be deleted had their archive not been cut short.
    pub(crate) held_back: usize,
    /// Sources that are to be deleted because they are gone.
    pub(crate) gone: usize,
    pub(crate) unresolved: Vec<Unresolved>,
}

impl Plan {
    /// How many sources one action is planned for.
    pub(crate) fn count(&self, action: Action) -> usize {
        self.tasks.iter().filter(|task| task.action == action).count()
    }

    /// How many requests the work takes.
    pub(crate) fn requests(&self) -> usize {
        self.tasks.iter().map(|task| task.creates + task.deletes).sum()
    }
}

/// Plans a run. `state` is what is known, `sources` what the export holds.
pub(crate) fn plan(
    state: State,
    sources: &[Source],
    coverage: &Coverage,
    findings: &Findings,
    mode: Mode,
    rerender: bool,
) -> Plan {
    let mut planner = Planner {
        keys: sources.iter().map(|source| source.key.as_str()).collect(),
        coverage,
        mode,
        plan: Plan {
            state,
            tasks: Vec::new(),
            unchanged: 0,
            kept: 0,
            rerendered: 0,
            held_back: 0,
            gone: 0,
            unresolved: Vec::new(),
        },
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

struct Planner<'a> {
    keys: HashSet<&'a str>,
    coverage: &'a Coverage,
    mode: Mode,
    plan: Plan,
}

impl Planner<'_> {
    /// Enters how doubts turned out. What stays open is told, and stays in the state.
    fn settle(&mut self, settled: &[(String, Doubt, Settled)]) {
        for (key, doubt, outcome) in settled {
            let Some(mut entry) = self.plan.state.get(key).cloned() else { continue };
            match outcome {
                Settled::Made(id) => entry.found(doubt, id.clone()),
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

    /// A file of Google Drive with the same bytes at a new path is the same file.
    fn follow_moves(&mut self, sources: &[Source]) {
        let is_drive = |key: &str| key.starts_with("drive:");
        let mut gone: HashMap<String, Vec<String>> = HashMap::new();
        for entry in self.plan.state.entries().filter(|entry| entry.is_whole() && is_drive(&entry.key)) {
            if !self.keys.contains(entry.key.as_str()) && self.coverage.absence(&entry.key) == Absence::Gone {
                gone.entry(entry.source.clone()).or_default().push(entry.key.clone());
            }
        }
        for source in sources.iter().filter(|source| is_drive(&source.key)) {
            if self.plan.state.get(&source.key).is_some() {
                continue;
            }
            let from =
                gone.get_mut(&source.source).filter(|keys| !keys.is_empty()).map(|keys| keys.remove(0));
            if let Some(mut entry) = from.and_then(|key| self.plan.state.remove(&key)) {
                entry.key = source.key.clone();
                self.plan.state.put(entry);
            }
        }
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
        let standing = Standing::of(entry.as_ref(), source, rerender);
        match (standing, entry) {
            (Standing::New, entry) => self.bring_in(index, source, entry, adopted),
            (Standing::Changed, Some(mut entry)) if matches!(self.mode, Mode::Sync { .. }) => {
                if entry.next.as_ref().is_some_and(|next| next.hash != source.hash) {
                    entry.drop_next();
                }
                self.upload(Action::Replace, index, source, entry);
            }
            (Standing::Same, Some(mut entry)) => {
                (entry.source, entry.converter) = (source.source.clone(), source.converter.clone());
                entry.drop_next();
                self.plan.unchanged += 1;
                self.clear(entry);
            }
            (Standing::Rerendered, Some(mut entry)) => {
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
        let mut entry = entry.unwrap_or_else(|| blank(source));
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
            kind: source.kind.clone(),
            parts: source.parts,
            upload,
            creates,
            deletes,
        });
    }

    /// An entry that is to stay: what an earlier run left of renderings before is to go.
    fn clear(&mut self, entry: Entry) {
        if !entry.old.is_empty() {
            self.deletion(Action::Replace, &entry, entry.old.len());
        }
        self.plan.state.put(entry);
    }

    fn deletion(&mut self, action: Action, entry: &Entry, deletes: usize) {
        self.plan.tasks.push(Task {
            action,
            key: entry.key.clone(),
            title: entry.title.clone(),
            kind: entry.kind.clone(),
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
            match self.coverage.absence(&entry.key) {
                Absence::Gone if !in_doubt && (asked || !entry.is_whole()) => {
                    self.plan.gone += usize::from(entry.is_whole());
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

/// An entry for a source of which nothing is there yet.
pub(crate) fn blank(source: &Source) -> Entry {
    Entry {
        key: source.key.clone(),
        title: source.title.clone(),
        kind: source.kind.clone(),
        hash: String::new(),
        source: source.source.clone(),
        converter: source.converter.clone(),
        ids: Vec::new(),
        old: Vec::new(),
        next: None,
        doubts: Vec::new(),
    }
}
