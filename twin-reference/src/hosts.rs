//! For which names requests are answered. A page in a browser may lead a name of its own to this machine (DNS
//! rebinding) and then reads what is there as if it were its own: such a name is none of ours.

use std::net::{IpAddr, SocketAddr};

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri};

/// The names that are answered.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    is_loopback: bool,
    more: Vec<String>,
}

/// Endings that no one can register.
const PRIVATE: [&str; 3] = [".localhost", ".internal", ".local"];

impl Hosts {
    /// Those that lead to this address, and further ones.
    pub(crate) fn of(address: SocketAddr, more: &[String]) -> Self {
        let more = more.iter().map(|name| name.trim_end_matches('.').to_lowercase()).collect();
        Self { is_loopback: address.ip().is_loopback(), more }
    }

    /// Whether a request is for one of them.
    pub(crate) fn serve(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(HOST).iter();
        let named = match (named.next(), named.next()) {
            (Some(host), None) => host.to_str().ok(),
            _ => None,
        };
        let Some(authority) = named.and_then(|host| host.parse::<Authority>().ok()) else { return false };
        // A target in absolute form counts in place of the header; both are checked.
        self.is_ours(authority.host()) && uri.host().is_none_or(|host| self.is_ours(host))
    }

    fn is_ours(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_lowercase();
        if host == "localhost" || self.more.contains(&host) {
            return true;
        }
        match host.parse::<IpAddr>() {
            Ok(address) => !self.is_loopback || address.to_canonical().is_loopback(),
            // In a network of containers or an office, machines have names without a dot.
            Err(_) => {
                let is_private = PRIVATE.iter().any(|ending| host.ends_with(ending));
                !self.is_loopback && (is_private || !host.contains('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serves(address: &str, more: &[&str], host: &str) -> bool {
        let more: Vec<String> = more.iter().map(|name| (*name).to_owned()).collect();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        Hosts::of(address.parse().unwrap(), &more).serve(&"/v1/kb".parse().unwrap(), &headers)
    }

    #[test]
    fn on_loopback_only_its_own_names_are_answered() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "localhost."] {
            assert!(serves("127.0.0.1:8080", &[], host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "twin",
            "localhost.evil.example",
            "x.local",
        ] {
            assert!(!serves("127.0.0.1:8080", &[], host), "{host}");
        }
        assert!(serves("127.0.0.1:8080", &["Twin.Example"], "twin.example:8080"));
    }

    #[test]
    fn on_a_network_a_name_that_anyone_could_register_is_not_answered() {
        for host in ["10.0.0.1", "twin:8080", "host.docker.internal", "printer.local", "localhost"] {
            assert!(serves("0.0.0.0:8080", &[], host), "{host}");
        }
        assert!(!serves("0.0.0.0:8080", &[], "evil.example"));
    }

    #[test]
    fn a_target_that_names_another_host_and_a_missing_header_are_refused() {
        let hosts = Hosts::of("127.0.0.1:80".parse().unwrap(), &[]);
        let mut headers = HeaderMap::new();
        assert!(!hosts.serve(&"/".parse().unwrap(), &headers));
        headers.insert(HOST, "localhost".parse().unwrap());
        assert!(!hosts.serve(&"http://evil.example/".parse().unwrap(), &headers));
        headers.append(HOST, "evil.example".parse().unwrap());
        assert!(!hosts.serve(&"/".parse().unwrap(), &headers));
    }
}
