//! A plan, ready to be carried out.

use std::fmt;

use super::apply::Applied;
use super::error::Error;
use super::guard::Refusal;
use super::intake::Export;
use super::kb::Kb;
use super::ledger::{Ledger, Work};
use super::observer::Observer;
use super::open::Opened;
use super::report::Report;
use super::state::State;
use super::steps::{Action, Steps, Task, Unresolved};
use super::survey::Survey;
use super::sync::Sync;
use super::words::count;
use super::worker::{Pace, Worker};

/// What there is to do, judged before the first write.
///
/// `Display` is a line for people: what is done, and in how many requests.
#[derive(Debug)]
pub struct Plan {
    pub(crate) sync: Sync,
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

    /// Returns how many sources one action is planned for.
    pub fn count(&self, action: Action) -> usize {
        self.steps.count(action)
    }

    /// Returns how many requests the work takes.
    pub fn requests(&self) -> usize {
        self.steps.requests()
    }

    /// Returns how many documents were handed over.
    pub fn documents(&self) -> usize {
        self.export.sources.len()
    }

    /// Returns how many sources are as they should be.
    pub fn unchanged(&self) -> usize {
        self.steps.unchanged
    }

    /// Returns how many known sources are left as they are though they were not handed over so.
    pub fn kept(&self) -> usize {
        self.steps.kept
    }

    /// Returns how many of the unchanged ones another version of their converter rendered differently.
    pub fn rerendered(&self) -> usize {
        self.steps.rerendered
    }

    /// Returns how many sources are to be deleted because they are gone.
    pub fn gone(&self) -> usize {
        self.steps.gone
    }

    /// Returns the sources of which it cannot be told whether they are there.
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.steps.unresolved
    }

    /// Returns how many documents were read to compare them with those handed over.
    pub fn compared(&self) -> usize {
        self.survey.compared
    }

    /// Returns how many known documents are missing from a listing that is whole.
    pub fn unlisted(&self) -> usize {
        self.survey.unlisted
    }

    /// Returns whether there is no state file, though the knowledge base has documents.
    pub fn starts_among_others(&self) -> bool {
        !self.had_state && !self.survey.before.is_empty()
    }

    /// Returns why the plan must not be carried out, or not all of it.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Returns why the plan must not be carried out.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| !refusal.lets_the_rest_go_on())
    }

    /// Returns the report of a run that would carry it out.
    pub fn into_report(self) -> Report {
        let Plan { kb, export, steps, .. } = self;
        // There may be very many documents: what is known of them goes before the report is made.
        drop(export);
        Report::planned(steps).with(kb.meter().figures())
    }

    /// Returns the report of a run that does not carry it out: everything remains.
    pub fn refused_report(&self) -> Report {
        Report::refused(&self.steps).with(self.kb.meter().figures())
    }

    /// Carries out the plan as far as it goes: to the end, or until the run is stopped. Each step is written down
    /// before and after it is done, so that the next run goes on wherever this one ends.
    ///
    /// # Errors
    /// If the plan must not be carried out, or the state file cannot be written; nothing was sent then. What fails of
    /// single documents is in the report.
    pub async fn apply(self, observer: &dyn Observer) -> Result<Report, Error> {
        if let Some(refusal) = self.refusal() {
            return Err(Error::Refused(refusal.clone()));
        }
        let Plan { sync, kb, opened, had_state, export, mut steps, survey, .. } = self;
        let Some(store) = opened.store else { return Err(Error::DryRun) };
        let mut applied = Applied::default();
        if had_state || !steps.tasks.is_empty() {
            let state = std::mem::replace(&mut steps.state, State::new(""));
            let is_idle = steps.tasks.is_empty() && survey.findings.settled.is_empty();
            let work = if is_idle { Work::None } else { Work::Ahead };
            let ledger = Ledger::open(state, store, work).map_err(Error::Write)?;
            let pace = Pace { concurrency: sync.options.concurrency.max(1), grace: sync.options.grace };
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
