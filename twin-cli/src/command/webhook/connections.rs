//! The connections at once: when there is no room for another, the oldest makes way.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;

/// The most connections at once. Each may hold a file handle, of which a process often has 1,024.
const AT_ONCE: usize = 512;
/// How long a connection is left alone: whoever sends at all has sent by then.
const GRACE: Duration = Duration::from_secs(1);

/// The connections that are open, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Connections(VecDeque<(Instant, AbortHandle)>);

impl Connections {
    /// Waits until there is room for one more, for [`GRACE`] at most.
    pub(super) async fn make_room(&mut self) {
        self.0.retain(|(_, task)| !task.is_finished());
        if self.0.len() >= AT_ONCE
            && let Some((since, _)) = self.0.front()
        {
            tokio::time::sleep_until(*since + GRACE).await;
            self.end_oldest();
        }
    }

    pub(super) fn add(&mut self, task: JoinHandle<()>) {
        self.0.push_back((Instant::now(), task.abort_handle()));
    }

    /// Ends the oldest connection. It most likely sends slowly, or nothing at all.
    pub(super) fn end_oldest(&mut self) {
        if let Some((_, task)) = self.0.pop_front() {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn connections_that_do_nothing_keep_no_one_out_for_longer_than_a_second() {
        let mut connections = Connections::default();
        let add = async |connections: &mut Connections| {
            let begun = Instant::now();
            connections.make_room().await;
            connections.add(tokio::spawn(std::future::pending()));
            begun.elapsed()
        };
        for _ in 0..AT_ONCE {
            assert_eq!(add(&mut connections).await, Duration::ZERO);
        }
        for _ in 0..3 * AT_ONCE {
            assert!(add(&mut connections).await <= GRACE + Duration::from_millis(1));
            assert!(connections.0.len() <= AT_ONCE);
        }
        assert!(connections.0[0].0.elapsed() <= 4 * GRACE, "they pile up");
    }
}
