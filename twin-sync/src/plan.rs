//! What a plan is made of: the work on each source, and what led to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use twin_sdk::DocumentType;

use super::entry::{Doubt, Entry};
use super::intake::Source;
use super::state::State;

/// What a run is to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
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
pub enum Standing {
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
    pub fn of(entry: Option<&Entry>, source: &Source, rerender: bool) -> Self {
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
pub struct Findings {
    /// How the doubts of earlier runs were settled, by the key of their source.
    pub settled: Vec<(String, Doubt, Settled)>,
    /// Known documents that are not there any more.
    pub missing: HashSet<String>,
    /// The titles of documents, by their ids, as far as listings showed them.
    pub titles: HashMap<String, String>,
    /// Documents that equal parts of the export: by key, then by part.
    pub adopted: HashMap<String, BTreeMap<usize, String>>,
}

/// How a doubtful create turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It happened, and made this document.
    Made(String),
    /// It did not happen.
    Never,
    /// It cannot be told, for this reason.
    Open(String),
}

/// What is done about one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
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
    pub fn name(self) -> &'static str {
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
pub struct Task {
    pub action: Action,
    pub key: String,
    pub title: String,
    pub kind: DocumentType,
    /// How many documents of the knowledge base the source is.
    pub parts: usize,
    /// Which of the export's sources is to be uploaded; `None` where documents are deleted only.
    pub upload: Option<usize>,
    /// How many documents are to be created.
    pub creates: usize,
    /// How many are to be deleted.
    pub deletes: usize,
}

/// A source of which it cannot be told whether a document of it was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    pub key: String,
    pub title: String,
    pub reason: String,
}

/// A document that the state has as a source's, though by its title it is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disowned {
    /// The source.
    pub key: String,
    /// The document.
    pub id: String,
    /// What it is called in the knowledge base.
    pub title: String,
}

/// What there is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The state to begin with: what was found out is in it. Carrying the plan out takes it.
    pub state: State,
    /// The work, in order.
    pub tasks: Vec<Task>,
    /// Sources that are as they should be.
    pub unchanged: usize,
    /// Known sources left as they are though the export does not hold them so.
    pub kept: usize,
    /// Of the unchanged ones, those another version of the converter rendered otherwise.
    pub rerendered: usize,
    /// Sources that would be deleted had their archive not been cut short.
    pub held_back: usize,
    /// Sources that are to be deleted because they are gone.
    pub gone: usize,
    /// Documents that are to be deleted with none made, or left, in their place.
    pub deletions: usize,
    /// Sources left as they are because a document of theirs bears another's title.
    pub disowned: Vec<Disowned>,
    pub unresolved: Vec<Unresolved>,
}

impl Plan {
    /// How many sources one action is planned for.
    pub fn count(&self, action: Action) -> usize {
        self.tasks.iter().filter(|task| task.action == action).count()
    }

    /// How many requests the work takes.
    pub fn requests(&self) -> usize {
        self.tasks.iter().map(|task| task.creates + task.deletes).sum()
    }
}
