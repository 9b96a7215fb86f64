//! Receives webhooks: verifies the raw body, drops repeats and old events, answers at once and works later.
//!
//! ```sh
//! TWIN_WEBHOOK_SECRET=… PORT=8080 cargo run -p twin-examples --bin webhook_receiver
//! ```
//!
//! Without a secret it starts a twin of its own, asks it a question for a person, and ends after the event.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use twin_examples::{ANY_PORT, Result, client_of, handbook};
use twin_sdk::webhook::{Event, Seen, SignedEvent, Verifier};

/// Twin delivers again within minutes; an event older than this is a replay.
const FRESH: Duration = Duration::from_secs(15 * 60);

#[derive(Clone)]
struct Receiver {
    verifier: Verifier,
    seen: Arc<Mutex<Seen>>,
    work: mpsc::Sender<Event>,
}

impl FromRef<Receiver> for Verifier {
    fn from_ref(receiver: &Receiver) -> Self {
        receiver.verifier.clone()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let secret = std::env::var("TWIN_WEBHOOK_SECRET").ok().filter(|secret| !secret.is_empty());
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}/twin", listener.local_addr()?);
    println!("listening on {url}");

    let (work, mut events) = mpsc::channel(1_000);
    let verifier = Verifier::new(secret.as_deref().unwrap_or("whsec_example"))?;
    let receiver = Receiver { verifier, seen: Arc::new(Mutex::new(Seen::new(10_000))), work };
    let app = Router::new().route("/twin", post(receive)).with_state(receiver);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    if secret.is_some() {
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                handle(&event);
            }
        });
        return Ok(server.await??);
    }
    let running = handbook().webhook(&url, "whsec_example").serve(ANY_PORT).await?;
    client_of(&running)?
        .build()?
        .ask("Can you approve the $15k contract with Acme?")
        .asked_by("Jordan M.")
        .await?;
    if let Some(event) = events.recv().await {
        handle(&event);
    }
    Ok(())
}

/// Answers before the work is done: a slow answer would be delivered again.
async fn receive(State(receiver): State<Receiver>, SignedEvent { event, .. }: SignedEvent) -> StatusCode {
    match event.fresh_within(FRESH, Timestamp::now()) {
        Ok(event) => receiver.take_in(event),
        Err(_) => StatusCode::OK, // nothing to do, and nothing to send again
    }
}

impl Receiver {
    fn take_in(&self, event: Event) -> StatusCode {
        // Room first: an event noted as seen and then refused would be a repeat when it comes again.
        let Ok(room) = self.work.try_reserve() else {
            return StatusCode::SERVICE_UNAVAILABLE; // let Twin deliver it again
        };
        if self.seen.lock().is_ok_and(|mut seen| seen.is_first(&event)) {
            room.send(event);
        }
        StatusCode::NO_CONTENT
    }
}

fn handle(event: &Event) {
    println!("{} from {}: {} ({})", event.event, event.asked_by, event.question, event.reason);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_found_no_room_is_taken_in_when_it_comes_again() {
        let (work, mut events) = mpsc::channel(1);
        let verifier = Verifier::new("whsec_example").unwrap();
        let event = |id: &str| {
            let body = format!(r#"{{"event":"escalation.created","escalationId":"{id}"}}"#);
            verifier.event(body.as_bytes(), &verifier.sign(body.as_bytes())).unwrap()
        };
        let receiver =
            Receiver { verifier: verifier.clone(), seen: Arc::new(Mutex::new(Seen::new(10))), work };
        assert_eq!(receiver.take_in(event("esc_1")), StatusCode::NO_CONTENT);
        assert_eq!(receiver.take_in(event("esc_2")), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(events.try_recv().unwrap().escalation_id, "esc_1");
        assert_eq!(receiver.take_in(event("esc_2")), StatusCode::NO_CONTENT);
        assert_eq!(events.try_recv().unwrap().escalation_id, "esc_2");
        assert_eq!(receiver.take_in(event("esc_2")), StatusCode::NO_CONTENT);
        assert!(events.try_recv().is_err(), "a repeat is not worked on");
    }
}
