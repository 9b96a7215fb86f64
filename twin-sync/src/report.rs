//! The report of a run: what scripts read.

use serde::Serialize;

use super::apply::Applied;
use super::meter::Figures;
use super::plan::{Action, Plan, Task, Unresolved};
use twin_export::{Remark, Skipped};

/// What a run did, or would do.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub created: usize,
    pub replaced: usize,
    pub pruned: usize,
    pub unchanged: usize,
    pub adopted: usize,
    pub kept: usize,
    pub remaining: usize,
    pub unresolved: Vec<UnresolvedLine>,
    pub failed: Vec<FailedLine>,
    pub skipped: Vec<SkippedLine>,
    pub requests: u64,
    pub retries: u64,
    pub rate_limited: u64,
    pub waited_ms: u64,
    pub elapsed_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<ActionLine>>,
    /// Of a plan: what is worth knowing of the files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<RemarkLine>,
}

/// A source of which it cannot be told whether a document of it was created.
#[derive(Debug, Clone, Serialize)]
pub struct UnresolvedLine {
    pub key: String,
    pub title: String,
    pub reason: String,
}

/// A source that failed.
#[derive(Debug, Clone, Serialize)]
pub struct FailedLine {
    pub key: String,
    pub code: String,
    pub message: String,
}

/// A file that became no document.
#[derive(Debug, Clone, Serialize)]
pub struct SkippedLine {
    pub path: String,
    pub reason: String,
}

/// What is worth knowing of a file.
#[derive(Debug, Clone, Serialize)]
pub struct RemarkLine {
    pub path: String,
    pub remark: String,
}

/// What was done, or is to be done, about a source.
#[derive(Debug, Clone, Serialize)]
pub struct ActionLine {
    pub action: &'static str,
    pub key: String,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub parts: usize,
}

impl Report {
    /// Of a run that is over before it had a plan.
    pub fn nothing(skipped: &[Skipped]) -> Self {
        let line = |file: &Skipped| SkippedLine { path: file.path.clone(), reason: file.reason.clone() };
        Self { skipped: skipped.iter().map(line).collect(), ..Self::default() }
    }

    /// Of a plan: what would be done.
    pub fn planned(plan: &Plan, skipped: &[Skipped], remarks: &[Remark]) -> Self {
        let mut report = Self::left_alone(plan, skipped);
        let line = |of: &Remark| RemarkLine { path: of.path.clone(), remark: of.text.clone() };
        report.remarks = remarks.iter().map(line).collect();
        report.count(&plan.tasks);
        report.unresolved = plan.unresolved.iter().map(unresolved).collect();
        report
    }

    /// Of a plan that is not carried out.
    pub fn refused(plan: &Plan, skipped: &[Skipped]) -> Self {
        let mut report = Self::left_alone(plan, skipped);
        report.remaining = plan.tasks.len();
        report.unresolved = plan.unresolved.iter().map(unresolved).collect();
        report.actions = Some(plan.tasks.iter().map(action).collect());
        report
    }

    /// Of a plan that was carried out as far as it went. `name` gives a failure's code and message.
    pub fn applied(
        plan: &Plan,
        applied: &Applied,
        skipped: &[Skipped],
        name: impl Fn(&twin_sdk::Error) -> (String, String),
    ) -> Self {
        let mut report = Self::left_alone(plan, skipped);
        report.count(&applied.done);
        report.remaining = applied.remaining;
        report.unresolved = applied.unresolved.iter().map(unresolved).collect();
        report.failed = applied.failed.iter().map(|(task, error)| failed(&task.key, error, &name)).collect();
        report
    }

    fn left_alone(plan: &Plan, skipped: &[Skipped]) -> Self {
        Self { unchanged: plan.unchanged, kept: plan.kept, ..Self::nothing(skipped) }
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
        self.actions = Some(tasks.iter().map(action).collect());
    }

    /// Adds sources that failed before there was a plan.
    pub fn add_failed<'a>(
        &mut self,
        failures: impl IntoIterator<Item = (&'a str, &'a twin_sdk::Error)>,
        name: impl Fn(&twin_sdk::Error) -> (String, String),
    ) {
        self.failed.extend(failures.into_iter().map(|(key, error)| failed(key, error, &name)));
    }

    /// Adds what the run took.
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

fn failed(
    key: &str,
    error: &twin_sdk::Error,
    name: impl Fn(&twin_sdk::Error) -> (String, String),
) -> FailedLine {
    let (code, message) = name(error);
    FailedLine { key: key.to_owned(), code, message }
}

fn unresolved(source: &Unresolved) -> UnresolvedLine {
    let Unresolved { key, title, reason } = source.clone();
    UnresolvedLine { key, title, reason }
}

fn action(task: &Task) -> ActionLine {
    ActionLine {
        action: task.action.name(),
        key: task.key.clone(),
        title: task.title.clone(),
        kind: task.kind.to_string(),
        parts: task.parts,
    }
}
