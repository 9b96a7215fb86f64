//! The documents that the knowledge base is to mirror, taken one by one.

use std::io;

use super::coverage::Coverage;
use super::disk::Limitations;
use super::error::Error;
use super::guard::{self, Facts};
use super::intake::Intake;
use super::kb::{Kb, Trouble};
use super::open::Opened;
use super::options::Options;
use super::plan::Plan;
use super::planner::plan;
use super::state::State;
use super::survey::{self, Inquiry};
use twin_export::Document;

/// Takes the documents that a knowledge base is to mirror, one by one. Created by [`Sync::open`](crate::Sync::open).
///
/// Locks the state file until it is dropped. Texts that may have to be uploaded are kept in an unnamed
/// temporary file, so that memory use does not grow with them.
#[derive(Debug)]
pub struct Documents {
    options: Options,
    kb: Kb,
    opened: Opened,
    intake: Intake,
    coverage: Coverage,
    is_cut: bool,
}

impl Documents {
    pub(crate) fn new(options: Options, kb: Kb, opened: Opened) -> Self {
        let intake = Intake::new(options.verify, options.rerender);
        Self { options, kb, opened, intake, coverage: Coverage::default(), is_cut: false }
    }

    /// Adds a document. A second document with the same key is ignored.
    ///
    /// # Errors
    /// If the text cannot be written to the folder for temporary files.
    pub fn add(&mut self, document: Document) -> io::Result<()> {
        self.intake.take(self.opened.state.as_ref(), document)
    }

    /// Declares that the added documents include those whose keys start with `scope`. If `whole`, they are
    /// complete: a known document that was not added is gone. A scope is a prefix that ends in `/` or `:`, a
    /// single key, or empty for all keys.
    pub fn covers(&mut self, scope: impl Into<String>, whole: bool) {
        self.coverage.add_scope(scope, whole);
        self.is_cut |= !whole;
    }

    /// Declares that a document is not gone although it is not added. A key that ends in `/` or `:` stands
    /// for all keys with that prefix.
    pub fn not_gone(&mut self, key: impl Into<String>) {
        self.coverage.add_not_gone(key);
    }

    /// Returns the number of documents added so far.
    pub fn count(&self) -> usize {
        self.intake.count()
    }

    /// Returns the limitations of the file system found so far. More may be found during the run.
    pub fn limitations(&self) -> Limitations {
        self.opened.limitations.clone()
    }

    /// Examines the knowledge base and creates a plan, without writing anything.
    ///
    /// # Errors
    /// If a request failed or the run was stopped.
    pub async fn plan(mut self) -> Result<Plan, Error> {
        let (options, kb) = (self.options, self.kb);
        let inquiry = Inquiry {
            verify: options.verify,
            adopt: options.adopt || options.assume_new,
            assume_new: options.assume_new,
            concurrency: options.concurrency.max(1),
        };
        let mut export = self.intake.finish();
        let surveyed = match &self.opened.state {
            Some(state) => survey::with_state(&kb, state, inquiry).await,
            None => survey::without_state(&kb, &mut export, inquiry).await,
        };
        let survey = surveyed.map_err(|trouble| match trouble {
            Trouble::Failed(error) => Error::Api(error),
            Trouble::Stopped => Error::Stopped,
        })?;
        let had_state = self.opened.state.is_some();
        let state = self.opened.state.take().unwrap_or_else(|| State::new(&self.opened.base_url));
        let known = state.entries().map(|entry| entry.owned().count()).sum();
        let documents = export.sources.len();
        let findings = &survey.findings;
        let steps = plan(state, &export.sources, &self.coverage, findings, options.mode, options.rerender);
        let mut refusals: Vec<_> = survey.refusal.iter().cloned().collect();
        let facts = Facts {
            documents,
            known,
            missing: findings.missing.len(),
            max_missing: options.max_missing.unwrap_or(options.max_delete),
            cut: self.is_cut,
            mode: options.mode,
            allow_empty: options.allow_empty,
            max_delete: options.max_delete,
        };
        refusals.extend(guard::judge(&steps, facts));
        Ok(Plan { options, kb, opened: self.opened, had_state, export, steps, survey, refusals })
    }
}
