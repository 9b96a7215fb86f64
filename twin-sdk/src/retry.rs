//! [`RetryPolicy`] and the one decision every failed attempt goes through. Pure: values in, a decision out.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// When a failed request is sent again, and how long to wait before.
///
/// The [crate's first page](crate#what-it-does-for-you) has the table of what is
/// sent again: a POST or PATCH never, unless the first attempt cannot have taken effect.
///
/// Waits use full jitter, a random part of `min(8 s, 250 ms · 2ⁿ)`, or `Retry-After` if that is longer.
/// A 429 is waited out: for its `Retry-After`, else to the reset of its window. One that says "now", names a time
/// that is past, or says nothing, is waited out for 1 to 2 s, then 2 to 4 s, and so on up to a minute. That uses up no
/// retries; it is bounded by [`longest_wait`](Self::longest_wait) in all and by the call's deadline. A wait that would
/// exceed either fails at once, with the time in [`Error::retry_after`](crate::Error::retry_after).
///
/// In addition, all clones of a client share a retry budget: a hundred retries, refilled by a tenth per success, so that
/// a failing server is not flooded.
#[derive(Clone)]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    pub(crate) longest_wait: Duration,
    base: Duration,
    cap: Duration,
    randomness: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for RetryPolicy {
    /// Two retries, at most two minutes of waiting for rate limits.
    fn default() -> Self {
        Self {
            max_retries: 2,
            longest_wait: Duration::from_secs(120),
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            randomness: Arc::new(fastrand::f64),
        }
    }
}

impl RetryPolicy {
    /// Returns a policy without retries and without waiting for a rate limit: every call is one request.
    pub fn none() -> Self {
        Self { max_retries: 0, longest_wait: Duration::ZERO, ..Self::default() }
    }

    /// Sets how often a call is retried (default 2). Waiting out a rate limit does not count.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the longest time one call waits for rate limits, and the longest `Retry-After` it honors (default 2 minutes).
    /// [`Duration::MAX`] waits as long as it takes.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets the backoff: full jitter on `min(cap, base · 2ⁿ)` (default 250 ms and 8 s).
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Replaces the random numbers in `[0, 1)` that spread the backoff, for tests.
    pub fn randomness(mut self, source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.randomness = Arc::new(source);
        self
    }

    /// This policy with what a single call says otherwise.
    pub(crate) fn with(&self, max_retries: Option<u32>, longest_wait: Option<Duration>) -> Self {
        let mut policy = self.clone();
        policy.max_retries = max_retries.unwrap_or(policy.max_retries);
        policy.longest_wait = longest_wait.unwrap_or(policy.longest_wait);
        policy
    }

    /// A random number from 0 to 1.
    pub(crate) fn random(&self) -> f64 {
        let random = (self.randomness)();
        if random.is_nan() { 1.0 } else { random.clamp(0.0, 1.0) }
    }

    fn backoff_wait(&self, tries: u32) -> Duration {
        let ceiling = self.base.saturating_mul(2u32.saturating_pow(tries)).min(self.cap);
        Duration::try_from_secs_f64(ceiling.as_secs_f64() * self.random()).unwrap_or(ceiling)
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("max_retries", &self.max_retries)
            .field("longest_wait", &self.longest_wait)
            .field("base", &self.base)
            .field("cap", &self.cap)
            .finish_non_exhaustive()
    }
}

/// The wait after a 429 that says "now" or nothing, the nth in a row from 0: 1 to 2 s, 2 to 4 s, up to a minute.
/// It doubles and is spread, so that many clients do not come back at once, again and again.
pub(crate) fn rate_limit_backoff(nth: u32, random: f64) -> Duration {
    const LONGEST: u64 = 30;
    let least = 2u64.saturating_pow(nth).min(LONGEST);
    Duration::from_secs(least).mul_f64(1.0 + random)
}

/// How an attempt failed, as far as the decision needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Failure {
    /// No connection: nothing was sent.
    NotSent,
    /// It was sent, or may have been, and no complete answer came.
    Lost,
    /// An answer that is no success of the API. `wait` is what the response asks for.
    Status { status: u16, wait: Option<Duration> },
}

/// What the call has spent so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) retries: u32,
    pub(crate) rate_limits: u32,
    pub(crate) waited: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Decision {
    /// Send again after this wait; `rate_limit` waits use up no retry.
    Retry { wait: Duration, rate_limit: bool },
    /// No retry would be safe or of use, or they are used up.
    Stop,
    /// It could be tried again, but only after a wait longer than the policy allows.
    WaitTooLong(Duration),
    /// It could be tried again, but only after the call's deadline.
    PastDeadline(Duration),
}

/// The decision after a failed attempt. `repeatable` is whether sending the request twice does no harm;
/// `time_left` is what remains of the call's deadline.
pub(crate) fn decide(
    policy: &RetryPolicy,
    repeatable: bool,
    failure: Failure,
    spent: Spent,
    time_left: Option<Duration>,
) -> Decision {
    let backoff = policy.backoff_wait(spent.retries);
    let (wait, rate_limit) = match failure {
        Failure::Status { status: 429, wait } => {
            // A server that says "now" and means "no" is not to be hammered.
            let asked = wait.filter(|wait| !wait.is_zero());
            (asked.unwrap_or_else(|| rate_limit_backoff(spent.rate_limits, policy.random())), true)
        }
        Failure::NotSent => (backoff, false),
        Failure::Lost if repeatable => (backoff, false),
        Failure::Status { status: 408 | 425 | 500..=599, wait } if repeatable => {
            (backoff.max(wait.unwrap_or_default()), false)
        }
        Failure::Lost | Failure::Status { .. } => return Decision::Stop,
    };
    let (used_up, waited) = if rate_limit {
        (policy.longest_wait.is_zero(), spent.waited)
    } else {
        (spent.retries >= policy.max_retries, Duration::ZERO)
    };
    if used_up {
        return Decision::Stop;
    }
    let asked = rate_limit || wait > backoff;
    if asked && waited.saturating_add(wait) > policy.longest_wait {
        return Decision::WaitTooLong(wait);
    }
    if time_left.is_some_and(|left| wait >= left) {
        return Decision::PastDeadline(wait);
    }
    Decision::Retry { wait, rate_limit }
}

/// A token bucket shared by all clones of a client: it stops a storm of retries against a failing server.
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const RETRY: u32 = 10;
    const FULL: u32 = 100 * Self::RETRY;
    const PER_SUCCESS: u32 = 1;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes a retry out of the budget; `false` if it is used up.
    pub(crate) fn take(&self) -> bool {
        let less = |tokens: u32| tokens.checked_sub(Self::RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Refills the budget a little after a success.
    pub(crate) fn refill(&self) {
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            let more = |tokens: u32| (tokens < Self::FULL).then_some(tokens + Self::PER_SUCCESS);
            let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn policy() -> RetryPolicy {
        RetryPolicy::default().randomness(|| 1.0)
    }

    fn status(status: u16, wait: Option<Duration>) -> Failure {
        Failure::Status { status, wait }
    }

    fn after(millis: u64) -> Decision {
        Decision::Retry { wait: Duration::from_millis(millis), rate_limit: false }
    }

    #[test]
    fn the_backoff_doubles_up_to_its_cap() {
        let policy = policy().max_retries(u32::MAX);
        let waits = [0, 1, 2, 5, 40]
            .map(|retries| decide(&policy, true, Failure::Lost, Spent { retries, ..Spent::default() }, None));
        assert_eq!(waits, [250, 500, 1000, 8000, 8000].map(after));
    }

    #[test]
    fn no_backoff_is_too_long_and_no_random_number_too_odd_to_decide_by() {
        for random in [f64::NAN, f64::INFINITY, 1.0] {
            let policy = policy().backoff(Duration::MAX, Duration::MAX).randomness(move || random);
            let decision = decide(&policy, true, Failure::Lost, Spent::default(), None);
            assert_eq!(decision, Decision::Retry { wait: Duration::MAX, rate_limit: false });
        }
    }

    #[test]
    fn a_post_is_repeated_only_where_it_cannot_have_happened() {
        for (failure, retried) in [
            (Failure::NotSent, true),
            (status(429, None), true),
            (Failure::Lost, false),
            (status(408, None), false),
            (status(425, None), false),
            (status(500, None), false),
            (status(503, Some(SECOND)), false),
        ] {
            let decision = decide(&policy(), false, failure, Spent::default(), None);
            assert_eq!(matches!(decision, Decision::Retry { .. }), retried, "{failure:?}");
        }
    }

    #[test]
    fn a_refusal_is_never_repeated() {
        for refused in [400, 401, 402, 403, 404, 409, 422] {
            assert_eq!(
                decide(&policy(), true, status(refused, Some(SECOND)), Spent::default(), None),
                Decision::Stop
            );
        }
    }

    #[test]
    fn waiting_out_a_429_uses_up_no_retry_but_the_longest_wait() {
        let spent = Spent { retries: 2, rate_limits: 9, waited: 100 * SECOND };
        let wait = |seconds: u32| decide(&policy(), false, status(429, Some(seconds * SECOND)), spent, None);
        assert_eq!(wait(20), Decision::Retry { wait: 20 * SECOND, rate_limit: true });
        assert_eq!(wait(21), Decision::WaitTooLong(21 * SECOND));
        assert_eq!(wait(3600), Decision::WaitTooLong(3600 * SECOND));
    }

    #[test]
    fn a_wait_past_the_deadline_fails_at_once() {
        let decision =
            decide(&policy(), true, status(503, Some(30 * SECOND)), Spent::default(), Some(10 * SECOND));
        assert_eq!(decision, Decision::PastDeadline(30 * SECOND));
    }

    #[test]
    fn the_budget_allows_a_hundred_retries_and_a_tenth_per_success() {
        let budget = RetryBudget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        (0..25).for_each(|_| budget.refill());
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 2);
    }

    proptest! {
        #[test]
        fn no_decision_waits_past_the_policy_or_the_deadline(
            code in 100u16..600, asked in proptest::option::of(0u64..10_000), retries in 0u32..5,
            waited in 0u64..200, left in proptest::option::of(0u64..300), random in 0.0f64..1.0, repeatable: bool,
        ) {
            let policy = RetryPolicy::default().randomness(move || random);
            let spent = Spent { retries, rate_limits: retries, waited: Duration::from_secs(waited) };
            let left = left.map(Duration::from_secs);
            let failure = status(code, asked.map(Duration::from_secs));
            if let Decision::Retry { wait, rate_limit } = decide(&policy, repeatable, failure, spent, left) {
                prop_assert!(wait <= policy.longest_wait);
                prop_assert!(left.is_none_or(|left| wait < left));
                prop_assert_eq!(rate_limit, code == 429);
                prop_assert!(rate_limit || (repeatable && retries < 2));
            }
        }
    }
}
