//! Who hears how far a run is.

use super::steps::Task;

/// Hears of the progress of [`Plan::apply`](crate::Plan::apply). `()` hears nothing.
pub trait Observer: Sync {
    /// A source is dealt with, whatever came of it.
    fn done(&self, task: &Task) {
        let _ = task;
    }

    /// Names a failure for the report: a code, and what happened in one line.
    fn describe(&self, error: &twin_sdk::Error) -> (String, String) {
        (format!("{:?}", error.kind()), error.to_string())
    }
}

impl Observer for () {}
