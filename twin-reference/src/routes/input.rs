//! Reading and checking what a request carries. Every failure is a 400 that names the field.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::Refusal;
use crate::message::MAX_BODY;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// A body that is a JSON object.
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn parse(raw: &[u8]) -> Result<Self, Refusal> {
        if raw.len() > MAX_BODY {
            return Err(Refusal::bad(format!("Request body too large (max {MAX_BODY} bytes).")));
        }
        match serde_json::from_slice(raw) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::bad("Request body must be a JSON object.")),
            Err(_) => Err(Refusal::bad("Request body is not valid JSON.")),
        }
    }

    /// A text that must be there and not blank.
    pub(super) fn required(&self, field: &str) -> Result<&str, Refusal> {
        let text = self.optional(field)?.filter(|text| !is_blank(text));
        text.ok_or_else(|| Refusal::bad(format!("{field} is required.")))
    }

    /// A text that may be absent or null.
    pub(super) fn optional(&self, field: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::bad(format!("{field} must be a string."))),
        }
    }
}

/// The parameters after the `?`. Ones the API does not know are ignored; of a repeated one the first counts.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(super) fn parse(query: &'a str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }

    /// A parameter that, where it is there, is one of these.
    pub(super) fn one_of(
        &self,
        name: &str,
        values: &[&'static str],
    ) -> Result<Option<&'static str>, Refusal> {
        self.get(name).map(|value| one_of(name, value, values)).transpose()
    }

    pub(super) fn limit(&self) -> Result<u32, Refusal> {
        let Some(text) = self.get("limit") else { return Ok(DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| {
            Refusal::bad(format!("Invalid limit. Must be a whole number from 1 to {MAX_LIMIT}."))
        })
    }
}

/// Whether JavaScript's `trim` leaves nothing of a text.
fn is_blank(text: &str) -> bool {
    text.chars().all(|sign| sign == '\u{feff}' || (sign.is_whitespace() && sign != '\u{85}'))
}

/// The value among these that a field has.
pub(super) fn one_of(field: &str, value: &str, values: &[&'static str]) -> Result<&'static str, Refusal> {
    let known = values.iter().find(|known| **known == value).copied();
    known.ok_or_else(|| Refusal::bad(format!("Invalid {field}. Must be one of: {}.", values.join(", "))))
}

/// Refuses a text over the limit, counted in UTF-16 units as JavaScript's `length` does.
pub(super) fn at_most(what: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.len() > limit && text.encode_utf16().count() > limit {
        return Err(Refusal::bad(format!("{what} too long (max {limit} chars).")));
    }
    Ok(())
}
