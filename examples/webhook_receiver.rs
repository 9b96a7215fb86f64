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
    let Ok(event) = event.fresh_within(FRESH, Timestamp::now()) else {
        return StatusCode::OK; // nothing to do, and nothing to send again
    };
    let first = receiver.seen.lock().is_ok_and(|mut seen| seen.is_first(&event));
    if first && receiver.work.try_send(event).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE; // full: let Twin deliver it again
    }
    StatusCode::NO_CONTENT
}

fn handle(event: &Event) {
    println!("{} from {}: {} ({})", event.event, event.asked_by, event.question, event.reason);
}
