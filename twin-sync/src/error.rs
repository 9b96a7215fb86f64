//! What can go wrong with a run as a whole.

use std::io;
use std::sync::Arc;

use super::guard::Refusal;
use super::open::OpenError;

/// Why a run ended without its result. What fails of single documents is in the [`Report`](crate::Report).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state file cannot be worked with.
    #[error(transparent)]
    State(#[from] OpenError),
    /// The state file or its journal cannot be written.
    #[error("cannot write the state file or its journal: {0}")]
    Write(io::Error),
    /// The documents cannot be kept until they are sent.
    #[error(transparent)]
    Documents(io::Error),
    /// A request failed before there was a plan.
    #[error(transparent)]
    Api(Arc<twin_sdk::Error>),
    /// The run was stopped before there was a plan.
    #[error("stopped")]
    Stopped,
    /// The plan must not be carried out.
    #[error("{0}")]
    Refused(Refusal),
    /// A dry run cannot be carried out.
    #[error("a dry run only plans")]
    DryRun,
}
