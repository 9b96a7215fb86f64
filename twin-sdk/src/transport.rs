//! [`Transport`]: how bytes travel. Certificates, the time to connect, no redirects, no proxy to loopback.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use url::Url;

use crate::base_url::{LOCALHOST, is_loopback};
use crate::error::{Error, Result};
use crate::tls::{self, Trust};

/// How HTTP connections are made: what a [`TwinBuilder`](crate::TwinBuilder) uses for the API, and a program
/// of yours may use for the rest, such as passing a webhook on, so that both trust the same certificates.
#[derive(Clone)]
pub struct Transport {
    connect_timeout: Duration,
    trust: Trust,
}

impl Default for Transport {
    /// Five seconds to connect, and the bundled roots.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(5), trust: Trust::default() }
    }
}

impl Transport {
    /// The longest time to make a connection (default 5 s).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Trusts the certificate authorities of a PEM text beside the bundled ones.
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.extra.push(pem.into());
        self
    }

    /// Trusts the system's certificate store beside the bundled roots; it is read when a client is made.
    #[cfg(feature = "system-certs")]
    pub fn system_certs(mut self, trusted: bool) -> Self {
        self.trust.system = trusted;
        self
    }

    /// An HTTP client for requests to where `url` leads. It carries no key, follows no redirect, repeats
    /// nothing, and takes the proxy from the environment, except to loopback.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) where a certificate cannot be read, or
    /// the client cannot be set up.
    pub fn client_for(&self, url: &Url) -> Result<reqwest::Client> {
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true);
        if is_loopback(url) {
            // No resolver is asked, and the port is that of the URL.
            let addresses = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
            client = client.no_proxy().resolve_to_addrs(LOCALHOST, &addresses);
        }
        tls::configure(client, &self.trust, url.scheme() == "https")?.build().map_err(|error| {
            Error::invalid_input("the HTTP client cannot be set up").with_source(error.without_url())
        })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("connect_timeout", &self.connect_timeout).finish_non_exhaustive()
    }
}
