//! The knowledge base, as far as a sync touches it: four calls, paced, and none after the run is stopped.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use twin_sdk::{DocumentType, ErrorKind, NewDocument, PAGE_LIMIT, Twin};

use super::doubt::{Listed, Listing};
use super::halt::{self, Halt, Reason};
use super::meter::{Meter, unless_asleep};

/// So many failures of the network in a row stop a run.
const FAILURES_IN_A_ROW: u32 = 5;

/// The knowledge base of a twin.
#[derive(Debug)]
pub struct Kb {
    twin: Twin,
    meter: Meter,
    halt: Halt,
    /// Time between two requests, where the user wants fewer than the server allows.
    spacing: Option<Duration>,
    next_turn: Cell<Option<Instant>>,
    failures: Cell<u32>,
}

/// Why a call has no result.
#[derive(Debug)]
pub enum Trouble {
    /// The run was stopped before anything was sent.
    Stopped,
    /// The call failed.
    Failed(Arc<twin_sdk::Error>),
}

type Answer<T> = Result<T, Trouble>;

impl Kb {
    /// The knowledge base of `twin`, whose calls `meter` hears of. `rate` is requests a minute.
    pub fn new(twin: Twin, meter: Meter, halt: Halt, rate: Option<u32>) -> Self {
        let spacing = rate.map(|rate| Duration::from_secs(60) / rate.max(1));
        Self { twin, meter, halt, spacing, next_turn: Cell::new(None), failures: Cell::new(0) }
    }

    /// What stops the run.
    pub fn halt(&self) -> &Halt {
        &self.halt
    }

    /// What the run took so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The newest documents, of one type or of all; one request.
    pub async fn list(&self, kind: Option<&DocumentType>) -> Answer<Listing> {
        let mut call = self.twin.kb().list().limit(PAGE_LIMIT);
        if let Some(kind) = kind {
            call = call.of_type(kind.clone());
        }
        let page = self.send(call).await?;
        let total = page.total;
        let documents = page.items.into_iter().map(|document| Listed {
            id: document.id,
            title: document.title,
            kind: document.document_type,
            created_at: document.created_at,
        });
        let documents: Vec<Listed> = documents.collect();
        documents.iter().filter_map(|document| document.created_at).for_each(|time| self.meter.see(time));
        Ok(Listing { documents, total })
    }

    /// The text of a document; `None` where there is no such document.
    pub async fn content(&self, id: &str) -> Answer<Option<String>> {
        match self.send(self.twin.kb().get(id)).await {
            Ok(document) => Ok(Some(document.content.unwrap_or_default())),
            Err(Trouble::Failed(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Creates a document: its id, or `None` where it was created but the answer does not tell it.
    pub async fn create(&self, document: NewDocument) -> Answer<Option<String>> {
        let created = self.send(self.twin.kb().create(document)).await?;
        if let Some(created_at) = created.document.and_then(|document| document.created_at) {
            self.meter.see(created_at);
        }
        Ok(created.id)
    }

    /// Deletes a document. That it is gone already is as good.
    pub async fn delete(&self, id: &str) -> Answer<()> {
        match self.send(self.twin.kb().delete(id)).await {
            Ok(_) => Ok(()),
            Err(Trouble::Failed(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    /// Notes that the API did what it was asked for.
    pub fn succeeded(&self) {
        self.failures.set(0);
    }

    /// Notes what a step failed with; stops the run where further ones would fail the same way.
    pub fn failed(&self, error: &Arc<twin_sdk::Error>) {
        if halt::is_network_failure(error) {
            self.failures.set(self.failures.get() + 1);
        }
        if halt::ends_the_run(error) || self.failures.get() >= FAILURES_IN_A_ROW {
            self.halt.stop(Reason::Api(error.clone()));
        }
    }

    /// Stops the run because something could not be written down or read back.
    pub fn disk_failed(&self, error: std::io::Error) -> Trouble {
        self.halt.stop(Reason::Disk(Arc::new(error)));
        Trouble::Stopped
    }

    async fn send<T>(&self, call: impl IntoFuture<Output = twin_sdk::Result<T>>) -> Answer<T> {
        self.turn().await;
        if self.halt.is_stopped() {
            return Err(Trouble::Stopped);
        }
        match unless_asleep(call.into_future(), self.halt.stopped()).await {
            Some(result) => result.map_err(|error| Trouble::Failed(Arc::new(error))),
            None => Err(Trouble::Stopped),
        }
    }

    /// Waits for its turn, or for the run to be stopped.
    async fn turn(&self) {
        let Some(spacing) = self.spacing else { return };
        let now = Instant::now();
        let turn = self.next_turn.get().map_or(now, |turn| turn.max(now));
        self.next_turn.set(Some(turn + spacing));
        tokio::select! {
            () = tokio::time::sleep_until(turn) => {}
            () = self.halt.stopped() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use twin_sdk::ApiKey;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_keep_the_pace_that_was_asked_for_until_the_run_is_stopped() {
        let twin =
            Twin::builder(ApiKey::new("twin_test_one").unwrap()).base_url("http://127.0.0.1:9").build();
        let kb = Kb::new(twin.unwrap(), Meter::start(), Halt::default(), Some(120));
        let begun = Instant::now();
        for _ in 0..5 {
            kb.turn().await;
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(2), "the first at once, then one every half second");
        kb.halt().stop(Reason::Asked);
        kb.turn().await;
        kb.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        assert!(matches!(kb.list(None).await, Err(Trouble::Stopped)));
    }
}
