//! One call after another over many ids: paced, stopped by the first signal, and with a report of what became
//! of each.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::future::{Future, IntoFuture};
use std::time::Duration;

use tokio::sync::watch;

use super::ids::{self, Kind};
use crate::context::{Connection, Context};
use crate::error::{CliError, Code};
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::progress::Progress;
use crate::ui::{Form, Json, Notice, Report};
use crate::words::{count, remaining};

/// How long a call may go on after the signal to stop.
const LAST_CALL: Duration = Duration::from_secs(3);

/// What is done to each, in the words of its report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    /// `Deleting`
    pub(super) doing: &'static str,
    /// `deleted`; also the name of the list in `--json`.
    pub(super) done: &'static str,
    pub(super) thing: Kind,
}

/// What became of the ids.
#[derive(Debug)]
pub(super) struct Bulk {
    verb: Verb,
    done: Vec<String>,
    failed: Vec<Failed>,
    remaining: Vec<String>,
    error: Option<CliError>,
}

/// What could not be dealt with.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) id: String,
    code: &'static str,
    pub(super) message: String,
}

impl Failed {
    pub(super) fn new(id: String, error: &CliError) -> Self {
        Self { id, code: error.code().name(), message: error.message().to_owned() }
    }
}

/// Things in a row on which the service fails before it is taken to be down.
const FAILURES_IN_A_ROW: u32 = 5;

/// Whether the service works at all, or fails on single things only.
#[derive(Debug, Default)]
pub(super) struct Health {
    failures_in_a_row: u32,
}

impl Health {
    pub(super) fn is_well(&mut self) {
        self.failures_in_a_row = 0;
    }

    /// Whether the next thing would fail as well.
    pub(super) fn would_meet_again(&mut self, error: &CliError) -> bool {
        if error.code() != Code::ServerError {
            return error.ends_a_bulk_run();
        }
        self.failures_in_a_row += 1;
        self.failures_in_a_row == FAILURES_IN_A_ROW
    }
}

/// Calls the API once for each id, in this order. What concerns one id alone does not stop the others.
pub(super) async fn run<C, T>(
    ids: Vec<String>,
    verb: Verb,
    context: &Context,
    call: impl Fn(&Connection, &str) -> C,
) -> Result<Bulk, CliError>
where
    C: IntoFuture<Output = twin_sdk::Result<T>>,
{
    let mut bulk = Bulk { verb, done: Vec::new(), failed: Vec::new(), remaining: Vec::new(), error: None };
    let is_alone = ids.len() == 1;
    let connection = match ids.len() {
        0 => return Ok(bulk),
        1 => context.connect().await?,
        _ => context.connect_for_bulk().await?,
    };
    let mut signal = context.stop.graceful();
    let mut health = Health::default();
    let progress = Progress::start(&context.ui, verb.doing);
    for (place, id) in ids.iter().enumerate() {
        progress.update(place as u64, ids.len() as u64, id);
        match finished(call(&connection, id).into_future(), &mut signal).await {
            Ok(Ok(_)) => {
                health.is_well();
                bulk.done.push(id.clone());
            }
            Ok(Err(error)) if is_alone => return Err(ids::explain(error, verb.thing, id)),
            Ok(Err(error)) => {
                let error = CliError::from(error);
                if health.would_meet_again(&error) {
                    return Ok(bulk.stopped(&ids[place..], error));
                }
                bulk.failed.push(Failed::new(id.clone(), &error));
            }
            Err(signal) => return Ok(bulk.stopped(&ids[place..], signal.error())),
        }
        let rest = &ids[place + 1..];
        if let Some(signal) = *signal.borrow()
            && !rest.is_empty()
        {
            return Ok(bulk.stopped(rest, signal.error()));
        }
    }
    bulk.error = bulk.incomplete();
    Ok(bulk)
}

/// The call's result, unless a signal comes and the call does not end soon.
pub(super) async fn finished<T>(
    call: impl Future<Output = T>,
    signal: &mut watch::Receiver<Option<Signal>>,
) -> Result<T, Signal> {
    let told_to_stop = async {
        let told = signal.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
        match told {
            Some(signal) => {
                tokio::time::sleep(LAST_CALL).await;
                signal
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        result = call => Ok(result),
        signal = told_to_stop => Err(signal),
    }
}

impl Bulk {
    fn stopped(self, remaining: &[String], error: CliError) -> Self {
        Self { remaining: remaining.to_vec(), error: Some(error), ..self }
    }

    fn incomplete(&self) -> Option<CliError> {
        let (failed, done) = (self.failed.len(), self.done.len());
        let all = count(failed + done, self.verb.thing.noun());
        let message = format!("{failed} of {all} could not be {}", self.verb.done);
        (failed > 0).then(|| CliError::new(Code::Partial, message))
    }
}

impl Serialize for Bulk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry(self.verb.done, &self.done)?;
        map.serialize_entry("failed", &self.failed)?;
        map.serialize_entry("remaining", &self.remaining)?;
        map.end()
    }
}

impl Report for Bulk {
    fn text(&self, page: &mut Page) {
        let done = self.verb.done;
        let capital = done[..1].to_uppercase() + &done[1..] + " ";
        for id in &self.done {
            if page.is_terminal() {
                page.line(&[(&capital, Tone::Good), (id, Tone::Plain)]);
            } else {
                page.row(&[id]);
            }
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        if form == Form::Json {
            return Vec::new();
        }
        let (verb, left) = (self.verb, self.remaining.len());
        let failed = self.failed.iter().map(|Failed { id, message, .. }| {
            Notice::warning(format!("{id} was not {}: {message}", verb.done))
        });
        let remaining = (left > 0).then(|| Notice::warning(remaining(left, verb.thing.noun())));
        failed.chain(remaining).collect()
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }
}
