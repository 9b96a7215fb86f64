//! The connections at once: when there is no room for another, one that only waits makes way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;

/// The most connections at once. Each holds a file handle, of which a process often has 1,024.
pub(crate) const AT_ONCE: usize = 512;
/// How long a connection may wait for its client before it makes way for another.
const GRACE: Duration = Duration::from_secs(1);
/// How long is waited while every connection is being answered.
const BUSY: Duration = Duration::from_millis(20);

/// Since when a connection waits for its client, or that its request is being answered.
#[derive(Debug, Clone)]
pub(crate) struct Activity(Arc<Mutex<Option<Instant>>>);

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now()))))
    }

    /// A request is there as a whole: until the guard is dropped the connection is being answered.
    pub(crate) fn answering(&self) -> Answering {
        self.set(None);
        Answering(self.clone())
    }

    fn idle_since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, idle_since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = idle_since;
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Answering(Activity);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.set(Some(Instant::now()));
    }
}

/// The connections that are open.
#[derive(Debug, Default)]
pub(crate) struct Connections(Vec<(AbortHandle, Activity)>);

impl Connections {
    pub(crate) fn add(&mut self, task: &JoinHandle<()>, activity: Activity) {
        self.0.push((task.abort_handle(), activity));
    }

    /// Waits until there is room for one more: for [`GRACE`], unless all are being answered.
    pub(crate) async fn make_room(&mut self) {
        loop {
            self.0.retain(|(task, _)| !task.is_finished());
            if self.0.len() < AT_ONCE {
                return;
            }
            match self.longest_idle() {
                Some((_, since)) if since.elapsed() < GRACE => tokio::time::sleep_until(since + GRACE).await,
                Some((at, _)) => self.0.swap_remove(at).0.abort(),
                None => tokio::time::sleep(BUSY).await,
            }
        }
    }

    /// Ends the connection that has waited for its client longest.
    pub(crate) fn end_longest_idle(&mut self) {
        if let Some((at, _)) = self.longest_idle() {
            self.0.swap_remove(at).0.abort();
        }
    }

    fn longest_idle(&self) -> Option<(usize, Instant)> {
        let idle =
            self.0.iter().enumerate().filter_map(|(at, (_, activity))| Some((at, activity.idle_since()?)));
        idle.min_by_key(|(_, since)| *since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_waits_longest_makes_way_and_what_is_answered_stays() {
        let mut connections = Connections::default();
        let mut tasks = Vec::new();
        let mut answered = Vec::new();
        for number in 0..AT_ONCE {
            let activity = Activity::new();
            if number < 10 {
                answered.push(activity.answering());
            }
            tasks.push(tokio::spawn(std::future::pending::<()>()));
            connections.add(&tasks[number], activity);
        }
        for _ in 0..AT_ONCE - 10 {
            let begun = Instant::now();
            connections.make_room().await;
            assert!(begun.elapsed() <= GRACE + Duration::from_millis(1));
            let task = tokio::spawn(std::future::pending::<()>());
            connections.add(&task, Activity::new());
            tokio::task::yield_now().await;
        }
        assert!(tasks[..10].iter().all(|task| !task.is_finished()));
        assert!(tasks[10..].iter().all(JoinHandle::is_finished));
    }
}
