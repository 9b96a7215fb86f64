//! From an opened state to a plan, and from a plan to its end.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::apply::{Applied, Apply, Pace};
use super::coverage::Coverage;
use super::guard::{self, Facts, MaxDelete, Refusal};
use super::halt::Halt;
use super::intake::{Export, Intake, Source};
use super::kb::{Kb, Trouble};
use super::ledger::{Ledger, Work};
use super::open::Opened;
use super::plan::{Mode, Plan, Task};
use super::planner::plan;
use super::state::State;
use super::survey::{self, Inquiry, Survey};
use twin_export::{self as export, Observer, ReadError, Remark, Skipped};

/// What a run is told to do.
#[derive(Debug, Clone, Copy)]
pub struct Orders {
    pub mode: Mode,
    pub max_delete: MaxDelete,
    /// How many known documents may turn out to be missing; `None` for as many as may be deleted.
    pub max_missing: Option<MaxDelete>,
    pub allow_empty: bool,
    /// Without a state, documents that equal the export's may be adopted.
    pub adopt: bool,
    /// What cannot be told is taken for new.
    pub assume_new: bool,
    /// Every known document is asked for.
    pub verify: bool,
    /// What another version of a converter rendered is rendered anew.
    pub rerender: bool,
    pub pace: Pace,
}

/// An export that was read, beside the state it is compared with.
#[derive(Debug)]
pub struct Reading {
    opened: Opened,
    export: Export,
    coverage: Coverage,
    /// Files, and parts of files, that became no document.
    pub skipped: Vec<Skipped>,
    /// What is worth knowing of the files.
    pub remarks: Vec<Remark>,
    /// Archives that are cut short.
    pub cut: Vec<PathBuf>,
}

/// A plan, ready to be carried out.
#[derive(Debug)]
pub struct Prepared {
    opened: Opened,
    had_state: bool,
    export: Export,
    orders: Orders,
    pub plan: Plan,
    pub survey: Survey,
    /// Why it may not be carried out, or not all of it.
    pub refusals: Vec<Refusal>,
    pub skipped: Vec<Skipped>,
    pub remarks: Vec<Remark>,
    pub cut: Vec<PathBuf>,
}

/// Why an export was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// A PATH cannot be opened.
    #[error(transparent)]
    Path(#[from] ReadError),
    /// What was read cannot be kept.
    #[error("{0}")]
    Spool(#[from] io::Error),
    /// The run was stopped.
    #[error("stopped")]
    Stopped,
}

impl Opened {
    /// Reads the exports, on a thread of its own.
    pub async fn read(
        self,
        paths: Vec<PathBuf>,
        options: export::Options,
        orders: Orders,
        observer: impl Observer + Send + 'static,
        halt: &Halt,
    ) -> Result<Reading, ReadingError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let told = cancelled.clone();
        let mut reading =
            tokio::task::spawn_blocking(move || self.read_now(&paths, &options, orders, &observer, &told));
        let read = tokio::select! {
            read = &mut reading => read,
            () = halt.stopped() => {
                cancelled.store(true, Ordering::Relaxed);
                reading.await
            }
        };
        match read {
            Ok(_) if halt.is_stopped() => Err(ReadingError::Stopped),
            Ok(read) => read,
            Err(died) => Err(ReadingError::Spool(io::Error::other(died))),
        }
    }

    fn read_now(
        self,
        paths: &[PathBuf],
        options: &export::Options,
        orders: Orders,
        observer: &dyn Observer,
        cancelled: &AtomicBool,
    ) -> Result<Reading, ReadingError> {
        let nothing = State::new("");
        let state = self.state.as_ref().unwrap_or(&nothing);
        let mut intake = Intake::new(state, orders.verify, orders.rerender);
        let mut failed = None;
        let summary = export::read(paths, options, observer, &mut |document| {
            failed = intake.take(document).err();
            let stop = failed.is_some() || cancelled.load(Ordering::Relaxed);
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let export = intake.finish();
        if let Some(error) = failed {
            return Err(error.into());
        }
        let mut coverage = Coverage::default();
        for root in &summary.roots {
            coverage.add_scope(&root.scope, root.whole);
        }
        for key in summary.filtered.into_iter().chain(summary.unconverted_keys) {
            coverage.add_not_gone(key);
        }
        let cut = summary.roots.into_iter().filter(|root| !root.whole).map(|root| root.path).collect();
        let (skipped, remarks) = (summary.skipped, summary.remarks);
        Ok(Reading { opened: self, export, coverage, skipped, remarks, cut })
    }
}

impl Reading {
    /// How many documents the export holds.
    pub fn documents(&self) -> usize {
        self.export.sources.len()
    }

    /// Surveys the knowledge base, plans, and judges the plan.
    pub async fn prepare(mut self, kb: &Kb, orders: Orders) -> Result<Prepared, Trouble> {
        let inquiry = Inquiry {
            verify: orders.verify,
            adopt: orders.adopt || orders.assume_new,
            assume_new: orders.assume_new,
            concurrency: orders.pace.concurrency,
        };
        let survey = match &self.opened.state {
            Some(state) => survey::with_state(kb, state, inquiry).await?,
            None => survey::without_state(kb, &mut self.export, inquiry).await?,
        };
        let had_state = self.opened.state.is_some();
        let state = self.opened.state.take().unwrap_or_else(|| State::new(&self.opened.base_url));
        let known = state.entries().map(|entry| entry.owned().count()).sum();
        let documents = self.documents();
        let plan =
            plan(state, &self.export.sources, &self.coverage, &survey.findings, orders.mode, orders.rerender);
        let mut refusals: Vec<Refusal> = survey.refusal.iter().cloned().collect();
        let facts = Facts {
            documents,
            known,
            cut: !self.cut.is_empty(),
            mode: orders.mode,
            allow_empty: orders.allow_empty,
            max_delete: orders.max_delete,
            missing: survey.findings.missing.len(),
            max_missing: orders.max_missing.unwrap_or(orders.max_delete),
        };
        refusals.extend(guard::judge(&plan, facts));
        Ok(Prepared {
            opened: self.opened,
            had_state,
            export: self.export,
            orders,
            plan,
            survey,
            refusals,
            skipped: self.skipped,
            remarks: self.remarks,
            cut: self.cut,
        })
    }
}

impl Prepared {
    /// Why the plan may not be carried out.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| !refusal.lets_the_rest_go_on())
    }

    /// Whether no source needs work. The state may change all the same.
    pub fn is_idle(&self) -> bool {
        self.plan.tasks.is_empty()
    }

    /// How many documents the export holds.
    pub fn documents(&self) -> usize {
        self.export.sources.len()
    }

    /// The document of the export that a task uploads.
    pub fn source(&self, task: &Task) -> Option<&Source> {
        task.upload.and_then(|index| self.export.sources.get(index))
    }

    /// Whether there was no state, though documents are there already.
    pub fn starts_among_others(&self) -> bool {
        !self.had_state && !self.survey.before.is_empty()
    }

    /// Carries out the plan, and hands it back with what came of it. `watch` hears of every source that is
    /// dealt with.
    pub async fn apply(mut self, kb: &Kb, watch: &dyn Fn(&Task)) -> io::Result<(Plan, Applied)> {
        let Some(store) = self.opened.store else {
            return Err(io::Error::other("a run that only looks writes nothing"));
        };
        if !self.had_state && self.plan.tasks.is_empty() {
            return Ok((self.plan, Applied::default())); // nothing to know
        }
        let state = std::mem::replace(&mut self.plan.state, State::new(""));
        let is_idle = self.plan.tasks.is_empty() && self.survey.findings.settled.is_empty();
        let ledger = Ledger::open(state, store, if is_idle { Work::None } else { Work::Ahead })?;
        let apply = Apply::new(kb, ledger, self.export, self.survey.before, self.orders.pace, watch);
        apply.expect_late(self.survey.findings.settled);
        let applied = apply.run(&self.plan).await;
        Ok((self.plan, applied))
    }
}
