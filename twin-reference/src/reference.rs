//! Configuration of a server.

mod start;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::delivery;
use crate::fault::Fault;
use crate::observe::{Handled, Observer};
use crate::received::Received;
use crate::running::{Door, Running};
use crate::seed::Seed;
use crate::twin::Recipient;

use start::Data;
pub use start::StartError;

/// The key that is accepted by default; see [`Reference::key`].
pub const DEFAULT_KEY: &str = "twin_test_reference";

/// A feature that a plan may not include, whose endpoints then answer 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// `POST /v1/twin`.
    Ask,
    /// Everything under `/v1/kb`.
    KnowledgeBase,
    /// Everything under `/v1/escalations`.
    Escalations,
    /// `GET /v1/stats`.
    Stats,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ask => "Asking",
            Self::KnowledgeBase => "Knowledge base access",
            Self::Escalations => "Escalations access",
            Self::Stats => "Statistics access",
        })
    }
}

/// A reference twin to be: configure it, then [`start`](Reference::start) it for a test or
/// [`serve`](Reference::serve) it for longer.
///
/// Unless told otherwise it keeps its data in memory, accepts the one key [`DEFAULT_KEY`], takes 60
/// requests per key and minute, answers without a monthly limit, and escalates answers it is less than
/// 0.5 confident of.
pub struct Reference {
    pub(super) keys: Vec<String>,
    pub(super) limit: Option<u32>,
    pub(super) window: Duration,
    pub(super) monthly_limit: Option<u32>,
    pub(super) threshold: f64,
    pub(super) attended: bool,
    pub(super) model: Option<(String, String, Option<Duration>)>,
    pub(super) model_key: Option<String>,
    pub(super) lacks: BTreeSet<Feature>,
    pub(super) onboarded: bool,
    pub(super) webhook: Option<(String, String)>,
    pub(super) backoff: Vec<Duration>,
    pub(super) clock: Arc<dyn Clock>,
    data: Data,
    pub(super) seeds: Vec<Seed>,
    pub(super) record: bool,
    pub(super) observer: Option<Observer>,
    #[cfg(feature = "serve")]
    host_names: Vec<String>,
    pub(super) recipient: Option<Recipient>,
    pub(super) faults: Vec<Fault>,
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Reference {
    /// Without the keys and the webhook's secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference")
            .field("keys", &self.keys.len())
            .field("rate_limit", &self.limit)
            .field("window", &self.window)
            .field("monthly_limit", &self.monthly_limit)
            .field("threshold", &self.threshold)
            .field("data", &self.data.path())
            .field("documents", &self.seeds.len())
            .finish_non_exhaustive()
    }
}

impl Reference {
    /// Creates a server with the default settings.
    pub fn new() -> Self {
        Self {
            keys: Vec::new(),
            limit: Some(60),
            window: Duration::from_secs(60),
            monthly_limit: None,
            threshold: 0.5,
            attended: true,
            model: None,
            model_key: None,
            lacks: BTreeSet::new(),
            onboarded: true,
            webhook: None,
            backoff: delivery::BACKOFF.to_vec(),
            clock: Arc::new(SystemClock),
            data: Data::Memory,
            seeds: Vec::new(),
            record: false,
            observer: None,
            #[cfg(feature = "serve")]
            host_names: Vec::new(),
            recipient: None,
            faults: Vec::new(),
        }
    }

    /// Accepts this key. The first call replaces [`DEFAULT_KEY`], further ones add to it; each key has
    /// its own rate-limit window.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Accepts this many requests per key and window, and then answers 429.
    #[must_use]
    pub fn rate_limit(mut self, requests_per_window: u32) -> Self {
        self.limit = Some(requests_per_window);
        self
    }

    /// Accepts any number of requests. The headers then state an unused limit of 1,000,000.
    #[must_use]
    pub fn no_rate_limit(mut self) -> Self {
        self.limit = None;
        self
    }

    /// Sets the length of a rate-limit window (60 s by default), in whole seconds and at least one. Windows
    /// start at multiples of their length since 1970.
    #[must_use]
    pub fn window(mut self, length: Duration) -> Self {
        self.window = length;
        self
    }

    /// Answers this many questions per calendar month (UTC), and then 402.
    #[must_use]
    pub fn monthly_limit(mut self, answers: u32) -> Self {
        self.monthly_limit = Some(answers);
        self
    }

    /// Escalates answers with a confidence below this threshold, from 0.0 to 1.0 (0.5 by default).
    #[must_use]
    pub fn threshold(mut self, confidence: f64) -> Self {
        self.threshold = confidence;
        self
    }

    /// Does not say in an escalated answer that a person will look at it: for a twin that ends with the answer.
    #[must_use]
    pub fn unattended(mut self) -> Self {
        self.attended = false;
        self
    }

    /// Has answers put into words by this model of an OpenAI-compatible server, such as Ollama at
    /// `http://127.0.0.1:11434/v1`. It gets the question, its context and the passages found. Confidence, sources
    /// and what is escalated stay as they are without it, and an escalated question does not go there. A model
    /// that fails, or takes longer than `timeout` (25 s by default), leaves the excerpt with a sentence that says
    /// so. Works behind [`serve`](Reference::serve); [`start`](Reference::start) answers with the excerpt. The URL
    /// is checked when the twin starts.
    #[must_use]
    pub fn answers_by(
        mut self,
        url: impl Into<String>,
        model: impl Into<String>,
        timeout: Option<Duration>,
    ) -> Self {
        self.model = Some((url.into(), model.into(), timeout));
        self
    }

    /// Sends this key to the language model's server, as a bearer token.
    #[must_use]
    pub fn answers_key(mut self, key: impl Into<String>) -> Self {
        self.model_key = Some(key.into());
        self
    }

    /// Answers 403 on the endpoints of this feature.
    #[must_use]
    pub fn plan_lacks(mut self, feature: Feature) -> Self {
        self.lacks.insert(feature);
        self
    }

    /// Answers 422 on every endpoint: the twin is not configured.
    #[must_use]
    pub fn onboarding_incomplete(mut self) -> Self {
        self.onboarded = false;
        self
    }

    /// Sends a webhook to this URL (http or https) for every escalation, signed with the secret. Each
    /// delivery is attempted up to three times, after one and five seconds and for at most ten seconds each,
    /// until it is answered with 2xx. The URL is checked at the start.
    #[must_use]
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhook = Some((url.into(), secret.into()));
        self
    }

    /// Sets the waits between the attempts of a webhook delivery. There is one more attempt than waits.
    #[must_use]
    pub fn webhook_backoff(mut self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.backoff = waits.into_iter().collect();
        self
    }

    /// Uses this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Stores the data in this SQLite file, which is created if it does not exist, instead of in memory. A
    /// crash loses nothing that was acknowledged.
    #[must_use]
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.data = Data::File(path.into());
        self
    }

    /// Starts from the data that [`Running::image`] returned, in memory, instead of an empty knowledge base.
    /// Starting fails if the bytes are not an image of this version.
    #[must_use]
    pub fn image(mut self, image: impl Into<Vec<u8>>) -> Self {
        self.data = Data::Image(image.into());
        self
    }

    /// Starts with this document in the knowledge base, besides those its [`data`](Reference::data) holds.
    #[must_use]
    pub fn document(mut self, seed: Seed) -> Self {
        self.seeds.push(seed);
        self
    }

    /// Starts with these documents in the knowledge base, all of them or none, besides those its
    /// [`data`](Reference::data) holds.
    #[must_use]
    pub fn documents(mut self, seeds: impl IntoIterator<Item = Seed>) -> Self {
        self.seeds.extend(seeds);
        self
    }

    /// Keeps what is received, so that [`Running::received`] can tell: the last 10,000 requests, with at most
    /// 64 MiB of bodies. [`start`](Reference::start) does so by itself.
    #[must_use]
    pub fn record(mut self) -> Self {
        self.record = true;
        self
    }

    /// Answers requests for this host name too when the twin is [served](Reference::serve). On loopback those for
    /// `localhost` and addresses of loopback are answered; on other addresses those for any address and for names
    /// that no one can register, such as `twin` or `twin.local`. Other names get a 421: a page in a browser could
    /// have led one of its own here.
    #[cfg(feature = "serve")]
    #[must_use]
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.host_names.push(name.into());
        self
    }

    /// Calls `observer` after every request, on the twin's own thread: for a log. It must not block.
    #[must_use]
    pub fn on_request(mut self, observer: impl Fn(&Handled<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer::new(observer));
        self
    }

    /// Calls `recipient` with every request as it came, without its credentials, before it is answered, on the
    /// twin's own thread: for a record of what a program sends. It must not block.
    #[must_use]
    pub fn on_received(mut self, recipient: impl Fn(&Received) + Send + Sync + 'static) -> Self {
        self.recipient = Some(Box::new(recipient));
        self
    }

    /// Adds a fault before the start. See [`Running::fault`] for later ones.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Starts the twin for a test, over a wiremock server on a free port of loopback, with what it
    /// receives on record. It ends when the [`Running`] is dropped.
    ///
    /// # Errors
    /// When the data cannot be opened or the webhook's URL cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime, or when the system gives wiremock no port.
    #[cfg(feature = "wiremock")]
    pub async fn start(self) -> Result<Running, StartError> {
        let opened = self.record().open().await?;
        let server = crate::wiremock::open(opened.worker.clone()).await;
        Ok(opened.behind(Door::Wiremock(server)))
    }

    /// Serves the twin over HTTP/1.1 on this address (port 0 for any free one). However long it runs, its
    /// memory grows with the knowledge base alone. It ends when the [`Running`] is dropped, and gracefully with [`Running::shutdown`].
    ///
    /// # Errors
    /// When the data cannot be opened, the address not be listened on, or the webhook's URL not be used.
    ///
    /// # Panics
    /// Outside a tokio runtime with time and I/O enabled.
    #[cfg(feature = "serve")]
    pub async fn serve(self, address: std::net::SocketAddr) -> Result<Running, StartError> {
        let names = self.host_names.clone();
        let opened = self.open().await?;
        let (worker, composer) = (opened.worker.clone(), opened.composer.clone());
        let door = crate::serve::Door::open(worker, composer, address, &names).await;
        let door = door.map_err(|source| StartError::Listen { address, source })?;
        Ok(opened.behind(Door::Hyper(door)))
    }
}
