//! Base URLs, from the command line, the environment and `config.toml`.

use std::net::IpAddr;

use twin_sdk::{ApiKey, BaseUrl, Twin};
use url::Url;

use crate::loopback::http;

thread_local! {
    static HTTP: reqwest::Client = http("http://localhost");
}

/// A key is sent in clear to loopback alone, whoever is asked: the URL itself or the client's builder. A URL that is
/// taken prints as one that is the same, and one that is refused keeps its password to itself.
pub fn base_url(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parsed = text.parse::<BaseUrl>();
    if let Ok(key) = ApiKey::new("twin_live_sk_0123456789abcdef") {
        let built = Twin::builder(key).base_url(text).http_client(HTTP.with(Clone::clone)).build();
        assert_eq!(built.is_ok(), parsed.is_ok(), "{text:?}");
    }
    match parsed {
        Ok(base) => is_safe(text, &base),
        Err(error) => {
            let told = format!("{error} {error:?}");
            let password = Url::parse(text.trim()).ok().and_then(|url| url.password().map(str::to_owned));
            let long = password.filter(|password| password.len() >= 8);
            assert!(long.is_none_or(|password| !told.contains(&password)), "{told}");
        }
    }
}

fn is_safe(text: &str, base: &BaseUrl) {
    let shown = base.to_string();
    let Ok(url) = Url::parse(&shown) else { panic!("{text:?} prints as {shown}") };
    assert!(url.username().is_empty() && url.password().is_none(), "{shown}");
    assert!(url.query().is_none() && url.fragment().is_none(), "{shown}");
    assert_eq!(shown.parse::<BaseUrl>().ok().as_ref(), Some(base), "{text:?}");
    assert_eq!(url.origin().ascii_serialization(), base.origin(), "{text:?}");
    match url.scheme() {
        "https" => {}
        "http" => assert!(is_loopback(&url), "{text:?} would send the key in clear"),
        other => panic!("{text:?} is taken with the scheme {other}"),
    }
}

/// Judged by the host's text, unlike in the client.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.octets()[0] == 127,
        Ok(IpAddr::V6(address)) => {
            let mapped = address.to_ipv4_mapped().is_some_and(|address| address.octets()[0] == 127);
            address.segments() == [0, 0, 0, 0, 0, 0, 0, 1] || mapped
        }
        Err(_) => bare == "localhost" || bare == "localhost.",
    }
}
