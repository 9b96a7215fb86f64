//! Typed async client for the **Twin API**: ask a company's twin, manage its knowledge base, and resolve its
//! escalations.
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
//! - **Ask**: [`Twin::ask`] returns the answer, its confidence, its sources, and whether a person should take over.
//!   [`Thread`] keeps a conversation within the limit of its context.
//! - **Knowledge base**: [`Twin::kb`] lists, reads, creates and deletes documents. A list is one request;
//!   [`Kb::list_all`] gets past its limit of 200 and tells exactly what it could not list.
//! - **Escalations and statistics**: [`Twin::escalations`], [`Twin::stats`].
//! - **Webhooks**: [`webhook::Verifier`] checks that a body was signed by Twin.
//! - Every call is a value: [`Call::timeout`], [`Call::deadline`], [`Call::retries`] and [`Call::longest_wait`]
//!   configure it, [`Call::with_meta`] returns the rate limit and the headers as well, and awaiting it sends it.
//!
//! # Whose answer it is
//!
//! Proxies, gateways, sign-in pages and load balancers stand between a client and the API, and they answer with the same
//! statuses. A status alone therefore proves nothing. This crate believes the API's own form only:
//!
//! - **An error** is the API's if its body is a JSON object whose `error` is a string. Then a 404 means *gone*
//!   ([`ErrorKind::NotFound`]), a 401 *this key*, a 402 *the limit*, a 403 *the plan*.
//! - **A success** is the API's if it is JSON, or empty for a call that needs no body (DELETE, PATCH). A document is
//!   deleted if the answer says `"deleted": true` or is empty, and created if it has an id, or says 201.
//! - **Anything else**, a redirect among them, is [`ErrorKind::NotFromApi`]: something else answered, and
//!   [`Error::outcome`] is [`Outcome::Unknown`]. [`Error::responder`] tells what it was: its status, media type, `Server`
//!   header, the target of a redirect, and what it said; of a page, only the title. A 429 and a 5xx mean the same from
//!   anyone, and are [`ErrorKind::RateLimited`] and [`ErrorKind::Server`].
//!
//! Within an answer of the API, only what the call is about is indispensable: an id, a response. Any other field that is
//! null, missing or malformed reads as empty or zero, a time without a zone as UTC, and an unreadable one as `None`. One
//! odd document never fails a listing. Fields that this version does not know are kept: see [`Document::extra`] and its
//! like.
//!
//! # What it does for you
//!
//! **It repeats only what is safe to repeat.** The API has no idempotency keys, so a `POST` is sent again only if the
//! first attempt cannot have taken effect: no connection was made, or the answer was a 429.
//!
//! | what happened | GET, DELETE | POST, PATCH | [`Error::outcome`] if it was the last attempt |
//! |---|---|---|---|
//! | no connection was made | retried | retried | [`Outcome::NotApplied`] |
//! | 429 | waited out | waited out | [`Outcome::NotApplied`] |
//! | 408, 5xx | retried | not retried | [`Outcome::Unknown`] |
//! | 425 | retried | not retried | [`Outcome::NotApplied`], of something else [`Outcome::Unknown`] |
//! | timeout, connection broken, half a body | retried | not retried | [`Outcome::Unknown`] |
//! | any other 4xx of the API | not retried | not retried | [`Outcome::NotApplied`] |
//! | something else answered | not retried | not retried | [`Outcome::Unknown`] |
//!
//! If an attempt before the last may have taken effect, [`Outcome::NotApplied`] becomes [`Outcome::Unknown`].
//!
//! **It waits as long as it is told, and no longer than you allow.** It honors `Retry-After` as seconds and as a date, by
//! the server's clock. If a 429 says "now" or names a time that has passed, it backs off from 1 s with jitter. A wait
//! longer than allowed, or past the deadline, fails at once and is told in [`Error::retry_after`]. By default a call has
//! 5 s to connect, 30 s for each attempt and 120 s in all. See [`RetryPolicy`].
//!
//! **It paces bulk work.** [`Pacing::Window`] reads `X-RateLimit-*` and sleeps until the reset instead of collecting
//! 429s. All clones of a client share it.
//!
//! **It keeps your key.** The key goes to the base URL only: no redirect is followed, plain `http` is for loopback, and
//! `Debug`, errors and logs never show it. It goes through the [`Proxy`] that the environment names, or nowhere. TLS is
//! rustls with the bundled Mozilla roots.
//!
//! **It stays open to later versions of the API.** Unknown values of [`DocumentType`] and its like are kept and sent back
//! unchanged, and unknown fields are kept too.
//!
//! # Errors
//!
//! There is one [`Error`], with [`kind`](Error::kind), [`message`](Error::message) (the API's own text),
//! [`outcome`](Error::outcome), [`responder`](Error::responder), [`attempts`](Error::attempts),
//! [`retry_after`](Error::retry_after), [`rate_limit`](Error::rate_limit) and any [`header`](Error::header), such as
//! `x-request-id`. Its `Display` is one line for a person.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with ring and the bundled roots |
//! | `system-certs` | | [`TwinBuilder::system_certs`]: the system's certificate store in addition |
//! | `native-tls` | | TLS by the platform, if `rustls` is off |
//! | `tracing` | | a span for each call and an event for each attempt, without key or content |
//! | `axum` | | `webhook::SignedEvent`, an extractor that verifies the raw body |
//!
//! Calls need a tokio runtime with its I/O and time drivers enabled.
//!
//! # Testing your program
//!
//! The crate `twin-reference` is the API as a small real server: start it in one line, pass its address to
//! [`TwinBuilder::base_url`], and script its faults.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api_key;
mod ask;
mod base_url;
mod body;
mod call;
mod client;
mod clock;
mod error;
mod error_kind;
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
mod repair;
mod responder;
mod retry;
mod seconds;
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
