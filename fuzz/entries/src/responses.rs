//! Responses of the API: a line with the call and the status, header lines, a blank line, the body.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;
use twin_sdk::{Document, Error, ErrorKind, Escalation, NewDocument, Outcome, Pacing, Twin};

use crate::loopback::{Head, KEY, LONGEST_WAIT, answered};

/// Back-off beside the waits for rate limits: two retries of at most eight seconds.
const MOST_BACKOFF: Duration = Duration::from_secs(16);

/// Every call, as the first line of an input says it.
pub(crate) const CALLS: [&str; 10] = [
    "ask",
    "list documents",
    "list all documents",
    "create",
    "get",
    "delete",
    "list escalations",
    "list all escalations",
    "resolve",
    "stats",
];

/// Whatever the API answers, a call ends in a value or an error. An error is of one line and without the key, no write
/// is sent twice but after a 429, no wait is longer than allowed, and what was read is written and read again.
pub fn responses(input: &[u8]) {
    let line_end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let line = String::from_utf8_lossy(&input[..line_end]).into_owned();
    let rest = &input[line_end..];
    let blank = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
    let (name, status) = line.rsplit_once(' ').unwrap_or((&line, "200"));
    let head = Head::parse(status.parse().unwrap_or(200), &rest[..blank]);
    let body = rest.get(blank + 2..).unwrap_or_default();
    let call = CALLS.iter().position(|call| *call == name).unwrap_or(name.len() % CALLS.len());
    for pacing in [Pacing::Off, Pacing::Window] {
        let (result, requests, waited) = answered(&head, body, pacing, |twin| send(CALLS[call], twin));
        keeps_its_laws(CALLS[call], head.status, result, requests, waited);
    }
}

fn keeps_its_laws(call: &str, status: u16, result: Result<(), Error>, requests: u32, waited: Duration) {
    let is_several = call.starts_with("list all");
    let may_repeat = status == 429 || !matches!(call, "ask" | "create" | "resolve");
    assert!(is_several || may_repeat || requests <= 1, "{call} was sent {requests} times after {status}");
    assert!(is_several || status == 429 || requests <= 3, "{call} was sent {requests} times after {status}");
    assert!(is_several || waited <= LONGEST_WAIT + MOST_BACKOFF, "{call} waited {waited:?} after {status}");
    match result {
        Ok(()) => {
            assert!((200..300).contains(&status) || status == 404, "{call} took {status} for a success")
        }
        Err(error) => is_fit_for_people(call, &error, status),
    }
}

fn is_fit_for_people(call: &str, error: &Error, status: u16) {
    let shown = error.to_string();
    assert!(!shown.contains(char::is_control) && shown.len() < 4_000, "{shown:?}");
    let mut told = format!("{shown}\n{error:?}\n{:?}\n{:?}", error.message(), error.body());
    let mut source = error.source();
    while let Some(cause) = source {
        told += &format!("\n{cause}\n{cause:?}");
        source = cause.source();
    }
    assert!(!told.contains(KEY), "{call}: the key is told: {told}");
    // What is not in the API's own form says nothing of the request, and nothing is the API's word without that form.
    let is_other = error.kind() == ErrorKind::NotFromApi;
    assert!(!is_other || error.outcome() == Outcome::Unknown, "{call}: {shown} after {status}");
    assert!(!is_other || error.responder().is_some(), "{call}: {shown} after {status}");
    let is_the_apis_word = matches!(
        error.kind(),
        ErrorKind::BadRequest
            | ErrorKind::Unauthorized
            | ErrorKind::AnswerLimit
            | ErrorKind::PlanLacksFeature
            | ErrorKind::NotFound
            | ErrorKind::NotConfigured
    );
    let body = error.body().and_then(|body| serde_json::from_str::<Value>(body).ok()).unwrap_or_default();
    assert!(!is_the_apis_word || body["error"].is_string(), "{call}: {shown} after {status}, {body}");
    // A success that cannot be believed leaves open whether it is one.
    let is_told = error.outcome() == Outcome::NotApplied && error.kind() != ErrorKind::RateLimited;
    assert!(!is_told || !(200..300).contains(&status), "{call}: {shown} after {status}");
}

async fn send(call: &str, twin: Twin) -> Result<(), Error> {
    match call {
        "ask" => twin.ask("What is the expense policy?").with_meta().await.map(drop),
        "list documents" => {
            twin.kb().list().limit(200).await.map(|page| page.items.iter().for_each(reads_again))
        }
        "list all documents" => {
            twin.kb().list_all().await.map(|all| is_a_listing(&all.items, |item: &Document| &item.id))
        }
        "create" => twin.kb().create(NewDocument::new("Title", "Text")).with_meta().await.map(drop),
        "get" => twin.kb().get("doc_abc123").await.map(|document| reads_again(&document)),
        "delete" => twin.kb().delete("doc_abc123").await.map(drop),
        "list escalations" => twin.escalations().list().limit(200).await.map(drop),
        "list all escalations" => twin
            .escalations()
            .list_all()
            .await
            .map(|all| is_a_listing(&all.items, |item: &Escalation| &item.id)),
        "resolve" => twin.escalations().resolve("esc_xyz789").await.map(drop),
        _ => twin.stats().with_meta().await.map(drop),
    }
}

fn reads_again(document: &Document) {
    let written = serde_json::to_value(document).unwrap_or(Value::Null);
    assert_eq!(serde_json::from_value::<Document>(written).ok().as_ref(), Some(document));
}

fn is_a_listing<T: Debug>(items: &[T], id: impl Fn(&T) -> &String) {
    let mut ids: Vec<&String> = items.iter().map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), items.len(), "a listing shows an item twice: {items:?}");
}
