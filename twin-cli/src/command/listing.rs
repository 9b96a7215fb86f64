//! What all listings share: their limit, their JSON, and the warning where the API cut them.

use serde::Serialize;

use crate::ui::Notice;

/// How many items to ask for: 1 to 200.
pub(crate) fn parse_limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(limit @ 1..=twin_sdk::PAGE_LIMIT) => Ok(limit),
        _ => Err(format!("it goes from 1 to {}", twin_sdk::PAGE_LIMIT)),
    }
}

/// A listing under `--json`.
#[derive(Serialize)]
pub(crate) struct Listing<'a, T> {
    items: &'a [T],
    total: u64,
    truncated: bool,
}

impl<'a, T> Listing<'a, T> {
    pub(crate) fn new(items: &'a [T], total: u64) -> Self {
        Self { items, total, truncated: total > items.len() as u64 }
    }

    /// Says that items are missing, with both numbers, and how to get at them.
    pub(crate) fn notices(&self, things: &str, hint: &str) -> Vec<Notice> {
        if !self.truncated {
            return Vec::new();
        }
        let cut = format!("the listing was cut: {} of {} {things} shown", self.items.len(), self.total);
        vec![Notice::warning(cut), Notice::hint(hint)]
    }
}
