//! Every endpoint, status and validation of the contract, through both doors.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use twin_reference::{Feature, ManualClock, Seed};

use crate::client::{Client, both_doors};

const POLICY: &str = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before \
                      purchase. Submit via Expensify by the 20th.";

fn policy() -> Seed {
    Seed::new("Expense reimbursement policy", POLICY).of_type("policy")
}

fn noon() -> Timestamp {
    "2026-03-14T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_question_is_answered_with_the_policy_its_source_and_a_confidence() {
    for twin in both_doors(|r| r.document(policy())).await {
        let answer = Client::of(&twin).ask("What is the expense policy for a $200 SaaS tool?").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(
            answer.body["response"].as_str().unwrap().contains("$50–$500 requires manager email approval")
        );
        assert_eq!(answer.body["sources"], json!(["Expense reimbursement policy"]));
        assert_eq!(answer.body["shouldEscalate"], false, "{}", answer.text);
        assert_eq!(answer.body["escalateReason"], Value::Null);
        assert!(answer.body["confidence"].as_f64().unwrap() >= 0.5, "{}", answer.text);
    }
}

#[tokio::test]
async fn an_escalation_is_listed_open_then_resolved_and_resolving_it_again_changes_nothing() {
    let clock = ManualClock::at(noon());
    for twin in both_doors(|r| r.clock(Arc::new(clock.clone()))).await {
        let client = Client::of(&twin);
        clock.set(noon());
        let asked = json!({ "message": "Where is the moon base?", "askedBy": "Jordan M." });
        let answer = client.post("/v1/twin", asked).await;
        assert_eq!(answer.body["shouldEscalate"], true, "{}", answer.text);
        assert!(!answer.body["escalateReason"].as_str().unwrap().is_empty());

        let list = client.get("/v1/escalations").await.body;
        assert_eq!(list["total"], 1);
        let escalation = &list["escalations"][0];
        let id = escalation["id"].as_str().unwrap();
        assert!(id.starts_with("esc_") && id.len() >= 16, "{id}");
        assert_eq!(escalation["question"], "Where is the moon base?");
        assert_eq!(escalation["askedBy"], "Jordan M.");
        assert_eq!(escalation["confidence"], answer.body["confidence"]);
        assert_eq!(escalation["reason"], answer.body["escalateReason"]);
        assert_eq!(escalation["status"], "open");
        assert_eq!(escalation["createdAt"], "2026-03-14T12:00:00Z");
        assert_eq!(escalation["resolvedAt"], Value::Null);

        let path = format!("/v1/escalations/{id}");
        clock.advance(std::time::Duration::from_secs(61));
        for _ in 0..2 {
            let resolved = client.send("PATCH", &path, r#"{"status":"resolved"}"#).await;
            assert_eq!(resolved.status, 200);
            assert_eq!(resolved.body["escalation"]["status"], "resolved");
            assert_eq!(resolved.body["escalation"]["resolvedAt"], "2026-03-14T12:01:01Z");
            clock.advance(std::time::Duration::from_secs(5));
        }
        assert_eq!(client.get("/v1/escalations").await.body["total"], 0);
        assert_eq!(client.get("/v1/escalations?status=resolved").await.body["total"], 1);
        assert_eq!(client.get("/v1/escalations?status=all").await.body["total"], 1);
    }
}

#[tokio::test]
async fn a_document_is_created_listed_read_and_deleted_once() {
    for twin in both_doors(|r| r).await {
        let client = Client::of(&twin);
        let created =
            client.post("/v1/kb", json!({ "title": "Leave", "content": "25 days.", "type": "note" })).await;
        assert_eq!(created.status, 201);
        let doc = &created.body["doc"];
        let id = doc["id"].as_str().unwrap();
        assert!(id.starts_with("doc_") && id.len() >= 16, "{id}");
        assert!(doc["createdAt"].as_str().unwrap().ends_with('Z'));
        assert_eq!(doc.get("content"), None);

        let list = client.get("/v1/kb").await.body;
        assert_eq!(
            list["docs"],
            json!([{
                "id": id, "title": "Leave", "type": "note", "source": "manual", "hits": 0, "createdAt": doc["createdAt"]
            }])
        );
        let read = client.get(&format!("/v1/kb/{id}")).await;
        assert_eq!(read.body["doc"]["content"], "25 days.");

        let deleted = client.send("DELETE", &format!("/v1/kb/{id}"), "").await;
        assert_eq!((deleted.status.as_u16(), deleted.body), (200, json!({ "deleted": true })));
        assert_eq!(client.send("DELETE", &format!("/v1/kb/{id}"), "").await.status, 404);
        assert_eq!(client.get(&format!("/v1/kb/{id}")).await.status, 404);
        assert_eq!(twin.document_count().await, 0);
    }
}

#[tokio::test]
async fn a_document_without_a_type_is_an_sop_and_null_is_as_good_as_absent() {
    for twin in both_doors(|r| r).await {
        let created =
            Client::of(&twin).post("/v1/kb", json!({ "title": "T", "content": "C", "type": null })).await;
        assert_eq!(created.body["doc"]["type"], "sop");
    }
}

#[tokio::test]
async fn a_listing_is_newest_first_cut_at_its_limit_and_counts_all_that_match() {
    let seeds = || (0..60).map(|n| Seed::new(format!("Note {n}"), "Text").of_type("note").created_at(noon()));
    for twin in both_doors(|r| {
        r.no_rate_limit().documents(seeds()).document(policy().created_at(Timestamp::UNIX_EPOCH))
    })
    .await
    {
        let client = Client::of(&twin);
        let list = client.get("/v1/kb").await.body;
        assert_eq!((list["docs"].as_array().unwrap().len(), &list["total"]), (50, &json!(61)));
        assert_eq!(
            (&list["docs"][0]["title"], &list["docs"][49]["title"]),
            (&json!("Note 59"), &json!("Note 10"))
        );

        let all = client.get("/v1/kb?limit=200").await.body;
        assert_eq!(all["docs"][60]["title"], "Expense reimbursement policy");
        let policies = client.get("/v1/kb?type=policy&limit=1").await.body;
        assert_eq!((policies["docs"].as_array().unwrap().len(), &policies["total"]), (1, &json!(1)));
    }
}

#[tokio::test]
async fn hits_grow_with_each_answer_a_document_is_a_source_of() {
    for twin in both_doors(|r| r.document(policy())).await {
        let client = Client::of(&twin);
        for _ in 0..2 {
            client.ask("What is the expense policy?").await;
        }
        assert_eq!(client.get("/v1/kb").await.body["docs"][0]["hits"], 2);
    }
}

#[tokio::test]
async fn statistics_follow_the_contracts_formulas() {
    for twin in both_doors(|r| r.document(policy())).await {
        let client = Client::of(&twin);
        let zeros = json!({
            "totalAnswered": 0, "totalEscalated": 0, "avgConfidence": 0.0, "handleRate": 0.0,
            "totalSavedMinutes": 0, "kbDocCount": 1
        });
        assert_eq!(client.get("/v1/stats").await.body, zeros);
        let mut confidence = 0.0;
        for question in
            ["What is the expense policy?", "What is the expense reimbursement policy?", "Who is Zorblax?"]
        {
            confidence += client.ask(question).await.body["confidence"].as_f64().unwrap();
        }
        let stats = client.get("/v1/stats").await.body;
        assert_eq!((&stats["totalAnswered"], &stats["totalEscalated"]), (&json!(3), &json!(1)));
        assert_eq!((&stats["handleRate"], &stats["totalSavedMinutes"]), (&json!(0.67), &json!(9)));
        assert!((stats["avgConfidence"].as_f64().unwrap() - confidence / 3.0).abs() <= 0.006, "{stats}");
    }
}

#[tokio::test]
async fn without_an_accepted_key_everything_is_401() {
    for twin in both_doors(|r| r.key("twin_live_one").key("twin_live_two")).await {
        for refused in [
            None,
            Some("Bearer twin_test_reference"),
            Some("Bearer"),
            Some("Bearer "),
            Some("Basic twin_live_one"),
            Some("twin_live_one"),
        ] {
            let answer = Client::of(&twin).authorized(refused).get("/v1/kb").await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "Invalid or missing API key."),
                "{refused:?}"
            );
            assert_eq!(answer.number("x-ratelimit-limit"), 60);
        }
        for accepted in ["Bearer twin_live_one", "bearer twin_live_two"] {
            assert_eq!(Client::of(&twin).authorized(Some(accepted)).get("/v1/kb").await.status, 200);
        }
    }
}

#[tokio::test]
async fn what_is_missing_blank_or_of_the_wrong_type_is_400_and_names_the_field() {
    let bad: [(&str, &str, Value, &str); 20] = [
        ("POST", "/v1/twin", json!({}), "message is required."),
        ("POST", "/v1/twin", json!({ "message": " \n" }), "message is required."),
        ("POST", "/v1/twin", json!({ "message": null }), "message is required."),
        ("POST", "/v1/twin", json!({ "message": 5 }), "message must be a string."),
        ("POST", "/v1/twin", json!({ "message": "Hi", "context": ["x"] }), "context must be a string."),
        ("POST", "/v1/twin", json!({ "message": "Hi", "askedBy": {} }), "askedBy must be a string."),
        ("POST", "/v1/twin", json!(["message"]), "Request body must be a JSON object."),
        ("POST", "/v1/kb", json!({ "content": "C" }), "title is required."),
        ("POST", "/v1/kb", json!({ "title": "", "content": "C" }), "title is required."),
        ("POST", "/v1/kb", json!({ "title": "T" }), "content is required."),
        ("POST", "/v1/kb", json!({ "title": "T", "content": false }), "content must be a string."),
        (
            "POST",
            "/v1/kb",
            json!({ "title": "T", "content": "C", "type": "memo" }),
            "Invalid type. Must be one of: sop, policy, email, slack, drive, note.",
        ),
        ("POST", "/v1/kb", json!({ "title": "T", "content": "C", "type": 1 }), "type must be a string."),
        (
            "GET",
            "/v1/kb?type=memo",
            json!(null),
            "Invalid type. Must be one of: sop, policy, email, slack, drive, note.",
        ),
        ("GET", "/v1/kb?limit=0", json!(null), "Invalid limit. Must be a whole number from 1 to 200."),
        ("GET", "/v1/kb?limit=201", json!(null), "Invalid limit. Must be a whole number from 1 to 200."),
        (
            "GET",
            "/v1/escalations?limit=abc",
            json!(null),
            "Invalid limit. Must be a whole number from 1 to 200.",
        ),
        (
            "GET",
            "/v1/escalations?status=closed",
            json!(null),
            "Invalid status. Must be one of: open, resolved, all.",
        ),
        (
            "PATCH",
            "/v1/escalations/esc_x",
            json!({ "status": "open" }),
            "Invalid status. Must be one of: resolved.",
        ),
        ("PATCH", "/v1/escalations/esc_x", json!({}), "status is required."),
    ];
    for twin in both_doors(|r| r).await {
        for (method, path, body, message) in &bad {
            let answer = Client::of(&twin).send(method, path, body.to_string()).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, *message), "{method} {path} {body}");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    for twin in both_doors(|r| r).await {
        for body in
            [&b""[..], b"{", b"{\"message\": \"\xff\"}", b"{\"message\": \"\\ud800\"}", &b"[".repeat(100_000)]
        {
            let answer = Client::of(&twin).send("POST", "/v1/twin", body).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "Request body is not valid JSON."));
        }
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_400_and_its_sender_gets_to_read_so() {
    for twin in both_doors(|r| r).await {
        let content = "x".repeat(3 * 1024 * 1024);
        let answer = Client::of(&twin).post("/v1/kb", json!({ "title": "T", "content": content })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "Request body too large (max 1048576 bytes).")
        );
    }
}

#[tokio::test]
async fn texts_are_measured_in_utf_16_units() {
    for twin in both_doors(|r| r).await {
        let client = Client::of(&twin);
        for (text, status) in [
            ("é".repeat(2_000), 200),
            ("é".repeat(2_001), 400),
            ("🦀".repeat(1_000), 200),
            ("🦀".repeat(1_001), 400),
        ] {
            let answer = client.ask(&text).await;
            assert_eq!(answer.status, status);
            if status == 400 {
                assert_eq!(answer.error(), "Message too long (max 2000 chars).");
            }
        }
        let long_context = json!({ "message": "Hi", "context": "x".repeat(4_001) });
        assert_eq!(client.post("/v1/twin", long_context).await.error(), "Context too long (max 4000 chars).");
        let long_content = json!({ "title": "T", "content": "x".repeat(50_001) });
        assert_eq!(client.post("/v1/kb", long_content).await.error(), "Content too long (max 50000 chars).");
        let longest = json!({ "title": "T", "content": "🦀".repeat(25_000) });
        assert_eq!(client.post("/v1/kb", longest).await.status, 201);
    }
}

#[tokio::test]
async fn unknown_places_are_404_and_wrong_methods_405_with_the_right_ones_named() {
    for twin in both_doors(|r| r.no_rate_limit()).await {
        let client = Client::of(&twin);
        for path in ["/v1", "/v1/", "/v2/kb", "/v1/kb/", "/v1/kb/a/b", "/v1/kb/doc_none", "/v1/stats/x"] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(answer.error().ends_with("not found."), "{path}");
        }
        let gone = client.send("PATCH", "/v1/escalations/esc_none", r#"{"status":"resolved"}"#).await;
        assert_eq!((gone.status.as_u16(), gone.error()), (404, "Escalation not found."));
        for (method, path, allow) in [
            ("GET", "/v1/twin", "POST"),
            ("PUT", "/v1/kb", "GET, POST"),
            ("POST", "/v1/kb/doc_x", "GET, DELETE"),
            ("POST", "/v1/escalations", "GET"),
            ("GET", "/v1/escalations/esc_x", "PATCH"),
            ("DELETE", "/v1/stats", "GET"),
        ] {
            let answer = client.send(method, path, "{}").await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
            assert!(!answer.error().is_empty());
        }
    }
}

#[tokio::test]
async fn what_the_plan_lacks_is_403_and_the_rest_is_served() {
    for twin in both_doors(|r| r.plan_lacks(Feature::Ask).plan_lacks(Feature::Escalations)).await {
        let client = Client::of(&twin);
        let refused = client.ask("Hi").await;
        assert_eq!(
            (refused.status.as_u16(), refused.error()),
            (403, "Asking not available on your current plan.")
        );
        assert_eq!(client.get("/v1/escalations").await.status, 403);
        assert_eq!(client.get("/v1/kb").await.status, 200);
        assert_eq!(client.get("/v1/stats").await.status, 200);
    }
}

#[tokio::test]
async fn a_twin_that_is_not_configured_is_422_everywhere() {
    for twin in both_doors(|r| r.onboarding_incomplete()).await {
        let client = Client::of(&twin);
        for path in ["/v1/kb", "/v1/escalations", "/v1/stats"] {
            assert_eq!(client.get(path).await.status, 422);
        }
        let refused = client.ask("Hi").await;
        assert_eq!(
            (refused.status.as_u16(), refused.error()),
            (422, "Twin not configured. Complete onboarding first.")
        );
    }
}

#[tokio::test]
async fn an_empty_knowledge_base_escalates_and_says_so() {
    for twin in both_doors(|r| r).await {
        let answer = Client::of(&twin).ask("What is the expense policy?").await.body;
        assert_eq!(answer["shouldEscalate"], true);
        assert!(answer["escalateReason"].as_str().unwrap().contains("empty"), "{answer}");
        assert_eq!(answer["sources"], json!([]));
    }
}

#[tokio::test]
async fn a_mock_of_ones_own_comes_before_the_twin() {
    use wiremock::matchers::path;
    use wiremock::{Mock, ResponseTemplate};
    let twin = twin_reference::Reference::new().start().await.unwrap();
    let teapot = Mock::given(path("/v1/stats")).respond_with(ResponseTemplate::new(418));
    teapot.mount(twin.mock_server()).await;
    let client = Client::of(&twin);
    assert_eq!(client.get("/v1/stats").await.status, 418);
    assert_eq!(client.get("/v1/kb").await.status, 200);
}
