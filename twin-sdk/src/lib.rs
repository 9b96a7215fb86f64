//! Typed async client of the Twin API.

mod api_key;
mod ask;
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
mod rate_limit;
mod retry;
mod stats;
mod tls;
mod validate;
pub mod webhook;
mod wire;

pub use api_key::ApiKey;
pub use ask::{Answer, Ask};
pub use call::{Call, CallWithMeta, Meta, Request, WithMeta};
pub use client::{DEFAULT_BASE_URL, Twin, TwinBuilder};
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
pub use rate_limit::RateLimit;
pub use retry::RetryPolicy;
pub use stats::{GetStats, Stats};
pub use validate::{CONTENT_LIMIT, CONTEXT_LIMIT, MESSAGE_LIMIT, PAGE_LIMIT};
