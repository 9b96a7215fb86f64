//! Environment variables. An empty one counts as unset, everywhere.

/// The variable's value, unless it is unset, empty or not Unicode.
pub(crate) fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that switches something on: `0`, `false`, `no` and `off` leave it off.
pub(crate) fn is_on(name: &str) -> bool {
    var(name).is_some_and(|value| !matches!(value.to_lowercase().as_str(), "0" | "false" | "no" | "off"))
}
