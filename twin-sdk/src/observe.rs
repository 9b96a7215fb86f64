//! [`Attempt`]: what an observer of a client is told of each request, for logs and metrics; with the feature
//! `tracing`, the same as spans and events.

use std::time::Duration;

use jiff::Timestamp;

use crate::client::Shared;
use crate::error::{ErrorKind, blotted};
use crate::rate_limit::RateLimit;
use crate::whose::Received;

/// The longest part of an error's body that is shown, in bytes.
const SHOWN_LIMIT: usize = 2 * 1024;

/// One request that was sent, as [`TwinBuilder::on_attempt`](crate::TwinBuilder::on_attempt) is told of it.
///
/// It never shows the key, and its `Debug` no text of the request or the response.
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
    /// The response's status, if there was a response.
    pub status: Option<u16>,
    /// Why there was no complete response, or that something other than the API gave it.
    pub error: Option<ErrorKind>,
    /// From sending the request to the end of the response.
    pub elapsed: Duration,
    /// If the call goes on, the wait before the next attempt. Zero after a 429 with
    /// [`Pacing::Window`](crate::Pacing::Window), which holds that attempt until the window's reset.
    pub retry_in: Option<Duration>,
    /// The rate limit the response told.
    pub rate_limit: Option<RateLimit>,
    /// The moment of the response by the server's clock (its `Date`, whole seconds).
    pub date: Option<Timestamp>,
    pub(crate) exchange: Exchange<'a>,
}

/// The headers and bodies of an attempt, shown on request alone.
#[derive(Clone)]
pub(crate) struct Exchange<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) received: Option<&'a Received>,
    pub(crate) is_error: bool,
}

impl std::fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

impl Attempt<'_> {
    /// Returns the headers of the request, without `Authorization`.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.exchange.shared.headers.iter().filter(|(_, value)| !value.is_sensitive());
        headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    /// Returns the headers of the response, without cookies, and with the key blotted out.
    pub fn response_headers(&self) -> impl Iterator<Item = (&str, String)> {
        let headers = self.exchange.received.into_iter().flat_map(|received| &received.headers);
        let headers = headers.filter(|(name, _)| **name != reqwest::header::SET_COOKIE);
        headers.filter_map(|(name, value)| Some((name.as_str(), self.without_key(value.to_str().ok()?))))
    }

    /// Returns the beginning of the response's body if it is no success: at most 2 KiB, with the key blotted out.
    pub fn error_body(&self) -> Option<String> {
        let body = self.exchange.received.filter(|_| self.exchange.is_error)?.body.as_ref().ok()?;
        let text = self.without_key(&String::from_utf8_lossy(body.beginning()));
        let end = text.floor_char_boundary(SHOWN_LIMIT);
        Some(text[..end].to_owned()).filter(|text| !text.is_empty())
    }

    fn without_key(&self, text: &str) -> String {
        let shared = self.exchange.shared;
        blotted(text.to_owned(), shared.secret(), &shared.key)
    }
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
