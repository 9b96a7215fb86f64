//! The handle on a twin that runs.

use std::fmt;
#[cfg(feature = "serve")]
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use crate::answer::passages;
use crate::delivery::Courier;
use crate::fault::Fault;
use crate::received::{Received, Recorder};
use crate::seed::Seed;
use crate::twin::Lab;
use crate::worker::Worker;

/// How requests come in.
pub(crate) enum Door {
    #[cfg(feature = "wiremock")]
    Wiremock(::wiremock::MockServer),
    #[cfg(feature = "serve")]
    Hyper(crate::serve::Door),
}

/// A running server. Dropping it stops the server; [`shutdown`](Running::shutdown) stops it gracefully.
pub struct Running {
    worker: Worker,
    lab: Arc<Lab>,
    key: String,
    url: String,
    door: Door,
    courier: Option<Courier>,
}

/// The store refused a document.
#[derive(Debug, thiserror::Error)]
#[error("the twin could not store the documents: {0}")]
pub struct SeedError(String);

impl Running {
    pub(crate) fn new(
        worker: Worker,
        lab: Arc<Lab>,
        key: String,
        door: Door,
        courier: Option<Courier>,
    ) -> Self {
        let url = match &door {
            #[cfg(feature = "wiremock")]
            Door::Wiremock(server) => server.uri(),
            #[cfg(feature = "serve")]
            Door::Hyper(door) => format!("http://{}", reachable(door.address)),
        };
        Self { worker, lab, key, url, door, courier }
    }

    /// Returns the base URL for clients on this machine, such as `http://127.0.0.1:49152`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the first accepted key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Puts a document into the knowledge base and answers its id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seed(&self, seed: Seed) -> Result<String, SeedError> {
        let ids = self.seed_all([seed]).await?;
        ids.into_iter().next().ok_or_else(|| SeedError("it answered no id".to_owned()))
    }

    /// Puts documents into the knowledge base, all of them or none, and answers their ids in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seed_all(&self, seeds: impl IntoIterator<Item = Seed>) -> Result<Vec<String>, SeedError> {
        let seeds: Vec<Seed> = seeds.into_iter().collect();
        let added = self.worker.run(move |twin| twin.store.add_documents(seeds, twin.clock.now())).await;
        let added = added.map_err(|stopped| SeedError(stopped.to_string()))?;
        let documents = added.map_err(|error| SeedError(error.to_string()))?;
        Ok(documents.into_iter().map(|document| document.id).collect())
    }

    /// Returns the number of documents in the knowledge base, or 0 if the store fails.
    pub async fn document_count(&self) -> u64 {
        let count = self.worker.run(|twin| twin.store.document_count()).await;
        count.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// Returns the headings under which a document of this title has one of the paragraphs of an answer, outermost
    /// first. Empty if it stands under none, if no document has it, or if the store fails.
    pub async fn headings_of(&self, title: &str, answer: &str) -> Vec<String> {
        let (title, answer) = (title.to_owned(), answer.to_owned());
        let contents = self.worker.run(move |twin| twin.store.contents(&title)).await;
        let contents = contents.ok().and_then(Result::ok).unwrap_or_default();
        contents.iter().find_map(|content| passages::headings_of(content, &answer)).unwrap_or_default()
    }

    /// Returns the knowledge base with its search index and all other data, as bytes from which a later server of
    /// the same version starts at once; see [`Reference::image`](crate::Reference::image).
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn image(&self) -> Result<Vec<u8>, SeedError> {
        let image = self.worker.run(|twin| twin.store.image()).await;
        image.map_err(|stopped| SeedError(stopped.to_string()))?.map_err(|error| SeedError(error.to_string()))
    }

    /// Adds a fault for future requests.
    pub fn fault(&self, fault: Fault) {
        self.lab.faults.add(fault);
    }

    /// Removes the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.lab.faults.clear();
    }

    /// Returns the received requests, oldest first, without credentials. Empty if nothing is recorded (see
    /// [`Reference::record`](crate::Reference::record)). Requests that were answered by your own mocks are
    /// not included.
    pub fn received(&self) -> Vec<Received> {
        self.lab.recorder.as_ref().map(Recorder::requests).unwrap_or_default()
    }

    /// Waits until every webhook has been delivered or given up.
    pub async fn deliveries_settled(&self) {
        if let Some(courier) = &self.courier {
            courier.settled().await;
        }
    }

    /// The wiremock server before the twin, to mount mocks of your own over it: they come first unless
    /// their priority is 254 or 255, and what none of them matches reaches the twin.
    ///
    /// # Panics
    /// Where the twin was started with [`Reference::serve`](crate::Reference::serve).
    #[cfg(feature = "wiremock")]
    pub fn mock_server(&self) -> &::wiremock::MockServer {
        match &self.door {
            Door::Wiremock(server) => server,
            #[cfg(feature = "serve")]
            Door::Hyper(_) => panic!("only a twin from Reference::start has a mock server"),
        }
    }

    /// Stops the server: accepts nothing more, finishes requests and webhook attempts in flight, and closes
    /// the data.
    pub async fn shutdown(self) {
        match self.door {
            #[cfg(feature = "wiremock")]
            Door::Wiremock(server) => drop(server),
            #[cfg(feature = "serve")]
            Door::Hyper(door) => door.close().await,
        }
        if let Some(courier) = self.courier {
            courier.close().await;
        }
        self.worker.stop().await;
    }
}

/// The address by which this machine reaches what listens on all of its addresses.
#[cfg(feature = "serve")]
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

impl fmt::Debug for Running {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url).finish_non_exhaustive()
    }
}
