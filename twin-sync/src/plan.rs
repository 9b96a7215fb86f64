//! A plan that can be applied.

use std::fmt;

use super::apply::Applied;
use super::error::Error;
use super::guard::Refusal;
use super::intake::Export;
use super::kb::Kb;
use super::ledger::{Ledger, Work};
use super::observer::Observer;
use super::open::Opened;
use super::options::Options;
use super::report::Report;
use super::state::State;
use super::steps::{Action, Steps, Task, Unresolved};
use super::survey::Survey;
use super::words::count;
use super::worker::{Pace, Worker};

/// The work of a run, checked by the guards before the first write.
///
/// `Display` shows it in one line: what is done, and in how many requests.
#[derive(Debug)]
pub struct Plan {
    pub(crate) options: Options,
    pub(crate) kb: Kb,
    pub(crate) opened: Opened,
    pub(crate) had_state: bool,
    pub(crate) export: Export,
    pub(crate) steps: Steps,
    pub(crate) survey: Survey,
    pub(crate) refusals: Vec<Refusal>,
}

impl Plan {
    /// Returns the work, source by source.
    pub fn tasks(&self) -> &[Task] {
        &self.steps.tasks
    }

    /// Returns whether no source needs work. The state may change all the same.
    pub fn is_empty(&self) -> bool {
        self.steps.tasks.is_empty()
    }

    /// Returns the number of sources with this action.
    pub fn count(&self, action: Action) -> usize {
        self.steps.count(action)
    }

    /// Returns the number of requests that the work takes.
    pub fn requests(&self) -> usize {
        self.steps.requests()
    }

    /// Returns the number of documents to mirror.
    pub fn documents(&self) -> usize {
        self.export.sources.len()
    }

    /// Returns the number of sources that need no work.
    pub fn unchanged(&self) -> usize {
        self.steps.unchanged
    }

    /// Returns the number of known sources that are kept although they are missing from the documents or
    /// differ from them.
    pub fn kept(&self) -> usize {
        self.steps.kept
    }

    /// Returns the number of unchanged sources that another version of their converter rendered differently.
    pub fn rerendered(&self) -> usize {
        self.steps.rerendered
    }

    /// Returns the number of sources that are gone and will be deleted.
    pub fn gone(&self) -> usize {
        self.steps.gone
    }

    /// Returns the sources in doubt: they may or may not exist.
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.steps.unresolved
    }

    /// Returns the number of documents of the knowledge base that were read to compare them.
    pub fn compared(&self) -> usize {
        self.survey.compared
    }

    /// Returns the number of known documents that are missing from a complete listing.
    pub fn unlisted(&self) -> usize {
        self.survey.unlisted
    }

    /// Returns whether there is no state file although the knowledge base has documents.
    pub fn starts_among_others(&self) -> bool {
        !self.had_state && !self.survey.before.is_empty()
    }

    /// Returns why guards refuse the plan or a part of it.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Returns why a guard refuses the plan, if one does.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| !refusal.lets_the_rest_go_on())
    }

    /// Returns the report that applying the plan would have.
    pub fn into_report(self) -> Report {
        let Plan { kb, export, steps, .. } = self;
        // There may be very many documents: what is known of them goes before the report is made.
        drop(export);
        Report::planned(steps).with(kb.meter().figures())
    }

    /// Returns the report of a run that does not apply the plan, in which all work remains.
    pub fn refused_report(&self) -> Report {
        Report::refused(&self.steps).with(self.kb.meter().figures())
    }

    /// Applies the plan, to the end or until the run is stopped. Each step is recorded in the journal before
    /// and after it, so that the next run continues wherever this one ends.
    ///
    /// # Errors
    /// If a guard refuses the plan or the state file cannot be written; nothing has been sent in that case. Failures of
    /// single documents are in the report.
    pub async fn apply(self, observer: &dyn Observer) -> Result<Report, Error> {
        if let Some(refusal) = self.refusal() {
            return Err(Error::Refused(refusal.clone()));
        }
        let Plan { options, kb, opened, had_state, export, mut steps, survey, .. } = self;
        let Some(store) = opened.store else { return Err(Error::DryRun) };
        let mut applied = Applied::default();
        if had_state || !steps.tasks.is_empty() {
            let state = std::mem::replace(&mut steps.state, State::new(""));
            let is_idle = steps.tasks.is_empty() && survey.findings.settled.is_empty();
            let work = if is_idle { Work::None } else { Work::Ahead };
            let ledger = Ledger::open(state, store, work).map_err(Error::Write)?;
            let pace = Pace { concurrency: options.concurrency.max(1), grace: options.grace };
            let worker = Worker::new(&kb, ledger, export, survey.before, pace, observer);
            worker.expect_late(survey.findings.settled);
            applied = worker.run(&steps).await;
        }
        let mut report = Report::applied(&steps, &applied, observer);
        for (key, error) in &survey.unverified {
            report.add_failed(key, error, observer);
        }
        Ok(report.with(kb.meter().figures()))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = [Action::Create, Action::Replace, Action::Adopt, Action::Prune];
        let mut separator = "";
        for action in actions {
            let sources = self.count(action);
            if sources > 0 {
                write!(f, "{separator}{sources} {}", action.name())?;
                separator = " + ";
            }
        }
        match separator {
            "" => f.write_str("nothing to do"),
            _ => write!(f, " = {}", count(self.requests(), "request")),
        }
    }
}
