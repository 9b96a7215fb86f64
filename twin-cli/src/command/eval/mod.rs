//! `twin eval`: a knowledge base's tests.

mod args;
mod ask;
mod cost;
mod files;
mod init;
mod report;

use std::path::PathBuf;

pub(super) use args::Args;
use twin_eval::{Cache, Ended, Eval, Status, Suite, fingerprint};
use twin_sdk::ErrorKind;
use twin_sync::Meter;

use self::ask::UntilStopped;
use self::cost::Cost;
use self::report::{Estimate, Evaluated};
use super::Outcome;
use crate::context::{Connection, Context};
use crate::error::{CliError, Code};
use crate::settings::{self, Target};
use crate::ui::Notice;
use crate::ui::progress::Progress;
use crate::words::count;

/// Whose results are kept where the twin is made of exports.
const EXPORTS: &str = "local:exports";

/// Checks what the files expect.
pub(super) async fn run(mut args: Args, context: &Context) -> Outcome {
    if let Some(args::Command::Init(init)) = args.command.take() {
        return init::run(init, context).await;
    }
    let (files, from) = args.files_and_exports()?;
    let mut suite = Suite::open(&files).map_err(unreadable)?;
    let baseline = files::baseline(&args)?;
    files::can_be_written(&args)?;
    let label = label(context, &from)?;
    let mut cache = files::cache(&args, &label, &context.ui)?;
    let whole = suite.cases().len();
    choose(&mut suite, &args, cache.as_ref());

    let free = !from.is_empty() || label.starts_with("local:");
    if let Some(cache) = cache.as_mut().filter(|_| from.is_empty()) {
        cache.of_latest_kb();
    }
    let cost = Cost::of(&suite, cache.as_ref(), args.max_asks, free);
    if args.dry_run {
        return Ok(Box::new(Estimate(cost)));
    }
    context.ui.announce(&cost.line());
    let meter = Meter::start();
    let connection = match from.as_slice() {
        [] => context.connect_metered(&meter).await?,
        exports => context.connect_to_exports(exports, !args.cache_is_off()).await?,
    };
    if from.is_empty() && !args.resolve {
        context
            .ui
            .announce("Escalated questions open escalations as 'twin eval'; pass --resolve to resolve them");
    }
    let run = Run { args, context, connection, meter, label, is_offline: !from.is_empty(), cost };
    run.run(suite, whole, cache, baseline).await
}

/// Tells every mistake of the files, the first as the error.
fn unreadable(error: twin_eval::ReadError) -> CliError {
    let mut mistakes = error.mistakes.iter().map(ToString::to_string);
    let first = CliError::invalid(mistakes.next().unwrap_or_default());
    let rest: Vec<String> = mistakes.collect();
    match rest.len() {
        0 => first,
        1..=4 => first.hint(format!("also: {}", rest.join("; also: "))),
        more => first.hint(format!("also: {}; and {} more", rest[..4].join("; also: "), more - 4)),
    }
}

/// What tells this twin from others. The key is not needed yet.
fn label(context: &Context, from: &[PathBuf]) -> Result<String, CliError> {
    if !from.is_empty() {
        return Ok(EXPORTS.to_owned());
    }
    match settings::target(&context.flags, &context.ui)? {
        Target::Remote(remote) => Ok(remote.base_url.to_string()),
        Target::Embedded(data) => data.label(),
    }
}

/// Leaves the cases that are to be checked.
fn choose(suite: &mut Suite, args: &Args, cache: Option<&Cache>) {
    if let Some(cache) = cache.filter(|cache| args.only_failed && cache.has_statuses()) {
        suite.retain(|case| cache.status(&case.id) != Some(Status::Passed));
    }
    if let Some(size) = args.sample {
        suite.sample(size as usize, args.seed);
    }
}

struct Run<'a> {
    args: Args,
    context: &'a Context,
    connection: Connection,
    meter: Meter,
    label: String,
    is_offline: bool,
    cost: Cost,
}

impl Run<'_> {
    async fn run(
        self,
        suite: Suite,
        whole: usize,
        mut cache: Option<Cache>,
        baseline: Option<twin_eval::Baseline>,
    ) -> Outcome {
        let mut notices = Vec::new();
        let before = match self.args.resolve {
            true => ask::Before::look(&self.connection.twin).await?,
            false => ask::Before::default(),
        };
        let report = match self.prepare(cache.as_mut(), &mut notices).await {
            Ok(()) => self.ask(&suite, cache.as_mut()).await,
            // Not one question was asked: the next run begins where this one did.
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                twin_eval::Report::unasked(&suite, Ended::Refused(error))
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(cache) = &mut cache {
            cache.keep_statuses(&report);
            if let Some(error) = cache.error() {
                let text = format!("cannot write the cache, so the next run will ask again: {error}");
                notices.push(Notice::warning(text).vital());
            }
        }
        let mut resolved = Vec::new();
        let resolving = match self.args.resolve {
            true => ask::resolve(&self.connection.twin, &before, report.cases.iter(), &mut resolved).await,
            false => Ok(()),
        };
        let mut regressions = None;
        let mut blessed = false;
        // Answers that were paid for are told, whatever cannot be written.
        let mut unwritten = None;
        if let Some(mut baseline) = baseline {
            let found = baseline.regressions(&report);
            regressions = Some(found.iter().map(|found| found.outcome.case.id.clone()).collect::<Vec<_>>());
            if self.args.bless && report.is_complete() {
                baseline.bless(&report, suite.cases().len() == whole);
                let path = self.args.baseline.as_deref().unwrap_or_else(|| "".as_ref());
                unwritten = files::write(path, &baseline.to_string()).err();
                blessed = unwritten.is_none();
            }
        }
        let is_kept = cache.as_ref().is_some_and(|cache| cache.error().is_none());
        let error = self.verdict(&report, regressions.as_deref(), blessed, is_kept);
        let mut error = error.or_else(|| resolving.err().map(CliError::from));
        let note = match &error {
            Some(error) => error.message().to_owned(),
            None => self.cost.line(),
        };
        let unwritten = unwritten.or(files::write_reports(&self.args, &report, &note).err());
        match (unwritten, &error) {
            (Some(unwritten), Some(_)) => notices.push(Notice::warning(unwritten.message()).vital()),
            (unwritten, None) => error = unwritten,
            (None, Some(_)) => {}
        }
        let Self { meter, cost, .. } = self;
        Ok(Box::new(Evaluated { report, cost, meter, regressions, resolved, blessed, notices, error }))
    }

    /// Finds out which knowledge base it is, which the answers in the cache depend on.
    async fn prepare(&self, cache: Option<&mut Cache>, notices: &mut Vec<Notice>) -> twin_sdk::Result<()> {
        let Some(cache) = cache.filter(|_| !self.is_offline) else { return Ok(()) };
        match fingerprint(&self.connection.twin, &self.label).await {
            Ok(kb) => cache.of_kb(kb.fingerprint),
            Err(error) if error.kind() == ErrorKind::PlanLacksFeature => {
                cache.of_kb("unknown");
                let text = "cannot list the knowledge base: cached answers may be out of date";
                notices.push(Notice::warning(text));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn ask(&self, suite: &Suite, cache: Option<&mut Cache>) -> twin_eval::Report {
        let asker = UntilStopped { twin: &self.connection.twin, signal: self.context.stop().graceful() };
        let progress = Progress::start(&self.context.ui, "Questions");
        let meter = &self.meter;
        let tell = move |at: twin_eval::Progress| {
            let waiting = meter.waiting().map(|wait| format!("rate limit: {} s", wait.as_secs()));
            progress.report(at.done, at.total, &waiting.unwrap_or_default());
        };
        let mut eval = Eval::new(asker).retries(self.args.retries).observe(tell);
        if let Some(most) = self.args.max_asks {
            eval = eval.max_asks(most);
        }
        if let Some(cache) = cache {
            eval = eval.cache(cache);
        }
        eval.run(suite).await
    }

    /// What kept the run from its end, or what does not hold.
    fn verdict(
        &self,
        report: &twin_eval::Report,
        regressions: Option<&[String]>,
        blessed: bool,
        is_kept: bool,
    ) -> Option<CliError> {
        let left = report.count(Status::Unasked);
        let next_run = |goes_on: &'static str| match is_kept {
            true => goes_on,
            false if self.args.cache_is_off() => {
                "with --cache off the next run asks every question again; run it without to keep the answers"
            }
            false => "answers are not cached, so the next run asks every question again",
        };
        let in_part = |message: String| {
            let hint = format!("{} left: {}", count(left, "case"), next_run("run it again to continue"));
            CliError::new(Code::Partial, message).hint(hint)
        };
        match &report.ended {
            Some(Ended::Stopped) => {
                let signal = *self.context.stop().graceful().borrow();
                return Some(signal.unwrap_or(crate::stop::Signal::Interrupt).error());
            }
            Some(Ended::Refused(error)) => {
                let error_of_api = CliError::from(error);
                return Some(match error.kind() {
                    ErrorKind::AnswerLimit | ErrorKind::RateLimited => {
                        in_part(error_of_api.message().to_owned())
                    }
                    _ => error_of_api,
                });
            }
            Some(_) => {
                return Some(in_part(format!("stopped by --max-asks with {left} left")));
            }
            None => {}
        }
        let unanswered = report.count(Status::Error);
        if unanswered > 0 {
            let text = format!("{} could not be answered", count(unanswered, "case"));
            let hint = next_run("run it again: only these will be asked");
            return Some(CliError::new(Code::Partial, text).hint(hint));
        }
        if blessed {
            return None;
        }
        let total = report.cases.len();
        let unmet = |text: String| Some(CliError::new(Code::Expectation, text));
        if let Some(regressions) = regressions {
            return match regressions {
                [] => None,
                worse => unmet(format!(
                    "{} against the baseline: {}",
                    count(worse.len(), "regression"),
                    names(worse)
                )),
            };
        }
        let failed = total - report.count(Status::Passed);
        match self.args.min_pass {
            Some(least) if report.share_passed() + 1e-9 >= least => None,
            None if failed == 0 => None,
            Some(least) => unmet(format!(
                "{} of {total} cases passed, which is below {}%",
                total - failed,
                (least * 10_000.0).round() / 100.0
            )),
            None => unmet(format!("{failed} of {} {} not pass", count(total, "case"), does(failed))),
        }
    }
}

fn does(number: usize) -> &'static str {
    if number == 1 { "does" } else { "do" }
}

/// The first few of a list.
fn names(ids: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = ids.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN { format!("{shown} and {} more", ids.len() - SHOWN) } else { shown }
}
