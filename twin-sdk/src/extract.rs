//! Feature `axum`: an extractor that verifies a webhook's raw body before anything parses it.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::webhook::{Event, SIGNATURE_HEADER, Verifier, WebhookError};

/// The longest webhook body that is read: 64 KiB.
const BODY_LIMIT: usize = 64 * 1024;

/// An axum extractor for a verified webhook; the [`Verifier`] comes from the router's state.
///
/// Use it as a handler's last argument, and answer with a 2xx before slow work: Twin tries again otherwise.
/// A body over 64 KiB is refused with 413, a missing or wrong signature with 401, a signed body that is no
/// event with 400.
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use twin_sdk::webhook::{SignedEvent, Verifier};
///
/// async fn on_webhook(SignedEvent { event, .. }: SignedEvent) -> StatusCode {
///     println!("{} asks: {}", event.asked_by, event.question);
///     StatusCode::NO_CONTENT
/// }
///
/// let app: Router = Router::new().route("/twin", post(on_webhook)).with_state(Verifier::new("whsec_…")?);
/// # Ok::<(), twin_sdk::webhook::WebhookError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignedEvent {
    /// The event.
    pub event: Event,
    /// The body as it came, for forwarding it with its signature.
    pub body: Bytes,
}

/// Why a webhook was refused, as a response that says no more than its sender needs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignedEventRejection {
    /// The body is longer than 64 KiB, or broke off.
    #[error("the body cannot be read or is too long")]
    Body,
    /// There is not exactly one `Twin-Signature` header, or it does not match.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

impl IntoResponse for SignedEventRejection {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Body => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Webhook(WebhookError::NotAnEvent(_)) => StatusCode::BAD_REQUEST,
            Self::Webhook(_) => StatusCode::UNAUTHORIZED,
        };
        status.into_response()
    }
}

impl<S> FromRequest<S> for SignedEvent
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = SignedEventRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let signature = {
            let mut values = request.headers().get_all(SIGNATURE_HEADER).iter();
            match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
                (Some(signature), None) => signature.to_owned(),
                _ => return Err(WebhookError::MalformedSignature.into()),
            }
        };
        let body = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| SignedEventRejection::Body)?;
        let event = Verifier::from_ref(state).event(&body, &signature)?;
        Ok(Self { event, body })
    }
}
