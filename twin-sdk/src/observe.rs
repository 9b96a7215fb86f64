//! [`Attempt`]: what an observer of a client is told of each request, for logs and metrics; with the feature
//! `tracing`, the same as spans and events.

use std::time::Duration;

use jiff::Timestamp;

use crate::error::ErrorKind;
use crate::rate_limit::RateLimit;

/// One request that was sent, as [`TwinBuilder::on_attempt`](crate::TwinBuilder::on_attempt) is told of it.
/// It holds neither the key nor any text of the request or the response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Method and route template, fit for a metric's label: `GET /v1/kb/{id}`.
    pub call: &'static str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path with its ids, without the query.
    pub path: &'a str,
    /// Which attempt of its call it was, from 1.
    pub number: u32,
    /// The response's status, where there was a response.
    pub status: Option<u16>,
    /// Why there was no complete response.
    pub error: Option<ErrorKind>,
    /// From sending the request to the end of the response.
    pub elapsed: Duration,
    /// Where the call goes on: the wait before the next attempt. Zero after a 429 with
    /// [`Pacing::Window`](crate::Pacing::Window), which holds that attempt until the window's reset.
    pub retry_in: Option<Duration>,
    /// The rate limit the response told.
    pub rate_limit: Option<RateLimit>,
    /// The moment of the response by the server's clock (its `Date`, whole seconds).
    pub date: Option<Timestamp>,
}

/// The span of a call: `twin.call` with the method and route template.
#[cfg(feature = "tracing")]
pub(crate) fn span(call: &'static str) -> tracing::Span {
    tracing::info_span!("twin.call", call)
}

/// An event for a request that was sent, within its call's span.
#[cfg(feature = "tracing")]
pub(crate) fn trace(attempt: &Attempt<'_>) {
    tracing::debug!(
        method = attempt.method,
        attempt = attempt.number,
        status = attempt.status,
        error = attempt.error.map(tracing::field::debug),
        elapsed_ms = attempt.elapsed.as_millis() as u64,
        retry_in_ms = attempt.retry_in.map(|wait| wait.as_millis() as u64),
        remaining = attempt.rate_limit.and_then(|limit| limit.remaining),
        "twin.attempt"
    );
}
