//! Requests the twin makes itself: to a webhook's receiver, to a language model.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use url::{Host, Url};

/// Reads the address of a server.
pub(crate) fn parse(url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(format!("it must be http or https, not {scheme}")),
    }
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A client that follows no redirect and, to loopback, uses no proxy. There always is one: ring supports
/// the default versions of TLS, and reqwest takes the configuration of the rustls it is built with.
pub(crate) fn client(url: &Url, timeout: Duration) -> Option<reqwest::Client> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .timeout(timeout)
        .user_agent(concat!("twin-reference/", env!("CARGO_PKG_VERSION")));
    let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
    builder.build().ok()
}
