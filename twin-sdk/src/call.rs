//! [`Call`]: one logical request as a value that is awaited. Every request of this crate is one.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::body::Body;
use crate::client::{Shared, Twin};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::execute::execute;
use crate::rate_limit::RateLimit;
use crate::wire::{Fields, Lacks};

/// One call of the API, sent when it is awaited.
///
/// A call owns its share of the client, so its future is `Send + 'static`: it can be spawned. Dropping the
/// future before it ends cancels the call; a POST may have happened by then.
#[must_use = "a request is sent only when it is awaited"]
#[derive(Debug, Clone)]
pub struct Call<R> {
    twin: Twin,
    pub(crate) request: R,
    options: Options,
}

/// What a call may be told beside its request; `None` is the client's setting.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Option<Duration>>,
    pub(crate) retries: Option<u32>,
    pub(crate) longest_wait: Option<Duration>,
}

impl<R: Request> Call<R> {
    pub(crate) fn new(twin: &Twin, request: R) -> Self {
        Self { twin: twin.clone(), request, options: Options::default() }
    }

    /// Sets the timeout of each attempt (default: the client's, 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets the deadline of the whole call including its waits, or `None` for none (default: the client's, 120 s).
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.options.deadline = Some(deadline.into());
        self
    }

    /// Sets how often this call is retried; see [`RetryPolicy::max_retries`](crate::RetryPolicy::max_retries).
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retries = Some(retries);
        self
    }

    /// Sets the longest time this call waits for rate limits; see
    /// [`RetryPolicy::longest_wait`](crate::RetryPolicy::longest_wait).
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.options.longest_wait = Some(wait);
        self
    }

    /// Returns [`WithMeta`] instead: the result with the rate limit, headers, status and number of attempts.
    pub fn with_meta(self) -> CallWithMeta<R> {
        CallWithMeta(self)
    }

    async fn run(self, wants_rate_limit: bool) -> Result<WithMeta<R::Output>> {
        let shared = &*self.twin.shared;
        let prepared = self.request.prepare(&shared.endpoints)?;
        let (reply, meta) = execute(shared, &prepared, &self.options, wants_rate_limit).await?;
        let data = self.request.decode(reply).map_err(|error| {
            let error = error.with_headers(meta.headers.clone()).with_rate_limit(meta.rate_limit);
            error.fit_to_show(shared.secret(), &shared.key).with_call(prepared.call, meta.attempts)
        })?;
        Ok(WithMeta { data, meta })
    }
}

impl<R: Request> IntoFuture for Call<R> {
    type Output = Result<R::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.run(false).await?.data) })
    }
}

/// A [`Call`] that returns its [`Meta`] as well.
#[must_use = "a request is sent only when it is awaited"]
#[derive(Debug, Clone)]
pub struct CallWithMeta<R>(Call<R>);

impl<R: Request> IntoFuture for CallWithMeta<R> {
    type Output = Result<WithMeta<R::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.run(true))
    }
}

/// A result together with its [`Meta`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WithMeta<T> {
    /// The result itself.
    pub data: T,
    /// What the response says in addition.
    pub meta: Meta,
}

/// What a response says in addition to its result.
#[derive(Debug, Clone)]
pub struct Meta {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Meta {
    /// Returns the HTTP status: 200 or 201, and 404 for a [`Deleted::by_earlier_attempt`](crate::Deleted).
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns a header of the response, such as `x-request-id`; `None` if it is absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns how many requests were sent for this call, including retries.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the rate limit after this call; `None` if the response has no such headers.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.rate_limit.as_ref()
    }
}

/// The URLs of the API, parsed once when the client is built.
#[derive(Debug)]
pub struct Endpoints {
    pub(crate) twin: Url,
    pub(crate) kb: Url,
    pub(crate) escalations: Url,
    pub(crate) stats: Url,
}

/// A request of the API. Sealed: the requests of this crate are all there are.
pub trait Request: Send + 'static {
    /// What a success returns.
    type Output: Send + 'static;

    /// Checks the request locally and makes the HTTP request of it.
    #[doc(hidden)]
    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared>;

    /// Reads a success.
    #[doc(hidden)]
    fn decode(&self, reply: Reply) -> Result<Self::Output>;
}

/// An HTTP request that can be sent any number of times.
#[derive(Debug)]
pub struct Prepared {
    /// Method and route template, for errors and logs: `GET /v1/kb/{id}`.
    pub(crate) call: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    body: Option<Bytes>,
}

impl Prepared {
    pub(crate) fn new(call: &'static str, method: Method, url: Url) -> Self {
        Self { call, method, url, body: None }
    }

    pub(crate) fn with_body(
        call: &'static str,
        method: Method,
        url: Url,
        body: &impl Serialize,
    ) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::invalid_input("the request cannot be written as JSON").with_source(error)
        })?;
        Ok(Self { call, method, url, body: Some(body.into()) })
    }

    pub(crate) fn to_http(&self, shared: &Shared, timeout: Duration) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = shared.headers.clone();
        *request.timeout_mut() = Some(timeout);
        if let Some(body) = &self.body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        request
    }
}

/// A success as it came.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Result<Body>,
}

impl Reply {
    /// The body, if it arrived whole.
    pub(crate) fn body(&self) -> Option<&Body> {
        self.body.as_ref().ok()
    }

    /// A 404 of the API that an ambiguous attempt before it explains.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Reads what the call is about from the body, which must be a JSON object.
    pub(crate) fn read<T>(self, read: impl FnOnce(Fields) -> Result<T, Lacks>) -> Result<T> {
        let status = self.status;
        let fields = self.body?.parse().map_err(|error| unexpected(status, &error).with_source(error))?;
        read(fields).map_err(|lacks| unexpected(status, lacks))
    }

    /// The fields of the body, or of the object in it under `name`; none if it arrived in part or is no object.
    pub(crate) fn fields(&self, name: &str) -> Fields {
        let fields = self.body().and_then(|body| body.clone().parse::<Fields>().ok());
        fields.unwrap_or_default().unwrap(name)
    }
}

/// The error for a success that does not say what the reference promises.
pub(crate) fn unexpected(status: u16, what: impl std::fmt::Display) -> Error {
    let text = format!("the API's response does not match the API reference: {what}");
    Error::new(ErrorKind::Decode, text, Outcome::Unknown).with_status(status)
}
