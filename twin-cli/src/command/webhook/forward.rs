//! Passing webhooks on until their receiver has them: in order for each escalation, tried again for an hour.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::receive::{Delivery, Receiver};
use super::target::Target;
use crate::error::CliError;
use crate::ui::{Notice, Ui};

/// Requests under way at once.
const AT_ONCE: usize = 16;
/// The wait after the first try; each further one is twice as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long an event is tried.
const GIVE_UP: Duration = Duration::from_secs(60 * 60);
/// How long passing on may go on after the signal to stop.
const LAST_TRIES: Duration = Duration::from_secs(4);

/// Passes events on.
#[derive(Debug, Clone)]
pub(super) struct Forwarder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    target: Target,
    receiver: Arc<Receiver>,
    /// The events of each escalation that were not passed on yet, in the order they came.
    queues: Mutex<HashMap<String, VecDeque<Arc<Delivery>>>>,
    at_once: Semaphore,
    /// Whether each event has one try left.
    is_closing: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
    ui: Ui,
}

impl Forwarder {
    pub(super) fn new(target: Target, receiver: Arc<Receiver>, ui: Ui) -> Self {
        let (queues, is_closing, waiting) = Default::default();
        Self(Arc::new(Inner {
            target,
            receiver,
            queues,
            at_once: Semaphore::new(AT_ONCE),
            is_closing,
            waiting,
            ui,
        }))
    }

    /// Passes an event on, behind those of the same escalation.
    pub(super) fn push(&self, delivery: Arc<Delivery>) {
        let id = delivery.event.escalation_id.clone();
        let mut queues = self.0.queues();
        let is_under_way = queues.contains_key(&id);
        queues.entry(id.clone()).or_default().push_back(delivery);
        self.0.waiting.send_modify(|waiting| *waiting += 1);
        if !is_under_way {
            tokio::spawn(self.0.clone().pass_on_all(id));
        }
    }

    /// Gives each event that waits one more try, within a few seconds, and tells of those that were not passed on.
    pub(super) async fn close(self) {
        self.0.is_closing.send_replace(true);
        let mut waiting = self.0.waiting.subscribe();
        let all = waiting.wait_for(|waiting| *waiting == 0);
        if tokio::time::timeout(LAST_TRIES, all).await.is_err() {
            let mut left: Vec<String> = self.0.queues().keys().cloned().collect();
            left.sort_unstable();
            for id in left {
                self.0.tell_of_loss(&id, "no time left");
            }
        }
    }
}

impl Inner {
    fn queues(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Arc<Delivery>>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass_on_all(self: Arc<Self>, id: String) {
        while let Some(delivery) = self.next(&id) {
            if !self.pass_on(&delivery).await {
                self.receiver.forget(&delivery.event);
            }
            self.done(&id);
        }
    }

    /// The first event in a queue.
    fn next(&self, id: &str) -> Option<Arc<Delivery>> {
        self.queues().get(id)?.front().cloned()
    }

    /// Takes the first event out of a queue, and the queue away where it was the last.
    fn done(&self, id: &str) {
        let mut queues = self.queues();
        if let Some(queue) = queues.get_mut(id) {
            queue.pop_front();
            if queue.is_empty() {
                queues.remove(id);
            }
        }
        self.waiting.send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }

    /// Tries until the receiver has the event; false if it is given up.
    async fn pass_on(&self, delivery: &Delivery) -> bool {
        let (id, began) = (&delivery.event.escalation_id, Instant::now());
        let mut closing = self.is_closing.subscribe();
        for tries in 1.. {
            let is_last = *closing.borrow();
            let tried = Instant::now();
            let why = match self.try_once(delivery).await {
                Ok(status @ 200..300) => {
                    let elapsed = tried.elapsed().as_millis();
                    let again = if tries > 1 { format!(" at try {tries}") } else { String::new() };
                    self.ui.remark(&format!("  {id} → {status} in {elapsed}ms{again}"));
                    return true;
                }
                Ok(status) => format!("{} answered {status}", self.target.shown()),
                Err(error) => error.to_string(),
            };
            let wait = wait_after(tries, began.elapsed()).filter(|_| !is_last);
            let Some(wait) = wait else {
                self.tell_of_loss(id, &why);
                return false;
            };
            if tries == 1 {
                let text = format!("{id} could not be forwarded: {why}; retrying for an hour");
                self.ui.notice(&Notice::warning(text));
            } else {
                self.ui.detail(1, &format!("{id}: {why}, again in {:.1}s", wait.as_secs_f64()));
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        }
        false
    }

    async fn try_once(&self, delivery: &Delivery) -> Result<u16, CliError> {
        // The semaphore is never closed.
        let _turn = self.at_once.acquire().await;
        let Delivery { uri, headers, body, .. } = delivery;
        self.target.status(self.target.pass_on(uri.path(), uri.query(), headers).body(body.clone())).await
    }

    fn tell_of_loss(&self, id: &str, why: &str) {
        self.ui.notice(&Notice::warning(format!("{id} was not forwarded: {why}")));
    }
}

/// The wait before the next try, after so many and so long; none if the event is given up.
fn wait_after(tries: u32, elapsed: Duration) -> Option<Duration> {
    let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(tries - 1)).min(LONGEST_WAIT);
    (elapsed + wait <= GIVE_UP).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_for_an_hour_less_and_less_often() {
        let (mut tries, mut elapsed, mut waits) = (1, Duration::ZERO, Vec::new());
        while let Some(wait) = wait_after(tries, elapsed) {
            (tries, elapsed) = (tries + 1, elapsed + wait);
            waits.push(wait);
        }
        assert!(waits.is_sorted() && waits[0] == FIRST_WAIT && waits[20] == LONGEST_WAIT, "{waits:?}");
        assert!(elapsed <= GIVE_UP && elapsed + LONGEST_WAIT > GIVE_UP, "{elapsed:?}");
    }
}
