//! Local checks of what the API would refuse. Servers count "characters" differently (UTF-16 units, Unicode
//! scalar values), so a text is refused here only when it is too long under both counts.

use crate::error::{Error, Result};

/// The longest question, in characters (`POST /v1/twin`, `message`).
///
/// These limits are checked before a request, in Unicode scalar values. The API may count UTF-16 units, which are never
/// fewer, and refuse what passes here: a text within the limit under that count passes both.
pub const MESSAGE_LIMIT: usize = 2_000;
/// The longest context, in characters (`POST /v1/twin`, `context`); counted as [`MESSAGE_LIMIT`].
pub const CONTEXT_LIMIT: usize = 4_000;
/// The longest document, in characters (`POST /v1/kb`, `content`); counted as [`MESSAGE_LIMIT`].
pub const CONTENT_LIMIT: usize = 50_000;
/// The largest page of a listing (`limit`).
pub const PAGE_LIMIT: u32 = 200;

pub(crate) fn not_longer_than(field: &str, text: &str, limit: usize) -> Result<()> {
    // Bytes bound both counts from above: nothing is counted for texts that are short anyway.
    if text.len() <= limit {
        return Ok(());
    }
    let scalars = text.chars().count();
    if scalars <= limit {
        return Ok(());
    }
    let units = text.encode_utf16().count();
    let length = if units == scalars {
        format!("{scalars} characters")
    } else {
        format!("{scalars} characters ({units} UTF-16 units)")
    };
    Err(Error::invalid_input(format!("{field} is too long: {length}, the limit is {limit}")))
}

pub(crate) fn not_blank(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() { Err(Error::invalid_input(format!("{field} is empty"))) } else { Ok(()) }
}

pub(crate) fn page_limit(limit: Option<u32>) -> Result<()> {
    match limit {
        Some(limit) if limit == 0 || limit > PAGE_LIMIT => {
            Err(Error::invalid_input(format!("limit is {limit}; it goes from 1 to {PAGE_LIMIT}")))
        }
        _ => Ok(()),
    }
}

/// An id becomes one path segment: one that would change the path is refused.
pub(crate) fn id(id: &str) -> Result<()> {
    not_blank("id", id)?;
    if matches!(id, "." | "..") || id.chars().any(char::is_control) {
        return Err(Error::invalid_input("id is not one the API gives (doc_… or esc_…)"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_refused_only_where_both_counts_exceed_the_limit() {
        let emoji = "🙂".repeat(2_000); // 2,000 scalar values, 4,000 UTF-16 units
        assert!(not_longer_than("message", &emoji, MESSAGE_LIMIT).is_ok());
        let error = not_longer_than("message", &format!("{emoji}!"), MESSAGE_LIMIT).unwrap_err();
        assert_eq!(
            error.to_string(),
            "message is too long: 2001 characters (4001 UTF-16 units), the limit is 2000"
        );
    }
}
