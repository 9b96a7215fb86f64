//! [`Twin`], the client, and [`TwinBuilder`], which says how it behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};

use crate::api_key::ApiKey;
use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::call::Endpoints;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::observe::Attempt;
use crate::pacing::{Gate, Pacing};
use crate::retry::{RetryBudget, RetryPolicy};
use crate::transport::Transport;

const BASE_URL_VARIABLE: &str = "TWIN_BASE_URL";
const USER_AGENT_VALUE: &str = concat!("twin-sdk-rust/", env!("CARGO_PKG_VERSION"));

pub(crate) type Observer = Arc<dyn Fn(&Attempt<'_>) + Send + Sync>;

/// A client of the Twin API.
///
/// Cloning is cheap, and clones share connections, pacing and the retry budget: create one per key and keep it. It follows no redirects, sends its key to its base URL alone, and uses the [`Proxy`](crate::Proxy)
/// that the environment asks for, never for loopback.
#[derive(Clone)]
pub struct Twin {
    pub(crate) shared: Arc<Shared>,
}

/// What all clones of a client share.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) endpoints: Endpoints,
    /// The headers of every request, the key among them.
    pub(crate) headers: HeaderMap,
    /// The key's public prefix, for errors.
    pub(crate) key: String,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) gate: Option<Gate>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Option<Observer>,
}

impl Shared {
    /// The key itself, to be blotted out of what a response repeats.
    pub(crate) fn secret(&self) -> &str {
        let bearer = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()
    }

    /// Whether anyone wants to know of each attempt.
    pub(crate) fn is_observed(&self) -> bool {
        cfg!(feature = "tracing") || self.observer.is_some()
    }
}

impl Twin {
    /// Creates a client with the defaults of [`TwinBuilder`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the transport cannot be set up.
    pub fn new(key: ApiKey) -> Result<Self> {
        Self::builder(key).build()
    }

    /// Creates a client from the environment, as the `twin` command does: the key from `TWIN_API_KEY` and, if set, the
    /// base URL from `TWIN_BASE_URL`. Empty variables count as unset.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if there is no key, or the base URL
    /// cannot be used.
    pub fn from_env() -> Result<Self> {
        TwinBuilder::from_env()?.build()
    }

    /// Returns the address of the API, without a slash at its end.
    pub fn base_url(&self) -> &str {
        let endpoint = self.shared.endpoints.twin.as_str();
        endpoint.strip_suffix("/v1/twin").unwrap_or(endpoint)
    }

    /// Returns a builder, for a client with other settings than the defaults.
    pub fn builder(key: ApiKey) -> TwinBuilder {
        TwinBuilder::new(key)
    }
}

impl fmt::Debug for Twin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twin").field("key", &self.shared.key).finish_non_exhaustive()
    }
}

/// The settings of a [`Twin`] to build; created by [`Twin::builder`] or [`TwinBuilder::from_env`].
#[must_use = "nothing happens before build()"]
pub struct TwinBuilder {
    key: ApiKey,
    base_url: String,
    user_agent: String,
    attempt_timeout: Duration,
    deadline: Option<Duration>,
    retry: RetryPolicy,
    pacing: Pacing,
    transport: Transport,
    http: Option<reqwest::Client>,
    clock: Arc<dyn Clock>,
    observer: Option<Observer>,
}

impl TwinBuilder {
    fn new(key: ApiKey) -> Self {
        Self {
            key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            user_agent: USER_AGENT_VALUE.to_owned(),
            attempt_timeout: Duration::from_secs(30),
            deadline: Some(Duration::from_secs(120)),
            retry: RetryPolicy::default(),
            pacing: Pacing::default(),
            transport: Transport::default(),
            http: None,
            clock: Arc::new(SystemClock),
            observer: None,
        }
    }

    /// Creates a builder with the key and base URL of [`Twin::from_env`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if there is no key.
    pub fn from_env() -> Result<Self> {
        let builder = Self::new(ApiKey::from_env()?);
        Ok(match std::env::var(BASE_URL_VARIABLE) {
            Ok(url) if !url.is_empty() => builder.base_url(url),
            _ => builder,
        })
    }

    /// Sets the API's address (default [`DEFAULT_BASE_URL`]): scheme and host, and a path before `/v1` if a gateway
    /// needs one. Plain `http` is accepted for loopback only, because it would expose the key.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Puts the name and version of your program before this crate's in `User-Agent`: `my-bot/1.2`.
    pub fn user_agent(mut self, product: &str) -> Self {
        self.user_agent = format!("{product} {USER_AGENT_VALUE}");
        self
    }

    /// Sets the longest time to connect (default 5 s). Ignored with [`Self::http_client`].
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.transport = self.transport.connect_timeout(timeout);
        self
    }

    /// Sets the timeout of each attempt, from sending it to the end of its response (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets the deadline of a whole call including retries and waits (default 120 s). Use `None` for bulk work, which
    /// waits as long as the retry policy allows.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Sets when and how often a failed request is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets whether requests wait for the rate limit's window before they are sent (default [`Pacing::Off`]).
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// Trusts the certificate authorities in a file's bytes, PEM or DER, in addition to the bundled ones; see
    /// [`Transport::ca_certificate`].
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.transport = self.transport.ca_certificate(pem);
        self
    }

    /// Trusts the system's certificate store in addition to the bundled roots. It is read when the client is built.
    #[cfg(feature = "system-certs")]
    pub fn system_certs(mut self, trusted: bool) -> Self {
        self.transport = self.transport.system_certs(trusted);
        self
    }

    /// Sets how connections are made, replacing all earlier settings of it.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Uses your own client instead of building one. Its TLS, proxy and connection settings hold, and so
    /// does its redirect policy: give it [`reqwest::redirect::Policy::none()`], which this crate's own has.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Replaces the clock behind deadlines and waits, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Calls `observer` after every request, including retries, for logs and metrics. It runs within the call and must
    /// not block.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the base URL or the user agent cannot
    /// be used, no certificate of a file can be read, the environment names a proxy that cannot be used, or the
    /// transport cannot be set up.
    pub fn build(self) -> Result<Twin> {
        let base: BaseUrl = self.base_url.parse()?;
        let http = match self.http {
            Some(client) => client,
            None => self.transport.client_for(base.url())?,
        };
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(AUTHORIZATION, self.key.bearer()?);
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::invalid_input("the user agent cannot be sent in a header"))?;
        headers.insert(USER_AGENT, user_agent);
        // Nothing is decompressed here: a gateway that guesses otherwise would make an answer unreadable.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(Twin {
            shared: Arc::new(Shared {
                http,
                endpoints: Endpoints {
                    twin: base.join("v1/twin")?,
                    kb: base.join("v1/kb")?,
                    escalations: base.join("v1/escalations")?,
                    stats: base.join("v1/stats")?,
                },
                headers,
                key: self.key.redacted(),
                retry: self.retry,
                budget: RetryBudget::new(),
                gate: match self.pacing {
                    Pacing::Off => None,
                    Pacing::Window => Some(Gate::new()),
                },
                attempt_timeout: self.attempt_timeout,
                deadline: self.deadline,
                clock: self.clock,
                observer: self.observer,
            }),
        })
    }
}

impl fmt::Debug for TwinBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwinBuilder")
            .field("key", &self.key)
            .field("timeout", &self.attempt_timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("pacing", &self.pacing)
            .finish_non_exhaustive()
    }
}
