//! Where the key goes, and where it does not.

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
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = ScriptedServer::start([Reply::json(200, &[], r#"{"docs":[],"total":0}"#)]).await;
    for status in [301, 302, 303, 307, 308] {
        let server = ScriptedServer::start([Reply::json(status, &[("location", elsewhere.url())], "")]).await;
        let error = twin(server.url()).kb().list().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedStatus, Some(status)));
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
