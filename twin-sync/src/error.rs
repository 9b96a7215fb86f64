//! Errors of a run as a whole.

use std::io;
use std::sync::Arc;

use super::guard::Refusal;
use super::open::OpenError;

/// Why a run ended without a result. Failures of single documents are in the [`Report`](crate::Report).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state file cannot be opened.
    #[error(transparent)]
    State(#[from] OpenError),
    /// The state file or its journal cannot be written.
    #[error("cannot write the state file or its journal: {0}")]
    Write(io::Error),
    /// The documents cannot be kept in a temporary file.
    #[error(transparent)]
    Documents(io::Error),
    /// A request failed before there was a plan.
    #[error(transparent)]
    Api(Arc<twin_sdk::Error>),
    /// The run was stopped before there was a plan.
    #[error("stopped")]
    Stopped,
    /// A guard refuses the plan.
    #[error("{0}")]
    Refused(Refusal),
    /// A dry run cannot be applied.
    #[error("a dry run cannot be applied")]
    DryRun,
}
