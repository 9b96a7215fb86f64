//! What a plan is made of: the work on each source, and what led to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use twin_sdk::DocumentType;

use super::entry::Doubt;
use super::state::State;

/// What was found out in the knowledge base beforehand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    /// How the doubts of earlier runs were settled, by the key of their source.
    pub(crate) settled: Vec<(String, Doubt, Settled)>,
    /// Known documents that are not there any more.
    pub(crate) missing: HashSet<String>,
    /// The titles of documents, by their ids, as far as listings showed them.
    pub(crate) titles: HashMap<String, String>,
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

/// The action on one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is created.
    Create,
    /// Its documents are replaced.
    Replace,
    /// Existing documents that equal it are adopted.
    Adopt,
    /// It is gone, and its documents are deleted.
    Prune,
}

impl Action {
    /// Returns its name in reports.
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
    /// The action.
    pub action: Action,
    /// The source's identity.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its type.
    pub document_type: DocumentType,
    /// Where it comes from, for display; `None` if documents are only deleted.
    pub path: Option<String>,
    /// Length of its text; `None` if documents are only deleted.
    pub bytes: Option<usize>,
    /// Number of documents of the source in the knowledge base.
    pub parts: usize,
    /// Which of the export's sources is to be uploaded; `None` where documents are deleted only.
    pub(crate) upload: Option<usize>,
    /// Number of documents to create.
    pub creates: usize,
    /// Number of documents to delete.
    pub deletes: usize,
}

/// A source in doubt: one of its documents may or may not have been created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unresolved {
    /// The source's identity.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Why it is in doubt.
    pub reason: String,
}

/// A document that the state has as a source's, though by its title it is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disowned {
    /// The source.
    pub(crate) key: String,
    /// The document.
    pub(crate) id: String,
    /// Its title in the knowledge base.
    pub(crate) title: String,
}

/// What there is to do.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    /// The state to begin with: what was found out is in it. Carrying the plan out takes it.
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
    /// Documents that are to be deleted with none made, or left, in their place.
    pub(crate) deletions: usize,
    /// Sources left as they are because a document of theirs bears another's title.
    pub(crate) disowned: Vec<Disowned>,
    /// Sources of which it cannot be told whether they are there.
    pub(crate) unresolved: Vec<Unresolved>,
}

impl Steps {
    /// How many sources one action is planned for.
    pub(crate) fn count(&self, action: Action) -> usize {
        self.tasks.iter().filter(|task| task.action == action).count()
    }

    /// How many requests the work takes.
    pub(crate) fn requests(&self) -> usize {
        self.tasks.iter().map(|task| task.creates + task.deletes).sum()
    }
}
