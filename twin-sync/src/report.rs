//! The report of a run.

use serde::Serialize;

use super::apply::Applied;
use super::meter::Figures;
use super::observer::Observer;
use super::steps::{Action, Steps, Task, Unresolved};

/// What a run did, or would do.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Number of created sources.
    pub created: usize,
    /// Number of replaced sources.
    pub replaced: usize,
    /// Number of deleted sources.
    pub pruned: usize,
    /// Number of unchanged sources.
    pub unchanged: usize,
    /// Number of sources whose existing documents were adopted.
    pub adopted: usize,
    /// Number of known sources that were kept although they are missing from the documents or differ from
    /// them.
    pub kept: usize,
    /// Number of sources with work left.
    pub remaining: usize,
    /// Sources in doubt: they may or may not have been created.
    pub unresolved: Vec<Unresolved>,
    /// Sources that failed.
    pub failed: Vec<Failed>,
    /// Files that did not become documents.
    pub skipped: Vec<Skipped>,
    /// Number of requests sent, including retries.
    pub requests: u64,
    /// Number of retries.
    pub retries: u64,
    /// Number of responses with status 429.
    pub rate_limited: u64,
    /// Milliseconds during which requests waited to be sent.
    pub waited_ms: u64,
    /// Milliseconds since the run started.
    pub elapsed_ms: u64,
    /// The actions, source by source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<Step>>,
    /// For plans, remarks about files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    /// Of a plan: sources that may be one. None is merged with another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_duplicates: Vec<NearDuplicates>,
}

/// Sources that may be one.
#[derive(Debug, Clone, Serialize)]
pub struct NearDuplicates {
    /// Their identities.
    pub keys: Vec<String>,
    /// The title of the first.
    pub title: String,
    /// What they have in common: `same title`, `same text` or `similar text`.
    pub likeness: &'static str,
    /// How much of their wording similar texts share, in percent: at least and roughly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// A source that failed.
#[derive(Debug, Clone, Serialize)]
pub struct Failed {
    /// The source's identity.
    pub key: String,
    /// A machine-readable code.
    pub code: String,
    /// What happened.
    pub message: String,
}

/// A file that did not become a document.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    /// Where it is.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// A remark about a file.
#[derive(Debug, Clone, Serialize)]
pub struct Remark {
    /// Where it is.
    pub path: String,
    /// The remark.
    pub remark: String,
}

/// An action on a source.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// One of `create`, `replace`, `adopt` and `prune`.
    pub action: &'static str,
    /// The source's identity.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its type.
    #[serde(rename = "type")]
    pub document_type: String,
    /// Number of documents of the source.
    pub parts: usize,
}

impl Report {
    /// Of a plan: what would be done.
    pub(crate) fn planned(steps: Steps) -> Self {
        let mut report = Self::left_alone(&steps);
        report.count(&steps.tasks);
        report.actions = Some(steps.tasks.into_iter().map(Step::from).collect());
        report.unresolved = steps.unresolved;
        report
    }

    /// Of a plan that is not carried out.
    pub(crate) fn refused(steps: &Steps) -> Self {
        let mut report = Self::left_alone(steps);
        report.remaining = steps.tasks.len();
        report.unresolved = steps.unresolved.clone();
        report.actions = Some(steps.tasks.iter().cloned().map(Step::from).collect());
        report
    }

    /// Of a plan that was carried out as far as it went.
    pub(crate) fn applied(steps: &Steps, applied: &Applied, observer: &dyn Observer) -> Self {
        let mut report = Self::left_alone(steps);
        report.count(&applied.done);
        report.actions = Some(applied.done.iter().cloned().map(Step::from).collect());
        report.remaining = applied.remaining;
        report.unresolved = applied.unresolved.clone();
        report.failed =
            applied.failed.iter().map(|(task, error)| failed(&task.key, error, observer)).collect();
        report
    }

    fn left_alone(steps: &Steps) -> Self {
        Self { unchanged: steps.unchanged, kept: steps.kept, ..Self::default() }
    }

    fn count(&mut self, tasks: &[Task]) {
        for task in tasks {
            *match task.action {
                Action::Create => &mut self.created,
                Action::Replace => &mut self.replaced,
                Action::Prune => &mut self.pruned,
                Action::Adopt => &mut self.adopted,
            } += 1;
        }
    }

    /// Adds a source that failed before there was a plan.
    pub(crate) fn add_failed(&mut self, key: &str, error: &twin_sdk::Error, observer: &dyn Observer) {
        self.failed.push(failed(key, error, observer));
    }

    /// Adds what the run took.
    #[must_use]
    pub fn with(mut self, figures: Figures) -> Self {
        self.requests = figures.requests;
        self.retries = figures.retries;
        self.rate_limited = figures.rate_limited;
        self.waited_ms = u64::try_from(figures.waited.as_millis()).unwrap_or(u64::MAX);
        self.elapsed_ms = u64::try_from(figures.elapsed.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Whether all that was to be done is done.
    pub fn is_whole(&self) -> bool {
        self.remaining == 0 && self.failed.is_empty() && self.unresolved.is_empty()
    }
}

fn failed(key: &str, error: &twin_sdk::Error, observer: &dyn Observer) -> Failed {
    let (code, message) = observer.describe(error);
    Failed { key: key.to_owned(), code, message }
}

impl From<Task> for Step {
    fn from(Task { action, key, title, document_type, parts, .. }: Task) -> Self {
        Self { action: action.name(), key, title, document_type: document_type.to_string(), parts }
    }
}
