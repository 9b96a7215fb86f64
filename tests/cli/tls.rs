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
}

impl Secure {
    async fn start() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["localhost".to_owned(), ELSEWHERE.to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
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
        Self { port, authority: issuer.pem() }
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
        assert!(ran.stderr.contains("certificate"), "{ran:#?}");
    }
    run(secure.stats(&home, &["--cacert", "nowhere.pem"])).await.exits(2);
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
