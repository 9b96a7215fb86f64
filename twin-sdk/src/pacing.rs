//! [`Pacing`]: waiting for the rate limit's window instead of collecting 429s.
//!
//! One [`Gate`] is shared by all clones of a client. While the window is unknown a single probe goes first;
//! its answer tells how many requests the window still has; these go at once, and the rest wait for the
//! reset. All transitions are pure functions of [`State`]; only [`Gate`] locks and waits.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::rate_limit::RateLimit;

/// How a client treats the rate limit before the API refuses anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pacing {
    /// Requests are sent at once; a 429 is waited out by the retry policy. Right for single questions.
    #[default]
    Off,
    /// Requests wait for the window's reset once it is spent. Right for bulk work: a program alone on its
    /// key sees no 429 at all, and one that shares it soon leaves the others room.
    Window,
}

/// The longest wait for a reset that is believed; a header that says more is probed again after it.
const LONGEST_WINDOW: Duration = Duration::from_secs(3600);
/// The wait after a 429 that does not say how long.
const UNTOLD_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Notify,
}

/// The right to send one request; to be settled with what its response told.
pub(crate) struct Permit<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

/// What a response told the gate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) rate_limit: Option<RateLimit>,
    /// For a 429: how long it asks to wait, if it does.
    pub(crate) refused: Option<Option<Duration>>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::default()), changed: Notify::new() }
    }

    /// Waits until a request may be sent. `Err` is a wait longer than `longest`, not begun.
    pub(crate) async fn admit(
        &self,
        clock: &dyn Clock,
        longest: Duration,
    ) -> Result<(Permit<'_>, Duration), Duration> {
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
                        return Err(wait);
                    }
                    clock.sleep(wait).await;
                }
                Admission::AfterChange => {
                    let left = longest.saturating_sub(waited);
                    if tokio::time::timeout(left, changed).await.is_err() {
                        return Err(left);
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
    /// Hands back the permit with what the response told; `None` where none came.
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

#[derive(Debug)]
struct Ticket {
    number: u64,
    probe: bool,
}

#[derive(Debug)]
enum Admission {
    Go(Ticket),
    AfterReset(Instant),
    AfterChange,
}

#[derive(Debug)]
enum Window {
    /// Nothing is known: one request goes first to find out.
    Unknown {
        probing: bool,
    },
    /// Responses carry no window: nothing to pace by.
    Untold,
    Known(Known),
}

#[derive(Debug)]
struct Known {
    /// The reset by the server's clock: it names the window.
    reset: i64,
    resets_at: Instant,
    /// Requests that may still be sent: our own count, corrected downwards by what responses say.
    permits: u64,
    /// What the last response left for everyone on the key.
    remaining: u64,
    /// `remaining` when the window was learned, and our answers in it since: the rest others used.
    learned: u64,
    answered: u64,
    /// Tickets up to this number were in flight when the window was learned.
    carried: u64,
}

#[derive(Debug)]
struct State {
    window: Window,
    next_ticket: u64,
    in_flight: u64,
    /// Requests others send on the key for one of ours, as last seen; kept while a window shows any.
    crowd: f64,
    crowd_seen: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            window: Window::Unknown { probing: false },
            next_ticket: 0,
            in_flight: 0,
            crowd: 0.0,
            crowd_seen: false,
        }
    }
}

impl State {
    fn admit(&mut self, now: Instant) -> Admission {
        if matches!(&self.window, Window::Known(known) if now >= known.resets_at) {
            self.window = Window::Unknown { probing: false };
        }
        let crowded = (self.in_flight + 1) as f64 * (1.0 + self.crowd);
        match &mut self.window {
            Window::Unknown { probing: true } => Admission::AfterChange,
            Window::Unknown { probing } => {
                *probing = true;
                Admission::Go(self.ticket(true))
            }
            Window::Untold => Admission::Go(self.ticket(false)),
            Window::Known(known) if known.permits == 0 => Admission::AfterReset(known.resets_at),
            Window::Known(known) if self.crowd > 0.0 && (known.remaining as f64) < crowded => {
                if self.in_flight > 0 {
                    Admission::AfterChange
                } else {
                    Admission::AfterReset(known.resets_at)
                }
            }
            Window::Known(known) => {
                known.permits -= 1;
                Admission::Go(self.ticket(false))
            }
        }
    }

    fn ticket(&mut self, probe: bool) -> Ticket {
        self.next_ticket += 1;
        self.in_flight += 1;
        Ticket { number: self.next_ticket, probe }
    }

    fn settle(&mut self, ticket: Ticket, now: Instant, told: Option<Told>) {
        self.in_flight -= 1;
        let window = told.and_then(|told| told.rate_limit).and_then(|limit| {
            Some((limit.remaining?, limit.reset?.as_second(), limit.resets_in?.min(LONGEST_WINDOW)))
        });
        match (told, window) {
            (Some(Told { refused: Some(wait), .. }), window) => self.refused(now, wait, window),
            (Some(_), Some((remaining, reset, resets_in))) => {
                self.learn(&ticket, now, remaining, reset, resets_in)
            }
            (Some(_), None) if ticket.probe => self.window = Window::Untold,
            (None, _) if ticket.probe => self.window = Window::Unknown { probing: false },
            _ => {}
        }
    }

    /// A 429: nothing more goes before the reset, or before what it asks for.
    fn refused(&mut self, now: Instant, wait: Option<Duration>, window: Option<(u64, i64, Duration)>) {
        let (reset, resets_in) =
            window.map_or((i64::MIN, None), |(_, reset, resets_in)| (reset, Some(resets_in)));
        let wait =
            wait.or(resets_in).unwrap_or(UNTOLD_WAIT).min(LONGEST_WINDOW).max(Duration::from_millis(10));
        if let Window::Known(known) = &self.window
            && known.reset > reset
            && known.permits > 0
            && window.is_some()
        {
            return; // a late answer of the window before
        }
        self.window = Window::Known(Known {
            reset,
            resets_at: now + wait,
            permits: 0,
            remaining: 0,
            learned: 0,
            answered: 0,
            carried: self.next_ticket,
        });
    }

    fn learn(&mut self, ticket: &Ticket, now: Instant, remaining: u64, reset: i64, resets_in: Duration) {
        match &mut self.window {
            Window::Known(known) if known.reset == reset => {
                known.permits = known.permits.min(remaining);
                known.remaining = known.remaining.min(remaining);
                known.answered += 1;
                let used = known.learned.saturating_sub(known.remaining);
                let others = used.saturating_sub(known.answered + self.in_flight);
                if others > 0 {
                    self.crowd = others as f64 / known.answered as f64;
                    self.crowd_seen = true;
                }
            }
            Window::Known(known) if known.reset > reset => {
                // Counted in the window before, so not in this one, from which it had been taken off.
                if ticket.number <= known.carried && now < known.resets_at {
                    known.permits = (known.permits + 1).min(known.remaining);
                }
            }
            _ => {
                if !std::mem::take(&mut self.crowd_seen) {
                    self.crowd = 0.0;
                }
                self.window = Window::Known(Known {
                    reset,
                    resets_at: now + resets_in,
                    permits: remaining.saturating_sub(self.in_flight),
                    remaining,
                    learned: remaining,
                    answered: 0,
                    carried: self.next_ticket,
                });
            }
        }
    }
}
