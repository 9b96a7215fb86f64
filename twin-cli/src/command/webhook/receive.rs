//! A small server for webhooks: it takes what is signed, within limits, and answers before anything slow.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_LENGTH, HeaderMap, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use twin_sdk::webhook::{Event, SIGNATURE_HEADER, Seen, Verifier, WebhookError};

use super::connections::Connections;
use super::refusals::Refusals;
use crate::duration;
use crate::ui::{Notice, Ui, term};

/// The longest body. An event has a question of 2,000 characters at most.
const LONGEST_BODY: usize = 64 * 1024;
/// The longest a connection may take over its one request.
const SLOWEST: Duration = Duration::from_secs(10);
/// Events in memory at once, waiting to be printed or passed on; what comes then is not taken.
const IN_HAND: usize = 1_000;
/// Events remembered, so that a repeated delivery is answered and nothing more.
const REMEMBERED: usize = 100_000;

/// A webhook that is from Twin, as it came.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) event: Event,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Its place among those in memory, free once it is dealt with.
    _place: OwnedSemaphorePermit,
}

/// How old an event may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MaxAge(Option<Duration>);

impl MaxAge {
    /// Reads a duration, or `off`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        duration::parse_positive(text).map(|age| Self(Some(age))).map_err(|why| format!("{why}, or 'off'"))
    }
}

/// What is done with an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) max_age: MaxAge,
    /// Whether an event that was here before is handed on all the same.
    pub(super) repeats: bool,
    /// Whether an event goes nowhere but to standard output.
    pub(super) only_printed: bool,
}

/// What all connections share.
pub(super) struct Receiver {
    verifier: Verifier,
    rules: Rules,
    seen: Mutex<Seen>,
    places: Arc<Semaphore>,
    deliveries: mpsc::UnboundedSender<Arc<Delivery>>,
    refusals: Refusals,
    ui: Ui,
}

impl Receiver {
    /// A receiver that hands on events. The channel has no bound of its own: the places in memory have one.
    pub(super) fn new(
        verifier: Verifier,
        rules: Rules,
        deliveries: mpsc::UnboundedSender<Arc<Delivery>>,
        ui: Ui,
    ) -> Arc<Self> {
        Arc::new(Self {
            verifier,
            rules,
            seen: Mutex::new(Seen::new(REMEMBERED)),
            places: Arc::new(Semaphore::new(IN_HAND)),
            deliveries,
            refusals: Refusals::new(ui),
            ui,
        })
    }

    /// Accepts connections until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = Connections::default();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                connections.end_oldest();
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            connections.make_room().await;
            let receiver = self.clone();
            connections.add(tokio::spawn(async move {
                let service = service_fn(move |request| answer(receiver.clone(), request));
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(SLOWEST).keep_alive(false);
                // A connection that breaks is its sender's affair: it will deliver again.
                let connection = http.serve_connection(TokioIo::new(stream), service);
                let _ = tokio::time::timeout(SLOWEST, connection).await;
            }));
        }
    }

    async fn take(&self, request: Request<Incoming>) -> Result<(), Refusal> {
        let (head, body) = request.into_parts();
        if head.method != Method::POST {
            return Err(Refusal::Method);
        }
        let mut signatures = head.headers.get_all(SIGNATURE_HEADER).iter();
        let (Some(signature), None) = (signatures.next(), signatures.next()) else {
            return Err(Refusal::Webhook(WebhookError::MalformedSignature));
        };
        let told: Option<usize> =
            head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if told.is_some_and(|length| length > LONGEST_BODY) {
            return Err(Refusal::TooLong);
        }
        let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { Refusal::TooLong } else { Refusal::Broken }
        })?;
        let body = body.to_bytes();
        let text = signature.to_str().map_err(|_| Refusal::Webhook(WebhookError::MalformedSignature))?;
        let mut event = self.verifier.event(&body, text).map_err(Refusal::Webhook)?;
        if let MaxAge(Some(age)) = self.rules.max_age {
            event = event.fresh_within(age, Timestamp::now()).map_err(Refusal::Webhook)?;
        }
        self.hand_on(event, head.uri, head.headers, body)
    }

    /// Hands on what is new. What has no place was never here: Twin will deliver it again.
    fn hand_on(&self, event: Event, uri: Uri, headers: HeaderMap, body: Bytes) -> Result<(), Refusal> {
        if self.rules.only_printed && !term::stdout_is_read() {
            return Err(Refusal::Unread);
        }
        let place = self.places.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let is_first = self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_first(&event);
        if !is_first {
            self.ui.notice(&Notice::repeated(&event.escalation_id));
        }
        if is_first || self.rules.repeats {
            // Where no one takes it any more the listener is at its end.
            let delivery = Delivery { event, uri, headers, body, _place: place };
            self.deliveries.send(Arc::new(delivery)).map_err(|_| Refusal::Busy)?;
        }
        Ok(())
    }

    /// Takes an event for one that was never here, so that Twin may deliver it again.
    pub(super) fn forget(&self, event: &Event) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).forget(event);
    }

    /// Tells of the refusals that were only counted so far.
    pub(super) fn tell_refusals(&self) {
        self.refusals.tell_rest();
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("it is not a POST request")]
    Method,
    #[error("its body is longer than {} KiB", LONGEST_BODY / 1024)]
    TooLong,
    #[error("its body is incomplete")]
    Broken,
    #[error("{IN_HAND} events are already waiting")]
    Busy,
    #[error("nothing reads standard output any more")]
    Unread,
    #[error(transparent)]
    Webhook(WebhookError),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Broken | Refusal::Webhook(WebhookError::NotAnEvent(_) | WebhookError::Stale) => {
                StatusCode::BAD_REQUEST
            }
            Refusal::Busy | Refusal::Unread => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Webhook(_) => StatusCode::UNAUTHORIZED,
        }
    }
}

async fn answer(
    receiver: Arc<Receiver>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::new(Empty::new());
    if let Err(refusal) = receiver.take(request).await {
        receiver.refusals.note(&refusal.to_string());
        *response.status_mut() = refusal.status();
        match refusal {
            Refusal::Method => drop(response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"))),
            Refusal::Busy | Refusal::Unread => {
                drop(response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10")));
            }
            _ => {}
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_duration_or_off() {
        assert_eq!(MaxAge::parse("10m"), Ok(MaxAge(Some(Duration::from_secs(600)))));
        assert_eq!(MaxAge::parse("off"), Ok(MaxAge(None)));
        assert!(MaxAge::parse("never").unwrap_err().ends_with("or 'off'"));
    }
}
