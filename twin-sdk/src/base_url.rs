//! [`BaseUrl`]: the API's address, and the rule that no key travels in clear.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, ParseError, Url};

use crate::error::{Error, Result};

/// The API's address, used by default.
pub const DEFAULT_BASE_URL: &str = "https://api.twin.ai";

/// The one name that stands for this machine.
pub(crate) const LOCALHOST: &str = "localhost";

/// An address that a key may be sent to: `https` anywhere, plain `http` on loopback only. It may have a path before
/// `/v1`, as a gateway may need, but no user, password, query or fragment.
///
/// [`TwinBuilder::base_url`](crate::TwinBuilder::base_url) applies the same rule; a program that stores
/// addresses or keys checks them with this beforehand. It prints without a final slash.
///
/// ```
/// use twin_sdk::BaseUrl;
///
/// let url: BaseUrl = "https://API.twin.ai:443/".parse()?;
/// assert_eq!(url.to_string(), "https://api.twin.ai");
/// assert!("http://api.twin.ai".parse::<BaseUrl>().is_err());
/// # Ok::<(), twin_sdk::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Returns scheme, host and port, such as `https://api.twin.ai`: what a key belongs to.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address of an endpoint.
    pub(crate) fn join(&self, path: &str) -> Result<Url> {
        self.0
            .join(path)
            .map_err(|error| Error::invalid_input("the base URL cannot be used").with_source(error))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), without any secret the text may hold.
    fn from_str(text: &str) -> Result<Self> {
        let unusable = |why: &str| Error::invalid_input(format!("the base URL cannot be used: {why}"));
        let mut url = Url::parse(text.trim()).map_err(|error| match error {
            ParseError::RelativeUrlWithoutBase => unusable("it must start with https://"),
            error => unusable(&error.to_string()),
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(unusable("it must start with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unusable("it must not contain a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("it must end before ? and #"));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(unusable(
                "http:// would send the key unencrypted; use https:// (http is allowed only for loopback)",
            ));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Whether a URL stays on this machine, so that it needs neither encryption nor a proxy. No name does that DNS
/// resolves, such as `localhost.`; `localhost` itself is pinned to the loopback addresses.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == LOCALHOST,
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for accepted in [
            "https://api.twin.ai",
            "https://gateway.example/twin",
            "http://localhost:8080",
            "http://LOCALHOST",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:8080",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(accepted.parse::<BaseUrl>().is_ok(), "{accepted}");
        }
        for refused in [
            "http://api.twin.ai",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "http://localhost.",
            "http://api.localhost",
            "http://localhost.localdomain",
            "http://ip6-localhost",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://user:secret@api.twin.ai",
            "https://api.twin.ai/?x=1",
            "https://api.twin.ai/#x",
            "ftp://api.twin.ai",
            "api.twin.ai",
            "https://",
            "",
        ] {
            let error = refused.parse::<BaseUrl>().unwrap_err();
            let shown = format!("{error:?}");
            assert!(!shown.contains("secret") && !shown.contains("relative"), "{shown}");
        }
    }

    #[test]
    fn a_gateways_path_goes_before_v1() {
        let url: BaseUrl = "https://gateway.example/twin".parse().unwrap();
        assert_eq!(url.join("v1/kb").unwrap().as_str(), "https://gateway.example/twin/v1/kb");
        assert_eq!(url.to_string(), "https://gateway.example/twin");
        for same in ["https://gateway.example/twin/", "https://gateway.example/twin//"] {
            assert_eq!(same.parse::<BaseUrl>().unwrap(), url);
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |text: &str| text.parse::<BaseUrl>().unwrap().origin();
        assert_eq!(origin("https://api.twin.ai/x"), origin("https://API.twin.ai:443"));
        assert_ne!(origin("http://localhost:1"), origin("http://localhost:2"));
        assert_ne!(origin("http://localhost"), origin("https://localhost"));
    }
}
