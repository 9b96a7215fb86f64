//! Every payload of the API reference parses into the SDK's types and is written back as it was.

use serde_json::{Value, json};
use twin_sdk::webhook::Event;
use twin_sdk::{ApiKey, ErrorKind, NewDocument, Thread, Twin};
use twin_tests::{Reply, ScriptedServer};

fn fixture(name: &str) -> String {
    let path = format!("{}/../fixtures/api/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn fixture_json(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

/// A client of a server that gives one answer of the reference, and that server.
async fn answering(status: u16, name: &str) -> (Twin, ScriptedServer) {
    let server = ScriptedServer::start([Reply::json(status, &[], &fixture(name))]).await;
    let key = ApiKey::new("twin_live_sk_a8f2c4e1").unwrap();
    (Twin::builder(key).base_url(server.url()).build().unwrap(), server)
}

/// The JSON body of the only request a server got.
fn sent(server: &ScriptedServer) -> Value {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    serde_json::from_str(requests[0].split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn json_of(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[tokio::test]
async fn answers_round_trip() {
    for name in ["ask-answer.json", "ask-answer-escalated.json"] {
        let (twin, _server) = answering(200, name).await;
        assert_eq!(json_of(twin.ask("Anything?").await.unwrap()), fixture_json(name));
    }
}

#[tokio::test]
async fn an_absent_reason_reads_as_null() {
    let (twin, _server) = answering(200, "ask-quick-answer.json").await;
    let mut with_null = fixture_json("ask-quick-answer.json");
    with_null["escalateReason"] = Value::Null;
    assert_eq!(json_of(twin.ask("Anything?").await.unwrap()), with_null);
}

#[tokio::test]
async fn questions_are_sent_as_the_reference_prints_them() {
    for name in ["ask-quick-request.json", "ask-request.json"] {
        let (twin, server) = answering(200, "ask-answer.json").await;
        let request = fixture_json(name);
        let mut call = twin.ask(request["message"].as_str().unwrap());
        if let Some(name) = request["askedBy"].as_str() {
            call = call.asked_by(name);
        }
        call.await.unwrap();
        assert_eq!(sent(&server), request);
    }
}

#[tokio::test]
async fn a_thread_is_sent_as_the_context_and_an_empty_one_is_none() {
    let mut thread = Thread::new();
    let (twin, server) = answering(200, "ask-answer.json").await;
    twin.ask("Hello?").thread(&thread).await.unwrap();
    assert_eq!(sent(&server), json!({ "message": "Hello?" }));

    thread.push("Jordan", "How much leave do I have?");
    thread.push("Twin", "28 days.");
    let (twin, server) = answering(200, "ask-answer.json").await;
    twin.ask("And in my first year?").thread(&thread).await.unwrap();
    assert_eq!(sent(&server)["context"], "Jordan: How much leave do I have?\nTwin: 28 days.");
}

#[tokio::test]
async fn documents_round_trip() {
    let (twin, _server) = answering(200, "kb-list-answer.json").await;
    let page = twin.kb().list().await.unwrap();
    assert_eq!(json!({ "docs": page.items, "total": page.total }), fixture_json("kb-list-answer.json"));

    let (twin, _server) = answering(200, "kb-get-answer.json").await;
    let document = twin.kb().get("doc_abc123").await.unwrap();
    assert_eq!(json!({ "doc": document }), fixture_json("kb-get-answer.json"));
}

#[tokio::test]
async fn another_document_than_the_one_asked_for_is_refused() {
    let (twin, _server) = answering(200, "kb-get-answer.json").await;
    let error = twin.kb().get("doc_other").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)));
}

#[tokio::test]
async fn a_create_is_sent_and_answered_as_documented_in_an_envelope_or_bare() {
    for name in ["kb-create-answer.json", "kb-create-answer-bare.json"] {
        let (twin, server) = answering(201, name).await;
        let document: NewDocument = serde_json::from_value(fixture_json("kb-create-request.json")).unwrap();
        let created = twin.kb().create(document).await.unwrap();
        assert_eq!(sent(&server), fixture_json("kb-create-request.json"));
        let answer = fixture_json(name);
        assert_eq!(created.id.as_deref(), answer.get("doc").unwrap_or(&answer)["id"].as_str());
        assert_eq!(&json_of(created.document), answer.get("doc").unwrap_or(&answer));
    }
}

#[tokio::test]
async fn a_delete_is_understood() {
    let (twin, server) = answering(200, "kb-delete-answer.json").await;
    assert!(!twin.kb().delete("doc_abc123").await.unwrap().by_earlier_attempt);
    assert!(server.requests()[0].starts_with("DELETE /v1/kb/doc_abc123 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn escalations_round_trip() {
    let (twin, _server) = answering(200, "escalations-list-answer.json").await;
    let page = twin.escalations().list().await.unwrap();
    let body = json!({ "escalations": page.items, "total": page.total });
    assert_eq!(body, fixture_json("escalations-list-answer.json"));

    let (twin, server) = answering(200, "escalations-resolve-answer.json").await;
    let resolved = twin.escalations().resolve("esc_xyz789").await.unwrap();
    assert_eq!(sent(&server), fixture_json("escalations-resolve-request.json"));
    assert_eq!(json!({ "escalation": resolved.escalation }), fixture_json("escalations-resolve-answer.json"));
}

#[tokio::test]
async fn statistics_round_trip() {
    let (twin, _server) = answering(200, "stats-answer.json").await;
    assert_eq!(json_of(twin.stats().await.unwrap()), fixture_json("stats-answer.json"));
}

#[tokio::test]
async fn errors_tell_what_the_reference_prints() {
    let (twin, _server) = answering(400, "error-400.json").await;
    let error = twin.ask("Anything?").await.unwrap_err();
    assert_eq!(error.message(), fixture_json("error-400.json")["error"].as_str());

    let (twin, _server) = answering(402, "error-402.json").await;
    let error = twin.ask("Anything?").await.unwrap_err();
    assert_eq!(error.answers_used(), Some((500, 500)));
    assert_eq!(error.attempts(), 1);
}

#[test]
fn a_webhooks_event_round_trips() {
    let event: Event = serde_json::from_str(&fixture("webhook-event.json")).unwrap();
    assert_eq!(json_of(event), fixture_json("webhook-event.json"));
}

#[tokio::test]
async fn what_later_versions_may_add_is_kept_or_ignored() {
    let document = r#"{"doc":{"id":"doc_1","title":"T","type":"wiki","content":"x","source":"notion-sync",
        "hits":3.0,"createdAt":"2026-03-01T10:00:00+01:00","owner":{"name":"AK"},"tags":null}}"#;
    let server = ScriptedServer::start([Reply::json(200, &[], document)]).await;
    let key = ApiKey::new("twin_live_x").unwrap();
    let twin = Twin::builder(key).base_url(server.url()).build().unwrap();
    let document = twin.kb().get("doc_1").await.unwrap();
    assert_eq!((document.document_type.as_str(), document.hits), ("wiki", 3));
    assert_eq!(json_of(&document)["type"], "wiki");
    assert_eq!(document.created_at.unwrap().to_string(), "2026-03-01T09:00:00Z");

    let answer = r#"{"response":"Yes.","confidence":1,"shouldEscalate":false,"sources":null,"model":"t2"}"#;
    let server = ScriptedServer::start([Reply::json(200, &[], answer)]).await;
    let twin = Twin::builder(ApiKey::new("twin_live_x").unwrap()).base_url(server.url()).build().unwrap();
    let answer = twin.ask("Anything?").await.unwrap();
    assert_eq!((answer.confidence, answer.sources.len()), (1.0, 0));

    let event: Event = serde_json::from_str(r#"{"event":"kb.updated","docId":"doc_1"}"#).unwrap();
    assert_eq!(event.event.as_str(), "kb.updated");
}
