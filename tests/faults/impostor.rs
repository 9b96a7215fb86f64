//! What stands between a client and the API and answers in its place.

use super::message::Message;

/// Something that answers in place of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impostor {
    /// A load balancer without a backend.
    NotFoundText,
    /// A web server without such a page.
    NotFoundPage,
    /// A gateway without such a route.
    NotFoundJson,
    /// A sign-in page, as a guest network gives it.
    SignIn,
    /// A firewall.
    Firewall,
    /// A success that says nothing.
    Empty,
    /// The same, and says so.
    NoContent,
    /// A sign-in page elsewhere.
    Redirect,
    /// The API's answer, cut into another's.
    Spliced,
}

impl Impostor {
    pub(crate) const ALL: [Self; 9] = [
        Self::NotFoundText,
        Self::NotFoundPage,
        Self::NotFoundJson,
        Self::SignIn,
        Self::Firewall,
        Self::Empty,
        Self::NoContent,
        Self::Redirect,
        Self::Spliced,
    ];

    /// Whether its answer is the API's by the contract if the call needs no body: a success without one.
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, Self::Empty | Self::NoContent)
    }

    /// What it answers, in place of `real` if the request reached the API.
    pub(crate) fn answer(self, real: Option<&Message>) -> Vec<u8> {
        let page = |title: &str| {
            format!("<!doctype html><html><head><title>{title}</title></head><body>…</body></html>")
        };
        let (status, kind, headers, body) = match self {
            Self::NotFoundText => ("404 Not Found", "text/plain", "", "default backend - 404".to_owned()),
            Self::NotFoundPage => ("404 Not Found", "text/html", "server: nginx\r\n", page("404 Not Found")),
            Self::NotFoundJson => (
                "404 Not Found",
                "application/json",
                "",
                r#"{"message":"no Route matched with those values"}"#.to_owned(),
            ),
            Self::SignIn => ("200 OK", "text/html", "", page("Sign in to Acme Guest")),
            Self::Firewall => ("403 Forbidden", "text/html", "server: waf\r\n", page("Request blocked")),
            Self::Empty => ("200 OK", "text/plain", "", String::new()),
            Self::NoContent => return b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            Self::Redirect => {
                ("302 Found", "text/html", "location: https://login.example/start\r\n", String::new())
            }
            Self::Spliced => {
                let real = real.map(Message::body).unwrap_or_default();
                let cut = String::from_utf8_lossy(&real[..real.len() / 2]);
                ("200 OK", "application/json", "", format!("{cut}{}", r#"{"deleted":true}"#))
            }
        };
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{headers}\r\n");
        [head.into_bytes(), body.into_bytes()].concat()
    }
}
