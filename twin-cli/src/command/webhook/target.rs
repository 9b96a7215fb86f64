//! Where webhooks are sent, and how, by the global flags.

use std::time::Duration;

use hyper::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use url::Url;

use super::shown;
use crate::context::Context;
use crate::error::{CliError, Code};

/// Where webhooks are sent.
#[derive(Debug)]
pub(super) struct Target {
    url: Url,
    client: Client,
    timeout: Duration,
}

impl Target {
    pub(super) fn new(url: Url, context: &Context) -> Result<Self, CliError> {
        let client = context.transport()?.client_for(&url)?;
        Ok(Self { url, client, timeout: context.attempt_timeout() })
    }

    /// The address as it may be shown.
    pub(super) fn shown(&self) -> String {
        shown(&self.url)
    }

    /// A request to send to it.
    pub(super) fn post(&self) -> RequestBuilder {
        let agent = concat!("twin-cli/", env!("CARGO_PKG_VERSION"));
        self.post_to(self.url.clone()).header("User-Agent", agent)
    }

    /// A request that came, to send on to it: below the target's path, with its query and its headers.
    pub(super) fn pass_on(&self, path: &str, query: Option<&str>, headers: &HeaderMap) -> RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(&joined(self.url.path(), path));
        let queries: Vec<&str> = self.url.query().into_iter().chain(query).collect();
        url.set_query((!queries.is_empty()).then(|| queries.join("&")).as_deref());
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        let mut request = self.post_to(url);
        for (name, value) in headers {
            let name = name.as_str();
            let is_own = OF_ONE_CONNECTION.contains(&name) || (has_credentials && name == "authorization");
            if !is_own {
                request = request.header(name, value);
            }
        }
        request
    }

    fn post_to(&self, url: Url) -> RequestBuilder {
        self.client.post(url).timeout(self.timeout)
    }

    /// The status it answers with.
    pub(super) async fn status(&self, request: RequestBuilder) -> Result<u16, CliError> {
        let error = match request.send().await {
            Ok(response) => return Ok(response.status().as_u16()),
            Err(error) => error.without_url(),
        };
        let url = self.shown();
        Err(if error.is_timeout() {
            CliError::new(Code::Timeout, format!("{url} did not answer in time"))
        } else if error.is_connect() {
            CliError::new(Code::Network, format!("{url} cannot be reached"))
                .hint("check that a server is listening there")
        } else {
            CliError::new(Code::Network, format!("the connection to {url} was lost"))
        })
    }
}

/// Headers that are about the connection they came by, not about the event (RFC 9110, section 7.6.1), and those
/// that sending sets anew.
const OF_ONE_CONNECTION: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The path of a request below that of the target. One that is there already, since Twin was told the same path,
/// does not come twice.
fn joined(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let is_below = path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match path {
        _ if is_below => path.to_owned(),
        "/" => base.to_owned(),
        _ => format!("{base}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_request_goes_below_that_of_the_target() {
        for (base, path, expected) in [
            ("/", "/", "/"),
            ("/", "/twin/hook", "/twin/hook"),
            ("/hook", "/", "/hook"),
            ("/hook", "/twin", "/hook/twin"),
            ("/hook/", "/twin/", "/hook/twin/"),
            ("/hook", "/hook", "/hook"),
            ("/hook", "/hook/twin", "/hook/twin"),
            ("/hook", "/hooks", "/hook/hooks"),
        ] {
            assert_eq!(joined(base, path), expected, "{base} {path}");
        }
    }
}
