//! Webhooks: is this body from Twin, is it fresh, was it here before? (`Twin-Signature`)

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::body::BOM;
#[cfg(feature = "axum")]
pub use crate::extract::{SignedEvent, SignedEventRejection};
use crate::open_enum::open_enum;
use crate::wire::{Fields, Lacks};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "Twin-Signature";

const PREFIX: &str = "sha256=";
const DIGEST_BYTES: usize = 32;

open_enum! {
    /// What a webhook tells of.
    EventName {
        /// A question was escalated to a person.
        EscalationCreated = "escalation.created",
    }
}

/// The body of a webhook.
///
/// Only its name is indispensable: any other field that is left out, or comes in an unknown form, reads as empty
/// or zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
#[non_exhaustive]
pub struct Event {
    /// What it tells of. Other names than the known one may appear; answer them with a 2xx.
    pub event: EventName,
    /// The escalation's id: `esc_…`. The same one may be delivered more than once; see [`Seen`]. Empty if an event of
    /// another name has none.
    pub escalation_id: String,
    /// The question as it was asked.
    pub question: String,
    /// Who asked.
    pub asked_by: String,
    /// The confidence of the twin's answer, from 0.0 to 1.0.
    pub confidence: f64,
    /// Why it was escalated.
    pub reason: String,
    /// When it happened; the signature itself carries no time. An event of another name may have none.
    pub timestamp: Option<Timestamp>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<Fields> for Event {
    type Error = Lacks;

    fn try_from(mut fields: Fields) -> Result<Self, Lacks> {
        Ok(Self {
            event: fields.needed_text("event")?.into(),
            escalation_id: fields.text("escalationId"),
            question: fields.text("question"),
            asked_by: fields.text("askedBy"),
            confidence: fields.number("confidence"),
            reason: fields.text("reason"),
            timestamp: fields.time("timestamp"),
            extra: fields.rest(),
        })
    }
}

impl Event {
    /// Returns the fields that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// Returns the event if it is at most `age` old at `now`, and at most `age` in the future. Together with [`Seen`]
    /// this prevents replays: choose an `age` within which `Seen` forgets nothing.
    ///
    /// # Errors
    /// [`WebhookError::Stale`].
    pub fn fresh_within(self, age: Duration, now: Timestamp) -> Result<Self, WebhookError> {
        let near = |timestamp: Timestamp| now.duration_since(timestamp).unsigned_abs() <= age;
        if self.timestamp.is_some_and(near) { Ok(self) } else { Err(WebhookError::Stale) }
    }
}

/// Why a webhook was refused. Answer it with a 4xx, without the reason.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// A secret is empty, so that anyone could sign.
    #[error("the webhook secret is empty")]
    EmptySecret,
    /// The header is not one `sha256=` and 64 hexadecimal digits.
    #[error("the Twin-Signature header is not sha256= and 64 hexadecimal digits")]
    MalformedSignature,
    /// The signature is of another body or under another secret.
    #[error("the signature does not match the body")]
    Mismatch,
    /// The event is older than allowed, as far in the future, or without a time.
    #[error("the event's time is too far from now")]
    Stale,
    /// The signature matches, but the body is no event.
    #[error("the body is signed but is no event: {0}")]
    NotAnEvent(#[source] serde_json::Error),
}

/// Verifies webhooks: HMAC-SHA256 of the raw body bytes, in constant time.
///
/// ```
/// use twin_sdk::webhook::Verifier;
///
/// let verifier = Verifier::new("whsec_new")?.also_accept("whsec_old")?;
/// let body = br#"{"event":"escalation.created","escalationId":"esc_xyz789","timestamp":"2026-03-14T10:32:00Z"}"#;
/// let event = verifier.event(body, &verifier.sign(body))?;
/// assert_eq!(event.escalation_id, "esc_xyz789");
/// # Ok::<(), twin_sdk::webhook::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    /// The keyed state of the current secret; to key it costs more than to copy it.
    current: Hmac<Sha256>,
    /// Those of the other secrets still accepted.
    others: Vec<Hmac<Sha256>>,
}

impl Verifier {
    /// Creates a verifier for the secret of your webhook (Settings → API & webhooks).
    ///
    /// # Errors
    /// [`WebhookError::EmptySecret`].
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, WebhookError> {
        Ok(Self { current: keyed(secret.as_ref())?, others: Vec::new() })
    }

    /// Accepts another secret as well, while secrets are rotated.
    ///
    /// # Errors
    /// [`WebhookError::EmptySecret`].
    pub fn also_accept(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WebhookError> {
        self.others.push(keyed(secret.as_ref())?);
        Ok(self)
    }

    /// Checks that `signature`, the value of the `Twin-Signature` header, is that of `body`, the raw bytes. A body that
    /// was parsed and written again is another body.
    ///
    /// # Errors
    /// [`WebhookError::MalformedSignature`] or [`WebhookError::Mismatch`].
    pub fn verify(&self, body: &[u8], signature: &str) -> Result<(), WebhookError> {
        let digits = signature.strip_prefix(PREFIX).ok_or(WebhookError::MalformedSignature)?;
        let mut digest = [0; DIGEST_BYTES];
        hex::decode_to_slice(digits, &mut digest).map_err(|_| WebhookError::MalformedSignature)?;
        // Every secret is tried, so that the time does not tell which one matched.
        let signed_under =
            |keyed: &Hmac<Sha256>| keyed.clone().chain_update(body).verify_slice(&digest).is_ok();
        let matches = self
            .others
            .iter()
            .fold(signed_under(&self.current), |matches, keyed| matches | signed_under(keyed));
        if matches { Ok(()) } else { Err(WebhookError::Mismatch) }
    }

    /// Verifies the body, then parses it.
    ///
    /// # Errors
    /// Those of [`Self::verify`], and [`WebhookError::NotAnEvent`].
    pub fn event(&self, body: &[u8], signature: &str) -> Result<Event, WebhookError> {
        self.verify(body, signature)?;
        serde_json::from_slice(body.strip_prefix(BOM).unwrap_or(body)).map_err(WebhookError::NotAnEvent)
    }

    /// Returns the signature that Twin would send with `body` under the first secret, for tests and for forwarding.
    pub fn sign(&self, body: &[u8]) -> String {
        let digest = self.current.clone().chain_update(body).finalize().into_bytes();
        let mut digits = [0; 2 * DIGEST_BYTES];
        // Twice as many digits as bytes always fit.
        let _ = hex::encode_to_slice(digest, &mut digits);
        format!("{PREFIX}{}", String::from_utf8_lossy(&digits))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("secrets", &(1 + self.others.len())).finish_non_exhaustive()
    }
}

fn keyed(secret: &[u8]) -> Result<Hmac<Sha256>, WebhookError> {
    if secret.is_empty() {
        return Err(WebhookError::EmptySecret);
    }
    Hmac::new_from_slice(secret).map_err(|_| WebhookError::EmptySecret)
}

/// Remembers the last events by their name and [`Event::escalation_id`], so that a repeated delivery is
/// acknowledged but not processed twice. Its memory is bounded: the oldest are forgotten.
#[derive(Debug, Clone)]
pub struct Seen {
    capacity: usize,
    events: HashSet<(EventName, String)>,
    order: VecDeque<(EventName, String)>,
}

impl Seen {
    /// Creates a memory of at most `capacity` events, at least one.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), events: HashSet::new(), order: VecDeque::new() }
    }

    /// Records an event, and returns whether it is the first of its name and id. One without an id is always the first.
    pub fn is_first(&mut self, event: &Event) -> bool {
        if event.escalation_id.is_empty() {
            return true;
        }
        let known_by = (event.event.clone(), event.escalation_id.clone());
        if !self.events.insert(known_by.clone()) {
            return false;
        }
        self.order.push_back(known_by);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.events.remove(&oldest);
        }
        true
    }

    /// Forgets an event, so that it counts as the first of its name and id when it comes again: one that could
    /// not be worked on, say.
    pub fn forget(&mut self, event: &Event) {
        let known_by = (event.event.clone(), event.escalation_id.clone());
        if self.events.remove(&known_by) {
            self.order.retain(|other| *other != known_by);
        }
    }
}
