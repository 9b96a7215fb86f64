//! Escalations: questions that the twin escalated to a person (`/v1/escalations`).

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Call, Endpoints, Prepared, Reply, Request, unexpected};
use crate::client::Twin;
use crate::error::Result;
use crate::kb::with_id;
use crate::open_enum::open_enum;
use crate::page::{ListAll, Page, Parted, join, read_page};
use crate::validate;
use crate::wire::{Fields, Lacks};

open_enum! {
    /// Whether an escalation still waits for a person.
    EscalationStatus {
        /// It waits for a person.
        Open = "open",
        /// A person has dealt with it.
        Resolved = "resolved",
    }
}

/// A question that the twin escalated to a person.
///
/// Only the id is indispensable: any other field that the API leaves out, or gives in an unknown form, reads as
/// empty or zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
#[non_exhaustive]
pub struct Escalation {
    /// The id the API gave it: `esc_…`.
    pub id: String,
    /// The question as it was asked.
    pub question: String,
    /// Who asked.
    pub asked_by: String,
    /// The confidence of the twin's answer, from 0.0 to 1.0.
    pub confidence: f64,
    /// Why it was escalated, for a person to read.
    pub reason: String,
    /// Whether it still waits for a person.
    pub status: EscalationStatus,
    /// When the question was asked, if the API tells.
    pub created_at: Option<Timestamp>,
    /// When a person resolved it.
    pub resolved_at: Option<Timestamp>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<Fields> for Escalation {
    type Error = Lacks;

    fn try_from(mut fields: Fields) -> Result<Self, Lacks> {
        Ok(Self {
            id: fields.id()?,
            question: fields.text("question"),
            asked_by: fields.text("askedBy"),
            confidence: fields.number("confidence"),
            reason: fields.text("reason"),
            status: fields.text("status").into(),
            created_at: fields.time("createdAt"),
            resolved_at: fields.time("resolvedAt"),
            extra: fields.rest(),
        })
    }
}

impl Escalation {
    /// Returns the fields that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

impl Parted for Escalation {
    fn id(&self) -> &str {
        &self.id
    }

    fn part(&self) -> &str {
        self.status.as_str()
    }

    fn created_at(&self) -> Option<Timestamp> {
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
    /// Returns the filter as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }
}

/// The result of a successful resolve: the escalation is resolved, whatever this holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// The escalation, if the API returned it.
    pub escalation: Option<Escalation>,
}

/// The calls on escalations; created by [`Twin::escalations`].
#[derive(Debug, Clone, Copy)]
pub struct Escalations<'a> {
    twin: &'a Twin,
}

impl Twin {
    /// Returns the calls on escalations (`/v1/escalations`).
    pub fn escalations(&self) -> Escalations<'_> {
        Escalations { twin: self }
    }
}

impl Escalations<'_> {
    /// Lists escalations, newest first, at most 200, in one request (`GET /v1/escalations`).
    pub fn list(&self) -> Call<ListEscalations> {
        Call::new(self.twin, ListEscalations { status: None, limit: None })
    }

    /// Lists every escalation that the API returns, open and resolved: in one request, and if that is cut at 200, one
    /// more for each status. [`Listing::missing`](crate::Listing::missing) tells what cannot be listed.
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
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such escalation.
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
    /// Sets which escalations to list. The API's default is the open ones.
    pub fn status(mut self, status: StatusFilter) -> Self {
        self.request.status = Some(status);
        self
    }

    /// Sets how many to list, from 1 to 200. The API's default is 50.
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
        reply.read(|fields| read_page(fields, "escalations"))
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
        let fields = reply.fields("escalation");
        let error = fields.clone().optional_text("error");
        // Any JSON is a success, except one that says otherwise.
        match (Escalation::try_from(fields).ok(), error) {
            (Some(other), _) if other.id != self.id => {
                Err(unexpected(reply.status, "it is another escalation"))
            }
            (None, Some(error)) => Err(unexpected(reply.status, error)),
            (escalation, _) => Ok(Resolved { escalation }),
        }
    }
}
