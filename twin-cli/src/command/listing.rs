//! What all listings share: their limit, their JSON, and the warning where the API cut them.

use serde::Serialize;
use serde_json::{Map, Value};

use twin_sdk::Missing;

use crate::ui::Notice;

/// How many items to ask for: 1 to 200.
pub(crate) fn parse_limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(limit @ 1..=twin_sdk::PAGE_LIMIT) => Ok(limit),
        _ => Err(format!("expected a number from 1 to {}", twin_sdk::PAGE_LIMIT)),
    }
}

/// A listing under `--json`.
#[derive(Serialize)]
pub(crate) struct Listing<'a, T> {
    items: &'a [T],
    total: u64,
    truncated: bool,
    /// What the API says of the listing that this version does not know.
    #[serde(flatten)]
    extra: Option<&'a Map<String, Value>>,
}

impl<'a, T> Listing<'a, T> {
    pub(crate) fn new(items: &'a [T], total: u64) -> Self {
        Self { items, total, truncated: total > items.len() as u64, extra: None }
    }

    pub(crate) fn with_extra(self, extra: &'a Map<String, Value>) -> Self {
        Self { extra: Some(extra), ..self }
    }

    /// Says that items are missing, with both numbers, and how to get at them where there is a way.
    pub(crate) fn notices(&self, things: &str, hint: Option<&str>) -> Vec<Notice> {
        if !self.truncated {
            return Vec::new();
        }
        let cut = format!("the listing is incomplete: {} of {} {things} shown", self.items.len(), self.total);
        std::iter::once(Notice::warning(cut)).chain(hint.map(Notice::hint)).collect()
    }
}

/// Documents of one type that the API does not list.
#[derive(Debug, Serialize)]
pub(crate) struct Unlisted {
    /// `None` for types this version does not know.
    #[serde(rename = "type")]
    of_type: Option<String>,
    listed: u64,
    total: u64,
}

impl From<&Missing> for Unlisted {
    fn from(missing: &Missing) -> Self {
        Self { of_type: missing.of.clone(), listed: missing.listed, total: missing.total }
    }
}

impl Unlisted {
    /// How many there are of them.
    pub(crate) fn count(&self) -> u64 {
        self.total.saturating_sub(self.listed)
    }

    /// Says so, with both numbers.
    pub(crate) fn notice(&self) -> Notice {
        let Self { of_type, listed, total } = self;
        let of_type =
            of_type.as_ref().map_or("other types".to_owned(), |of_type| format!("type '{of_type}'"));
        Notice::warning(format!("the API lists only {listed} of {total} documents of {of_type}"))
    }
}
