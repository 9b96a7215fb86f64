//! [`Transport`]: how bytes travel. Certificates, the time to connect, no redirects, the proxy that was asked for.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use crate::base_url::LOCALHOST;
use crate::error::{Error, Result};
use crate::proxy::Proxy;
use crate::tls::{self, Trust};

/// What `localhost` resolves to, whatever the system's resolver says.
const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// How HTTP connections are made: what a [`TwinBuilder`](crate::TwinBuilder) uses for the API, and a program
/// of yours may use for the rest, such as forwarding a webhook, so that both trust the same certificates.
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
    /// Sets the longest time to connect (default 5 s).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Trusts the certificate authorities in a file's bytes in addition to the bundled ones: a PEM text of one or several
    /// (also with a byte-order mark, or in UTF-16), or one in DER. One that cannot be read costs no other; see
    /// [`Self::check_certificates`].
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.extra.push(pem.into());
        self
    }

    /// Trusts the system's certificate store in addition to the bundled roots. It is read when a client is created.
    #[cfg(feature = "system-certs")]
    pub fn system_certs(mut self, trusted: bool) -> Self {
        self.trust.system = trusted;
        self
    }

    /// Returns what cannot be read of the certificates given, a line each; the others are used.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with the cause, if none of one file can be read.
    pub fn check_certificates(&self) -> Result<Vec<String>> {
        self.trust.check()
    }

    /// Creates an HTTP client for requests to `url`. It carries no key, follows no redirect, repeats
    /// nothing, and uses the proxy that [`Proxy::for_url`] finds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if no certificate of a file can be read, the
    /// environment names a proxy that cannot be used, or the client cannot be set up.
    pub fn client_for(&self, url: &Url) -> Result<reqwest::Client> {
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .no_proxy() // but the one below
            .resolve_to_addrs(LOCALHOST, &LOOPBACK.map(|address| SocketAddr::new(address, 0)));
        let unusable = |error: reqwest::Error| {
            Error::invalid_input("the HTTP client cannot be set up").with_source(error.without_url())
        };
        if let Some(proxy) = Proxy::for_url(url)? {
            client = client.proxy(proxy.to_http().map_err(unusable)?);
        }
        tls::configure(client, &self.trust, url.scheme() == "https")?.build().map_err(unusable)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("connect_timeout", &self.connect_timeout).finish_non_exhaustive()
    }
}
