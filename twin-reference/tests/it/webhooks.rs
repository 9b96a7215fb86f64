//! Webhook delivery: signed, at least once, off the request's path.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use twin_reference::{Reference, StartError};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::{ANY_PORT, Client, both_doors};

const NO_WAIT: [Duration; 2] = [Duration::ZERO; 2];

async fn receiver(responses: &[(u16, u64)]) -> MockServer {
    let server = MockServer::start().await;
    for &(status, times) in responses {
        let hook = Mock::given(method("POST")).and(path("/hook")).respond_with(ResponseTemplate::new(status));
        hook.up_to_n_times(times).mount(&server).await;
    }
    server
}

#[tokio::test]
async fn an_escalation_is_delivered_once_signed_over_the_raw_body() {
    let receiver = receiver(&[(204, 9)]).await;
    let url = format!("{}/hook", receiver.uri());
    for (n, twin) in both_doors(|r| r.webhook(&url, "whsec_test")).await.into_iter().enumerate() {
        let client = Client::of(&twin);
        client.ask("Where is the moon base?").await;
        twin.deliveries_settled().await;

        let delivered = receiver.received_requests().await.unwrap();
        assert_eq!(delivered.len(), n + 1);
        let request = &delivered[n];
        let mac =
            Hmac::<Sha256>::new_from_slice(b"whsec_test").unwrap().chain_update(&request.body).finalize();
        let expected = format!("sha256={}", hex::encode(mac.into_bytes()));
        assert_eq!(request.headers["twin-signature"], expected.as_str());

        let event: Value = serde_json::from_slice(&request.body).unwrap();
        let escalation = &client.get("/v1/escalations").await.body["escalations"][0];
        assert_eq!(event["event"], "escalation.created");
        assert_eq!(event["escalationId"], escalation["id"]);
        assert_eq!(event["timestamp"], escalation["createdAt"]);
        for field in ["question", "askedBy", "confidence", "reason"] {
            assert_eq!(event[field], escalation[field], "{field}");
        }
    }
}

#[tokio::test]
async fn a_delivery_is_tried_until_a_2xx_comes_back() {
    let receiver = receiver(&[(500, 1), (302, 1), (200, 9)]).await;
    let url = format!("{}/hook", receiver.uri());
    let twin = Reference::new().webhook(url, "s").webhook_backoff(NO_WAIT).start().await.unwrap();
    Client::of(&twin).ask("Where is the moon base?").await;
    twin.deliveries_settled().await;
    let delivered = receiver.received_requests().await.unwrap();
    assert_eq!(delivered.len(), 3);
    assert!(delivered.iter().all(|request| request.body == delivered[0].body));
}

#[tokio::test]
async fn a_delivery_is_given_up_after_three_tries() {
    let receiver = receiver(&[(500, 99)]).await;
    let url = format!("{}/hook", receiver.uri());
    let twin = Reference::new().webhook(url, "s").webhook_backoff(NO_WAIT).start().await.unwrap();
    Client::of(&twin).ask("Where is the moon base?").await;
    twin.deliveries_settled().await;
    assert_eq!(receiver.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_could_not_be_delivered_in_one_run_is_delivered_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("twin.sqlite");
    let closed_port = "http://127.0.0.1:1/hook";
    let an_hour = [Duration::from_secs(3600)];
    let twin = Reference::new().data(&data).webhook(closed_port, "s").webhook_backoff(an_hour);
    let twin = twin.serve(ANY_PORT).await.unwrap();
    Client::of(&twin).ask("Where is the moon base?").await;
    twin.shutdown().await;

    let receiver = receiver(&[(200, 9)]).await;
    let url = format!("{}/hook", receiver.uri());
    let twin = Reference::new().data(&data).webhook(url, "s").serve(ANY_PORT).await.unwrap();
    twin.deliveries_settled().await;
    assert_eq!(receiver.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_needs_no_one_is_not_told_of() {
    let receiver = receiver(&[(200, 9)]).await;
    let page = twin_reference::Seed::new("Leave", "Everyone has 25 days of paid leave a year.");
    let twin = Reference::new().webhook(receiver.uri(), "s").document(page).start().await.unwrap();
    Client::of(&twin).ask("How many days of paid leave do we have?").await;
    twin.deliveries_settled().await;
    assert_eq!(receiver.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_url_that_cannot_be_used_is_refused_at_the_start() {
    for url in ["not a url", "ftp://example.com/hook"] {
        let refused = Reference::new().webhook(url, "s").start().await;
        assert!(matches!(refused, Err(StartError::Webhook(_))), "{url}");
    }
}

#[test]
fn neither_keys_nor_the_webhooks_secret_are_in_what_debug_shows() {
    let reference =
        Reference::new().key("twin_live_k3y").webhook("http://127.0.0.1:1/?token=t0ken", "s3cret");
    let shown = format!("{reference:?}");
    assert!(!shown.contains("k3y") && !shown.contains("s3cret") && !shown.contains("t0ken"), "{shown}");
}
