//! Small helpers for reading the API's JSON forgivingly.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default; with `#[serde(default)]`, an absent field too.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a count, also where it is written as a float (`852.0`) or is `null`.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(u64),
        Float(f64),
    }
    Ok(match Option::<Number>::deserialize(deserializer)? {
        Some(Number::Whole(number)) => number,
        Some(Number::Float(number)) => number.round() as u64, // saturates: below zero is zero
        None => 0,
    })
}

/// The object under `field`, or the body itself where the API sends it bare.
pub(crate) fn unwrap_envelope(body: &[u8], field: &str) -> serde_json::Result<serde_json::Value> {
    let mut value: serde_json::Value = serde_json::from_slice(body)?;
    Ok(match value.get_mut(field) {
        Some(inner) if inner.is_object() => inner.take(),
        _ => value,
    })
}
