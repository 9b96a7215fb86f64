//! What the twin received, kept so that a test can ask.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method};

use crate::message::Request;

/// The most requests kept, and the most bytes of their bodies; the oldest go first.
const MAX_REQUESTS: usize = 10_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A request as it was received, without credentials.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// The query string, without the `?`.
    pub query: String,
    /// The headers without `Authorization`, `Proxy-Authorization` and `Cookie`.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
}

impl Received {
    /// Returns the body as JSON, or `Null` if it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns the value of a header, if it exists and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        write!(f, "{} {}{query} ({} bytes)", self.method, self.path, self.body.len())
    }
}

impl From<&Request> for Received {
    fn from(request: &Request) -> Self {
        let mut headers = request.headers.clone();
        for secret in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE] {
            headers.remove(secret);
        }
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
        }
    }
}

/// The last requests received, bounded in number and size.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Tape>);

#[derive(Debug, Default)]
struct Tape {
    requests: VecDeque<Received>,
    bytes: usize,
}

impl Recorder {
    pub(crate) fn record(&self, request: &Request) {
        let mut tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tape.bytes += request.body.len();
        tape.requests.push_back(Received::from(request));
        while tape.requests.len() > MAX_REQUESTS || tape.bytes > MAX_BYTES {
            let Some(oldest) = tape.requests.pop_front() else { break };
            tape.bytes -= oldest.body.len();
        }
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        let tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tape.requests.iter().cloned().collect()
    }
}
