//! Whose answer it is: what something between a client and the API says is never taken for the API's word.

use twin_sdk::{ApiKey, Error, ErrorKind, NewDocument, Outcome, Twin};
use twin_tests::{Reply, ScriptedServer};

const KEY: &str = "twin_live_sk_a8f2c4e1";
const SIGN_IN: &str = "<!doctype html><html><head><title>Sign in to Acme Guest WiFi</title></head></html>";

async fn client_of(reply: Reply) -> (Twin, ScriptedServer) {
    let server = ScriptedServer::start([reply]).await;
    let twin = Twin::builder(ApiKey::new(KEY).unwrap()).base_url(server.url()).build().unwrap();
    (twin, server)
}

/// What each call of the SDK makes of the answer.
async fn every_call(reply: &Reply) -> Vec<(&'static str, Error)> {
    let mut errors = Vec::new();
    macro_rules! call {
        ($name:literal, |$twin:ident| $call:expr) => {
            let ($twin, server) = client_of(reply.clone()).await;
            errors.push(($name, $call.await.map(|_| ()).expect_err($name)));
            assert_eq!(server.requests().len(), 1, "{}", $name);
        };
    }
    call!("ask", |twin| twin.ask("Anything?"));
    call!("list", |twin| twin.kb().list());
    call!("list all", |twin| twin.kb().list_all());
    call!("get", |twin| twin.kb().get("doc_1"));
    call!("create", |twin| twin.kb().create(NewDocument::new("Title", "Text")));
    call!("delete", |twin| twin.kb().delete("doc_1"));
    call!("list escalations", |twin| twin.escalations().list());
    call!("resolve", |twin| twin.escalations().resolve("esc_1"));
    call!("stats", |twin| twin.stats());
    errors
}

#[tokio::test]
async fn no_status_counts_without_the_apis_own_form() {
    for status in [200, 201, 301, 302, 307, 400, 401, 402, 403, 404, 409, 410, 422] {
        for body in [
            "default backend - 404",
            SIGN_IN,
            r#"{"error":{"message":"Nope.","code":5}}"#,
            r#"{"type":"about:blank","title":"Not Found","status":404}"#,
            r#"{"error":"cut in the mi"#,
        ] {
            if status < 300 && body.ends_with("}") {
                continue; // JSON of another shape, which the next test is about
            }
            let reply = Reply::with_type("text/html", status, &[("server", "nginx/1.25")], body);
            for (call, error) in every_call(&reply).await {
                let told = (error.kind(), error.outcome(), error.status());
                let expected = (ErrorKind::NotFromApi, Outcome::Unknown, Some(status));
                assert_eq!(told, expected, "{call}: {error}");
                assert_eq!(error.message(), None, "{call}");
                let responder = error.responder().unwrap();
                assert_eq!(responder.server.as_deref(), Some("nginx/1.25"), "{call}");
                assert!(
                    error.to_string().contains(&format!("{status}, text/html, server nginx/1.25")),
                    "{error}"
                );
                assert!(!error.to_string().contains('<'), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn json_of_another_shape_is_no_success() {
    for body in [r#"{"status":"ok"}"#, r#"{"message":"Please sign in"}"#, "[]", "true", r#"{"error":"No."}"#]
    {
        for (call, error) in every_call_but_resolve(&Reply::json(200, &[], body)).await {
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Decode, Outcome::Unknown),
                "{call} {body}"
            );
        }
    }
}

async fn every_call_but_resolve(reply: &Reply) -> Vec<(&'static str, Error)> {
    let mut errors = Vec::new();
    let (twin, _server) = client_of(reply.clone()).await;
    errors.push(("ask", twin.ask("Anything?").await.unwrap_err()));
    errors.push(("list", twin.kb().list().await.unwrap_err()));
    errors.push(("get", twin.kb().get("doc_1").await.unwrap_err()));
    errors.push(("create", twin.kb().create(NewDocument::new("Title", "Text")).await.unwrap_err()));
    errors.push(("delete", twin.kb().delete("doc_1").await.unwrap_err()));
    errors.push(("list escalations", twin.escalations().list().await.unwrap_err()));
    errors.push(("stats", twin.stats().await.unwrap_err()));
    errors
}

#[tokio::test]
async fn a_delete_has_happened_if_the_api_says_so_or_says_nothing() {
    for (status, body) in
        [(200, r#"{"deleted":true}"#), (200, "\u{feff}{\"deleted\":true}"), (204, ""), (200, " ")]
    {
        let (twin, _server) = client_of(Reply::json(status, &[], body)).await;
        assert!(!twin.kb().delete("doc_1").await.unwrap().by_earlier_attempt, "{status} {body}");
    }
    for body in [r#"{"deleted":false}"#, r#"{"deleted":null}"#, r#"{"doc":{"id":"doc_1"}}"#, "null"] {
        let (twin, _server) = client_of(Reply::json(200, &[], body)).await;
        let error = twin.kb().delete("doc_1").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown), "{body}");
    }
}

#[tokio::test]
async fn a_resolve_has_happened_with_any_json_or_none_but_not_with_anothers() {
    for (status, body) in [(200, "{}"), (204, ""), (200, "true"), (200, r#"{"escalation":{"id":"esc_1"}}"#)] {
        let (twin, _server) = client_of(Reply::json(status, &[], body)).await;
        twin.escalations().resolve("esc_1").await.unwrap();
    }
    for body in [r#"{"escalation":{"id":"esc_2"}}"#, r#"{"error":"It is locked."}"#] {
        let (twin, _server) = client_of(Reply::json(200, &[], body)).await;
        let error = twin.escalations().resolve("esc_1").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown), "{body}");
    }
}

#[tokio::test]
async fn a_document_counts_as_gone_after_a_lost_answer_on_the_apis_word_alone() {
    let gateway = Reply::with_type("text/plain", 404, &[], "default backend - 404");
    let server = ScriptedServer::start([Reply::CloseAfterReading, gateway]).await;
    let twin = Twin::builder(ApiKey::new(KEY).unwrap()).base_url(server.url()).build().unwrap();
    let error = twin.kb().delete("doc_1").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::NotFromApi, Outcome::Unknown));
    assert_eq!(
        (error.attempts(), error.responder().unwrap().text.as_deref()),
        (2, Some("default backend - 404"))
    );
}

#[tokio::test]
async fn a_redirect_says_where_to_without_its_secrets() {
    let location = ("location", "https://sso.example/start?state=s3cret");
    let (twin, _server) = client_of(Reply::json(302, &[location], "")).await;
    let error = twin.stats().await.unwrap_err();
    assert_eq!(error.responder().unwrap().location.as_deref(), Some("https://sso.example/start"));
    assert!(error.to_string().contains("redirects to https://sso.example/start"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over_in_answers_and_errors() {
    let (twin, _server) = client_of(Reply::json(200, &[], "\u{feff}{\"docs\":[],\"total\":0}")).await;
    assert_eq!(twin.kb().list().await.unwrap().total, 0);
    let (twin, _server) = client_of(Reply::json(404, &[], "\u{feff}{\"error\":\"Not found.\"}")).await;
    assert_eq!(twin.kb().get("doc_1").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn any_header_of_an_answer_and_of_an_error_can_be_read() {
    let id = ("X-Request-Id", "req_42");
    let (twin, _server) = client_of(Reply::json(200, &[id], r#"{"docs":[],"total":0}"#)).await;
    let page = twin.kb().list().with_meta().await.unwrap();
    assert_eq!((page.meta.header("x-request-id"), page.meta.header("x-other")), (Some("req_42"), None));
    for reply in [
        Reply::json(404, &[id], r#"{"error":"Not found."}"#),
        Reply::html(403, &[id]),
        Reply::json(200, &[id], "{}"),
    ] {
        let (twin, _server) = client_of(reply).await;
        assert_eq!(twin.kb().get("doc_1").await.unwrap_err().header("x-request-id"), Some("req_42"));
    }
}

#[tokio::test]
async fn an_observer_can_read_the_headers_and_an_errors_body_but_never_the_key() {
    let repeated = ("x-debug", KEY);
    let body = format!("{} {KEY} {}", "x".repeat(10), "y".repeat(5_000));
    let server = ScriptedServer::start([Reply::with_type("text/plain", 404, &[repeated], &body)]).await;
    let (tell, told) = std::sync::mpsc::channel();
    let twin = Twin::builder(ApiKey::new(KEY).unwrap()).base_url(server.url()).on_attempt(move |attempt| {
        let request: Vec<String> =
            attempt.request_headers().map(|(name, value)| format!("{name}: {value}")).collect();
        let response: Vec<String> =
            attempt.response_headers().map(|(name, value)| format!("{name}: {value}")).collect();
        tell.send((attempt.error, request, response, attempt.error_body(), format!("{attempt:?}"))).unwrap();
    });
    let _ = twin.build().unwrap().stats().await;
    let (error, request, response, body, debug) = told.recv().unwrap();
    assert_eq!(error, Some(ErrorKind::NotFromApi));
    assert!(request.contains(&"accept-encoding: identity".to_owned()), "{request:?}");
    assert!(response.contains(&"x-debug: twin_live_sk_…".to_owned()), "{response:?}");
    let body = body.unwrap();
    assert!(body.starts_with("xxxxxxxxxx twin_live_sk_… y") && body.len() == 2_048, "{body}");
    assert!(!format!("{request:?}{response:?}{body}{debug}").contains("a8f2c4e1"));
    assert!(!debug.contains("yyy"), "{debug}");
}
