//! [`Error`]: what went wrong, whether the request took effect, and what to do about it.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;

pub use crate::error_kind::{ErrorKind, Outcome};
use crate::rate_limit::RateLimit;
use crate::refusal::{
    answers_in, describe, describe_other, kind_of_other, kind_of_status, leaves_doubt, shortened,
};
use crate::responder::Responder;
use crate::whose::{Received, Whose};

/// A `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The longest part of an error response's body that is kept.
const BODY_LIMIT: usize = 16 * 1024;

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
    responder: Option<Responder>,
    headers: HeaderMap,
    retry_after: Option<Duration>,
    rate_limit: Option<RateLimit>,
    attempts: u32,
    outcome: Outcome,
    answers: Option<(u64, u64)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Returns what kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the API's own text (the body's `error` field). It may hold any character; only the key is removed.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Returns the body of the failed response, at most 16 KiB, with the key removed.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// Returns what answered in place of the API; `None` if the API itself answered, or nothing did.
    pub fn responder(&self) -> Option<&Responder> {
        self.0.responder.as_ref()
    }

    /// Returns a header of the failed response, such as `x-request-id`; `None` if it is absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns how long the API asks to wait (`Retry-After`), or the wait that was not allowed.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the rate limit as the failed response told it.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.0.rate_limit.as_ref()
    }

    /// Returns how many requests were sent for this call; 0 if it was refused before any.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the request took effect on the server.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Returns the answers used and the monthly limit, if a 402 tells them in its text.
    pub fn answers_used(&self) -> Option<(u64, u64)> {
        self.0.answers
    }

    /// Returns whether the same call may succeed later without a change: after a rate limit, a failing service, a broken
    /// or missing connection, or an answer of something in between. Whether repeating it is *safe* is another question:
    /// see [`Error::outcome`].
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::NotFromApi
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
            responder: None,
            headers: HeaderMap::new(),
            retry_after: None,
            rate_limit: None,
            attempts: 0,
            outcome,
            answers: None,
            source: None,
        }))
    }

    /// The error for a response that is no success of the API. A key that the response repeats is blotted out.
    pub(crate) fn from_response(received: Received, whose: Whose, secret: &str, key: &str) -> Self {
        let status = received.status;
        let blot = |text: String| blotted(text, secret, key);
        let responder = Responder::of(&received).with_texts(blot);
        let body = match received.body {
            Err(error) if whose == Whose::Unclear && kind_of_other(status) == ErrorKind::NotFromApi => {
                return error.with_status(status).with_headers(received.headers);
            }
            body => body.unwrap_or_default(),
        };
        let body = blot(String::from_utf8_lossy(body.beginning()).into_owned());
        let mut error = match whose {
            Whose::Refusal(message) => {
                // JSON may spell the key otherwise than it reads.
                let message = blot(message);
                let kind = kind_of_status(status);
                let outcome = if leaves_doubt(status) { Outcome::Unknown } else { Outcome::NotApplied };
                let mut error = Self::new(kind, describe(kind, status, &message, key), outcome);
                error.0.answers = answers_in(&message).filter(|_| status == 402);
                error.0.message = Some(message).filter(|message| !message.trim().is_empty());
                error
            }
            _ => {
                let kind = kind_of_other(status);
                let not_applied = kind == ErrorKind::RateLimited;
                let outcome = if not_applied { Outcome::NotApplied } else { Outcome::Unknown };
                let mut error = Self::new(kind, describe_other(kind, &responder), outcome);
                error.0.responder = Some(responder);
                error
            }
        };
        error.0.body = Some(body[..body.floor_char_boundary(BODY_LIMIT)].to_owned());
        error.with_status(status).with_headers(received.headers)
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
            (ErrorKind::Timeout, "no response within the timeout of one attempt", Outcome::Unknown)
        } else {
            (ErrorKind::Network, "the connection was lost before the response was complete", Outcome::Unknown)
        };
        let cause = crate::tls::explain(&error).unwrap_or_else(|| root_cause(&error));
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

    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers = headers;
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

pub(crate) fn blotted(text: String, secret: &str, key: &str) -> String {
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

/// Writes a text on one line: line breaks become spaces; other control characters, and those that change the
/// direction of what follows, are escaped.
pub(crate) fn one_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write;
    text.chars().try_for_each(|c| match c {
        '\n' | '\r' | '\t' => f.write_char(' '),
        '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            write!(f, "{}", c.escape_unicode())
        }
        c if c.is_control() => write!(f, "{}", c.escape_unicode()),
        c => f.write_char(c),
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::Method;
    use reqwest::header::{CONTENT_TYPE, LOCATION, SERVER};

    use super::*;

    fn refused(status: u16, body: &str, secret: &str, key: &str) -> Error {
        let body = Ok(Bytes::from(body.to_owned()).into());
        let received = Received { status, headers: HeaderMap::new(), body };
        let whose = received.whose(&Method::GET);
        Error::from_response(received, whose, secret, key)
    }

    #[test]
    fn a_402_tells_the_answers_used_where_its_text_does() {
        let body = r#"{"error":"Monthly answer limit reached (1,500/2,000). Upgrade."}"#;
        assert_eq!(refused(402, body, "", "").answers_used(), Some((1500, 2000)));
        assert_eq!(refused(402, r#"{"error":"Pay (now) please"}"#, "", "").answers_used(), None);
    }

    #[test]
    fn a_proxys_page_is_kept_as_body_and_only_its_title_is_shown() {
        let page = "<html><title>Bad gateway</title>Call 555</html>";
        let error = refused(502, page, "", "");
        assert_eq!(error.to_string(), "the API, or a gateway in front of it, failed: 502: Bad gateway");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Unknown));
        assert_eq!((error.body(), error.message()), (Some(page), None));
    }

    #[test]
    fn what_answered_in_place_of_the_api_is_told_in_one_line() {
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (SERVER, "nginx\u{e9}"),
            (LOCATION, "https://login.example/?key=s3cret"),
        ];
        let headers = headers.map(|(name, value)| (name, value.parse().unwrap()));
        let body = Ok(Bytes::from("<title>Sign\n\u{202e}in s3cret</title>").into());
        let received = Received { status: 302, headers: headers.into_iter().collect(), body };
        let error = Error::from_response(received, Whose::Other, "s3cret", "…");
        assert_eq!(
            error.to_string(),
            "something other than the Twin API answered: 302, text/html, redirects to https://login.example/: \
             Sign \\u{202e}in …"
        );
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::NotFromApi, Outcome::Unknown));
        assert_eq!(error.header("content-type"), Some("text/html; charset=utf-8"));
    }

    #[test]
    fn display_is_one_line_without_control_characters() {
        let error = refused(400, r#"{"error":"a\nb\u001b[31m"}"#, "", "");
        assert_eq!(error.to_string(), "the API refused the request (400): a b\\u{1b}[31m");
    }

    #[test]
    fn a_huge_error_body_is_capped() {
        assert_eq!(refused(500, &"x".repeat(100_000), "", "").body().map(str::len), Some(BODY_LIMIT));
    }

    #[test]
    fn a_key_that_the_api_repeats_is_blotted_out() {
        let body = r#"{"error":"Invalid API key: twin_live_s3cret"}"#;
        let error = refused(401, body, "twin_live_s3cret", "twin_live_…");
        assert_eq!(error.message(), Some("Invalid API key: twin_live_…"));
        assert!(!format!("{error} {error:?} {:?}", error.body()).contains("s3cret"));
    }

    #[test]
    fn a_long_text_of_the_api_is_cut_where_it_is_shown() {
        let body = format!(r#"{{"error":"{}"}}"#, "é".repeat(10_000));
        let error = refused(400, &body, "", "");
        assert_eq!(error.to_string().chars().count(), "the API refused the request (400): ".len() + 501);
        assert_eq!(error.message().map(|text| text.chars().count()), Some(10_000));
    }
}
