//! What `kb import` and `kb sync` have in common, which is all but a few flags: read, plan, ask, carry out.

use std::cell::RefCell;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::bulk_args::BulkArgs;
use super::bulk_notices::{failures, notices, partial, refused};
use super::bulk_progress::Uploading;
use super::bulk_report::{BulkReport, Cost, PlanView};
use super::report_file;
use crate::command::Outcome;
use crate::context::{Connection, Context};
use crate::error::{CliError, Code};
use crate::stop::Signal;
use crate::ui::Notice;
use crate::ui::progress::Progress;
use crate::words::count;
use twin_export::ReadError;
use twin_sync::{
    self as sync, Access, Caveats, Halt, Kb, MaxDelete, Meter, Mode, Opened, Orders, Pace, Prepared,
    ReadingError, Reason, Report, Trouble,
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
    // Standard input is no file.
    for path in bulk.args.paths.iter().filter(|path| path.as_os_str() != "-") {
        std::fs::metadata(path)
            .map_err(|error| CliError::invalid(format!("cannot read {}: {error}", path.display())))?;
    }
    let meter = Meter::start();
    let connection = context.connect_metered(&meter).await?;
    let signal = context.stop().graceful();
    let halt = Halt::default();
    let run = Run {
        bulk: &bulk,
        context,
        connection,
        meter,
        halt: halt.clone(),
        signal: signal.clone(),
        caveats: RefCell::default(),
    };
    tokio::select! {
        biased;
        ended = run.run() => ended,
        never = stop_when_asked(signal, deadline, halt) => match never {},
    }
}

async fn stop_when_asked(
    mut signal: watch::Receiver<Option<Signal>>,
    deadline: Option<Instant>,
    halt: Halt,
) -> Infallible {
    let time_up = async {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signal.wait_for(Option::is_some) => halt.stop(Reason::Asked),
        () = time_up => halt.stop(Reason::TimeUp),
    }
    std::future::pending().await
}

/// One run of a bulk command.
struct Run<'a> {
    bulk: &'a Bulk,
    context: &'a Context,
    connection: Connection,
    meter: Meter,
    halt: Halt,
    signal: watch::Receiver<Option<Signal>>,
    /// What the file system of the state cannot do.
    caveats: RefCell<Caveats>,
}

impl Run<'_> {
    async fn run(self) -> Outcome {
        let args = &self.bulk.args;
        if let Some(path) = &args.report {
            report_file::check(path)?;
        }
        let access = Access { only_look: args.dry_run, no_lock: args.no_lock };
        let opened = match sync::open(&args.state, &self.connection.label, access) {
            Ok(opened) => opened,
            Err(error) => return self.unopened(error.into()),
        };
        self.caveats.replace(opened.caveats.clone());
        let reading = match self.read(opened).await {
            Ok(reading) => reading,
            Err(ReadingError::Stopped) => {
                return self.finish(Report::nothing(&[]), self.stop_error(0), vec![]);
            }
            Err(ReadingError::Path(error @ ReadError::Root { .. })) => {
                return Err(CliError::invalid(format!("--root: {error}")).hint(error.hint()));
            }
            Err(ReadingError::Path(error)) => {
                return Err(CliError::invalid(error.to_string()).hint(error.hint()));
            }
            Err(error @ ReadingError::Spool(_)) => {
                return Err(CliError::new(Code::Io, error.to_string())
                    .hint("make room there, or set TMPDIR to a folder that exists and has room"));
            }
        };
        let twin = self.connection.twin.clone();
        let kb = Kb::new(twin, self.meter.clone(), self.halt.clone(), args.rate);
        let (documents, skipped) = (reading.documents(), reading.skipped.clone());
        match reading.prepare(&kb, self.orders()).await {
            Ok(prepared) => self.carry_out(prepared, &kb).await,
            Err(trouble) => {
                let report = Report { remaining: documents, ..Report::nothing(&skipped) };
                self.unprepared(trouble, report)
            }
        }
    }

    fn orders(&self) -> Orders {
        let args = &self.bulk.args;
        Orders {
            mode: self.bulk.mode,
            max_delete: self.bulk.max_delete,
            max_missing: args.max_missing,
            allow_empty: self.bulk.allow_empty,
            adopt: args.init || self.can_ask(),
            assume_new: args.assume_new,
            verify: args.verify,
            rerender: self.bulk.rerender,
            pace: Pace {
                concurrency: args.concurrency.into(),
                grace: self.context.attempt_timeout().max(LEAST_GRACE),
            },
        }
    }

    fn can_ask(&self) -> bool {
        !self.bulk.args.yes && self.context.ui.can_ask()
    }

    async fn read(&self, opened: Opened) -> Result<sync::Reading, ReadingError> {
        let (paths, options) = (self.bulk.args.paths.clone(), self.bulk.args.export_options());
        let observer = Progress::start(&self.context.ui, "Reading");
        opened.read(paths, options, self.orders(), observer, &self.halt).await
    }

    async fn carry_out(&self, prepared: Prepared, kb: &Kb) -> Outcome {
        let args = &self.bulk.args;
        let mut notices = notices(&prepared, self.bulk);
        if let Some(refusal) = prepared.refusal() {
            let report = Report::refused(&prepared.plan, &prepared.skipped);
            return self.finish(report, Some(refused(refusal)), notices);
        }
        let held_back = prepared.refusals.first().map(refused);
        let rate = self.rate();
        if args.dry_run {
            let view = PlanView::of(&prepared, Cost::of(&prepared, true, rate));
            let report = Report::planned(&prepared.plan, &prepared.skipped, &prepared.remarks);
            let pending = args.exit_code && (!prepared.is_idle() || !prepared.plan.unresolved.is_empty());
            return Ok(Box::new(self.report(report, held_back, notices)?.with_plan(view, pending)));
        }
        if let Err(error) = self.consent(&prepared, rate).await {
            return match error.code() {
                Code::Interrupted | Code::Terminated => {
                    self.finish(Report::refused(&prepared.plan, &prepared.skipped), Some(error), notices)
                }
                _ => Err(error),
            };
        }
        let skipped = prepared.skipped.clone();
        let unverified = prepared.survey.unverified.clone();
        let uploading = Uploading::start(&self.context.ui, &prepared.plan, &self.meter, rate);
        let watch = |task: &sync::Task| uploading.done(task);
        let applying = prepared.apply(kb, &watch);
        let applied = tokio::select! {
            applied = applying => applied,
            never = uploading.show() => match never {},
        };
        drop(uploading);
        let (plan, applied) = applied.map_err(|error| self.disk_error(&error))?;
        let mut report = Report::applied(&plan, &applied, &skipped, failure_name);
        report.add_failed(unverified.iter().map(|(key, error)| (key.as_str(), &**error)), failure_name);
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
    async fn consent(&self, prepared: &Prepared, rate: Option<u64>) -> Result<(), CliError> {
        let (args, ui) = (&self.bulk.args, &self.context.ui);
        let deletes = prepared.plan.gone > 0;
        let adopts = prepared.starts_among_others() && !args.init && !args.assume_new;
        let syncs = self.bulk.mode != Mode::Import && !prepared.is_idle();
        if args.yes || !(deletes || adopts || syncs) {
            return Ok(());
        }
        if !ui.can_ask() {
            if !deletes {
                return Ok(());
            }
            let what = format!("{} would be deleted", count(prepared.plan.gone, "document"));
            return ui.must_ask(&what, "look at them with --dry-run, then confirm with --yes");
        }
        let view = PlanView::of(prepared, Cost::of(prepared, false, rate));
        let mut page = ui.page();
        view.draw(&mut page, Some(PREVIEW));
        ui.show(page);
        let mut question = "Go on?".to_owned();
        if adopts {
            question = "There is no state file, and the knowledge base has documents. Go on?".to_owned();
        } else if deletes {
            question = format!("Go on, and delete {}?", count(prepared.plan.gone, "document"));
        }
        let answer = tokio::select! {
            answer = ui.ask_to_go_on(&question) => answer?,
            () = self.halt.stopped() => return Err(self.stop_error(0).unwrap_or_else(declined)),
        };
        if answer { Ok(()) } else { Err(declined()) }
    }

    fn unopened(&self, error: CliError) -> Outcome {
        if matches!(error.code(), Code::Io | Code::InvalidInput) {
            return Err(error);
        }
        self.finish(Report::nothing(&[]), Some(error), Vec::new())
    }

    /// The requests before the plan failed, or the run was stopped meanwhile. Where it is the plan that lacks
    /// something, or where it was stopped, the report tells what is left to do.
    fn unprepared(&self, trouble: Trouble, report: Report) -> Outcome {
        let stopped = self.stop_error(report.remaining);
        let error = match trouble {
            Trouble::Failed(error) => CliError::from(&*error),
            Trouble::Stopped => stopped.unwrap_or_else(|| CliError::internal("stopped")),
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
        let caveats = self.caveats.borrow().list();
        notices.extend(caveats.iter().map(|caveat| Notice::warning(caveat.to_string()).vital()));
        let mut report = report.with(self.meter.figures());
        if !args.dry_run && args.report.is_none() {
            report.actions = None;
        } else if report.actions.is_none() {
            report.actions = Some(Vec::new());
        }
        if let Some(path) = &args.report {
            let json = serde_json::to_string_pretty(&report).map_err(CliError::internal)?;
            report_file::write(path, &format!("{json}\n"))?;
        }
        Ok(BulkReport::new(report, error, notices))
    }

    /// The error of a run that was stopped with so much left to do.
    fn stop_error(&self, remaining: usize) -> Option<CliError> {
        Some(match self.halt.reason()? {
            Reason::Asked => self.signal.borrow().unwrap_or(Signal::Interrupt).error(),
            Reason::TimeUp => {
                let left = count(remaining, "document");
                let message = format!("stopped by --max-duration with {left} left to do");
                CliError::new(Code::Partial, message).hint("run it again: it goes on where it stopped")
            }
            Reason::Api(error) => CliError::from(&*error),
            Reason::Disk(error) => self.disk_error(&error),
        })
    }

    fn disk_error(&self, error: &std::io::Error) -> CliError {
        let state = self.bulk.args.state.display();
        CliError::io(format_args!("cannot write the state file {state} or its journal"), error)
            .hint("make room, or allow writing there, and run it again: what was done is looked for first")
    }
}

/// The least time a create that timed out is given to happen after all.
const LEAST_GRACE: Duration = Duration::from_secs(5);

/// How many lines of a plan are shown before the question.
const PREVIEW: usize = 20;

fn declined() -> CliError {
    CliError::new(Code::Declined, "nothing was done")
}

fn failure_name(error: &twin_sdk::Error) -> (String, String) {
    let error = CliError::from(error);
    (error.code().name().to_owned(), error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_to_stop_is_the_one_that_counts() {
        let halt = Halt::default();
        halt.stop(Reason::TimeUp);
        halt.stop(Reason::Asked);
        assert!(matches!(halt.reason(), Some(Reason::TimeUp)));
    }
}
