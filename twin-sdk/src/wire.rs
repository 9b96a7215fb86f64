//! Reading the API's JSON forgivingly: only what a call is about is indispensable. Any other field that is null,
//! missing or malformed reads as its zero, and fields this version does not know are kept.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The fields of a JSON object, to be taken one by one; what is left is unknown to this version.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(Map<String, Value>);

/// What an answer lacks without which it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lacks(pub(crate) &'static str);

impl fmt::Display for Lacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it lacks {}", self.0)
    }
}

impl Fields {
    /// The object itself, or the one in its field `name` if the API sends it in an envelope.
    pub(crate) fn unwrap(mut self, name: &str) -> Self {
        match self.0.get_mut(name).map(Value::take) {
            Some(Value::Object(inner)) => Self(inner),
            _ => self,
        }
    }

    /// Whether one of these is there, null or not.
    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name))
    }

    /// A text that is no string reads as none.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    /// A text without which the answer says nothing.
    pub(crate) fn needed_text(&mut self, name: &'static str) -> Result<String, Lacks> {
        self.optional_text(name).ok_or(Lacks(name))
    }

    /// An id: one that is blank names nothing.
    pub(crate) fn id(&mut self) -> Result<String, Lacks> {
        self.needed_text("id").and_then(|id| if id.trim().is_empty() { Err(Lacks("id")) } else { Ok(id) })
    }

    pub(crate) fn number(&mut self, name: &str) -> f64 {
        self.0.remove(name).and_then(|value| value.as_f64()).unwrap_or_default()
    }

    /// A count, also if it is written as a float (`852.0`).
    pub(crate) fn count(&mut self, name: &str) -> u64 {
        let value = self.0.remove(name).unwrap_or_default();
        // The cast saturates: below zero is zero.
        value.as_u64().or_else(|| value.as_f64().map(|number| number.round() as u64)).unwrap_or_default()
    }

    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.0.remove(name).and_then(|value| value.as_bool()).unwrap_or_default()
    }

    /// A time; one without a zone is UTC, one that cannot be read is absent.
    pub(crate) fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.optional_text(name).as_deref().and_then(time)
    }

    /// The texts of a list, without what is no text.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        let is_text = |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        self.list(name).unwrap_or_default().into_iter().filter_map(is_text).collect()
    }

    /// A list; `None` if there is none.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        match self.0.remove(name) {
            Some(Value::Array(items)) => Some(items),
            _ => None,
        }
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.0
    }
}

/// A time in RFC 3339; without a zone it is UTC. A day or a minute is none: whoever compares it with others would take its
/// beginning for the moment that is meant.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.as_bytes().get("2026-03-01T10:00".len()) != Some(&b':') {
        return None;
    }
    let without_zone = || text.parse::<DateTime>().ok().filter(|_| !text.contains('['));
    text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(without_zone()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_blank_names_nothing() {
        let id = |id: &str| Fields(Map::from_iter([("id".to_owned(), id.into())])).id();
        assert_eq!(id("doc_1").as_deref(), Ok("doc_1"));
        assert_eq!((id(""), id(" ")), (Err(Lacks("id")), Err(Lacks("id"))));
    }
    use proptest::prelude::*;

    fn fields(text: &str) -> Fields {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_time_without_a_zone_is_utc_and_an_unreadable_one_absent() {
        for (text, read) in [
            ("2026-03-01T10:00:00Z", Some("2026-03-01T10:00:00Z")),
            ("2026-03-01T10:00:00.5+01:00", Some("2026-03-01T09:00:00.5Z")),
            ("2026-03-01T10:00:00", Some("2026-03-01T10:00:00Z")),
            (" 2026-03-01 10:00:00.25", Some("2026-03-01T10:00:00.25Z")),
            ("2026-03-01", None),
            ("2026-03-01T10:00Z", None),
            ("2026-03-01T10:00:00[Mars/Crater]", None),
            ("2026-13-01T10:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn what_is_null_missing_or_of_another_kind_reads_as_its_zero() {
        for odd in ["null", "\"x\"", "{}", "[1,{}]", "true", "-3", "1e400"] {
            let Ok(mut read) = serde_json::from_str::<Fields>(&format!(r#"{{"field":{odd}}}"#)) else {
                continue;
            };
            let mut again = || std::mem::replace(&mut read, fields(&format!(r#"{{"field":{odd}}}"#)));
            assert_eq!(again().count("field"), 0, "{odd}");
            assert_eq!(again().time("field"), None, "{odd}");
            assert_eq!(again().texts("field"), Vec::<String>::new(), "{odd}");
        }
        let mut empty = Fields::default();
        assert_eq!((empty.text("a"), empty.number("a"), empty.flag("a")), (String::new(), 0.0, false));
    }

    #[test]
    fn what_is_not_taken_is_left() {
        let mut fields = fields(r#"{"hits":852.0,"owner":{"name":"AK"},"title":"T"}"#);
        assert_eq!((fields.count("hits"), fields.text("title")), (852, "T".to_owned()));
        assert_eq!(Value::from(fields.rest()), serde_json::json!({ "owner": { "name": "AK" } }));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading_of_times(text in ".*") {
            let _ = time(&text);
        }
    }
}
