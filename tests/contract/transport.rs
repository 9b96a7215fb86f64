//! Where the key goes, and where it does not.

use std::sync::mpsc;

use twin_sdk::{ApiKey, ErrorKind, Twin};
use twin_tests::{Reply, ScriptedServer};

const KEY: &str = "twin_live_sk_a8f2c4e1";

fn twin(url: &str) -> Twin {
    Twin::builder(ApiKey::new(KEY).unwrap()).base_url(url).build().unwrap()
}

#[tokio::test]
async fn every_request_carries_the_key_and_names_the_crate() {
    let server = ScriptedServer::start([Reply::json(200, &[], r#"{"docs":[],"total":0}"#)]).await;
    twin(server.url()).kb().list().of_type("policy").limit(7).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /v1/kb?type=policy&limit=7 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {KEY}\r\n")), "{request}");
    assert!(request.contains("user-agent: twin-sdk-rust/0."), "{request}");
    assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
}

#[tokio::test]
async fn an_observer_is_told_the_servers_time_with_every_answer() {
    let date = ("date", "Thu, 14 Mar 2024 13:39:18 GMT");
    let server = ScriptedServer::start([Reply::json(500, &[date], ""), Reply::CloseAfterReading]).await;
    let (told, times) = mpsc::channel();
    let builder = Twin::builder(ApiKey::new(KEY).unwrap()).base_url(server.url());
    let builder = builder.on_attempt(move |attempt| told.send(attempt.date).unwrap());
    let _ = builder.build().unwrap().stats().retries(1).await;
    let at = "2024-03-14T13:39:18Z".parse().unwrap();
    assert_eq!(times.try_iter().collect::<Vec<_>>(), [Some(at), None]);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = ScriptedServer::start([Reply::json(200, &[], r#"{"docs":[],"total":0}"#)]).await;
    for status in [301, 302, 303, 307, 308] {
        let server = ScriptedServer::start([Reply::json(status, &[("location", elsewhere.url())], "")]).await;
        let error = twin(server.url()).kb().list().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFromApi, Some(status)));
        assert_eq!(error.attempts(), 1);
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_id_stays_one_segment_of_the_path() {
    let server = ScriptedServer::start([Reply::json(404, &[], "")]).await;
    let _ = twin(server.url()).kb().get("../stats?x=1#y").await;
    assert!(server.requests()[0].starts_with("GET /v1/kb/..%2Fstats%3Fx=1%23y HTTP/1.1\r\n"));
}

#[test]
fn clients_are_shared_and_calls_are_spawned_freely() {
    fn is_shareable<T: Clone + Send + Sync + 'static>() {}
    fn is_sendable<T: Send + 'static>(_: T) {}
    is_shareable::<Twin>();
    is_shareable::<twin_sdk::webhook::Verifier>();
    let twin = twin("http://127.0.0.1:1");
    is_sendable(twin.ask("Anything?").into_future());
    is_sendable(twin.kb().list_all().into_future());
    is_sendable(twin.stats().with_meta().into_future());
}

#[tokio::test]
async fn a_client_of_ones_own_is_used_as_it_is() {
    let server = ScriptedServer::start([Reply::json(200, &[], r#"{"docs":[],"total":0}"#)]).await;
    let address: std::net::SocketAddr = server.url().trim_start_matches("http://").parse().unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve("localhost", address)
        .tls_backend_preconfigured(crate::webhooks::no_tls())
        .build()
        .unwrap();
    let url = format!("http://localhost:{}", address.port());
    let twin = Twin::builder(ApiKey::new(KEY).unwrap()).base_url(url).http_client(http).build().unwrap();
    twin.kb().list().await.unwrap();
    assert!(server.requests()[0].contains(&format!("authorization: Bearer {KEY}\r\n")));
}
