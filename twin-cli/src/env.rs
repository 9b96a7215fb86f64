//! Environment variables. An empty one counts as unset, everywhere.

/// The variable's value, unless it is unset or empty. One that is no Unicode is not passed over: a replacement
/// character stands for what cannot be read, and no key, address or name holds one.
pub(crate) fn var(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// A variable that switches something on: `0`, `false`, `no`, `n` and `off` leave it off.
pub(crate) fn is_on(name: &str) -> bool {
    var(name)
        .is_some_and(|value| !matches!(value.to_lowercase().as_str(), "0" | "false" | "no" | "n" | "off"))
}
