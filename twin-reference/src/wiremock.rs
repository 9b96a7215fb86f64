//! Door 1: the twin behind a wiremock server, for tests.
//!
//! wiremock decides between answering and closing the connection by the mock that matches, before any
//! responder runs. So the first of two mocks handles the request while it matches, and matches only where
//! the connection is to be closed; the second gives the answer. Requests are taken one at a time, so the
//! answer is the right one.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use wiremock::{Match, Mock, MockServer, Respond, ResponseTemplate};

use crate::message::{Reply, Request};
use crate::twin::Outcome;
use crate::worker::Worker;

/// Behind every mock a user mounts without saying `with_priority(254)` or more.
const CLOSES: u8 = 254;
const ANSWERS: u8 = 255;

/// Starts a wiremock server on a free port of loopback that passes every request to the twin.
pub(crate) async fn open(worker: Worker) -> MockServer {
    let server = MockServer::builder().disable_request_recording().start().await;
    let door = Arc::new(Door { worker, outcome: Mutex::default() });
    Mock::given(Closes(door.clone()))
        .respond_with_err(|_: &wiremock::Request| Closed)
        .with_priority(CLOSES)
        .mount(&server)
        .await;
    Mock::given(wiremock::matchers::any())
        .respond_with(Answers(door))
        .with_priority(ANSWERS)
        .mount(&server)
        .await;
    server
}

struct Door {
    worker: Worker,
    /// What the twin did with the request that is being taken.
    outcome: Mutex<Option<Outcome>>,
}

struct Closes(Arc<Door>);

impl Match for Closes {
    fn matches(&self, request: &wiremock::Request) -> bool {
        let request = Request {
            method: request.method.clone(),
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            headers: request.headers.clone(),
            body: Bytes::copy_from_slice(&request.body),
        };
        let outcome = self.0.worker.run_blocking(move |twin| twin.handle(&request));
        let outcome = outcome.unwrap_or_else(|stopped| Outcome::unavailable(&stopped));
        let closes = outcome.reply.is_none();
        *self.0.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        closes
    }
}

/// What wiremock takes as the reason to close a connection.
#[derive(Debug, thiserror::Error)]
#[error("a fault asked for the connection to be closed")]
struct Closed;

struct Answers(Arc<Door>);

impl Respond for Answers {
    fn respond(&self, _: &wiremock::Request) -> ResponseTemplate {
        let outcome = self.0.outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Outcome { reply: Some(reply), delay }) = outcome else {
            return ResponseTemplate::new(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let template = template(&reply);
        if delay.is_zero() { template } else { template.set_delay(delay) }
    }
}

fn template(reply: &Reply) -> ResponseTemplate {
    let content_type =
        reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = ResponseTemplate::new(reply.status).set_body_raw(reply.body.to_vec(), content_type);
    reply.headers.iter().fold(body, |template, (name, value)| template.insert_header(name, value))
}
