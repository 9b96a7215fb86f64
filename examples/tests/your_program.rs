//! How a test of your own program may look: a whole twin in a line, and the faults you want it to survive.

use std::time::Duration;

use twin_examples::ANY_PORT;
use twin_reference::{Fault, Reference, Running, Seed};
use twin_sdk::{ApiKey, ErrorKind, Twin};

/// The program under test: answers, or says that someone will call back.
async fn answer_customer(twin: &Twin, question: &str) -> Result<String, twin_sdk::Error> {
    let answer = twin.ask(question).asked_by("Customer").await?;
    Ok(if answer.should_escalate { "Someone will call you back.".to_owned() } else { answer.response })
}

async fn twin_with_refunds() -> (Twin, Running) {
    let refunds =
        Seed::new("Refunds", "Customers get a refund within 30 days of the purchase.").of_type("policy");
    let running = Reference::new().document(refunds).serve(ANY_PORT).await.unwrap();
    let twin = Twin::builder(ApiKey::new(running.key()).unwrap()).base_url(running.url()).build().unwrap();
    (twin, running)
}

#[tokio::test]
async fn a_customer_hears_what_the_policy_says() {
    let (twin, running) = twin_with_refunds().await;
    let reply = answer_customer(&twin, "When do customers get a refund?").await.unwrap();
    assert_eq!(reply, "Customers get a refund within 30 days of the purchase.");
    assert_eq!(running.document_count().await, 1);
}

#[tokio::test]
async fn what_the_twin_does_not_know_is_called_back() {
    let (twin, _running) = twin_with_refunds().await;
    let reply = answer_customer(&twin, "Do you ship to the moon?").await.unwrap();
    assert_eq!(reply, "Someone will call you back.");
}

#[tokio::test]
async fn a_lost_question_is_not_asked_twice() {
    let (twin, running) = twin_with_refunds().await;
    running.fault(Fault::dropped_after_read());
    let error = answer_customer(&twin, "When do customers get a refund?").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Network, 1));
}

#[tokio::test]
async fn a_rate_limit_longer_than_the_customer_waits_is_an_error_at_once() {
    let (twin, running) = twin_with_refunds().await;
    running.fault(Fault::rate_limited(600));
    let error = answer_customer(&twin, "When do customers get a refund?").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
}
