//! A small server for webhooks: it takes what is signed, within limits, and answers before anything slow.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use twin_sdk::webhook::{Event, SIGNATURE_HEADER, Seen, Verifier, WebhookError};

use crate::ui::{Notice, Ui};

/// The longest body. An event has a question of 2,000 characters at most.
const LONGEST_BODY: usize = 64 * 1024;
/// How long a request's head may take, and how long its body.
const SLOWEST: Duration = Duration::from_secs(10);
/// Connections at once; further ones wait.
const CONNECTIONS: usize = 64;
/// Events remembered, so that a repeated delivery is answered and nothing more.
const REMEMBERED: usize = 10_000;

/// A webhook that is from Twin, as it came.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) event: Event,
    pub(super) body: Bytes,
    pub(super) signature: HeaderValue,
    pub(super) content_type: Option<HeaderValue>,
}

/// What all connections share.
pub(super) struct Receiver {
    verifier: Verifier,
    seen: Mutex<Seen>,
    deliveries: mpsc::Sender<Delivery>,
    ui: Ui,
}

impl Receiver {
    pub(super) fn new(verifier: Verifier, deliveries: mpsc::Sender<Delivery>, ui: Ui) -> Arc<Self> {
        Arc::new(Self { verifier, seen: Mutex::new(Seen::new(REMEMBERED)), deliveries, ui })
    }

    /// Accepts connections until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let place = places.clone().acquire_owned().await;
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file handles, most likely: give connections a moment to end.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let receiver = self.clone();
            tokio::spawn(async move {
                let _place = place;
                let service = service_fn(move |request| answer(receiver.clone(), request));
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(SLOWEST);
                // A connection that breaks is its sender's affair: it will deliver again.
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    async fn take(&self, request: Request<Incoming>) -> Result<(), Refusal> {
        let (head, body) = request.into_parts();
        if head.method != Method::POST {
            return Err(Refusal::Method);
        }
        let mut signatures = head.headers.get_all(SIGNATURE_HEADER).iter();
        let (Some(signature), None) = (signatures.next().cloned(), signatures.next()) else {
            return Err(Refusal::Webhook(WebhookError::MalformedSignature));
        };
        let told: Option<usize> =
            head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if told.is_some_and(|length| length > LONGEST_BODY) {
            return Err(Refusal::TooLong);
        }
        let body = tokio::time::timeout(SLOWEST, Limited::new(body, LONGEST_BODY).collect()).await;
        let body = body.map_err(|_| Refusal::TooSlow)?.map_err(|error| {
            if error.is::<LengthLimitError>() { Refusal::TooLong } else { Refusal::Broken }
        })?;
        let body = body.to_bytes();
        let text = signature.to_str().map_err(|_| Refusal::Webhook(WebhookError::MalformedSignature))?;
        let event = self.verifier.event(&body, text).map_err(Refusal::Webhook)?;
        let content_type = head.headers.get(CONTENT_TYPE).cloned();
        self.hand_on(Delivery { event, body, signature, content_type })
    }

    /// Queues what is new. What has no room was never here: Twin will deliver it again.
    fn hand_on(&self, delivery: Delivery) -> Result<(), Refusal> {
        let room = self.deliveries.try_reserve().map_err(|_| Refusal::Busy)?;
        let is_first = self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_first(&delivery.event);
        if is_first {
            room.send(delivery);
        } else {
            self.ui.detail(1, &format!("repeated: {}", delivery.event.escalation_id));
        }
        Ok(())
    }
}

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("it is no POST")]
    Method,
    #[error("its body is longer than {} KiB", LONGEST_BODY / 1024)]
    TooLong,
    #[error("its body took too long to come")]
    TooSlow,
    #[error("its body did not come whole")]
    Broken,
    #[error("too many events are waiting")]
    Busy,
    #[error(transparent)]
    Webhook(WebhookError),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::Broken | Refusal::Webhook(WebhookError::NotAnEvent(_)) => StatusCode::BAD_REQUEST,
            Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
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
        receiver.ui.notice(&Notice::warning(format!("a request was refused: {refusal}")));
        *response.status_mut() = refusal.status();
        if matches!(refusal, Refusal::Method) {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        }
    }
    Ok(response)
}
