//! Whose answer a response is: the API's, or that of something between. Every response of every call is judged
//! here and nowhere else. Between a client and the API stand proxies, gateways and sign-in pages, which answer
//! with the same statuses, so that a status alone proves nothing: what is believed is the API's own form.

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::body::{Body, read_json};
use crate::error::Result;

/// A response as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, or why it did not arrive whole.
    pub(crate) body: Result<Body>,
}

/// Whose answer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The API's success: JSON, or nothing if the call needs no body.
    Success,
    /// The API's refusal: a JSON object whose `error` is a string, which is this one.
    Refusal(String),
    /// Anyone's: it broke off before it showed its form.
    Unclear,
    /// Something else answered.
    Other,
}

impl Received {
    /// Decides whose answer to a request with this method it is.
    pub(crate) fn whose(&self, method: &Method) -> Whose {
        match (self.status, &self.body) {
            (200..=299, Ok(body)) if body.is_blank() && needs_no_body(method) => Whose::Success,
            (200..=299, Ok(body)) if body.is_json() => Whose::Success,
            (400.., Ok(body)) => api_error(body.beginning()).map_or(Whose::Other, Whose::Refusal),
            (200..=299 | 400.., Err(_)) => Whose::Unclear,
            _ => Whose::Other,
        }
    }
}

/// Whether sending it twice does no harm.
pub(crate) fn is_repeatable(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::DELETE)
}

/// Whether a success is complete without a body.
fn needs_no_body(method: &Method) -> bool {
    matches!(*method, Method::DELETE | Method::PATCH)
}

/// The text of an error in the API's form.
fn api_error(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        error: String,
    }
    // An array would be read as the fields of an object in order.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| read_json::<ErrorBody>(body).ok()).flatten().map(|body| body.error)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::CONTENT_TYPE;

    use super::*;
    use crate::error::{Error, ErrorKind, Outcome};

    fn received(status: u16, content_type: &'static str, body: &'static [u8]) -> Received {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]);
        Received { status, headers, body: Ok(Bytes::from_static(body).into()) }
    }

    fn broken(status: u16, content_type: &'static str) -> Received {
        let lost = Error::new(ErrorKind::Network, "broke", Outcome::Unknown);
        Received { body: Err(lost), ..received(status, content_type, b"") }
    }

    #[test]
    fn an_error_is_the_apis_if_its_body_is_an_object_whose_error_is_a_string() {
        for status in [400, 401, 402, 403, 404, 409, 422, 429, 500, 503] {
            let whose = |body| received(status, "text/plain", body).whose(&Method::GET);
            assert_eq!(whose(br#"{"error":"No."}"#), Whose::Refusal("No.".to_owned()));
            assert_eq!(whose(b"\xEF\xBB\xBF {\"code\":1,\"error\":\"\"}\n"), Whose::Refusal(String::new()));
            for other in [
                &b""[..],
                b"default backend - 404",
                b"<html><title>Sign in</title></html>",
                br#"{"error":{"message":"No."}}"#,
                br#"{"error":null}"#,
                br#"{"message":"Forbidden"}"#,
                br#"["No."]"#,
                br#""No.""#,
                br#"{"error":"No."} and more"#,
                br#"{"error":"N"#,
            ] {
                assert_eq!(whose(other), Whose::Other, "{}", String::from_utf8_lossy(other));
            }
        }
    }

    #[test]
    fn a_success_is_the_apis_if_it_is_json_or_empty_if_the_call_needs_no_body() {
        for status in [200, 201, 204] {
            for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
                let whose = |body| received(status, "text/html", body).whose(&method);
                for json in [&b"{}"[..], b"\xEF\xBB\xBF[]", b" null "] {
                    assert_eq!(whose(json), Whose::Success);
                }
                let nothing = if needs_no_body(&method) { Whose::Success } else { Whose::Other };
                assert_eq!(whose(b""), nothing);
                assert_eq!(whose(b"\xEF\xBB\xBF\r\n"), nothing);
                for other in [&b"<html></html>"[..], b"OK", br#"{"doc":{"id":"doc_1"#, b"{\"a\":1}{\"b\":2}"]
                {
                    assert_eq!(whose(other), Whose::Other);
                }
            }
        }
    }

    #[test]
    fn a_redirect_is_never_the_apis() {
        for status in [300, 301, 302, 303, 304, 307, 308] {
            let whose = received(status, "application/json", br#"{"error":"Moved."}"#).whose(&Method::GET);
            assert_eq!(whose, Whose::Other);
        }
    }

    #[test]
    fn half_an_answer_is_no_ones_whatever_its_head_says() {
        let json = "application/json; charset=utf-8";
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            for status in [200, 201, 404] {
                assert_eq!(broken(status, json).whose(&method), Whose::Unclear);
            }
        }
    }
}
