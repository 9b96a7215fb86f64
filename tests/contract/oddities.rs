//! Nulls and oddities: only what a call is about is indispensable, and what this version does not know is kept.

use serde_json::{Value, json};
use twin_sdk::webhook::Event;
use twin_sdk::{ApiKey, Document, ErrorKind, NewDocument, Twin};
use twin_tests::{Reply, ScriptedServer};

async fn answering(body: impl ToString) -> (Twin, ScriptedServer) {
    let server = ScriptedServer::start([Reply::json(200, &[], &body.to_string())]).await;
    let twin = Twin::builder(ApiKey::new("twin_live_x").unwrap()).base_url(server.url()).build().unwrap();
    (twin, server)
}

#[tokio::test]
async fn a_new_twins_null_averages_read_as_zero() {
    let (twin, _server) = answering(json!({
        "totalAnswered": 0, "totalEscalated": 0, "avgConfidence": null, "handleRate": null,
        "totalSavedMinutes": "none", "plan": "free"
    }))
    .await;
    let stats = twin.stats().await.unwrap();
    assert_eq!(
        (stats.avg_confidence, stats.handle_rate, stats.total_saved_minutes, stats.kb_doc_count),
        (0.0, 0.0, 0, 0)
    );
    assert_eq!(stats.extra()["plan"], "free");
    assert_eq!(serde_json::to_value(&stats).unwrap()["plan"], "free");
}

#[tokio::test]
async fn an_answer_needs_its_response_alone() {
    for odd in [
        json!({}),
        json!({"confidence": null, "shouldEscalate": null, "sources": null}),
        json!({
            "confidence": "high", "shouldEscalate": "no", "escalateReason": {"code": 3}, "sources": "Handbook"
        }),
    ] {
        let mut body = odd;
        body["response"] = "Yes.".into();
        let (twin, _server) = answering(&body).await;
        let answer = twin.ask("Anything?").await.unwrap();
        assert_eq!(
            (answer.response.as_str(), answer.confidence, answer.should_escalate),
            ("Yes.", 0.0, false),
            "{body}"
        );
        assert_eq!((answer.escalate_reason, answer.sources.len()), (None, 0), "{body}");
    }
    let (twin, _server) =
        answering(json!({"response": "Yes.", "sources": ["A", null, {"title": "B"}, "C"]})).await;
    assert_eq!(twin.ask("Anything?").await.unwrap().sources, ["A", "C"]);
    for lacking in
        [json!({"response": null, "confidence": 0.9}), json!({"response": 7}), json!({"confidence": 0.9})]
    {
        let (twin, _server) = answering(lacking).await;
        assert_eq!(twin.ask("Anything?").await.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn one_odd_document_never_fails_a_listing() {
    let odd = [
        json!({"id": "doc_null", "title": null, "type": null, "source": null, "hits": null, "createdAt": null}),
        json!({"id": "doc_bare"}),
        json!({"id": "doc_wrong", "title": 7, "type": {}, "hits": "many", "createdAt": "last Tuesday"}),
        json!({"id": "doc_zoneless", "title": "Z", "type": "sop", "createdAt": "2026-03-01T10:00:00"}),
        json!({"title": "without an id"}),
        json!("not an object"),
        Value::Null,
    ];
    let good = json!({"id": "doc_1", "title": "T", "type": "note", "source": "manual", "hits": 3, "createdAt": "2026-03-01T10:00:00Z"});
    let docs: Vec<&Value> = odd.iter().chain([&good]).collect();
    let (twin, _server) = answering(json!({ "docs": docs, "total": 8 })).await;
    let page = twin.kb().list().await.unwrap();
    let ids: Vec<&str> = page.items.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["doc_null", "doc_bare", "doc_wrong", "doc_zoneless", "doc_1"]);
    assert_eq!((page.total, page.unreadable()), (8, 3));
    assert_eq!(page.items[2].created_at, None);
    assert_eq!(page.items[3].created_at.unwrap().to_string(), "2026-03-01T10:00:00Z");
    assert_eq!(serde_json::to_value(&page.items[4]).unwrap(), good);
    // The types that go on from here are asked for by name, and none has none.
    let (twin, server) = answering(json!({ "docs": docs, "total": 900 })).await;
    twin.kb().list_all().await.unwrap();
    assert!(
        server.requests().iter().all(|request| !request.contains("type=&") && !request.contains("type= "))
    );
}

#[tokio::test]
async fn one_odd_escalation_never_fails_a_listing() {
    let (twin, _server) = answering(json!({ "total": 3, "next": "c2", "escalations": [
        {"id": "esc_1", "question": null, "askedBy": null, "confidence": null, "reason": null, "status": null, "createdAt": null},
        {"question": "Who am I?"},
        {"id": "esc_2", "question": "Q", "status": "snoozed", "createdAt": "2026-03-14 10:32:00", "until": "May"},
    ]}))
    .await;
    let page = twin.escalations().list().await.unwrap();
    assert_eq!((page.items.len(), page.unreadable(), page.extra()["next"].as_str()), (2, 1, Some("c2")));
    assert_eq!((page.items[0].confidence, page.items[0].created_at), (0.0, None));
    assert_eq!(page.items[1].created_at.unwrap().to_string(), "2026-03-14T10:32:00Z");
    assert_eq!(
        (page.items[1].status.as_str(), page.items[1].extra()["until"].as_str()),
        ("snoozed", Some("May"))
    );
}

#[tokio::test]
async fn a_null_list_is_empty_only_if_its_total_says_so() {
    let (twin, _server) = answering(json!({ "docs": null, "total": 0 })).await;
    assert_eq!(twin.kb().list().await.unwrap().items.len(), 0);
    for body in [json!({ "docs": null, "total": 3 }), json!({ "docs": null }), json!({ "docs": {} })] {
        let (twin, _server) = answering(body).await;
        assert_eq!(twin.kb().list().await.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn a_full_listing_without_a_total_counts_as_cut() {
    let docs = |count: usize| (0..count).map(|n| json!({"id": format!("doc_{n}")})).collect::<Vec<_>>();
    for (body, is_cut) in [
        (json!({ "docs": docs(200) }), true),
        (json!({ "docs": docs(200), "total": null }), true),
        (json!({ "docs": docs(200), "total": 200 }), false),
        (json!({ "docs": docs(199) }), false),
    ] {
        let (twin, _server) = answering(body).await;
        assert_eq!(twin.kb().list().limit(200).await.unwrap().is_truncated(), is_cut);
    }
}

#[tokio::test]
async fn unknown_fields_are_kept_where_they_can_be_reached_and_are_written_again() {
    let document = json!({"id": "doc_1", "title": "T", "type": "wiki", "content": "x", "source": "manual", "hits": 0,
        "createdAt": "2026-03-01T10:00:00Z", "owner": {"name": "AK"}, "tags": null});
    let (twin, _server) = answering(json!({ "doc": document })).await;
    let read = twin.kb().get("doc_1").await.unwrap();
    assert_eq!(read.extra()["owner"]["name"], "AK");
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written, document);
    assert_eq!(serde_json::from_value::<Document>(written).unwrap(), read);

    let event = json!({"event": "escalation.created", "escalationId": "esc_1", "question": "Q", "askedBy": "A",
        "confidence": 0.2, "reason": "R", "timestamp": "2026-03-14T10:32:00Z", "tenant": 7});
    let read: Event = serde_json::from_value(event.clone()).unwrap();
    assert_eq!((&read.extra()["tenant"], serde_json::to_value(&read).unwrap()), (&json!(7), event));
}

#[tokio::test]
async fn a_created_document_needs_its_id_alone() {
    let (twin, _server) = answering(json!({ "doc": {"id": "doc_1", "createdAt": "soon"} })).await;
    let created = twin.kb().create(NewDocument::new("T", "x")).await.unwrap();
    assert_eq!((created.id.as_deref(), created.document.unwrap().created_at), (Some("doc_1"), None));
}
