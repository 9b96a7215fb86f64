//! Typed async client of the **Twin API**: ask a company's twin, keep its knowledge base, deal with what it
//! escalates.
//!
//! ```
//! use twin_sdk::{ApiKey, DocumentType, NewDocument, Twin};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let reference = twin_reference::Reference::new().start().await?;
//! # let (key, url) = (reference.key(), reference.url());
//! let twin = Twin::builder(ApiKey::new(key)?).base_url(url).build()?; // or Twin::from_env()?
//!
//! let policy = NewDocument::new("Expense policy", "Under $50 no approval is needed.").of_type(DocumentType::Policy);
//! twin.kb().create(policy).await?;
//!
//! let answer = twin.ask("What is the expense policy?").asked_by("Jordan M.").await?;
//! println!("{} ({:.0} %, from {:?})", answer.response, answer.confidence * 100.0, answer.sources);
//! # Ok(())
//! # }
//! ```
//!
//! # A tour
//!
//! - **Asking**: [`Twin::ask`] answers with the text, how confident the twin is, its sources, and whether a
//!   person should take over.
//! - **Knowledge base**: [`Twin::kb`] lists, reads, creates and deletes documents. A list is one request;
//!   [`Kb::list_all`] gets past its limit of 200 and says exactly what it could not list.
//! - **Escalations and figures**: [`Twin::escalations`], [`Twin::stats`].
//! - **Webhooks**: [`webhook::Verifier`] tells a body of Twin's from anyone else's.
//! - Every call is a value: [`Call::timeout`], [`Call::deadline`], [`Call::retries`] and
//!   [`Call::longest_wait`] say how it runs, [`Call::with_meta`] answers with the rate limit as well, and
//!   awaiting it sends it.
//!
//! # What a good client does, and this one does for you
//!
//! **It repeats what is safe to repeat, and nothing else.** The API has no idempotency keys, so a `POST` is
//! sent again only where the first cannot have happened: no connection was made, or the API said 429.
//!
//! | what happened | GET, DELETE | POST, PATCH | [`Error::outcome`] if it was the last |
//! |---|---|---|---|
//! | no connection was made | retried | retried | [`Outcome::NotApplied`] |
//! | 429 | waited out | waited out | [`Outcome::NotApplied`] |
//! | 408, 5xx | retried | not retried | [`Outcome::Unknown`] |
//! | 425 | retried | not retried | [`Outcome::NotApplied`] |
//! | timeout, connection broken | retried | not retried | [`Outcome::Unknown`] |
//! | success, but half a body | GET retried, DELETE done | done | [`Outcome::Applied`]; of a GET [`Outcome::Unknown`] |
//! | 3xx, any other 4xx | not retried | not retried | [`Outcome::NotApplied`] |
//!
//! Where an attempt before the last may have taken effect, [`Outcome::NotApplied`] becomes [`Outcome::Unknown`].
//!
//! **It waits as long as it is told, and no longer than you allow.** `Retry-After` is obeyed as seconds and as
//! a date, by the server's clock; a wait past the longest allowed or past the deadline fails at once and
//! says so in [`Error::retry_after`]. Three times bound a call: 5 s to connect, 30 s for each attempt, 120 s
//! for all of it. See [`RetryPolicy`].
//!
//! **It paces bulk work.** [`Pacing::Window`] reads `X-RateLimit-*` and sleeps to the reset instead of
//! collecting 429s; all clones of a client share it.
//!
//! **It keeps your key.** The key goes to the base URL alone: no redirect is followed, plain `http` is for
//! loopback, `Debug`, errors and logs never show it. TLS is rustls with the bundled Mozilla roots.
//!
//! **It stays open to tomorrow.** Unknown fields are ignored, unknown values of [`DocumentType`] and its
//! like are kept and sent back as they came. A write that succeeded is never reported as failed because its
//! answer could not be read: see [`Created`].
//!
//! # Errors
//!
//! One [`Error`] with [`kind`](Error::kind), [`message`](Error::message) (the API's own text),
//! [`outcome`](Error::outcome), [`attempts`](Error::attempts), [`retry_after`](Error::retry_after) and
//! [`rate_limit`](Error::rate_limit); its `Display` is one line for a person.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with ring and the bundled roots |
//! | `system-certs` | | [`TwinBuilder::system_certs`]: the system's certificate store as well |
//! | `native-tls` | | TLS by the platform, where `rustls` is off |
//! | `tracing` | | a span for each call and an event for each attempt, without key or content |
//! | `axum` | | `webhook::SignedEvent`, an extractor that verifies the raw body |
//!
//! Calls need a tokio runtime with its I/O and time drivers on.
//!
//! # Testing your program
//!
//! The crate `twin-reference` is the API as a small real server: start it in a line, point
//! [`TwinBuilder::base_url`] at it, and script its faults.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api_key;
mod ask;
mod base_url;
mod call;
mod client;
mod clock;
mod error;
mod escalations;
mod execute;
#[cfg(feature = "axum")]
mod extract;
mod kb;
mod observe;
mod open_enum;
mod pacing;
mod page;
mod proxy;
mod rate_limit;
mod refusal;
mod responder;
mod retry;
mod stats;
mod thread;
mod tls;
mod transport;
mod validate;
pub mod webhook;
mod whose;
mod window;
mod wire;

pub use api_key::ApiKey;
pub use ask::{Answer, Ask};
pub use base_url::{BaseUrl, DEFAULT_BASE_URL};
pub use call::{Call, CallWithMeta, Meta, Request, WithMeta};
pub use client::{Twin, TwinBuilder};
pub use clock::{Clock, Sleep, SystemClock};
pub use error::{Error, ErrorKind, Outcome, Result};
pub use escalations::{
    Escalation, EscalationStatus, Escalations, ListEscalations, ResolveEscalation, Resolved, StatusFilter,
};
pub use kb::{
    CreateDocument, Created, DeleteDocument, Deleted, Document, DocumentType, GetDocument, Kb, ListDocuments,
    NewDocument,
};
pub use observe::Attempt;
pub use pacing::Pacing;
pub use page::{ListAll, Listing, Missing, Page};
pub use proxy::Proxy;
pub use rate_limit::RateLimit;
pub use responder::Responder;
pub use retry::RetryPolicy;
pub use stats::{GetStats, Stats};
pub use thread::Thread;
pub use transport::Transport;
pub use validate::{CONTENT_LIMIT, CONTEXT_LIMIT, MESSAGE_LIMIT, PAGE_LIMIT};
