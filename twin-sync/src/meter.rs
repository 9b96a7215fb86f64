//! The meter counts requests and waits, and tracks the server's clock. It observes every attempt, and is the
//! clock of every wait of the client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use twin_sdk::{Attempt, Clock, Sleep, SystemClock};

tokio::task_local! {
    /// Whether the call under way is asleep: then nothing of it is at the server.
    static ASLEEP: watch::Sender<bool>;
}

/// The window of the rate limit: where no `Date` tells the time, it is no longer until the reset.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// How far back an attempt may lie, by this machine's clock, where the server tells no time.
const UNCERTAINTY: SignedDuration = SignedDuration::from_mins(15);

/// Counts and times the requests of a run. Clones share the same figures.
///
/// Use it as the clock of the client, and let it observe every attempt:
/// ```no_run
/// # fn main() -> twin_sdk::Result<()> {
/// use twin_sdk::{ApiKey, Twin};
/// let meter = twin_sync::Meter::start();
/// let heard = meter.clone();
/// let twin = Twin::builder(ApiKey::from_env()?)
///     .clock(meter.clone())
///     .on_attempt(move |attempt| heard.observe(attempt))
///     .build()?;
/// # Ok(())
/// # }
/// ```
/// Otherwise the figures stay zero, and a create in doubt is searched for among more documents.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Tally>>);

/// Figures of a run.
#[derive(Debug, Clone)]
struct Tally {
    begun: Instant,
    figures: Figures,
    sleepers: usize,
    asleep_since: Option<Instant>,
    wakes_at: Option<Instant>,
    server_time: Option<(Timestamp, Instant)>,
    newest_document: Option<Timestamp>,
    limit: Option<u64>,
    window: Option<(Window, Instant)>,
}

/// The current window of the rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Number of requests that a window allows.
    pub limit: u64,
    /// Number of requests left in this window.
    pub remaining: u64,
    /// Time until the next window.
    pub reset_in: Duration,
}

/// The figures in a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Number of requests sent, including retries.
    pub requests: u64,
    /// Number of retries.
    pub retries: u64,
    /// Number of responses with status 429.
    pub rate_limited: u64,
    /// Time during which requests waited to be sent.
    pub waited: Duration,
    /// Time since the run started.
    pub elapsed: Duration,
}

impl Meter {
    /// Creates a meter and starts its time.
    pub fn start() -> Self {
        Self(Arc::new(Mutex::new(Tally {
            begun: Instant::now(),
            figures: Figures::default(),
            sleepers: 0,
            asleep_since: None,
            wakes_at: None,
            server_time: None,
            newest_document: None,
            limit: None,
            window: None,
        })))
    }

    /// Counts an attempt.
    pub fn observe(&self, attempt: &Attempt<'_>) {
        let mut tally = self.tally();
        tally.figures.requests += 1;
        tally.figures.retries += u64::from(attempt.number > 1);
        tally.figures.rate_limited += u64::from(attempt.status == Some(429));
        let window_began = || attempt.rate_limit?.reset?.checked_sub(LONGEST_WINDOW).ok();
        if let Some(date) = attempt.date.or_else(window_began) {
            // The earliest reading counts: a proxy with a clock of its own must not make it later.
            let now = Instant::now();
            let known = tally.server_time.and_then(|(date, at)| later(date, now - at));
            if known.is_none_or(|known| date < known) {
                tally.server_time = Some((date, now));
            }
        }
        if let Some(limit) = attempt.rate_limit.and_then(|rate| rate.limit) {
            tally.limit = Some(limit);
        }
        let told = attempt.rate_limit.and_then(|rate| {
            Some(Window { limit: rate.limit?, remaining: rate.remaining?, reset_in: rate.resets_in? })
        });
        if let Some(window) = told {
            tally.window = Some((window, Instant::now()));
        }
    }

    /// Returns the figures so far.
    pub fn figures(&self) -> Figures {
        let tally = self.tally();
        let asleep = tally.asleep_since.map_or(Duration::ZERO, |since| since.elapsed());
        Figures { waited: tally.figures.waited + asleep, elapsed: tally.begun.elapsed(), ..tally.figures }
    }

    /// Returns the time until a waiting request is sent, if all requests in progress are waiting.
    pub fn waiting(&self) -> Option<Duration> {
        let tally = self.tally();
        tally.asleep_since?;
        tally.wakes_at.map(|wakes| wakes.saturating_duration_since(Instant::now()))
    }

    /// Returns the current window of the rate limit, as last reported by the server, or `None` once it is
    /// over.
    pub fn window(&self) -> Option<Window> {
        let (window, told) = self.tally().window?;
        let reset_in = window.reset_in.checked_sub(told.elapsed())?;
        Some(Window { reset_in, ..window })
    }

    /// Returns the requests per minute that the server allows, as last reported by it.
    pub fn limit(&self) -> Option<u64> {
        self.tally().limit
    }

    /// Sees when a document was created: the server's clock says no less.
    pub(crate) fn see(&self, created_at: Timestamp) {
        let mut tally = self.tally();
        tally.newest_document = tally.newest_document.max(Some(created_at));
    }

    /// A moment that is not after the present one by the server's clock, in whole seconds as its answers tell
    /// the time.
    pub(crate) fn server_time(&self) -> Timestamp {
        let (told, newest) = {
            let tally = self.tally();
            (tally.server_time, tally.newest_document)
        };
        let time = match told {
            Some((date, at)) => later(date, at.elapsed()),
            // This machine's clock may be far ahead; the newest document is of the past at any rate. Where there is
            // none, it may be any time.
            None => Timestamp::now().checked_sub(UNCERTAINTY).ok().min(newest),
        };
        let second = time.map(Timestamp::as_second).unwrap_or_default();
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fall_asleep(&self, wait: Duration) {
        let now = Instant::now();
        let mut tally = self.tally();
        tally.sleepers += 1;
        tally.asleep_since.get_or_insert(now);
        tally.wakes_at = tally.wakes_at.max(now.checked_add(wait));
    }

    fn wake(&self) {
        let mut tally = self.tally();
        tally.sleepers -= 1;
        if tally.sleepers == 0 {
            let slept = tally.asleep_since.take().map_or(Duration::ZERO, |since| since.elapsed());
            tally.figures.waited += slept;
            tally.wakes_at = None;
        }
    }
}

fn later(time: Timestamp, by: Duration) -> Option<Timestamp> {
    time.checked_add(SignedDuration::try_from(by).ok()?).ok()
}

/// A request that waits; it waits no longer when this is dropped.
struct Asleep {
    meter: Meter,
    call: Option<watch::Sender<bool>>,
}

impl Drop for Asleep {
    fn drop(&mut self) {
        self.meter.wake();
        if let Some(call) = &self.call {
            call.send_replace(false);
        }
    }
}

impl Clock for Meter {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let meter = self.clone();
        let call = ASLEEP.try_with(Clone::clone).ok();
        Box::pin(async move {
            meter.fall_asleep(duration);
            if let Some(call) = &call {
                call.send_replace(true);
            }
            let _asleep = Asleep { meter, call };
            SystemClock.sleep(duration).await;
        })
    }
}

/// Runs a call until it ends, or until `halted` completes while the call is waiting to be sent. Returns
/// `None` in the second case, in which the server has not received the request.
pub async fn unless_asleep<T>(call: impl Future<Output = T>, halted: impl Future<Output = ()>) -> Option<T> {
    let asleep = watch::Sender::new(false);
    let mut watched = asleep.subscribe();
    let idle = async move {
        halted.await;
        // The sender lives as long as the call: an error cannot be.
        let _ = watched.wait_for(|asleep| *asleep).await;
    };
    tokio::select! {
        biased;
        result = ASLEEP.scope(asleep.clone(), call) => Some(result),
        () = idle => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_waits_is_given_up_when_the_run_is_halted_and_one_at_the_server_is_not() {
        let meter = Meter::start();
        let halted = || tokio::time::sleep(Duration::from_secs(5));
        let waiting = async { meter.sleep(Duration::from_secs(60)).await };
        assert_eq!(unless_asleep(waiting, halted()).await, None);
        let at_server = tokio::time::sleep(Duration::from_secs(60));
        assert_eq!(unless_asleep(at_server, halted()).await, Some(()));
        assert_eq!(meter.waiting(), None, "a call that was given up waits no longer");
    }

    #[test]
    fn without_a_servers_clock_an_attempt_may_lie_some_time_back() {
        let meter = Meter::start();
        assert_eq!(meter.server_time(), Timestamp::UNIX_EPOCH, "with no document either, it may be any time");
        meter.see(Timestamp::now());
        assert!(meter.server_time() <= Timestamp::now() - UNCERTAINTY);
    }

    #[test]
    fn without_a_servers_clock_an_attempt_may_be_as_old_as_the_newest_document() {
        let meter = Meter::start();
        let second = |second| Timestamp::from_second(second).unwrap();
        [1_000, 3_000, 2_000].into_iter().for_each(|created| meter.see(second(created)));
        assert_eq!(meter.server_time(), second(3_000));
    }
}
