//! [`Error`]: what went wrong, whether the request took effect, and what to do about it.

use std::fmt;
use std::time::Duration;

use crate::rate_limit::RateLimit;
use crate::refusal::{answers_in, api_message, describe, kind_of_status, leaves_doubt, shortened};

/// A `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The longest part of an error response's body that is kept.
const BODY_LIMIT: usize = 16 * 1024;

/// What kind of failure an [`Error`] is; the statuses are those of the API reference's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Refused by this crate before any request: a text too long, a base URL that cannot be used, no key.
    InvalidInput,
    /// 400: missing or invalid parameters.
    BadRequest,
    /// 401: the API key is missing or not valid.
    Unauthorized,
    /// 402: the monthly answer limit is reached; see [`Error::answers_used`].
    AnswerLimit,
    /// 403: the plan does not include the feature.
    PlanLacksFeature,
    /// 404: no such document or escalation.
    NotFound,
    /// 422: the twin is not configured; its onboarding is not complete.
    NotConfigured,
    /// 429, or a rate-limit wait longer than allowed; see [`Error::retry_after`].
    RateLimited,
    /// 5xx: the service failed.
    Server,
    /// Any other status that is no success (a redirect, which is never followed, among them).
    UnexpectedStatus,
    /// No connection was made, so nothing was sent.
    Connect,
    /// No complete answer within the attempt's timeout, or the call's deadline passed.
    Timeout,
    /// The connection broke after the request may have been sent.
    Network,
    /// A success whose body is not what the contract says, or longer than 64 MiB.
    Decode,
}

/// Whether a failed request took effect on the server: what a caller must know before sending it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It did not: it was never sent, or the API refused it.
    NotApplied,
    /// It may have: it was sent, and no answer tells.
    Unknown,
    /// It did: the status says success, only the body could not be read.
    Applied,
}

/// A failed call.
///
/// `Display` is one line for a person, free of keys, bodies and URLs; the parts are there for programs.
/// The text of the API itself is [`Error::message`].
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    text: String,
    call: Option<&'static str>,
    status: Option<u16>,
    message: Option<String>,
    body: Option<String>,
    retry_after: Option<Duration>,
    rate_limit: Option<RateLimit>,
    attempts: u32,
    outcome: Outcome,
    answers: Option<(u64, u64)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, where there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The API's own text (the body's `error` field). It may hold any character; the key alone is blotted out.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The body of the failed response, at most 16 KiB of it, with the key blotted out.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// How long the API asks to wait (`Retry-After`), or how long the wait is that was not allowed.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The rate-limit headers of the failed response.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.0.rate_limit.as_ref()
    }

    /// How many requests were sent for this call; 0 where it was refused before any.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the request took effect on the server.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// For a 402 whose text tells them: the answers used and the monthly limit.
    pub fn answers_used(&self) -> Option<(u64, u64)> {
        self.0.answers
    }

    /// Whether the same call may succeed later without a change: a rate limit, a failing service, a broken
    /// or missing connection. Says nothing of whether repeating is *safe*: that is [`Error::outcome`].
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Network
        ) || matches!(self.0.status, Some(408 | 425))
    }

    pub(crate) fn invalid_input(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, text, Outcome::NotApplied)
    }

    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>, outcome: Outcome) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            call: None,
            status: None,
            message: None,
            body: None,
            retry_after: None,
            rate_limit: None,
            attempts: 0,
            outcome,
            answers: None,
            source: None,
        }))
    }

    /// The error for a response that is no success. A key that the response repeats is blotted out.
    pub(crate) fn from_response(status: u16, body: &[u8], secret: &str, key: &str) -> Self {
        let body = blotted(String::from_utf8_lossy(body).into_owned(), secret, key);
        // JSON may spell the key otherwise than it reads.
        let message = api_message(&body).map(|message| blotted(message, secret, key));
        let kind = kind_of_status(status);
        let outcome = if leaves_doubt(status) { Outcome::Unknown } else { Outcome::NotApplied };
        let mut error = Self::new(kind, describe(kind, status, message.as_deref(), key), outcome);
        error.0.status = Some(status);
        error.0.answers = message.as_deref().filter(|_| status == 402).and_then(answers_in);
        error.0.message = message;
        error.0.body = Some(body[..body.floor_char_boundary(BODY_LIMIT)].to_owned());
        error
    }

    /// An error that quotes the response: without a key that it repeats, and as long as a line may be.
    pub(crate) fn fit_to_show(mut self, secret: &str, key: &str) -> Self {
        self.0.text = shortened(blotted(self.0.text, secret, key));
        if self
            .0
            .source
            .as_ref()
            .is_some_and(|source| blotted(source.to_string(), secret, key) != source.to_string())
        {
            self.0.source = None;
        }
        self
    }

    /// The error for a request that got no complete response.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let (kind, text, outcome) = if error.is_connect() {
            (ErrorKind::Connect, "could not connect to the API", Outcome::NotApplied)
        } else if error.is_builder() {
            (ErrorKind::InvalidInput, "the request could not be built", Outcome::NotApplied)
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "no answer within the timeout of one attempt", Outcome::Unknown)
        } else {
            (ErrorKind::Network, "the connection broke before a complete answer arrived", Outcome::Unknown)
        };
        let cause = root_cause(&error);
        let text = if cause.is_empty() { text.to_owned() } else { format!("{text}: {cause}") };
        Self::new(kind, text, outcome).with_source(error)
    }

    pub(crate) fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn with_call(mut self, call: &'static str, attempts: u32) -> Self {
        self.0.call = Some(call);
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_rate_limit(mut self, rate_limit: Option<RateLimit>) -> Self {
        self.0.rate_limit = rate_limit;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The response's status was a success, so the request took effect.
    pub(crate) fn having_happened(mut self) -> Self {
        self.0.outcome = Outcome::Applied;
        self
    }

    /// An earlier attempt of the same call may have taken effect, whatever the last one says of itself.
    pub(crate) fn after_ambiguous_attempt(mut self) -> Self {
        if self.0.outcome == Outcome::NotApplied {
            self.0.outcome = Outcome::Unknown;
        }
        self
    }

    /// Adds why the call was not tried again.
    pub(crate) fn gave_up(mut self, why: impl fmt::Display) -> Self {
        self.0.text = format!("{}; {why}", self.0.text);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = self.0.call {
            write!(f, "{call}: ")?;
        }
        one_line(f, &self.0.text)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("text", &format_args!("{self}"))
            .field("status", &self.0.status)
            .field("outcome", &self.0.outcome)
            .field("attempts", &self.0.attempts)
            .field("retry_after", &self.0.retry_after)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

fn blotted(text: String, secret: &str, key: &str) -> String {
    if secret.is_empty() { text } else { text.replace(secret, key) }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut text = String::new();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// Writes a text on one line: line breaks become spaces, other control characters are escaped.
fn one_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write;
    text.chars().try_for_each(|c| match c {
        '\n' | '\r' | '\t' => f.write_char(' '),
        c if c.is_control() => write!(f, "{}", c.escape_unicode()),
        c => f.write_char(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_402_tells_the_answers_used_where_its_text_does() {
        let body = br#"{"error":"Monthly answer limit reached (1,500/2,000). Upgrade."}"#;
        assert_eq!(Error::from_response(402, body, "", "").answers_used(), Some((1500, 2000)));
        assert_eq!(
            Error::from_response(402, br#"{"error":"Pay (now) please"}"#, "", "").answers_used(),
            None
        );
    }

    #[test]
    fn a_proxys_page_is_kept_as_body_and_never_shown() {
        let error = Error::from_response(502, b"<html>Bad gateway</html>", "", "");
        assert_eq!(error.to_string(), "the API failed (502)");
        assert_eq!(error.body(), Some("<html>Bad gateway</html>"));
        assert_eq!(error.message(), None);
    }

    #[test]
    fn display_is_one_line_without_control_characters() {
        let error = Error::from_response(400, br#"{"error":"a\nb\u001b[31m"}"#, "", "");
        assert_eq!(error.to_string(), "the API refused the request (400): a b\\u{1b}[31m");
    }

    #[test]
    fn a_huge_error_body_is_capped() {
        assert_eq!(
            Error::from_response(500, &[b'x'; 100_000], "", "").body().map(str::len),
            Some(BODY_LIMIT)
        );
    }

    #[test]
    fn a_key_that_the_api_repeats_is_blotted_out() {
        let body = br#"{"error":"Invalid API key: twin_live_s3cret"}"#;
        let error = Error::from_response(401, body, "twin_live_s3cret", "twin_live_…");
        assert_eq!(error.message(), Some("Invalid API key: twin_live_…"));
        assert!(!format!("{error} {error:?} {:?}", error.body()).contains("s3cret"));
    }

    #[test]
    fn a_long_text_of_the_api_is_cut_where_it_is_shown() {
        let body = format!(r#"{{"error":"{}"}}"#, "é".repeat(10_000));
        let error = Error::from_response(400, body.as_bytes(), "", "");
        assert_eq!(error.to_string().chars().count(), "the API refused the request (400): ".len() + 501);
        assert_eq!(error.message().map(|text| text.chars().count()), Some(10_000));
    }
}
