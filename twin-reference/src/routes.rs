//! The contract as a table: request → reply.

mod input;

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::compose::Draft;
use crate::message::{Reply, Request};
use crate::reference::Feature;
use crate::seed::Seed;
use crate::store::{DOCUMENT_TYPES, NewEscalation, StoreError};
use crate::twin::Twin;
use input::{Body, Query};

/// The most characters of a question, its context and a document, counted as a JavaScript server does:
/// in UTF-16 units.
const MAX_MESSAGE: usize = 2_000;
const MAX_CONTEXT: usize = 4_000;
const MAX_CONTENT: usize = 50_000;

/// Why a request is not served.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// The methods that would be served, with a 405.
    pub(crate) allow: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found."))
    }

    fn not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("Method not allowed. Use {allow}."))
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("The twin's store failed: {error}"))
    }
}

type Served = Result<Reply, Refusal>;

/// Serves one request of an accepted key.
pub(crate) fn dispatch(twin: &mut Twin, request: &Request, now: Timestamp) -> Served {
    let path: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    let (feature, rest) = match path.as_slice() {
        ["v1", "twin"] => (Feature::Ask, None),
        ["v1", "kb"] => (Feature::KnowledgeBase, None),
        ["v1", "kb", id] if !id.is_empty() => (Feature::KnowledgeBase, Some(*id)),
        ["v1", "escalations"] => (Feature::Escalations, None),
        ["v1", "escalations", id] if !id.is_empty() => (Feature::Escalations, Some(*id)),
        ["v1", "stats"] => (Feature::Stats, None),
        _ => return Err(Refusal::not_found("Endpoint")),
    };
    available(twin, feature)?;
    match (feature, rest, request.method.as_str()) {
        (Feature::Ask, _, "POST") => ask(twin, request, now),
        (Feature::Ask, _, _) => Err(Refusal::not_allowed("POST")),
        (Feature::KnowledgeBase, None, "GET") => list_documents(twin, request),
        (Feature::KnowledgeBase, None, "POST") => create_document(twin, request, now),
        (Feature::KnowledgeBase, None, _) => Err(Refusal::not_allowed("GET, POST")),
        (Feature::KnowledgeBase, Some(id), "GET") => get_document(twin, id),
        (Feature::KnowledgeBase, Some(id), "DELETE") => delete_document(twin, id),
        (Feature::KnowledgeBase, Some(_), _) => Err(Refusal::not_allowed("GET, DELETE")),
        (Feature::Escalations, None, "GET") => list_escalations(twin, request),
        (Feature::Escalations, None, _) => Err(Refusal::not_allowed("GET")),
        (Feature::Escalations, Some(id), "PATCH") => resolve_escalation(twin, request, id, now),
        (Feature::Escalations, Some(_), _) => Err(Refusal::not_allowed("PATCH")),
        (Feature::Stats, _, "GET") => Ok(Reply::json(StatusCode::OK, &twin.store.stats()?)),
        (Feature::Stats, _, _) => Err(Refusal::not_allowed("GET")),
    }
}

fn available(twin: &Twin, feature: Feature) -> Result<(), Refusal> {
    if !twin.rules.onboarded {
        let message = "Twin not configured. Complete onboarding first.";
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    if twin.rules.lacks.contains(&feature) {
        let message = format!("{feature} not available on your current plan.");
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    Ok(())
}

fn ask(twin: &mut Twin, request: &Request, now: Timestamp) -> Served {
    let body = Body::parse(&request.body)?;
    let message = body.required("message")?;
    input::at_most("Message", message, MAX_MESSAGE)?;
    let context = body.optional("context")?.unwrap_or_default();
    input::at_most("Context", context, MAX_CONTEXT)?;
    let asked_by = body.optional("askedBy")?.map(str::trim).filter(|name| !name.is_empty()).unwrap_or("API");
    within_month(twin, now)?;

    let answer = answer::answer(&twin.store, message, context, twin.rules.gate)?;
    let reason = answer.escalate_reason.as_deref();
    let escalation = reason.map(|reason| NewEscalation { question: message, asked_by, reason });
    let drew_on: Vec<i64> = answer.sources.iter().map(|source| source.document).collect();
    twin.store.record_answer(answer.confidence, &drew_on, escalation, twin.rules.has_webhook, now)?;
    if reason.is_some() && twin.rules.has_webhook {
        twin.delivery.notify_one();
    }
    let mut reply = Reply::json(StatusCode::OK, &Answered::of(&answer));
    if reason.is_none() && twin.rules.composes {
        reply.draft = Some(Box::new(Draft::new(message, context, answer)));
    }
    Ok(reply)
}

/// The reply to a question, in the order of the API reference.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answered<'a> {
    response: &'a str,
    confidence: f64,
    should_escalate: bool,
    escalate_reason: Option<&'a str>,
    sources: Vec<&'a str>,
}

impl<'a> Answered<'a> {
    pub(crate) fn of(answer: &'a Answer) -> Self {
        let reason = answer.escalate_reason.as_deref();
        Self {
            response: &answer.response,
            confidence: answer.confidence,
            should_escalate: reason.is_some(),
            escalate_reason: reason,
            sources: answer.titles(),
        }
    }
}

fn within_month(twin: &Twin, now: Timestamp) -> Result<(), Refusal> {
    let Some(limit) = twin.rules.monthly_limit else { return Ok(()) };
    let used = twin.store.answered_in_month_of(now)?;
    if used < u64::from(limit) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::PAYMENT_REQUIRED,
        format!("Monthly answer limit reached ({used}/{limit}). Upgrade to Pro for 2,000 answers/month."),
    ))
}

fn list_documents(twin: &Twin, request: &Request) -> Served {
    let query = Query::parse(&request.query);
    let kind = query.one_of("type", &DOCUMENT_TYPES)?;
    let page = twin.store.documents(kind, query.limit()?)?;
    Ok(Reply::json(StatusCode::OK, &json!({ "docs": page.items, "total": page.total })))
}

fn create_document(twin: &mut Twin, request: &Request, now: Timestamp) -> Served {
    let body = Body::parse(&request.body)?;
    let title = body.required("title")?;
    let content = body.required("content")?;
    input::at_most("Content", content, MAX_CONTENT)?;
    let kind = body.optional("type")?.unwrap_or("sop");
    input::one_of("type", kind, &DOCUMENT_TYPES)?;
    let seed = Seed::new(title, content).of_type(kind);
    let added = twin.store.add_documents([seed], now)?;
    Ok(Reply::json(StatusCode::CREATED, &json!({ "doc": added.first() })))
}

fn get_document(twin: &Twin, id: &str) -> Served {
    let document = twin.store.document(id)?.ok_or_else(|| Refusal::not_found("Document"))?;
    Ok(Reply::json(StatusCode::OK, &json!({ "doc": document })))
}

fn delete_document(twin: &mut Twin, id: &str) -> Served {
    if !twin.store.delete_document(id)? {
        return Err(Refusal::not_found("Document"));
    }
    Ok(Reply::json(StatusCode::OK, &json!({ "deleted": true })))
}

fn list_escalations(twin: &Twin, request: &Request) -> Served {
    let query = Query::parse(&request.query);
    let status = query.one_of("status", &["open", "resolved", "all"])?.unwrap_or("open");
    let page = twin.store.escalations(Some(status).filter(|status| *status != "all"), query.limit()?)?;
    Ok(Reply::json(StatusCode::OK, &json!({ "escalations": page.items, "total": page.total })))
}

fn resolve_escalation(twin: &mut Twin, request: &Request, id: &str, now: Timestamp) -> Served {
    let body = Body::parse(&request.body)?;
    input::one_of("status", body.required("status")?, &["resolved"])?;
    let escalation = twin.store.resolve(id, now)?.ok_or_else(|| Refusal::not_found("Escalation"))?;
    Ok(Reply::json(StatusCode::OK, &json!({ "escalation": escalation })))
}
