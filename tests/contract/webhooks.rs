//! The verifier accepts what Twin signs, refuses all else, and agrees with the reference's own JavaScript.

use std::process::{Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use twin_sdk::webhook::{Event, Seen, SignedEvent, Verifier, WebhookError};

const BODIES: [&str; 3] = ["escalation-created", "escalation-created-pretty", "escalation-created-unicode"];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../fixtures/webhook/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn signature(name: &str) -> String {
    String::from_utf8(fixture(&format!("{name}.signature"))).unwrap().trim().to_owned()
}

fn verifier() -> Verifier {
    Verifier::new(fixture("secret.txt")).unwrap()
}

#[test]
fn the_signatures_openssl_made_are_accepted_and_made_again() {
    for name in BODIES {
        let body = fixture(&format!("{name}.body"));
        verifier().event(&body, &signature(name)).unwrap();
        assert_eq!(verifier().sign(&body), signature(name));
    }
}

#[test]
fn any_changed_byte_of_the_body_is_refused() {
    let body = fixture("escalation-created.body");
    let signature = signature("escalation-created");
    for position in 0..body.len() {
        let mut changed = body.clone();
        changed[position] ^= 1;
        assert!(matches!(verifier().verify(&changed, &signature), Err(WebhookError::Mismatch)));
    }
}

#[test]
fn header_forms_that_are_not_one_sha256_are_refused() {
    let body = fixture("escalation-created.body");
    let good = signature("escalation-created");
    let digits = good.strip_prefix("sha256=").unwrap();
    for form in [
        digits.to_owned(),
        format!("sha512={digits}"),
        format!("sha1={digits}"),
        format!("SHA256={digits}"),
        format!("sha256= {digits}"),
        format!("sha256={}", &digits[1..]),
        format!("{good}0"),
        format!("{good}00"),
        format!("{good},{good}"),
        format!("{good}, sha256={digits}"),
        format!("sha256={}g", &digits[1..]),
        format!("sha256={}é", &digits[2..]),
        "sha256=".to_owned(),
        String::new(),
    ] {
        assert!(matches!(verifier().verify(&body, &form), Err(WebhookError::MalformedSignature)), "{form}");
    }
}

#[test]
fn while_secrets_are_rotated_both_are_accepted() {
    let body = b"{}";
    let (old, new) = (Verifier::new("old").unwrap(), Verifier::new("new").unwrap());
    let both = Verifier::new("new").unwrap().also_accept("old").unwrap();
    assert!(both.verify(body, &old.sign(body)).is_ok());
    assert!(both.verify(body, &new.sign(body)).is_ok());
    assert!(new.verify(body, &old.sign(body)).is_err());
    assert_eq!(both.sign(body), new.sign(body));
    assert!(matches!(Verifier::new(""), Err(WebhookError::EmptySecret)));
}

#[test]
fn a_body_is_parsed_only_once_its_signature_is_known() {
    let garbage = b"not json";
    assert!(matches!(verifier().event(garbage, "sha256=00"), Err(WebhookError::MalformedSignature)));
    let signed = verifier().sign(garbage);
    assert!(matches!(verifier().event(garbage, &signed), Err(WebhookError::NotAnEvent(_))));
}

fn event() -> Event {
    serde_json::from_slice(&fixture("escalation-created.body")).unwrap()
}

#[test]
fn an_event_is_fresh_for_as_long_as_said_before_and_after_its_time() {
    let at = |text: &str| text.parse().unwrap();
    let minute = Duration::from_secs(60);
    assert!(event().fresh_within(minute, at("2026-03-14T10:33:00Z")).is_ok());
    assert!(event().fresh_within(minute, at("2026-03-14T10:31:00Z")).is_ok());
    assert!(event().fresh_within(minute, at("2026-03-14T10:33:01Z")).is_err());
    assert!(event().fresh_within(minute, at("2026-03-14T10:30:59Z")).is_err());
}

#[test]
fn repeats_are_recognised_and_the_memory_is_bounded() {
    let numbered = |number: u32| {
        let mut event = event();
        event.escalation_id = format!("esc_{number}");
        event
    };
    let mut seen = Seen::new(3);
    assert!(seen.is_first(&numbered(1)));
    assert!(!seen.is_first(&numbered(1)));
    assert!((2..=4).all(|number| seen.is_first(&numbered(number))));
    assert!(!seen.is_first(&numbered(4)));
    assert!(seen.is_first(&numbered(1)), "the oldest is forgotten");
    seen.forget(&numbered(4));
    assert!(seen.is_first(&numbered(4)) && !seen.is_first(&numbered(3)));
}

#[test]
fn an_event_of_another_name_about_the_same_escalation_is_no_repeat() {
    let mut later = event();
    later.event = "escalation.resolved".into();
    let mut seen = Seen::new(3);
    assert!([&event(), &later].into_iter().all(|event| seen.is_first(event)));
    assert!(![event(), later].iter().any(|event| seen.is_first(event)));
}

#[test]
fn the_references_javascript_and_openssl_agree() {
    for name in BODIES {
        let path = format!("{}/../fixtures/webhook/{name}.body", env!("CARGO_MANIFEST_DIR"));
        let secret = String::from_utf8(fixture("secret.txt")).unwrap();
        let signature = verifier().sign(&fixture(&format!("{name}.body")));
        if let Some(digest) = run("openssl", &["dgst", "-sha256", "-hmac", &secret, "-r", &path]) {
            assert_eq!(signature, format!("sha256={}", digest.split(' ').next().unwrap()));
        }
        if let Some(verdict) = run("node", &["-e", JAVASCRIPT, &path, &secret, &signature]) {
            assert_eq!(verdict.trim(), "true");
        }
    }
}

/// The verifier of the API reference, called with the arguments of the command line.
const JAVASCRIPT: &str = r"
const crypto = require('crypto')
function verifyWebhook(body, signature, secret) {
  const expected = crypto.createHmac('sha256', secret).update(body).digest('hex')
  return crypto.timingSafeEqual(Buffer.from(`sha256=${expected}`), Buffer.from(signature))
}
const [path, secret, signature] = process.argv.slice(1)
console.log(verifyWebhook(require('fs').readFileSync(path), signature, secret))
";

/// What a program prints. One that is not installed is passed over, except in CI, which installs it.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output();
    match output {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap()),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("{program} is not here, so it was not asked: {error}");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[tokio::test]
async fn the_axum_extractor_verifies_the_raw_body_before_anything_parses_it() {
    async fn receive(SignedEvent { event, .. }: SignedEvent) -> (StatusCode, String) {
        (StatusCode::ACCEPTED, event.escalation_id)
    }
    let app = Router::new().route("/", post(receive)).with_state(verifier());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let http = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(no_tls()).build().unwrap();
    let deliver = async |body: Vec<u8>, signatures: &[&str]| {
        let request = signatures
            .iter()
            .fold(http.post(&url), |request, signature| request.header("Twin-Signature", *signature));
        request.body(body).send().await.unwrap()
    };
    let body = fixture("escalation-created.body");
    let good = signature("escalation-created");
    let accepted = deliver(body.clone(), &[&good]).await;
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.text().await.unwrap(), "esc_xyz789");
    assert_eq!(deliver(body.clone(), &[]).await.status(), 401);
    assert_eq!(deliver(body.clone(), &[&good, &good]).await.status(), 401);
    assert_eq!(deliver(fixture("escalation-created-pretty.body"), &[&good]).await.status(), 401);
    assert_eq!(deliver(b"{}{".to_vec(), &[&verifier().sign(b"{}{")]).await.status(), 400);
    let long = vec![b' '; 64 * 1024 + 1];
    assert_eq!(deliver(long.clone(), &[&verifier().sign(&long)]).await.status(), 413);
}

/// A TLS configuration for a client that talks to loopback alone.
pub(crate) fn no_tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
