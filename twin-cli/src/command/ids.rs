//! Ids of documents and escalations as they come from the command line.

use crate::error::{CliError, Code};

/// An id becomes part of a path: what could not be one is refused before any request.
pub(crate) fn check(id: &str) -> Result<(), CliError> {
    let possible = !id.trim().is_empty() && !id.chars().any(|c| c.is_control() || c.is_whitespace());
    if possible && !matches!(id, "." | "..") {
        return Ok(());
    }
    Err(CliError::invalid(format!("'{id}' is no id")).hint("'list' shows the ids: doc_… or esc_…"))
}

/// Says which id it was that does not exist.
pub(crate) fn explain(error: twin_sdk::Error, id: &str) -> CliError {
    let error = CliError::from(error);
    if error.code() == Code::NotFound { error.about(id) } else { error }
}
