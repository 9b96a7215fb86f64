//! Printing events as they come: aside, since it blocks for as long as no one reads, which is no reason to keep Twin
//! waiting.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use twin_sdk::webhook::EventName;

use super::receive::Delivery;
use crate::command::answer::percent;
use crate::error::CliError;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report, Ui};

/// How long what is left may take to be printed in the end.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Prints events, one in a line.
#[derive(Debug)]
pub(super) struct Printer {
    events: mpsc::UnboundedSender<Arc<Delivery>>,
    task: JoinHandle<Result<(), Unprinted>>,
}

/// Why no more events are printed, and which were taken and not printed.
#[derive(Debug, Default)]
pub(super) struct Unprinted {
    pub(super) ids: Vec<String>,
    /// That no one reads is no error.
    pub(super) error: Option<CliError>,
}

impl Unprinted {
    /// Says why.
    pub(super) fn reason(&self) -> &str {
        self.error.as_ref().map_or("nothing reads standard output any more", CliError::message)
    }

    /// `esc_1, esc_2 not printed`, with the reason; nothing if all were printed.
    pub(super) fn text(&self) -> Option<String> {
        (!self.ids.is_empty()).then(|| format!("{} not printed: {}", self.ids.join(", "), self.reason()))
    }
}

impl Printer {
    pub(super) fn start(ui: Ui) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        Self { events, task: tokio::task::spawn_blocking(move || print(queue, ui)) }
    }

    /// Prints an event after those before it; it comes back if nothing is printed any more.
    pub(super) fn push(&self, event: Arc<Delivery>) -> Result<(), Arc<Delivery>> {
        self.events.send(event).map_err(|unsent| unsent.0)
    }

    /// Waits until printing fails.
    pub(super) async fn failed(&mut self) -> Unprinted {
        match (&mut self.task).await {
            Ok(Err(unprinted)) => unprinted,
            Ok(Ok(())) => Unprinted::default(),
            Err(error) => Unprinted { error: Some(CliError::internal(error)), ..Unprinted::default() },
        }
    }

    /// Prints what is left, unless that takes long.
    pub(super) async fn finish(self) -> Result<(), Unprinted> {
        let Self { events, task } = self;
        drop(events);
        match tokio::time::timeout(LAST_LINES, task).await {
            Ok(Ok(printed)) => printed,
            // Whoever reads so slowly may take the rest or not.
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }
}

fn print(mut queue: mpsc::UnboundedReceiver<Arc<Delivery>>, ui: Ui) -> Result<(), Unprinted> {
    while let Some(event) = queue.blocking_recv() {
        let error = match ui.stream(&Line(&event)) {
            Ok(true) => continue,
            Ok(false) => None,
            Err(error) => Some(error),
        };
        queue.close();
        let rest = std::iter::from_fn(|| queue.try_recv().ok());
        let ids = std::iter::once(event).chain(rest).map(|event| event.event.escalation_id.clone()).collect();
        return Err(Unprinted { ids, error });
    }
    Ok(())
}

/// One event in one line.
struct Line<'a>(&'a Delivery);

impl Report for Line<'_> {
    fn text(&self, page: &mut Page) {
        let event = &self.0.event;
        if !page.is_terminal() {
            return page.row(&[
                &event.escalation_id,
                event.event.as_str(),
                &event.confidence.to_string(),
                &event.asked_by,
                &event.timestamp.map(|time| time.to_string()).unwrap_or_default(),
                &event.question,
            ]);
        }
        let time = event
            .timestamp
            .map(|time| time.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string());
        let time = time.unwrap_or_default();
        let name = match &event.event {
            EventName::EscalationCreated => String::new(),
            other => format!("{other}  "),
        };
        let who = format!("{}: ", event.asked_by);
        page.line(&[
            (&time, Tone::Dim),
            ("  ", Tone::Plain),
            (&name, Tone::Strong),
            (&event.escalation_id, Tone::Plain),
            ("  ", Tone::Plain),
            (&percent(event.confidence), Tone::Warning),
            ("  ", Tone::Plain),
            (&who, Tone::Dim),
            (&event.question, Tone::Plain),
        ]);
    }

    /// The body as it came, on one line whatever looks at it.
    fn json(&self, _: Json) -> serde_json::Result<String> {
        let body: serde_json::Value = serde_json::from_slice(&self.0.body)?;
        serde_json::to_string(&body)
    }
}
