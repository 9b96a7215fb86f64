//! [`Pacing`]: waiting for the rate limit's window instead of collecting 429s.
//!
//! One [`Gate`] is shared by all clones of a client. While the window is unknown a single probe goes first;
//! its answer tells how many requests the window still has; these go at once, and the rest wait for the
//! reset. The transitions are pure, in `window`; here is what locks and waits.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::window::{Admission, State, Ticket, Told};

/// Whether a client waits for the rate limit before the API refuses anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pacing {
    /// Requests are sent at once; a 429 is waited out by the retry policy. Right for single questions.
    #[default]
    Off,
    /// Requests wait for the window's reset once it is spent. Right for bulk work: a program that is alone on its key
    /// sees no 429 at all, and one that shares the key soon leaves room for the others. After a 429 none goes for
    /// what it asks for; if it says "now" or nothing, for a time that doubles from 1 s, as [`RetryPolicy`](crate::RetryPolicy)
    /// says.
    ///
    /// A wait past the call's deadline or its [longest wait](crate::RetryPolicy::longest_wait) fails at once as
    /// [`ErrorKind::RateLimited`](crate::ErrorKind::RateLimited): for bulk work set the first to `None` and the
    /// second to [`Duration::MAX`].
    Window,
}

pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Notify,
}

/// The right to send one request; to be settled with what its response told.
pub(crate) struct Permit<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::default()), changed: Notify::new() }
    }

    /// Waits until a request may be sent, and says how long that took. `Err` is the wait to a reset that is
    /// further off than `longest`, not begun; `None` if no request in flight told the window within it.
    pub(crate) async fn admit(
        &self,
        clock: &dyn Clock,
        longest: Duration,
    ) -> Result<(Permit<'_>, Duration), Option<Duration>> {
        let begun = clock.now();
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let now = clock.now();
            let waited = now.saturating_duration_since(begun);
            let admission = self.state().admit(now);
            match admission {
                Admission::Go(ticket) => return Ok((Permit { gate: self, ticket: Some(ticket) }, waited)),
                Admission::AfterReset(until) => {
                    let wait = until.saturating_duration_since(now).max(Duration::from_millis(1));
                    if waited.saturating_add(wait) > longest {
                        return Err(Some(wait));
                    }
                    clock.sleep(wait).await;
                }
                Admission::AfterChange => {
                    // Not by the client's clock: what is waited for is a response, which takes real time.
                    if tokio::time::timeout(longest.saturating_sub(waited), changed).await.is_err() {
                        return Err(None);
                    }
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Hands back the permit with what the response told; `None` if none came.
    pub(crate) fn settle(mut self, now: Instant, told: Option<Told>) {
        self.release(now, told);
    }

    fn release(&mut self, now: Instant, told: Option<Told>) {
        if let Some(ticket) = self.ticket.take() {
            self.gate.state().settle(ticket, now, told);
            self.gate.changed.notify_waiters();
        }
    }
}

impl Drop for Permit<'_> {
    /// A call that was dropped in flight tells nothing, but the next may go.
    fn drop(&mut self) {
        self.release(Instant::now(), None);
    }
}
