//! Ids of documents and escalations as they come from the command line.

use crate::error::{CliError, Code};
use crate::input::Input;

/// Every id once, in the order given, those from standard input where `-` stands.
pub(crate) async fn all(given: Vec<String>) -> Result<Vec<String>, CliError> {
    let mut ids: Vec<String> = Vec::new();
    for id in given {
        let more = if id == "-" { first_words(&Input::Stdin.read("ids").await?) } else { vec![id] };
        for id in more {
            check(&id)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// The first word of each line: an id by itself, or a row of a listing.
fn first_words(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// An id becomes part of a path: what could not be one is refused before any request.
pub(crate) fn check(id: &str) -> Result<(), CliError> {
    let possible = !id.trim().is_empty() && !id.chars().any(|c| c.is_control() || c.is_whitespace());
    if possible && !matches!(id, "." | "..") {
        return Ok(());
    }
    Err(CliError::invalid(format!("'{id}' is not a valid ID"))
        .hint("IDs look like doc_… or esc_…: see 'twin kb list' and 'twin escalations list'"))
}

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Escalation,
}

impl Kind {
    /// Returns its noun.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Kind::Document => "document",
            Kind::Escalation => "escalation",
        }
    }

    /// Returns the command that lists them.
    fn listing(self) -> &'static str {
        match self {
            Kind::Document => "twin kb list",
            Kind::Escalation => "twin escalations list",
        }
    }
}

/// Says which id it was that does not exist, and where to look for the ones that do.
pub(crate) fn explain(error: twin_sdk::Error, kind: Kind, id: &str) -> CliError {
    let error = CliError::from(error);
    if error.code() != Code::NotFound {
        return error;
    }
    error.about(id).hint(format!("run '{}' to see valid IDs", kind.listing()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_listing_can_be_piped_in() {
        assert_eq!(first_words("esc_1\topen\t0.2\n\nesc_2\n"), ["esc_1", "esc_2"]);
    }
}
