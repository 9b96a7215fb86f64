//! Faults for tests: what goes wrong, on which requests, and how often.

mod script;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::message::{Reply, Request};

pub use script::InvalidFault;

/// Something that goes wrong on the next matching request. Hand it to
/// [`Running::fault`](crate::Running::fault).
///
/// A fault happens once, to the next request of any kind, unless [`times`](Fault::times),
/// [`on`](Fault::on) and [`after`](Fault::after) say otherwise. Where several faults match a request, the
/// one handed over first is used. What a fault keeps from being applied does not count against the rate
/// limit either.
///
/// ```
/// use twin_reference::Fault;
///
/// let lost = Fault::applied_then_dropped().on("POST", "/v1/kb");
/// let storm = Fault::rate_limited(2).times(3).after(10);
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    kind: Kind,
    times: u32,
    skip: u32,
    filter: Option<(String, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug, Clone)]
enum Kind {
    RateLimited(u64),
    DroppedAfterRead,
    AppliedThenDropped,
    Fails(StatusCode),
    AppliedThenFails(StatusCode),
    Slow(Duration),
    Html(StatusCode),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self { kind, times: 1, skip: 0, filter: None, headers: Vec::new() }
    }

    /// Answers 429 with `Retry-After: seconds`. The request is not applied.
    pub fn rate_limited(seconds: u64) -> Self {
        Self::new(Kind::RateLimited(seconds))
    }

    /// Reads the whole request, then closes the connection without a response. The request is not applied.
    pub fn dropped_after_read() -> Self {
        Self::new(Kind::DroppedAfterRead)
    }

    /// Applies the request, then closes the connection without a response.
    pub fn applied_then_dropped() -> Self {
        Self::new(Kind::AppliedThenDropped)
    }

    /// Answers the next `times` requests with `status` and a JSON error. The requests are not applied. A
    /// number that is not an HTTP status counts as 500.
    pub fn fails(status: u16, times: u32) -> Self {
        Self::new(Kind::Fails(status_or_500(status))).times(times)
    }

    /// Applies the request, then answers `status` and a JSON error.
    pub fn applied_then_fails(status: u16) -> Self {
        Self::new(Kind::AppliedThenFails(status_or_500(status)))
    }

    /// Applies the request at once, and delays the response by `delay`.
    pub fn slow(delay: Duration) -> Self {
        Self::new(Kind::Slow(delay))
    }

    /// Answers with a proxy's HTML page and `status`, without the API's headers. The request is not applied.
    pub fn html(status: u16) -> Self {
        Self::new(Kind::Html(status_or_500(status)))
    }

    /// Applies to the next `times` matching requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Applies only to requests with this method (`*` for any) and a path with this prefix: `.on("POST",
    /// "/v1/kb")`.
    #[must_use]
    pub fn on(mut self, method: &str, path_prefix: impl Into<String>) -> Self {
        self.filter = Some((method.to_ascii_uppercase(), path_prefix.into()));
        self
    }

    /// Skips the first `requests` matching requests.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Sets a header of the response, replacing the one it would have had, such as a `Retry-After` with a
    /// date or a wrong `Content-Type`. A value that cannot be a header is ignored.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse(), value.parse()) {
            self.headers.push((name, value));
        }
        self
    }

    /// Whether the fault happens to this request; counts it where it matches.
    fn strikes(&mut self, method: &Method, path: &str) -> bool {
        let is_meant =
            |(m, prefix): &(String, String)| (m == "*" || m == method.as_str()) && path.starts_with(prefix);
        if self.times == 0 || !self.filter.as_ref().is_none_or(is_meant) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times -= 1;
        true
    }

    /// Whether the twin does what the request asks for.
    pub(crate) fn applies(&self) -> bool {
        matches!(self.kind, Kind::AppliedThenDropped | Kind::AppliedThenFails(_) | Kind::Slow(_))
    }

    /// Whether the connection closes without an answer.
    pub(crate) fn drops(&self) -> bool {
        matches!(self.kind, Kind::DroppedAfterRead | Kind::AppliedThenDropped)
    }

    /// How long the answer is held back.
    pub(crate) fn delay(&self) -> Duration {
        if let Kind::Slow(delay) = self.kind { delay } else { Duration::ZERO }
    }

    /// How long a 429 says the window lasts, in seconds.
    pub(crate) fn wait(&self) -> Option<u64> {
        if let Kind::RateLimited(seconds) = self.kind { Some(seconds) } else { None }
    }

    /// Whether a proxy answers in the twin's place, without the API's headers.
    pub(crate) fn is_a_proxy(&self) -> bool {
        matches!(self.kind, Kind::Html(_))
    }

    /// The answer in the place of the twin's own, where the fault has one.
    pub(crate) fn reply(&self) -> Option<Reply> {
        match self.kind {
            Kind::RateLimited(seconds) => Some(Reply::rate_limited(seconds)),
            Kind::Fails(status) | Kind::AppliedThenFails(status) => {
                Some(Reply::error(status, "Something went wrong. Please try again."))
            }
            Kind::Html(status) => Some(Reply::html(status)),
            Kind::DroppedAfterRead | Kind::AppliedThenDropped | Kind::Slow(_) => None,
        }
    }

    /// The headers to set over the answer's.
    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }
}

fn status_or_500(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The faults still to come, in the order they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault that strikes this request, if any.
    pub(crate) fn strike(&self, request: &Request) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let struck = faults
            .iter_mut()
            .find_map(|fault| fault.strikes(&request.method, &request.path).then(|| fault.clone()));
        faults.retain(|fault| fault.times > 0);
        struck
    }
}
