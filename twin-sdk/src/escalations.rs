//! Escalations: questions the twin passed on to a person (`/v1/escalations`).

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Endpoints, Prepared, Reply, Request, unexpected};
use crate::client::Twin;
use crate::error::Result;
use crate::kb::with_id;
use crate::open_enum::open_enum;
use crate::page::{ListAll, Page, Parted, join};
use crate::validate;
use crate::wire::{null_as_default, unwrap_envelope};

open_enum! {
    /// Whether an escalation still waits for a person.
    EscalationStatus {
        /// It waits for a person.
        Open = "open",
        /// A person has dealt with it.
        Resolved = "resolved",
    }
}

/// A question the twin passed on to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Escalation {
    /// The id the API gave it: `esc_…`.
    pub id: String,
    /// The question as it was asked.
    pub question: String,
    /// Who asked.
    #[serde(default, deserialize_with = "null_as_default")]
    pub asked_by: String,
    /// The confidence of the twin's answer, from 0.0 to 1.0.
    pub confidence: f64,
    /// Why it was escalated, for a person to read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub reason: String,
    /// Whether it still waits for a person.
    pub status: EscalationStatus,
    /// When the question was asked.
    pub created_at: Timestamp,
    /// When a person resolved it.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
}

impl Parted for Escalation {
    fn id(&self) -> &str {
        &self.id
    }

    fn part(&self) -> &str {
        self.status.as_str()
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

/// Which escalations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFilter {
    /// Those that wait for a person; the API's default.
    #[default]
    Open,
    /// Those a person has dealt with.
    Resolved,
    /// All of them.
    All,
}

impl StatusFilter {
    /// The filter as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }
}

/// What a successful resolve answered. The escalation is resolved, whatever is in here.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// The escalation as the API answered it, where it did.
    pub escalation: Option<Escalation>,
}

/// The calls on escalations; made by [`Twin::escalations`].
#[derive(Debug, Clone, Copy)]
pub struct Escalations<'a> {
    twin: &'a Twin,
}

impl Twin {
    /// Questions passed on to people: list and resolve them (`/v1/escalations`).
    pub fn escalations(&self) -> Escalations<'_> {
        Escalations { twin: self }
    }
}

impl Escalations<'_> {
    /// Lists escalations, newest first; one request, at most 200 of them (`GET /v1/escalations`).
    pub fn list(&self) -> Call<ListEscalations> {
        Call::new(self.twin, ListEscalations { status: None, limit: None })
    }

    /// Lists every escalation the API gives, open and resolved: one request, and where that is cut at 200 one
    /// more for each status. [`Listing::missing`](crate::Listing::missing) says what cannot be listed.
    pub fn list_all(&self) -> ListAll<Escalation> {
        let twin = self.twin.clone();
        ListAll::new(async move {
            let page = |status| twin.escalations().list().status(status).limit(validate::PAGE_LIMIT);
            let whole = page(StatusFilter::All).await?;
            let mut parts = Vec::new();
            if whole.is_truncated() {
                for status in [StatusFilter::Open, StatusFilter::Resolved] {
                    parts.push((status.as_str().to_owned(), page(status).await?));
                }
            }
            Ok(join(whole, parts))
        })
    }

    /// Marks an escalation as resolved (`PATCH /v1/escalations/{id}`). Resolving twice is no error.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) where there is no such escalation.
    pub fn resolve(&self, id: impl Into<String>) -> Call<ResolveEscalation> {
        Call::new(self.twin, ResolveEscalation { id: id.into() })
    }
}

/// The request behind [`Escalations::list`].
#[derive(Debug, Clone)]
pub struct ListEscalations {
    status: Option<StatusFilter>,
    limit: Option<u32>,
}

impl Call<ListEscalations> {
    /// Which escalations to list. The API's default is the open ones.
    pub fn status(mut self, status: StatusFilter) -> Self {
        self.request.status = Some(status);
        self
    }

    /// How many to list, from 1 to 200. The API's default is 50.
    pub fn limit(mut self, limit: u32) -> Self {
        self.request.limit = Some(limit);
        self
    }
}

impl Request for ListEscalations {
    type Output = Page<Escalation>;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        validate::page_limit(self.limit)?;
        let mut url = endpoints.escalations.clone();
        if let Some(status) = self.status {
            url.query_pairs_mut().append_pair("status", status.as_str());
        }
        if let Some(limit) = self.limit {
            url.query_pairs_mut().append_pair("limit", &limit.to_string());
        }
        Ok(Prepared::new("GET /v1/escalations", Method::GET, url))
    }

    fn decode(&self, reply: Reply) -> Result<Page<Escalation>> {
        #[derive(Deserialize)]
        struct Body {
            escalations: Vec<Escalation>,
            #[serde(default)]
            total: Option<u64>,
        }
        let body: Body = reply.json()?;
        Ok(Page::new(body.escalations, body.total))
    }
}

/// The request behind [`Escalations::resolve`].
#[derive(Debug, Clone)]
pub struct ResolveEscalation {
    id: String,
}

impl Request for ResolveEscalation {
    type Output = Resolved;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        let url = with_id(&endpoints.escalations, &self.id)?;
        let body = serde_json::json!({ "status": EscalationStatus::Resolved });
        Prepared::with_body("PATCH /v1/escalations/{id}", Method::PATCH, url, &body)
    }

    fn decode(&self, reply: Reply) -> Result<Resolved> {
        let value =
            reply.body().and_then(|body| unwrap_envelope(body, "escalation").ok()).unwrap_or_default();
        let text = |field: &str| value.get(field).and_then(|value| value.as_str());
        // Any JSON is a success, except one that says otherwise.
        if text("id").is_some_and(|id| id != self.id) {
            return Err(unexpected(reply.status, "it is another escalation"));
        }
        if let (None, Some(error)) = (text("id"), text("error")) {
            return Err(unexpected(reply.status, error));
        }
        Ok(Resolved { escalation: serde_json::from_value(value).ok() })
    }
}
