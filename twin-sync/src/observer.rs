//! Observer of a run's progress.

use super::steps::Task;

/// Observes the progress of [`Plan::apply`](crate::Plan::apply). `()` ignores it.
pub trait Observer: Sync {
    /// Called when a source has been processed, successfully or not.
    fn done(&self, task: &Task) {
        let _ = task;
    }

    /// Returns a code and a one-line message for a failure, for the report.
    fn describe(&self, error: &twin_sdk::Error) -> (String, String) {
        (format!("{:?}", error.kind()), error.to_string())
    }
}

impl Observer for () {}
