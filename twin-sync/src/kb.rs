//! The knowledge base, as far as a sync touches it: four calls, paced, and none after the run is stopped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use twin_sdk::{DocumentType, ErrorKind, NewDocument, PAGE_LIMIT, Twin};

use super::cancellation::{self, Cancellation, StopReason};
use super::doubt::{Listed, Listing};
use super::meter::{Meter, unless_asleep};

/// So many failures of the network in a row stop a run.
const FAILURES_IN_A_ROW: u32 = 5;

/// The knowledge base of a twin.
#[derive(Debug)]
pub(crate) struct Kb {
    twin: Twin,
    meter: Meter,
    cancellation: Cancellation,
    /// Time between two requests, where the user wants fewer than the server allows.
    spacing: Option<Duration>,
    next_turn: Mutex<Option<Instant>>,
    failures: AtomicU32,
}

/// Why a call has no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The run was stopped before anything was sent.
    Stopped,
    /// The call failed.
    Failed(Arc<twin_sdk::Error>),
}

type Answer<T> = Result<T, Trouble>;

impl Kb {
    /// The knowledge base of `twin`, whose calls `meter` hears of. `rate` is requests a minute.
    pub(crate) fn new(twin: Twin, meter: Meter, cancellation: Cancellation, rate: Option<u32>) -> Self {
        let spacing = rate.map(|rate| Duration::from_secs(60) / rate.max(1));
        Self {
            twin,
            meter,
            cancellation,
            spacing,
            next_turn: Mutex::default(),
            failures: AtomicU32::default(),
        }
    }

    /// What stops the run.
    pub(crate) fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Returns the figures so far.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The newest documents, of one type or of all; one request.
    pub(crate) async fn list(&self, document_type: Option<&DocumentType>) -> Answer<Listing> {
        let mut call = self.twin.kb().list().limit(PAGE_LIMIT);
        if let Some(document_type) = document_type {
            call = call.of_type(document_type.clone());
        }
        let page = self.send(call).await?;
        let total = page.total.max(page.items.len() as u64 + u64::from(page.is_truncated()));
        let documents = page.items.into_iter().map(|document| Listed {
            id: document.id,
            title: document.title,
            document_type: document.document_type,
            created_at: document.created_at,
        });
        let documents: Vec<Listed> = documents.collect();
        documents.iter().filter_map(|document| document.created_at).for_each(|time| self.meter.see(time));
        Ok(Listing { documents, total })
    }

    /// The text of a document; `None` where there is no such document.
    pub(crate) async fn content(&self, id: &str) -> Answer<Option<String>> {
        match self.send(self.twin.kb().get(id)).await {
            Ok(document) => Ok(Some(document.content.unwrap_or_default())),
            Err(Trouble::Failed(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Creates a document.
    pub(crate) async fn create(&self, document: NewDocument) -> Answer<Told> {
        let title = document.title.clone();
        let created = self.send(self.twin.kb().create(document)).await?;
        if created.document.as_ref().is_some_and(|document| is_another(&document.title, &title)) {
            return Ok(Told::Another);
        }
        if let Some(created_at) = created.document.and_then(|document| document.created_at) {
            self.meter.see(created_at);
        }
        Ok(created.id.map_or(Told::Nothing, Told::Id))
    }

    /// Deletes a document. That it is gone already is as good.
    pub(crate) async fn delete(&self, id: &str) -> Answer<()> {
        match self.send(self.twin.kb().delete(id)).await {
            Ok(_) => Ok(()),
            Err(Trouble::Failed(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    /// Notes that the API did what it was asked for.
    pub(crate) fn succeeded(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// Notes what a step failed with; stops the run where further ones would fail the same way.
    pub(crate) fn failed(&self, error: &Arc<twin_sdk::Error>) {
        if cancellation::is_network_failure(error) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        if cancellation::ends_the_run(error) || self.failures.load(Ordering::Relaxed) >= FAILURES_IN_A_ROW {
            self.cancellation.stop(StopReason::Api(error.clone()));
        }
    }

    /// Stops the run because something could not be written down or read back.
    pub(crate) fn disk_failed(&self, error: std::io::Error) -> Trouble {
        self.cancellation.stop(StopReason::Disk(Arc::new(error)));
        Trouble::Stopped
    }

    async fn send<T>(&self, call: impl IntoFuture<Output = twin_sdk::Result<T>>) -> Answer<T> {
        self.turn().await;
        if self.cancellation.is_stopped() {
            return Err(Trouble::Stopped);
        }
        match unless_asleep(call.into_future(), self.cancellation.stopped()).await {
            Some(result) => result.map_err(|error| Trouble::Failed(Arc::new(error))),
            None => Err(Trouble::Stopped),
        }
    }

    /// Waits for its turn, or for the run to be stopped.
    async fn turn(&self) {
        let Some(spacing) = self.spacing else { return };
        let turn = {
            let mut next = self.next_turn.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |turn| turn.max(now));
            *next = Some(turn + spacing);
            turn
        };
        tokio::select! {
            () = tokio::time::sleep_until(turn) => {}
            () = self.cancellation.stopped() => {}
        }
    }
}

/// What the answer to a create tells of the document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Id(String),
    /// It is about another document.
    Another,
    Nothing,
}

/// Whether a title that came back is not the one that was sent, however the API tidies or shortens titles: then a
/// gateway mixed up its answers.
fn is_another(told: &str, sent: &str) -> bool {
    let letters = |title: &str| -> String {
        title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (told, sent) = (letters(told), letters(sent));
    !told.is_empty() && !sent.is_empty() && !sent.starts_with(&told)
}

#[cfg(test)]
mod tests {
    use twin_sdk::ApiKey;

    use super::*;

    #[test]
    fn an_answer_with_another_title_is_about_another_document() {
        for told in ["", "Annual leave", " annual  leave", "Annual le", "…"] {
            assert!(!is_another(told, "Annual leave"), "{told:?}");
        }
        for told in ["Other", "Annual leave 2", "Leave"] {
            assert!(is_another(told, "Annual leave"), "{told:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_keep_the_pace_that_was_asked_for_until_the_run_is_stopped() {
        let twin =
            Twin::builder(ApiKey::new("twin_test_one").unwrap()).base_url("http://127.0.0.1:9").build();
        let kb = Kb::new(twin.unwrap(), Meter::start(), Cancellation::default(), Some(120));
        let begun = Instant::now();
        for _ in 0..5 {
            kb.turn().await;
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(2), "the first at once, then one every half second");
        kb.cancellation().stop(StopReason::Asked);
        kb.turn().await;
        kb.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        assert!(matches!(kb.list(None).await, Err(Trouble::Stopped)));
    }
}
