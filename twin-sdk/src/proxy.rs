//! [`Proxy`]: the proxy that the environment asks for, if any. A value that cannot be used is an error: the key
//! never goes out by another way than the one asked for.

use std::net::IpAddr;

use url::{Host, Url};

use crate::base_url::is_loopback;
use crate::error::{Error, Result};

/// The proxy that the environment names (`HTTPS_PROXY`, `ALL_PROXY`, and `HTTP_PROXY` for plain `http`; each in
/// upper or lower case), unless `NO_PROXY` exempts the host.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    variable: &'static str,
    url: Url,
}

impl Proxy {
    /// Returns the proxy for requests to `url`; `None` if they go there directly, as those to loopback do.
    ///
    /// An entry of `NO_PROXY` is a host, which stands for its subdomains too, `.suffix`, `*.suffix`, an address, a
    /// network (`10.0.0.0/8`), any of them with `:port`, or `*`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), naming the variable but not its value, if it is
    /// not the address of an HTTP proxy.
    pub fn for_url(url: &Url) -> Result<Option<Self>> {
        Self::among(url, |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Returns the name of the variable that asks for it, as it is spelled in the environment.
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    pub(crate) fn to_http(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.clone())
    }

    /// The choice among the variables of an environment.
    fn among(url: &Url, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let value = |name: &&'static str| {
            let value = variable(name)?.trim().to_owned();
            (!value.is_empty()).then_some((*name, value))
        };
        if is_loopback(url) {
            return Ok(None);
        }
        // A server that runs programs by CGI sets HTTP_PROXY from a header of the request.
        let for_http: &[_] = if variable("REQUEST_METHOD").is_some() {
            &["http_proxy", "ALL_PROXY", "all_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        };
        let for_https: &[_] = &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let names = if url.scheme() == "https" { for_https } else { for_http };
        let Some((variable, address)) = names.iter().find_map(value) else { return Ok(None) };
        if let Some((_, exempt)) = ["NO_PROXY", "no_proxy"].iter().find_map(value)
            && is_exempt(url, &exempt)
        {
            return Ok(None);
        }
        let url = address_of(&address).map_err(|why| {
            Error::invalid_input(format!(
                "{variable} is not the address of a proxy, such as http://proxy.example:3128: {why}"
            ))
        })?;
        Ok(Some(Self { variable, url }))
    }
}

impl std::fmt::Debug for Proxy {
    /// Without its address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("variable", &self.variable).finish_non_exhaustive()
    }
}

/// Reads `http://user:password@host:port`, of which only the host is needed.
fn address_of(text: &str) -> Result<Url, &'static str> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'`<>".contains(c)) {
        return Err("it contains a quotation mark or a space");
    }
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&with_scheme).map_err(|_| "it cannot be read")?;
    match url.scheme() {
        "http" | "https" => {}
        "socks4" | "socks4a" | "socks5" | "socks5h" => return Err("SOCKS is not supported"),
        _ => return Err("it must start with http:// or https://"),
    }
    if url.host().is_none()
        || !matches!(url.path(), "" | "/")
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("it must be a host and a port");
    }
    Ok(url)
}

/// Whether `NO_PROXY` exempts the host of this URL.
fn is_exempt(url: &Url, no_proxy: &str) -> bool {
    let Some(host) = url.host() else { return false };
    let port = url.port_or_known_default();
    let entries = no_proxy.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    entries.into_iter().any(|entry| {
        let (name, only) = with_port(entry);
        only.is_none_or(|only| Some(only) == port) && (name == "*" || is_named(&host, name))
    })
}

/// The host of an entry, and the port if it names one.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return (address, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        // More colons are an address of IPv6.
        Some((name, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn is_named(host: &Host<&str>, name: &str) -> bool {
    let address: IpAddr = match host {
        Host::Domain(host) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let (suffix, itself) = match (name.strip_prefix("*."), name.strip_prefix('.')) {
                (Some(suffix), _) => (suffix, false),
                (None, Some(suffix)) => (suffix, true),
                (None, None) => (name.as_str(), true),
            };
            let below = host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
            return !suffix.is_empty() && (below || (itself && host == suffix));
        }
        Host::Ipv4(address) => (*address).into(),
        Host::Ipv6(address) => (*address).into(),
    };
    match name.split_once('/') {
        Some((network, bits)) => match (network.parse(), bits.parse()) {
            (Ok(network), Ok(bits)) => is_within(address, network, bits),
            _ => false,
        },
        None => name.parse() == Ok(address),
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let differs = address.to_bits() ^ network.to_bits();
            differs.checked_shr(32 - bits).unwrap_or_default() == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let differs = address.to_bits() ^ network.to_bits();
            differs.checked_shr(128 - bits).unwrap_or_default() == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(url: &str, environment: &[(&str, &str)]) -> Result<Option<(&'static str, String)>> {
        let variable = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let proxy = Proxy::among(&url.parse().unwrap(), variable)?;
        Ok(proxy.map(|proxy| (proxy.variable, proxy.url.to_string())))
    }

    const API: &str = "https://api.twin.ai";

    #[test]
    fn the_first_variable_that_says_anything_counts() {
        let proxy = |name, host: &str| Ok(Some((name, format!("http://{host}:3128/"))));
        let https = ("HTTPS_PROXY", "http://one:3128");
        let lower = ("https_proxy", "two:3128");
        let all = ("all_proxy", "http://three:3128");
        let http = ("HTTP_PROXY", "http://four:3128");
        for (url, environment, expected) in [
            (API, &[https, lower, all, http][..], proxy("HTTPS_PROXY", "one")),
            (API, &[("HTTPS_PROXY", " \t"), lower, all], proxy("https_proxy", "two")),
            (API, &[all, http], proxy("all_proxy", "three")),
            (API, &[http], Ok(None)),
            ("http://api.example", &[https, http, all], proxy("HTTP_PROXY", "four")),
            ("http://api.example", &[http, ("REQUEST_METHOD", "GET")], Ok(None)),
            ("https://127.0.0.1:1", &[https], Ok(None)),
            ("https://localhost", &[("HTTPS_PROXY", "!!")], Ok(None)),
        ] {
            assert_eq!(chosen(url, environment).map_err(drop), expected, "{url} {environment:?}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_by_the_name_of_its_variable_without_its_value() {
        for unusable in [
            "\"http://proxy:3128\"",
            "'proxy:3128'",
            "htp://user:s3cret@proxy:3128",
            "http:/proxy:3128",
            "http//proxy:3128",
            "http:proxy:3128",
            "http://proxy:s3cret",
            "http://",
            "http://proxy:3128/s3cret",
            "socks5://proxy:1080",
            "http://pro xy:3128",
            "\u{fffd}",
        ] {
            let error = chosen(API, &[("https_proxy", unusable)]).unwrap_err().to_string();
            assert!(error.starts_with("https_proxy is not the address of a proxy"), "{unusable}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
            assert_eq!(chosen(API, &[("https_proxy", unusable), ("NO_PROXY", "twin.ai")]).unwrap(), None);
        }
        for usable in
            ["http://u:p@proxy:3128", " http://proxy:3128/\n", "proxy:3128", "proxy", "https://[::1]:1"]
        {
            assert!(chosen(API, &[("HTTPS_PROXY", usable)]).unwrap().is_some(), "{usable}");
        }
    }

    #[test]
    fn no_proxy_exempts_hosts_suffixes_ports_addresses_and_networks() {
        for (url, no_proxy, exempt) in [
            (API, "api.twin.ai", true),
            (API, "API.twin.ai.", true),
            (API, "twin.ai", true),
            (API, ".twin.ai", true),
            (API, "*.twin.ai", true),
            (API, "*.ai , other", true),
            (API, "other *", true),
            (API, "api.twin.ai:443", true),
            (API, "*.twin.ai:443", true),
            (API, "*:443", true),
            (API, "api.twin.ai:8443", false),
            ("https://api.twin.ai:8443", "api.twin.ai:8443", true),
            ("https://twin.ai", "*.twin.ai", false),
            ("https://twin.ai", ".twin.ai", true),
            ("https://nottwin.ai", "twin.ai, .twin.ai, *.twin.ai", false),
            (API, "api.twin", false),
            (API, ", .,*.,", false),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://11.1.2.3", "10.0.0.0/8", false),
            ("https://11.1.2.3", "0.0.0.0/0", true),
            ("https://10.1.2.3", "10.1.2.3:443", true),
            ("https://10.1.2.3", "10.0.0.0/99,1.2.3", false),
            ("https://[fd00::1]", "fd00::/8", true),
            ("https://[fd00::1]", "[fd00::1]:443", true),
            ("https://[fd00::1]", "fd00::2,[fd00::1]:8443", false),
        ] {
            let proxy = chosen(url, &[("HTTPS_PROXY", "proxy:1"), ("no_proxy", no_proxy)]).unwrap();
            assert_eq!(proxy.is_none(), exempt, "{url} with NO_PROXY={no_proxy}");
        }
    }
}
