//! Cancellation of a run. The first reason counts; requests in flight are completed.

use std::sync::Arc;

use tokio::sync::watch;
use twin_sdk::ErrorKind;

/// Why a run was stopped.
#[derive(Debug, Clone)]
pub enum StopReason {
    /// The caller asked for it.
    Asked,
    /// Its time limit was reached.
    TimeUp,
    /// The API cannot be reached, or would refuse every further request as well.
    Api(Arc<twin_sdk::Error>),
    /// The state file or the journal could not be written.
    Disk(Arc<std::io::Error>),
}

/// Stops a run. Clones stop the same run.
#[derive(Debug, Clone)]
pub struct Cancellation(watch::Sender<Option<StopReason>>);

impl Default for Cancellation {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Cancellation {
    /// Stops the run, unless it has been stopped already.
    pub fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|present| {
            let is_first = present.is_none();
            if is_first {
                *present = Some(reason);
            }
            is_first
        });
    }

    /// Returns why the run was stopped, if it was.
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Returns whether the run was stopped.
    pub fn is_stopped(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until the run is stopped.
    pub async fn stopped(&self) {
        let mut reason = self.0.subscribe();
        if reason.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether every further request would fail the same way.
pub(crate) fn ends_the_run(error: &twin_sdk::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthorized
            | ErrorKind::AnswerLimit
            | ErrorKind::PlanLacksFeature
            | ErrorKind::NotConfigured
            | ErrorKind::RateLimited
    )
}

/// Whether the API, or the way to it, failed; several times in a row it is out of reach.
pub(crate) fn is_network_failure(error: &twin_sdk::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Network
            | ErrorKind::Server
            | ErrorKind::NotFromApi
    )
}
