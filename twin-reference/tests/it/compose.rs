//! Answers worded by a language model, against a scripted server.

use std::time::Duration;

use serde_json::{Value, json};
use twin_reference::{Reference, Running, Seed, StartError};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::{ANY_PORT, Client};

const POLICY: &str = "Everyone has 25 days of paid leave a year.";
const QUESTION: &str = "How many days of paid leave do I have a year?";

async fn model(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/v1/chat/completions")).respond_with(response).mount(&server).await;
    server
}

fn says(text: &str) -> ResponseTemplate {
    let message = json!({ "role": "assistant", "content": text });
    ResponseTemplate::new(200).set_body_json(json!({ "choices": [{ "index": 0, "message": message }] }))
}

async fn twin(configure: impl Fn(Reference) -> Reference) -> Running {
    let reference = Reference::new().document(Seed::new("Leave policy", POLICY));
    configure(reference).serve(ANY_PORT).await.unwrap()
}

async fn worded_by(server: &MockServer, patience: Option<Duration>) -> Running {
    twin(|reference| reference.answers_by(format!("{}/v1", server.uri()), "tiny", patience)).await
}

#[tokio::test]
async fn the_models_words_stand_for_the_excerpt_and_all_else_stays_as_without_it() {
    let server = model(says("<think>25, I read.</think>\n\nYou have 25 days.")).await;
    let without = Client::of(&twin(|reference| reference).await).ask(QUESTION).await.body;
    let running = worded_by(&server, None).await;
    let answer = Client::of(&running).ask(QUESTION).await;
    assert!(
        answer.text.starts_with("{\"response\":\"You have 25 days.\",\"confidence\":"),
        "{}",
        answer.text
    );
    for field in ["confidence", "shouldEscalate", "escalateReason", "sources"] {
        assert_eq!(answer.body[field], without[field], "{field}");
    }

    let sent: Value = serde_json::from_slice(&server.received_requests().await.unwrap()[0].body).unwrap();
    assert_eq!((&sent["model"], &sent["temperature"]), (&json!("tiny"), &json!(0)));
    let prompt = sent["messages"][1]["content"].as_str().unwrap();
    assert!(
        prompt.contains(POLICY) && prompt.contains("Leave policy") && prompt.ends_with(QUESTION),
        "{prompt}"
    );
}

#[tokio::test]
async fn a_key_goes_along_as_a_bearer_token_and_one_that_is_none_is_refused() {
    let server = model(says("You have 25 days.")).await;
    let by = |reference: Reference| reference.answers_by(format!("{}/v1", server.uri()), "tiny", None);
    let running = twin(|reference| by(reference).answers_key("sk-1")).await;
    Client::of(&running).ask(QUESTION).await;
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(sent.headers["authorization"], "Bearer sk-1");
    let refused = by(Reference::new()).answers_key("sk\n1").serve(ANY_PORT).await.unwrap_err();
    assert!(matches!(&refused, StartError::Model(why) if !why.contains("sk")), "{refused}");
}

#[tokio::test]
async fn what_is_escalated_does_not_go_to_the_model() {
    let server = model(says("Gladly!")).await;
    let running = worded_by(&server, None).await;
    for question in ["Who won the world cup?", "Can you approve my paid leave for next week?"] {
        let answer = Client::of(&running).ask(question).await.body;
        assert_eq!(answer["shouldEscalate"], true, "{answer}");
        assert_ne!(answer["response"], "Gladly!");
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_excerpt_and_a_word_why() {
    let slow = says("late").set_delay(Duration::from_secs(30));
    let endless = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 2 * 1024 * 1024]);
    for (response, why) in [
        (ResponseTemplate::new(500), "answered with status 500"),
        (
            ResponseTemplate::new(302).insert_header("Location", "http://127.0.0.1:1/"),
            "answered with status 302",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "answered with something that is no chat completion",
        ),
        (says("  "), "answered with something that is no chat completion"),
        (endless, "answered with something that is no chat completion"),
        (says("NOT FOUND"), "found no answer in it"),
        (slow, "did not answer in time"),
    ] {
        let server = model(response).await;
        let running = worded_by(&server, Some(Duration::from_millis(500))).await;
        let answer = Client::of(&running).ask(QUESTION).await.body;
        let text = format!("{POLICY}\n\n(Quoted as it stands: the language model {why}.)");
        assert_eq!((&answer["response"], &answer["shouldEscalate"]), (&json!(text), &json!(false)));
    }
    let nobody = twin(|reference| reference.answers_by("http://127.0.0.1:1/v1", "tiny", None)).await;
    let answer = Client::of(&nobody).ask(QUESTION).await.body;
    assert!(
        answer["response"].as_str().unwrap().ends_with("the language model could not be reached.)"),
        "{answer}"
    );
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_the_start() {
    for url in ["", "ollama", "ftp://127.0.0.1/v1"] {
        let started = Reference::new().answers_by(url, "tiny", None).serve(ANY_PORT).await;
        assert!(matches!(started, Err(StartError::Model(_))), "{url}");
    }
}
