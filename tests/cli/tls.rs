//! Which certificates are trusted, and the way through a proxy.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::{Home, Ran, Twin};

/// A name that no resolver knows: only a proxy can reach it.
const ELSEWHERE: &str = "twin.test.invalid";
const STATS: &str = r#"{"totalAnswered":1,"totalEscalated":0,"avgConfidence":1,"handleRate":1,"totalSavedMinutes":3,"kbDocCount":1}"#;

/// The API behind TLS, with a certificate of an authority that nobody knows.
struct Secure {
    port: u16,
    authority: String,
    authority_der: Vec<u8>,
}

impl Secure {
    async fn start() -> Self {
        Self::valid_until(2100).await
    }

    async fn valid_until(year: i32) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["localhost".to_owned(), ELSEWHERE.to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 2, 28);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let _ = stream.read(&mut [0; 4096]).await;
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{STATS}", STATS.len());
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, authority: issuer.pem(), authority_der: issuer.der().to_vec() }
    }

    fn stats(&self, home: &Home, arguments: &[&str]) -> Twin {
        let url = format!("https://localhost:{}", self.port);
        home.twin(["stats"].iter().chain(arguments))
            .env("TWIN_API_KEY", "twin_live_x")
            .env("TWIN_BASE_URL", url)
    }
}

async fn run(twin: Twin) -> Ran {
    tokio::task::spawn_blocking(|| twin.run()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_is_refused_until_it_is_named() {
    let (home, secure) = (Home::new(), Secure::start().await);
    let refused = run(secure.stats(&home, &[])).await.exits(7);
    for way in ["certificate", "--cacert", "--system-certs"] {
        assert!(refused.stderr.contains(way), "{refused:#?}");
    }

    let authority = home.write("ca.pem", &secure.authority);
    run(secure.stats(&home, &["--cacert", authority.to_str().unwrap()])).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_systems_store_is_read_only_when_asked_for() {
    let (home, secure) = (Home::new(), Secure::start().await);
    let store = home.write("store.pem", &secure.authority);
    run(secure.stats(&home, &[]).env("SSL_CERT_FILE", &store)).await.exits(7);
    run(secure.stats(&home, &["--system-certs"]).env("SSL_CERT_FILE", &store)).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_certificate_is_said_before_any_request() {
    let (home, secure) = (Home::new(), Secure::start().await);
    for content in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\0\u{1}\u{2}"] {
        let path = home.write("ca.pem", content);
        let ran = run(secure.stats(&home, &["--cacert", path.to_str().unwrap()])).await.exits(2);
        assert!(ran.stderr.contains("ca.pem: no certificate authority in PEM or DER"), "{ran:#?}");
    }
    run(secure.stats(&home, &["--cacert", "nowhere.pem"])).await.exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_read_in_whatever_form_people_have_it() {
    let (home, secure) = (Home::new(), Secure::start().await);
    let utf16: Vec<u8> = secure.authority.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for file in [
        format!("\u{feff}{}", secure.authority).into_bytes(),
        [b"\xFF\xFE".to_vec(), utf16].concat(),
        secure.authority.replace('\n', "\r\n").into_bytes(),
        secure.authority_der.clone(),
        format!("# the company's\n\n{}", secure.authority).into_bytes(),
    ] {
        let path = home.write("ca.pem", file);
        let ran = run(secure.stats(&home, &["--cacert", path.to_str().unwrap()])).await.exits(0);
        assert!(ran.stderr.is_empty(), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_certificate_in_a_bundle_is_named_and_costs_no_other() {
    let (home, secure) = (Home::new(), Secure::start().await);
    for bad in [
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n",
    ] {
        let path = home.write("bundle.pem", format!("{bad}{}", secure.authority));
        let ran = run(secure.stats(&home, &["--cacert", path.to_str().unwrap()])).await.exits(0);
        let told = "bundle.pem: certificate 1 of 2 cannot be read: ";
        assert!(ran.stderr.contains("warning: ") && ran.stderr.contains(told), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificates_dates_are_told_as_dates_with_a_word_about_the_clock() {
    let (home, secure) = (Home::new(), Secure::valid_until(2020).await);
    let authority = home.write("ca.pem", &secure.authority);
    let ran = run(secure.stats(&home, &["--cacert", authority.to_str().unwrap()])).await.exits(7);
    assert!(
        ran.stderr.contains("expired on 2020-02-28T00:00:00Z, and this machine's clock says 20"),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("check this machine's clock"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_cannot_be_used_is_named_by_its_variable_before_any_request() {
    let (home, secure) = (Home::new(), Secure::start().await);
    let stats = |url: &str| home.twin(["stats"]).env("TWIN_API_KEY", "twin_live_x").env("TWIN_BASE_URL", url);
    for unusable in
        ["\"http://proxy:3128\"", "htp://user:s3cret@proxy:3128", "http//proxy:3128", "socks5://proxy:1080"]
    {
        let ran = run(stats("https://twin.test.invalid").env("HTTPS_PROXY", unusable)).await.exits(2);
        assert!(ran.stderr.contains("HTTPS_PROXY is not the address of a proxy"), "{ran:#?}");
        assert!(!ran.stderr.contains("s3cret"), "{ran:#?}");
        // What does not go through it does not mind it.
        let authority = home.write("ca.pem", &secure.authority);
        let twin = secure.stats(&home, &["--cacert", authority.to_str().unwrap()]);
        run(twin.env("HTTPS_PROXY", unusable)).await.exits(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_named_in_a_hint_only_if_it_was_used_and_by_its_own_name() {
    let home = Home::new();
    // A port at which nobody listens.
    let dead = format!("http://{}", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap());
    let stats = || {
        let twin = home.twin(["stats", "--timeout", "20s"]).env("TWIN_API_KEY", "twin_live_x");
        twin.env("TWIN_BASE_URL", format!("https://{ELSEWHERE}"))
    };
    for (name, value) in [("https_proxy", dead.clone()), ("ALL_PROXY", format!(" {dead}\n"))] {
        let ran = run(stats().env(name, value)).await.exits(7);
        assert!(ran.stderr.contains(&format!("through the proxy of {name}")), "{ran:#?}");
    }
    for exempt in ["*.test.invalid", "twin.test.invalid:443", ".invalid"] {
        let ran = run(stats().env("HTTPS_PROXY", &dead).env("NO_PROXY", exempt)).await.exits(7);
        assert!(ran.stderr.contains("hint: ") && !ran.stderr.contains("PROXY"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_dns_resolves_is_not_this_machine() {
    let home = Home::new();
    for url in ["http://localhost.", "http://api.localhost:8080", "http://localhost.localdomain"] {
        let twin = home.twin(["stats"]).env("TWIN_API_KEY", "twin_live_x").env("TWIN_BASE_URL", url);
        let ran = run(twin).await.exits(2);
        assert!(ran.stderr.contains("would send the key unencrypted"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn https_goes_through_the_proxy_of_the_environment() {
    let (home, secure) = (Home::new(), Secure::start().await);
    let (proxy, asked) = proxy_to(secure.port).await;
    let authority = home.write("ca.pem", &secure.authority);
    let stats = || {
        let twin = home.twin(["stats", "--cacert", authority.to_str().unwrap()]);
        twin.env("TWIN_API_KEY", "twin_live_x").env("TWIN_BASE_URL", format!("https://{ELSEWHERE}"))
    };
    run(stats().env("HTTPS_PROXY", &proxy)).await.exits(0);
    let request = asked.lock().unwrap().concat();
    assert!(request.starts_with("CONNECT twin.test.invalid:443 HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("twin_live_x"), "the key is not for the proxy: {request}");

    // Loopback goes direct, with or without a proxy.
    run(secure.stats(&home, &["--cacert", authority.to_str().unwrap()]).env("HTTPS_PROXY", &proxy))
        .await
        .exits(0);
    assert_eq!(asked.lock().unwrap().len(), 1);
}

/// A proxy that connects whatever it is asked for to one port, and what it was asked.
async fn proxy_to(port: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let read = client.read(&mut head).await.unwrap_or_default();
            log.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (url, asked)
}
