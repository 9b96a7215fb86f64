//! What stops a run before its work is done. The first reason counts; requests in flight are finished.

use std::sync::Arc;

use tokio::sync::watch;
use twin_sdk::ErrorKind;

/// Why a run stops.
#[derive(Debug, Clone)]
pub enum StopReason {
    /// Someone asked for it.
    Asked,
    /// Its time is up.
    TimeUp,
    /// The API refuses what every further request would ask for as well, or is out of reach.
    Api(Arc<twin_sdk::Error>),
    /// What happens could not be written down.
    Disk(Arc<std::io::Error>),
}

/// Stops a run; clones stop the same one.
#[derive(Debug, Clone)]
pub struct Cancellation(watch::Sender<Option<StopReason>>);

impl Default for Cancellation {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Cancellation {
    /// Stops the run, unless it is stopped already.
    pub fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|present| {
            let is_first = present.is_none();
            if is_first {
                *present = Some(reason);
            }
            is_first
        });
    }

    /// Why the run is stopped, if it is.
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Whether the run is stopped.
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
