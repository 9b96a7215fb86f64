//! The twin itself: what it keeps and how it takes a request, one at a time, free of any transport.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{ALLOW, AUTHORIZATION, DATE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::about;
use crate::answer::Gate;
use crate::clock::Clock;
use crate::fault::{Fault, Faults};
use crate::message::{Reply, Request};
use crate::observe::{Handled, Observer};
use crate::quota::{Quota, REMAINING, Standing};
use crate::received::{Received, Recorder};
use crate::reference::Feature;
use crate::routes::{self, Refusal};
use crate::store::Store;
use crate::worker::Stopped;

/// How the twin was configured to behave.
pub(crate) struct Rules {
    pub(crate) keys: Vec<String>,
    pub(crate) monthly_limit: Option<u32>,
    pub(crate) gate: Gate,
    /// Whether a language model puts answers into words.
    pub(crate) composes: bool,
    pub(crate) lacks: BTreeSet<Feature>,
    pub(crate) onboarded: bool,
    pub(crate) has_webhook: bool,
}

/// What a test can reach while the twin runs.
#[derive(Debug, Default)]
pub(crate) struct Lab {
    pub(crate) faults: Faults,
    pub(crate) recorder: Option<Recorder>,
}

/// Gets each request as it came, without its credentials.
pub(crate) type Recipient = Box<dyn Fn(&Received) + Send + Sync>;

/// The twin's whole state. It lives on a thread of its own (see [`crate::worker`]).
pub(crate) struct Twin {
    pub(crate) rules: Rules,
    pub(crate) store: Store,
    pub(crate) quota: Quota,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) lab: Arc<Lab>,
    pub(crate) observer: Option<Observer>,
    pub(crate) recipient: Option<Recipient>,
    /// Told when a webhook body was put into the queue.
    pub(crate) delivery: Arc<Notify>,
}

/// What a door does with a request: answers it, perhaps later, or closes the connection (`None`).
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) reply: Option<Reply>,
    pub(crate) delay: Duration,
}

impl Outcome {
    /// What a door answers once the twin has shut down.
    pub(crate) fn unavailable(stopped: &Stopped) -> Self {
        let reply = Reply::error(StatusCode::SERVICE_UNAVAILABLE, &stopped.to_string());
        Self { reply: Some(reply), delay: Duration::ZERO }
    }
}

impl Twin {
    /// Takes one request, and tells of it whoever wants to know.
    pub(crate) fn handle(&mut self, request: &Request) -> Outcome {
        let began = Instant::now();
        let outcome = self.take(request);
        if let Some(observer) = &self.observer {
            let reply = outcome.reply.as_ref();
            let remaining = reply.and_then(|reply| reply.headers.get(REMAINING)?.to_str().ok()?.parse().ok());
            let status = reply.map(|reply| reply.status.as_u16());
            let (method, path) = (&request.method, request.path.as_str());
            observer.tell(&Handled { method, path, status, elapsed: began.elapsed(), remaining });
        }
        outcome
    }

    /// Takes one request, through whatever fault a test asked for.
    fn take(&mut self, request: &Request) -> Outcome {
        if let Some(recorder) = &self.lab.recorder {
            recorder.record(request);
        }
        if let Some(recipient) = &self.recipient {
            recipient(&Received::from(request));
        }
        let Some(fault) = self.lab.faults.strike(request) else {
            return Outcome { reply: Some(self.answer(request)), delay: Duration::ZERO };
        };
        let answer = fault.applies().then(|| self.answer(request));
        if fault.drops() {
            return Outcome { reply: None, delay: Duration::ZERO };
        }
        let mut reply = self.faulty(&fault, request).or(answer);
        if let Some(reply) = &mut reply {
            for (name, value) in fault.headers() {
                reply.headers.insert(name, value.clone());
            }
        }
        Outcome { reply, delay: fault.delay() }
    }

    /// What the fault answers in the twin's place.
    fn faulty(&self, fault: &Fault, request: &Request) -> Option<Reply> {
        let mut reply = fault.reply()?;
        if !fault.is_a_proxy() {
            let now = self.clock.now();
            let mut standing = self.quota.standing(self.key_of(&request.headers), now);
            if let Some(seconds) = fault.wait() {
                standing.remaining = 0;
                standing.reset = now.as_second().saturating_add_unsigned(seconds);
            }
            finish(&mut reply, standing, now);
        }
        Some(reply)
    }

    /// Answers one request by the contract.
    fn answer(&mut self, request: &Request) -> Reply {
        if let Some(reply) = about::reply(request) {
            return reply;
        }
        let now = self.clock.now();
        let Some(key) = self.key_of(&request.headers) else {
            let mut reply = Reply::error(StatusCode::UNAUTHORIZED, "Invalid or missing API key.");
            reply.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            finish(&mut reply, self.quota.standing(None, now), now);
            return reply;
        };
        let standing = self.quota.charge(key, now);
        let mut reply = match standing.refused_for {
            Some(seconds) => Reply::rate_limited(seconds),
            None => routes::dispatch(self, request, now).unwrap_or_else(refuse),
        };
        finish(&mut reply, standing, now);
        reply
    }

    /// Which accepted key a request carries, by its place in the list.
    fn key_of(&self, headers: &HeaderMap) -> Option<usize> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
        let (scheme, key) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        self.rules.keys.iter().position(|known| known == key.trim())
    }
}

fn refuse(refusal: Refusal) -> Reply {
    let mut reply = Reply::error(refusal.status, &refusal.message);
    if let Some(allow) = refusal.allow {
        reply.headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    reply
}

/// The headers every reply carries. The date is the twin's, so that a client's skew can be tested.
fn finish(reply: &mut Reply, standing: Standing, now: Timestamp) {
    standing.write(&mut reply.headers);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        reply.headers.insert(DATE, date);
    }
}
