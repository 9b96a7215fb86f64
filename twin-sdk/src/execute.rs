//! How a call runs: deadline → pace → attempt → decide, until the retry policy ends it.

use std::time::{Duration, Instant, SystemTime};

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};

use crate::body::{Body, Builder};
use crate::call::{Meta, Options, Prepared, Reply};
use crate::client::Shared;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::observe::{Attempt, Exchange};
use crate::rate_limit::{self, RateLimit, retry_after};
use crate::refusal::{kind_of_other, leaves_doubt};
use crate::retry::{Decision, Failure, RetryPolicy, Spent, decide};
use crate::seconds::Seconds;
use crate::whose::{Received, Whose, is_repeatable};
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
    answer: Result<Answered>,
    elapsed: Duration,
}

/// A response, and whose it is.
struct Answered {
    received: Received,
    whose: Whose,
    rate_limit: Option<RateLimit>,
    date: Option<SystemTime>,
    retry_after: Option<Duration>,
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
            permit.settle(self.shared.clock.now(), attempted.told(self.policy.random()));
        }
        Ok(attempted)
    }

    async fn send(&self, timeout: Duration) -> Attempted {
        let sent = self.shared.is_observed().then(|| self.shared.clock.now());
        let answer = match self.shared.http.execute(self.prepared.to_http(self.shared, timeout)).await {
            Ok(response) => Ok(self.receive(response).await),
            Err(error) => Err(Error::from_transport(error)),
        };
        let elapsed = sent.map(|sent| self.shared.clock.now().saturating_duration_since(sent));
        Attempted { answer, elapsed: elapsed.unwrap_or_default() }
    }

    async fn receive(&self, mut response: Response) -> Answered {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let wall = || self.shared.clock.wall();
        let date = self.shared.is_observed().then(|| rate_limit::date(&headers)).flatten();
        let reads_rate_limit = self.reads_rate_limit || !status.is_success();
        let rate_limit = reads_rate_limit.then(|| RateLimit::from_headers(&headers, wall)).flatten();
        let retry_after = (!status.is_success()).then(|| retry_after(&headers, wall)).flatten();
        let body = if status.is_success() { read_body(response).await } else { read_refusal(response).await };
        let received = Received { status: status.as_u16(), headers, body };
        let whose = received.whose(&self.prepared.method);
        Answered { received, whose, rate_limit, date, retry_after }
    }

    /// Decides how the call goes on, and accounts for it.
    fn judge(&mut self, attempted: &Attempted) -> Verdict {
        let verdict = match self.failure(attempted) {
            None => Verdict::Done,
            Some(failure) => {
                let decision = decide(
                    &self.policy,
                    is_repeatable(&self.prepared.method),
                    failure,
                    self.spent,
                    self.time_left(),
                );
                self.ambiguous |= attempted.leaves_doubt();
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

    /// How the attempt failed; `None` if it is an answer to give.
    fn failure(&self, attempted: &Attempted) -> Option<Failure> {
        let answered = match &attempted.answer {
            Ok(answered) => answered,
            Err(error) if error.outcome() == Outcome::NotApplied => return Some(Failure::NotSent),
            Err(_) => return Some(Failure::Lost),
        };
        let status = answered.received.status;
        match &answered.whose {
            Whose::Success => None,
            // Gone, as the attempt before it wanted.
            Whose::Refusal(_)
                if status == 404 && self.ambiguous && self.prepared.method == Method::DELETE =>
            {
                None
            }
            Whose::Unclear if answered.broke_off() => Some(Failure::Lost),
            _ => Some(Failure::Status { status, wait: attempted.asked_wait() }),
        }
    }

    fn observe(&self, attempted: &Attempted, verdict: &Verdict) {
        if !self.shared.is_observed() {
            return;
        }
        let answered = attempted.answer.as_ref();
        let attempt = Attempt {
            call: self.prepared.call,
            method: self.prepared.method.as_str(),
            path: self.prepared.url.path(),
            number: self.attempts,
            status: answered.ok().map(|answered| answered.received.status),
            error: match answered {
                Ok(answered) => answered.error(),
                Err(error) => Some(error.kind()),
            },
            elapsed: attempted.elapsed,
            retry_in: match verdict {
                Verdict::Again(wait) => Some(*wait),
                _ => None,
            },
            rate_limit: attempted.rate_limit(),
            date: answered.ok().and_then(|answered| answered.date?.try_into().ok()),
            exchange: Exchange {
                shared: self.shared,
                received: answered.ok().map(|answered| &answered.received),
                is_error: answered.is_ok_and(|answered| answered.whose != Whose::Success),
            },
        };
        if let Some(observer) = &self.shared.observer {
            observer(&attempt);
        }
        #[cfg(feature = "tracing")]
        crate::observe::trace(&attempt);
    }

    fn succeed(&self, attempted: Attempted) -> (Reply, Meta) {
        self.shared.budget.refill();
        let rate_limit = attempted.rate_limit();
        let (status, headers, body) = match attempted.answer {
            Ok(Answered { received, .. }) => (received.status, received.headers, received.body),
            Err(error) => (0, HeaderMap::new(), Err(error)), // is no success
        };
        let body = body.map_err(|error| error.with_status(status));
        let meta = Meta { status, headers, attempts: self.attempts, rate_limit };
        (Reply { status, body }, meta)
    }

    fn fail(&self, attempted: Attempted, why: Decision) -> Error {
        let (wait, rate_limit) = (attempted.asked_wait(), attempted.rate_limit());
        let error = match attempted.answer {
            Ok(Answered { received, whose, .. }) => {
                Error::from_response(received, whose, self.shared.secret(), &self.shared.key)
            }
            Err(error) => error,
        };
        let error = match why {
            Decision::WaitTooLong(wait) => error
                .with_retry_after(Some(wait))
                .gave_up(format_args!("a wait of {} would be longer than allowed", Seconds(wait))),
            Decision::PastDeadline(wait) => error
                .with_retry_after(Some(wait))
                .gave_up(format_args!("a wait of {} would exceed the call's deadline", Seconds(wait))),
            _ => error.with_retry_after(wait),
        };
        self.conclude(error.with_rate_limit(rate_limit))
    }

    /// The error of the whole call, from that of its last attempt or of the wait for it.
    fn conclude(&self, error: Error) -> Error {
        let error = if self.ambiguous { error.after_ambiguous_attempt() } else { error };
        error.with_call(self.prepared.call, self.attempts)
    }
}

impl Attempted {
    fn rate_limit(&self) -> Option<RateLimit> {
        self.answer.as_ref().ok()?.rate_limit
    }

    /// The wait the response asks for: its `Retry-After`, or for a 429 the reset of its window.
    fn asked_wait(&self) -> Option<Duration> {
        let answered = self.answer.as_ref().ok()?;
        let reset = || answered.rate_limit.filter(|_| answered.received.status == 429)?.resets_in;
        answered.retry_after.or_else(reset)
    }

    fn told(&self, random: f64) -> Option<Told> {
        let status = self.answer.as_ref().ok()?.received.status;
        let refused = (status == 429).then(|| self.asked_wait());
        Some(Told { rate_limit: self.rate_limit(), refused, random })
    }

    /// Whether the request may have taken effect although this is no success: nothing of the API says no.
    fn leaves_doubt(&self) -> bool {
        match &self.answer {
            Err(error) => error.outcome() != Outcome::NotApplied,
            Ok(Answered { received, whose: Whose::Refusal(_), .. }) => leaves_doubt(received.status),
            Ok(Answered { received, .. }) => received.status != 429,
        }
    }
}

impl Answered {
    /// Whether it broke off and its status alone says nothing. That of a failing or a busy service says enough.
    fn broke_off(&self) -> bool {
        let is_lost = matches!(&self.received.body, Err(error) if error.kind() != ErrorKind::Decode);
        is_lost && !matches!(self.received.status, 408 | 425 | 429 | 500..)
    }

    /// What is wrong with it beyond its status.
    fn error(&self) -> Option<ErrorKind> {
        match (&self.whose, &self.received.body) {
            (_, Err(error)) if self.received.status < 300 || self.broke_off() => Some(error.kind()),
            (Whose::Other, _) => Some(kind_of_other(self.received.status)),
            _ => None,
        }
    }
}

/// The error for a request the gate did not let through; `wait` is the wait to the reset, if it is known.
fn not_admitted(wait: Option<Duration>) -> Error {
    let text = match wait {
        Some(wait) => format!(
            "the rate limit is used up, and a wait of {} for its reset would be longer than allowed",
            Seconds(wait)
        ),
        None => "no earlier request reported in time what is left of the rate limit".to_owned(),
    };
    Error::new(ErrorKind::RateLimited, text, Outcome::NotApplied).with_retry_after(wait)
}

/// Reads a body of at most [`BODY_LIMIT`].
async fn read_body(mut response: Response) -> Result<Body> {
    let mut body = Builder::default();
    while let Some(chunk) = response.chunk().await.map_err(Error::from_transport)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            let text = format!("the API's response is longer than {} MiB", BODY_LIMIT >> 20);
            return Err(Error::new(ErrorKind::Decode, text, Outcome::Unknown));
        }
        body.push(&chunk);
    }
    Ok(body.finish())
}

/// Reads what explains a refusal, as far as it is not too long.
async fn read_refusal(mut response: Response) -> Result<Body> {
    let mut body = Builder::default();
    while let Some(chunk) = response.chunk().await.map_err(Error::from_transport)? {
        let room = REFUSAL_LIMIT - body.len();
        body.push(&chunk[..chunk.len().min(room)]);
        if body.len() == REFUSAL_LIMIT {
            break;
        }
    }
    Ok(body.finish())
}
