//! [`Attempt`]: what an observer of a client is told of each request, for logs and metrics; with the feature
//! `tracing`, the same as spans and events.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, PROXY_AUTHORIZATION, SET_COOKIE};

use crate::error::{ErrorKind, blotted};
use crate::rate_limit::RateLimit;
use crate::whose::Received;

/// One request that was sent, as [`TwinBuilder::on_attempt`](crate::TwinBuilder::on_attempt) is told of it.
/// It never gives the key away, and its `Debug` shows neither headers nor text.
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
    pub(crate) exchange: Exchange<'a>,
}

/// What was sent and what came back.
#[derive(Clone)]
pub(crate) struct Exchange<'a> {
    /// The headers of every request, the key among them.
    pub(crate) sent: &'a HeaderMap,
    pub(crate) received: Option<&'a Received>,
    /// Whether the response is no success.
    pub(crate) is_refused: bool,
    pub(crate) secret: &'a str,
    pub(crate) key: &'a str,
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

/// The longest part of an error's body that an observer is told.
const SHOWN: usize = 2048;

impl Attempt<'_> {
    /// Returns the headers of the request as text, without `Authorization`.
    pub fn request_headers(&self) -> Vec<(String, String)> {
        self.exchange.shown(self.exchange.sent)
    }

    /// Returns the headers of the response as text; none if there was no response. Cookies are left out, and a key
    /// that a header repeats is blotted out.
    pub fn response_headers(&self) -> Vec<(String, String)> {
        self.exchange.received.map(|received| self.exchange.shown(&received.headers)).unwrap_or_default()
    }

    /// Returns the first 2 KB of the body of a response that is no success, with the key blotted out.
    pub fn error_body(&self) -> Option<String> {
        let Exchange { received, is_refused, secret, key, .. } = &self.exchange;
        let body = received.filter(|_| *is_refused)?.body.as_ref().ok()?;
        // The key is blotted out first: it must not be cut in two.
        let text = blotted(String::from_utf8_lossy(body).into_owned(), secret, key);
        Some(text[..text.floor_char_boundary(SHOWN)].to_owned()).filter(|text| !text.is_empty())
    }
}

impl Exchange<'_> {
    fn shown(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let secret = [AUTHORIZATION, COOKIE, SET_COOKIE, PROXY_AUTHORIZATION];
        let shown = headers.iter().filter(|(name, _)| !secret.contains(name));
        shown
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), blotted(value, self.secret, self.key))
            })
            .collect()
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
