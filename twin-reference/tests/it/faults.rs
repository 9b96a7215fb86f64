//! Faults, through both doors.

use std::time::Duration;

use serde_json::json;
use twin_reference::Fault;

use crate::client::{Client, both_doors};

#[tokio::test]
async fn a_request_dropped_after_it_was_read_is_not_applied() {
    for twin in both_doors(|r| r).await {
        let client = Client::of(&twin);
        twin.fault(Fault::dropped_after_read());
        let lost =
            client.try_send("POST", "/v1/kb", json!({ "title": "T", "content": "C" }).to_string()).await;
        assert!(lost.is_err());
        assert_eq!(twin.document_count().await, 0);
        assert_eq!(twin.received().len(), 1, "reqwest does not repeat a POST by itself");
        assert_eq!(twin.received()[0].json()["title"], "T");
        assert_eq!(client.get("/v1/kb").await.status, 200);
    }
}

#[tokio::test]
async fn a_request_applied_then_dropped_is_applied() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::applied_then_dropped().on("POST", "/v1/kb"));
        let client = Client::of(&twin);
        assert_eq!(client.get("/v1/kb").await.status, 200);
        let lost =
            client.try_send("POST", "/v1/kb", json!({ "title": "T", "content": "C" }).to_string()).await;
        assert!(lost.is_err());
        assert_eq!(twin.document_count().await, 1);
    }
}

#[tokio::test]
async fn a_rate_limited_request_is_told_when_to_come_back() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::rate_limited(7).times(2));
        let client = Client::of(&twin);
        for _ in 0..2 {
            let refused = client.get("/v1/kb").await;
            assert_eq!((refused.status.as_u16(), refused.number("retry-after")), (429, 7));
            assert_eq!(refused.number("x-ratelimit-remaining"), 0);
        }
        let served = client.get("/v1/kb").await;
        assert_eq!((served.status.as_u16(), served.number("x-ratelimit-remaining")), (200, 59));
    }
}

#[tokio::test]
async fn failures_come_as_often_as_asked_and_after_what_was_let_pass() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::fails(503, 2).after(1));
        let client = Client::of(&twin);
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(client.get("/v1/kb").await.status.as_u16());
        }
        assert_eq!(statuses, [200, 503, 503, 200]);
    }
}

#[tokio::test]
async fn a_success_nobody_hears_of_is_a_failure_that_was_applied() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::applied_then_fails(500));
        let client = Client::of(&twin);
        let failed = client.post("/v1/kb", json!({ "title": "T", "content": "C" })).await;
        assert_eq!(failed.status, 500);
        assert!(!failed.error().is_empty());
        assert_eq!(twin.document_count().await, 1);
    }
}

#[tokio::test]
async fn a_proxys_page_has_none_of_the_apis_headers() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::html(502));
        let page = Client::of(&twin).get("/v1/kb").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (502, Some("text/html")));
        assert!(page.text.starts_with("<html>"));
        assert_eq!(page.header("x-ratelimit-limit"), None);
    }
}

#[tokio::test]
async fn a_header_of_a_fault_stands_over_the_usual_one() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::rate_limited(1).header("Retry-After", "soon"));
        twin.fault(Fault::slow(Duration::ZERO).header("X-RateLimit-Remaining", "many"));
        let client = Client::of(&twin);
        assert_eq!(client.get("/v1/kb").await.header("retry-after"), Some("soon"));
        assert_eq!(client.get("/v1/kb").await.header("x-ratelimit-remaining"), Some("many"));
    }
}

#[tokio::test]
async fn a_slow_answer_outlasts_a_clients_patience_and_is_applied() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::slow(Duration::from_secs(3600)));
        let client = Client::of(&twin);
        let body = json!({ "title": "T", "content": "C" }).to_string();
        let impatient =
            tokio::time::timeout(Duration::from_millis(100), client.send("POST", "/v1/kb", body)).await;
        assert!(impatient.is_err());
        assert_eq!(client.get("/v1/kb").await.body["total"], 1);
    }
}

#[tokio::test]
async fn faults_can_be_taken_back() {
    for twin in both_doors(|r| r).await {
        twin.fault(Fault::fails(500, 9));
        twin.clear_faults();
        assert_eq!(Client::of(&twin).get("/v1/kb").await.status, 200);
    }
}

#[tokio::test]
async fn what_was_received_is_on_record_without_the_key() {
    for twin in both_doors(|r| r).await {
        Client::of(&twin).get("/v1/kb?limit=3").await;
        let received = twin.received();
        assert_eq!((received[0].method.as_str(), received[0].path.as_str()), ("GET", "/v1/kb"));
        assert_eq!(received[0].query, "limit=3");
        assert!(!format!("{:?}", received[0].headers).contains(twin.key()));
    }
}
