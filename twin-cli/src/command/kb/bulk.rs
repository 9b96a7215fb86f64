//! What `kb import` and `kb sync` have in common, which is all but a few flags: read, plan, ask, carry out.

use std::cell::RefCell;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::bulk_args::BulkArgs;
use super::bulk_notices::{Stamp, ending, failures, notices, partial, refused, what_was_read};
use super::bulk_plan::{Cost, PlanView};
use super::bulk_progress::Uploading;
use super::bulk_read::{self, About, Reading, ReadingError};
use super::bulk_report::BulkReport;
use super::{bulk_show, report_file};
use crate::command::Outcome;
use crate::context::{Connection, Context};
use crate::error::{CliError, Code};
use crate::hints;
use crate::stop::Signal;
use crate::ui::progress::Progress;
use crate::ui::{Form, Notice};
use crate::words::count;
use twin_sync::{
    self as sync, Action, Cancellation, Documents, Limitations, MaxDelete, Meter, Mode, Options, Plan,
    Report, StopReason, Sync,
};

/// A bulk command with its flags.
pub(super) struct Bulk {
    pub(super) args: BulkArgs,
    pub(super) mode: Mode,
    pub(super) max_delete: MaxDelete,
    pub(super) allow_empty: bool,
    pub(super) rerender: bool,
}

/// Runs a bulk command until it ends, a signal asks it to stop, or its time is up.
pub(super) async fn run(bulk: Bulk, context: &Context) -> Outcome {
    let deadline = bulk.args.max_duration.map(|longest| Instant::now() + longest);
    context.only_one_from_stdin(bulk.args.paths.iter().map(PathBuf::as_path))?;
    // Standard input is no file.
    for path in bulk.args.paths.iter().filter(|path| path.as_os_str() != "-") {
        std::fs::metadata(path)
            .map_err(|error| CliError::invalid(format!("cannot read {}: {error}", path.display())))?;
    }
    if let Some(wanted) = &bulk.args.show {
        return bulk_show::run(&bulk.args, wanted, context).await;
    }
    let meter = Meter::start();
    let connection = context.connect_metered(&meter).await?;
    let signal = context.stop().graceful();
    let cancellation = Cancellation::default();
    let run = Run {
        bulk: &bulk,
        context,
        connection,
        meter,
        cancellation: cancellation.clone(),
        signal: signal.clone(),
        limitations: RefCell::default(),
        state_before: Stamp::of(&bulk.args.state),
    };
    tokio::select! {
        biased;
        ended = run.run() => ended,
        never = stop_when_asked(signal, deadline, cancellation) => match never {},
    }
}

async fn stop_when_asked(
    mut signal: watch::Receiver<Option<Signal>>,
    deadline: Option<Instant>,
    cancellation: Cancellation,
) -> Infallible {
    let time_up = async {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signal.wait_for(Option::is_some) => cancellation.stop(StopReason::Asked),
        () = time_up => cancellation.stop(StopReason::TimeUp),
    }
    std::future::pending().await
}

/// One run of a bulk command.
struct Run<'a> {
    bulk: &'a Bulk,
    context: &'a Context,
    connection: Connection,
    meter: Meter,
    cancellation: Cancellation,
    signal: watch::Receiver<Option<Signal>>,
    /// What the file system of the state cannot do.
    limitations: RefCell<Limitations>,
    /// The state file before the run.
    state_before: Option<Stamp>,
}

impl Run<'_> {
    async fn run(self) -> Outcome {
        let args = &self.bulk.args;
        if let Some(path) = &args.report {
            report_file::check(path)?;
            report_file::overwrites_nothing(path, &args.state, &args.paths)?;
        }
        let documents = match self.sync().open() {
            Ok(documents) => documents,
            Err(sync::Error::State(error)) => return self.unopened(error.into()),
            Err(error) => return Err(CliError::internal(error)),
        };
        self.limitations.replace(documents.limitations());
        let Reading { documents, about } = match self.read(documents).await {
            Ok(reading) => reading,
            Err(ReadingError::Stopped) => {
                return self.finish(Report::default(), self.stop_error(0), vec![]);
            }
            Err(ReadingError::Path(error)) => return Err(bulk_read::unreadable(error)),
            Err(error @ ReadingError::Kept(_)) => {
                return Err(CliError::new(Code::Io, error.to_string())
                    .hint("free up space there, or set TMPDIR to another folder"));
            }
        };
        let remaining = documents.count();
        self.context.ui.remark(&what_was_read(remaining, &about));
        match documents.plan().await {
            Ok(plan) => self.carry_out(plan, &about).await,
            Err(error) => self.unprepared(error, about.tell(Report { remaining, ..Report::default() })),
        }
    }

    fn sync(&self) -> Sync {
        Sync::new(&self.connection.twin)
            .knowledge_base(&self.connection.label)
            .state(&self.bulk.args.state)
            .options(self.options())
            .cancellation(&self.cancellation)
            .meter(&self.meter)
    }

    fn options(&self) -> Options {
        let args = &self.bulk.args;
        let mut options = Options::default();
        options.mode = self.bulk.mode;
        options.max_delete = self.bulk.max_delete;
        options.max_missing = args.max_missing;
        options.allow_empty = self.bulk.allow_empty;
        options.adopt = args.init || self.can_ask();
        options.assume_new = args.assume_new;
        options.verify = args.verify;
        options.rerender = self.bulk.rerender;
        options.dry_run = args.dry_run;
        options.no_lock = args.no_lock;
        options.concurrency = args.concurrency.into();
        options.grace = self.context.attempt_timeout().max(LEAST_GRACE);
        options.requests_per_minute = args.rate;
        options
    }

    fn can_ask(&self) -> bool {
        !self.bulk.args.yes && self.context.ui.can_ask()
    }

    async fn read(&self, documents: Documents) -> Result<Reading, ReadingError> {
        let (paths, options) = (self.bulk.args.paths.clone(), self.bulk.args.export_options());
        let observer = Progress::start(&self.context.ui, "Reading");
        bulk_read::read(documents, paths, options, self.bulk.args.dry_run, observer, &self.cancellation).await
    }

    async fn carry_out(&self, plan: Plan, about: &About) -> Outcome {
        let args = &self.bulk.args;
        let mut notices = notices(&plan, about, self.bulk);
        if let Some(refusal) = plan.refusal() {
            return self.finish(about.tell(plan.refused_report()), Some(refused(refusal)), notices);
        }
        let held_back = plan.refusals().first().map(refused);
        let rate = self.rate();
        if args.dry_run {
            // Only a terminal shows it.
            let view = (self.context.ui.form() == Form::Terminal).then(|| {
                let view = PlanView::of(&plan, about, Cost::of(&plan, true, rate));
                view.in_full(self.context.ui.verbosity() > 0)
            });
            let pending = args.exit_code && (!plan.is_empty() || !plan.unresolved().is_empty());
            let report = about.tell_all(plan.into_report());
            return Ok(Box::new(self.report(report, held_back, notices)?.of_plan(view, pending)));
        }
        if let Err(error) = self.consent(&plan, about, rate).await {
            return match error.code() {
                Code::Interrupted | Code::Terminated => {
                    self.finish(about.tell(plan.refused_report()), Some(error), notices)
                }
                _ => Err(error),
            };
        }
        let uploading = Uploading::start(&self.context.ui, &plan, &self.meter, &self.cancellation, rate);
        let applied = tokio::select! {
            applied = plan.apply(&uploading) => applied,
            never = uploading.show() => match never {},
        };
        drop(uploading);
        let report = about.tell(applied.map_err(|error| match error {
            sync::Error::Write(error) => self.disk_error(&error),
            error => CliError::internal(error),
        })?);
        let error = self.stop_error(report.remaining).or(held_back).or_else(|| partial(&report));
        notices.extend(failures(&report));
        self.finish(report, error, notices)
    }

    /// Requests a minute, where there is a limit.
    fn rate(&self) -> Option<u64> {
        let limit = self.meter.limit().filter(|_| !self.connection.is_embedded);
        let wanted = self.bulk.args.rate.map(u64::from);
        limit.into_iter().chain(wanted).min()
    }

    /// Shows the plan to whoever can be asked, and asks. Off a terminal, deletions need `--yes`; what only
    /// adds or replaces runs unattended.
    async fn consent(&self, plan: &Plan, about: &About, rate: Option<u64>) -> Result<(), CliError> {
        let (args, ui) = (&self.bulk.args, &self.context.ui);
        let deletes = plan.gone() > 0;
        let adopts = plan.starts_among_others() && !args.init && !args.assume_new;
        let syncs = self.bulk.mode != Mode::Import && !plan.is_empty();
        if args.yes || !(deletes || adopts || syncs) {
            return Ok(());
        }
        if !ui.can_ask() {
            if !deletes {
                return Ok(());
            }
            let what = format!("{} would be deleted", count(plan.gone(), "document"));
            return ui.must_ask(&what, "review them with --dry-run, then confirm with --yes");
        }
        let view = PlanView::of(plan, about, Cost::of(plan, false, rate));
        let mut page = ui.page();
        view.in_full(ui.verbosity() > 0).draw(&mut page);
        ui.show(page);
        let mut question = "Continue?".to_owned();
        if adopts {
            let (adopt, create) = (plan.count(Action::Adopt), plan.count(Action::Create));
            question = format!(
                "There is no state file, but the knowledge base has documents. Adopt {adopt} that equal \
                 those of the export, and create {create}?"
            );
        } else if deletes {
            question = format!("Continue, and delete {}?", count(plan.gone(), "document"));
        }
        let answer = tokio::select! {
            answer = ui.ask_to_go_on(&question) => answer?,
            () = self.cancellation.stopped() => return Err(self.stop_error(0).unwrap_or_else(declined)),
        };
        if answer { Ok(()) } else { Err(declined()) }
    }

    fn unopened(&self, error: CliError) -> Outcome {
        if matches!(error.code(), Code::Io | Code::InvalidInput) {
            return Err(error);
        }
        self.finish(Report::default(), Some(error), Vec::new())
    }

    /// The requests before the plan failed, or the run was stopped meanwhile. Where it is the plan that lacks
    /// something, or where it was stopped, the report tells what is left to do.
    fn unprepared(&self, error: sync::Error, report: Report) -> Outcome {
        let stopped = self.stop_error(report.remaining);
        let error = match error {
            sync::Error::Api(error) => CliError::from(&*error),
            sync::Error::Stopped => stopped.unwrap_or_else(|| CliError::internal("stopped")),
            error => CliError::internal(error),
        };
        let is_told = matches!(
            error.code(),
            Code::MonthlyLimit | Code::Plan | Code::Interrupted | Code::Terminated | Code::Partial
        );
        if is_told { self.finish(report, Some(error), Vec::new()) } else { Err(error) }
    }

    fn finish(&self, report: Report, error: Option<CliError>, notices: Vec<Notice>) -> Outcome {
        Ok(Box::new(self.report(report, error, notices)?))
    }

    /// Completes the report, and writes it to the file that was asked for.
    fn report(
        &self,
        report: Report,
        error: Option<CliError>,
        mut notices: Vec<Notice>,
    ) -> Result<BulkReport, CliError> {
        let args = &self.bulk.args;
        let limitations = self.limitations.borrow().list();
        notices.extend(
            limitations.iter().map(|limitation| Notice::warning(hints::of_limitation(limitation)).vital()),
        );
        let mut report = report.with(self.meter.figures());
        if !args.dry_run {
            notices.extend(ending(&report, &args.state, self.state_before.as_ref()));
        }
        if !args.dry_run && args.report.is_none() {
            report.actions = None;
        } else if report.actions.is_none() {
            report.actions = Some(Vec::new());
        }
        let mut error = error;
        if let Some(path) = &args.report {
            let json = serde_json::to_string_pretty(&report).map_err(CliError::internal)?;
            // What was done was done: it is told all the same.
            if let Err(unwritten) = report_file::write(path, &format!("{json}\n")) {
                match &error {
                    Some(_) => notices.push(Notice::warning(unwritten.message()).vital()),
                    None => error = Some(unwritten),
                }
            }
        }
        Ok(BulkReport::new(report, error, notices))
    }

    /// The error of a run that was stopped with so much left to do.
    fn stop_error(&self, remaining: usize) -> Option<CliError> {
        Some(match self.cancellation.reason()? {
            StopReason::Asked => {
                let error = self.signal.borrow().unwrap_or(Signal::Interrupt).error();
                if remaining > 0 { error.or_hint("run it again to continue where it stopped") } else { error }
            }
            StopReason::TimeUp => {
                let left = count(remaining, "document");
                let message = format!("stopped by --max-duration with {left} left");
                CliError::new(Code::Partial, message).hint("run it again to continue where it stopped")
            }
            StopReason::Api(error) => CliError::from(&*error),
            StopReason::Disk(error) => self.disk_error(&error),
        })
    }

    fn disk_error(&self, error: &std::io::Error) -> CliError {
        let state = self.bulk.args.state.display();
        CliError::io(format_args!("cannot write the state file {state} or its journal"), error).hint(
            "free up space or fix the permissions, then run it again: it checks first what was already done",
        )
    }
}

/// The least time a create that timed out is given to happen after all.
const LEAST_GRACE: Duration = Duration::from_secs(5);

fn declined() -> CliError {
    CliError::new(Code::Declined, "nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_to_stop_is_the_one_that_counts() {
        let cancellation = Cancellation::default();
        cancellation.stop(StopReason::TimeUp);
        cancellation.stop(StopReason::Asked);
        assert!(matches!(cancellation.reason(), Some(StopReason::TimeUp)));
    }
}
