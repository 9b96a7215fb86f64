//! The requests and replies both doors speak, free of any HTTP library's server types.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::compose::Draft;

/// The largest request body that is read, in bytes. A document of 50,000 characters takes at most 300 kB
/// of JSON, every one of them escaped.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// One request, read whole.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// One reply: status, the headers beyond those every reply carries, and a body.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What a language model is to put into words, where there is one.
    pub(crate) draft: Option<Box<Draft>>,
}

impl Reply {
    /// A reply whose body is `value` as JSON.
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::with_body(status, "application/json", body.into()),
            Err(error) => Self::error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    /// The contract's error body.
    pub(crate) fn error(status: StatusCode, message: &str) -> Self {
        Self::with_body(status, "application/json", json!({ "error": message }).to_string().into())
    }

    /// A 429 that says to come back after `seconds`.
    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let mut reply = Self::error(
            StatusCode::TOO_MANY_REQUESTS,
            &format!("Rate limit exceeded. Try again in {seconds} seconds."),
        );
        reply.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        reply
    }

    /// The page of a proxy that stands before the API.
    pub(crate) fn html(status: StatusCode) -> Self {
        let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Self::with_body(status, "text/html", page.into())
    }

    pub(crate) fn with_body(status: StatusCode, content_type: &'static str, body: Bytes) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body, draft: None }
    }
}
