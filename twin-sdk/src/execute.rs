//! How a call runs: deadline → pace → attempt → decide, until the retry policy ends it.

use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use reqwest::{Method, Response};

use crate::call::{Meta, Options, Prepared, Reply};
use crate::client::Shared;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::observe::Attempt;
use crate::rate_limit::{self, RateLimit, retry_after};
use crate::refusal::leaves_doubt;
use crate::retry::{Decision, Failure, RetryPolicy, Spent, decide};
use crate::window::Told;

/// The longest response body that is read; the API's own stay far below.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The longest part of an error response that is read.
const REFUSAL_LIMIT: usize = 64 * 1024;

/// Sends a request until it succeeds or the retry policy ends it.
#[cfg(not(feature = "tracing"))]
pub(crate) async fn execute(
    shared: &Shared,
    prepared: &Prepared,
    options: &Options,
    wants_rate_limit: bool,
) -> Result<(Reply, Meta)> {
    attempt_until_done(shared, prepared, options, wants_rate_limit).await
}

/// Sends a request, within a span, until it succeeds or the retry policy ends it.
#[cfg(feature = "tracing")]
pub(crate) async fn execute(
    shared: &Shared,
    prepared: &Prepared,
    options: &Options,
    wants_rate_limit: bool,
) -> Result<(Reply, Meta)> {
    use tracing::Instrument;

    attempt_until_done(shared, prepared, options, wants_rate_limit)
        .instrument(crate::observe::span(prepared.call))
        .await
}

async fn attempt_until_done(
    shared: &Shared,
    prepared: &Prepared,
    options: &Options,
    wants_rate_limit: bool,
) -> Result<(Reply, Meta)> {
    let mut run = Run {
        shared,
        prepared,
        policy: shared.retry.with(options.retries, options.longest_wait),
        attempt_timeout: options.timeout.unwrap_or(shared.attempt_timeout),
        deadline: options.deadline.unwrap_or(shared.deadline),
        reads_rate_limit: wants_rate_limit || shared.gate.is_some() || shared.is_observed(),
        begun: shared.clock.now(),
        spent: Spent::default(),
        attempts: 0,
        ambiguous: false,
    };
    loop {
        let attempted = run.attempt().await.map_err(|error| run.conclude(error))?;
        match run.judge(&attempted) {
            Verdict::Done => return Ok(run.succeed(attempted)),
            Verdict::Again(wait) => shared.clock.sleep(wait).await,
            Verdict::Failed(why) => return Err(run.fail(attempted, why)),
        }
    }
}

/// A call under way.
struct Run<'a> {
    shared: &'a Shared,
    prepared: &'a Prepared,
    policy: RetryPolicy,
    attempt_timeout: Duration,
    deadline: Option<Duration>,
    reads_rate_limit: bool,
    begun: Instant,
    spent: Spent,
    attempts: u32,
    /// An attempt before this one may have taken effect.
    ambiguous: bool,
}

/// What came of one attempt.
struct Attempted {
    /// The response's status, where there was a response.
    status: Option<u16>,
    rate_limit: Option<RateLimit>,
    date: Option<SystemTime>,
    retry_after: Option<Duration>,
    body: Result<Bytes>,
    elapsed: Duration,
}

enum Verdict {
    Done,
    Again(Duration),
    Failed(Decision),
}

impl Run<'_> {
    fn time_left(&self) -> Option<Duration> {
        let elapsed = || self.shared.clock.now().saturating_duration_since(self.begun);
        self.deadline.map(|deadline| deadline.saturating_sub(elapsed()))
    }

    /// Waits for its turn and sends the request once. `Err` is a call that ended without being sent.
    async fn attempt(&mut self) -> Result<Attempted> {
        let permit = match &self.shared.gate {
            Some(gate) => {
                let allowed = self.policy.longest_wait.saturating_sub(self.spent.waited);
                let longest = self.time_left().map_or(allowed, |left| left.min(allowed));
                let (permit, waited) =
                    gate.admit(&*self.shared.clock, longest).await.map_err(not_admitted)?;
                self.spent.waited = self.spent.waited.saturating_add(waited);
                Some(permit)
            }
            None => None,
        };
        let timeout = self.time_left().map_or(self.attempt_timeout, |left| left.min(self.attempt_timeout));
        if timeout.is_zero() {
            return Err(Error::new(ErrorKind::Timeout, "the call's deadline passed", Outcome::NotApplied));
        }
        self.attempts += 1;
        let attempted = self.send(timeout).await;
        if let Some(permit) = permit {
            permit.settle(self.shared.clock.now(), attempted.told());
        }
        Ok(attempted)
    }

    async fn send(&self, timeout: Duration) -> Attempted {
        let sent = self.shared.is_observed().then(|| self.shared.clock.now());
        let mut attempted = Attempted {
            status: None,
            rate_limit: None,
            date: None,
            retry_after: None,
            body: Ok(Bytes::new()),
            elapsed: Duration::ZERO,
        };
        match self.shared.http.execute(self.prepared.to_http(self.shared, timeout)).await {
            Ok(response) => {
                let status = response.status();
                attempted.status = Some(status.as_u16());
                let wall = || self.shared.clock.wall();
                if sent.is_some() {
                    attempted.date = rate_limit::date(response.headers());
                }
                if self.reads_rate_limit || !status.is_success() {
                    attempted.rate_limit = RateLimit::from_headers(response.headers(), wall);
                }
                if !status.is_success() {
                    attempted.retry_after = retry_after(response.headers(), wall);
                }
                attempted.body = if status.is_success() {
                    read_body(response).await
                } else {
                    Ok(read_refusal(response).await)
                };
            }
            Err(error) => attempted.body = Err(Error::from_transport(error)),
        }
        if let Some(sent) = sent {
            attempted.elapsed = self.shared.clock.now().saturating_duration_since(sent);
        }
        attempted
    }

    /// Decides how the call goes on, and accounts for it.
    fn judge(&mut self, attempted: &Attempted) -> Verdict {
        let verdict = match self.failure(attempted) {
            None => Verdict::Done,
            Some(failure) => {
                let decision = decide(
                    &self.policy,
                    self.prepared.is_repeatable(),
                    failure,
                    self.spent,
                    self.time_left(),
                );
                self.ambiguous |= failure.leaves_doubt();
                match decision {
                    Decision::Retry { wait, rate_limit: true } => {
                        self.spent.rate_limits += 1;
                        Verdict::Again(self.rate_limit_wait(wait))
                    }
                    Decision::Retry { wait, rate_limit: false } if self.shared.budget.take() => {
                        self.spent.retries += 1;
                        Verdict::Again(wait)
                    }
                    Decision::Retry { .. } => Verdict::Failed(Decision::Stop),
                    end => Verdict::Failed(end),
                }
            }
        };
        self.observe(attempted, &verdict);
        verdict
    }

    /// With a gate, the wait is the gate's: it holds the next attempt until the reset, and counts it.
    fn rate_limit_wait(&mut self, wait: Duration) -> Duration {
        if self.shared.gate.is_some() {
            return Duration::ZERO;
        }
        self.spent.waited = self.spent.waited.saturating_add(wait);
        wait
    }

    /// How the attempt failed; `None` where it is an answer to give.
    fn failure(&self, attempted: &Attempted) -> Option<Failure> {
        let Some(status) = attempted.status else {
            let not_sent = matches!(&attempted.body, Err(error) if error.outcome() == Outcome::NotApplied);
            return Some(if not_sent { Failure::NotSent } else { Failure::Lost });
        };
        match status {
            // A success whose body broke off: a read is repeated, a write has happened.
            200..=299 if attempted.body.is_err() && self.prepared.method == Method::GET => {
                Some(Failure::Lost)
            }
            200..=299 => None,
            // Gone, as the attempt before it wanted.
            404 if self.ambiguous && self.prepared.method == Method::DELETE => None,
            _ => Some(Failure::Status { status, wait: attempted.asked_wait() }),
        }
    }

    fn observe(&self, attempted: &Attempted, verdict: &Verdict) {
        if !self.shared.is_observed() {
            return;
        }
        let attempt = Attempt {
            call: self.prepared.call,
            method: self.prepared.method.as_str(),
            path: self.prepared.url.path(),
            number: self.attempts,
            status: attempted.status,
            error: attempted.body.as_ref().err().map(Error::kind),
            elapsed: attempted.elapsed,
            retry_in: match verdict {
                Verdict::Again(wait) => Some(*wait),
                _ => None,
            },
            rate_limit: attempted.rate_limit,
            date: attempted.date.and_then(|date| Timestamp::try_from(date).ok()),
        };
        if let Some(observer) = &self.shared.observer {
            observer(&attempt);
        }
        #[cfg(feature = "tracing")]
        crate::observe::trace(&attempt);
    }

    fn succeed(&self, attempted: Attempted) -> (Reply, Meta) {
        self.shared.budget.refill();
        let status = attempted.status.unwrap_or_default();
        let body = attempted.body.map_err(|error| error.with_status(status).having_happened());
        let meta = Meta { status, attempts: self.attempts, rate_limit: attempted.rate_limit };
        (Reply { status, body }, meta)
    }

    fn fail(&self, attempted: Attempted, why: Decision) -> Error {
        let wait = attempted.asked_wait();
        let error = match (attempted.status, attempted.body) {
            (Some(status), Ok(body)) => {
                Error::from_response(status, &body, self.shared.secret(), &self.shared.key)
            }
            (Some(status), Err(error)) => error.with_status(status),
            (None, Err(error)) => error,
            (None, Ok(_)) => Error::new(ErrorKind::Network, "no response", Outcome::Unknown),
        };
        let error = match why {
            Decision::WaitTooLong(wait) => error
                .with_retry_after(Some(wait))
                .gave_up(format_args!("waiting {} would be longer than allowed", Seconds(wait))),
            Decision::PastDeadline(wait) => error
                .with_retry_after(Some(wait))
                .gave_up(format_args!("waiting {} would pass the call's deadline", Seconds(wait))),
            _ => error.with_retry_after(wait),
        };
        self.conclude(error.with_rate_limit(attempted.rate_limit))
    }

    /// The error of the whole call, from that of its last attempt or of the wait for it.
    fn conclude(&self, error: Error) -> Error {
        let error = if self.ambiguous { error.after_ambiguous_attempt() } else { error };
        error.with_call(self.prepared.call, self.attempts)
    }
}

impl Attempted {
    /// The wait the response asks for: its `Retry-After`, or for a 429 the reset of its window.
    fn asked_wait(&self) -> Option<Duration> {
        let reset = || self.rate_limit.filter(|_| self.status == Some(429)).and_then(|limit| limit.resets_in);
        self.retry_after.or_else(reset)
    }

    fn told(&self) -> Option<Told> {
        let status = self.status?;
        Some(Told { rate_limit: self.rate_limit, refused: (status == 429).then(|| self.asked_wait()) })
    }
}

impl Failure {
    /// Whether the request may have taken effect all the same.
    fn leaves_doubt(self) -> bool {
        match self {
            Failure::NotSent => false,
            Failure::Lost => true,
            Failure::Status { status, .. } => leaves_doubt(status),
        }
    }
}

/// The error for a request the gate did not let through; `wait` is the wait to the reset, where it is known.
fn not_admitted(wait: Option<Duration>) -> Error {
    let text = match wait {
        Some(wait) => format!(
            "the rate limit's window is spent; waiting {} for its reset would be longer than allowed",
            Seconds(wait)
        ),
        None => "no request before it told in time what is left of the rate limit's window".to_owned(),
    };
    Error::new(ErrorKind::RateLimited, text, Outcome::NotApplied).with_retry_after(wait)
}

/// Reads a body of at most [`BODY_LIMIT`].
async fn read_body(mut response: Response) -> Result<Bytes> {
    if response.content_length().is_some_and(|length| length <= BODY_LIMIT as u64) {
        return response.bytes().await.map_err(Error::from_transport);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::from_transport)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            let text = format!("the API's answer is longer than {} MiB", BODY_LIMIT >> 20);
            return Err(Error::new(ErrorKind::Decode, text, Outcome::Unknown));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads what explains a refusal, as far as it arrives and is not too long: the status says enough without.
async fn read_refusal(mut response: Response) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = REFUSAL_LIMIT - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == REFUSAL_LIMIT {
            break;
        }
    }
    body.freeze()
}

/// A wait as a person reads it: `12 s`, `0.4 s`.
struct Seconds(Duration);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < Duration::from_secs(10) && self.0.subsec_millis() > 0 {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        } else {
            write!(f, "{} s", self.0.as_secs())
        }
    }
}
