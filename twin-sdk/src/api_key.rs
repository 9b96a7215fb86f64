//! [`ApiKey`]: the secret that authenticates every request, redacted wherever it could be printed.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::error::{Error, Result};

/// The environment variable [`ApiKey::from_env`] reads.
pub(crate) const API_KEY_VARIABLE: &str = "TWIN_API_KEY";

/// An API key (`twin_live_…`), sent as `Authorization: Bearer <key>` on every request.
///
/// The key is opaque: nothing but its being printable ASCII is checked. `Debug` and every error of this
/// crate show at most its public prefix; no method but [`ApiKey::expose`] returns it.
///
/// ```
/// let key = twin_sdk::ApiKey::new("twin_live_sk_a8f2c4e1")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(twin_live_sk_…)");
/// # Ok::<(), twin_sdk::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Creates a key from its text. White space around it, such as a file's final newline, is removed.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the text is empty or holds characters that a
    /// header cannot carry.
    pub fn new(key: impl AsRef<str>) -> Result<Self> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::invalid_input("the API key is empty"));
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid_input(
                "the API key contains characters that are not allowed (spaces, line breaks or non-ASCII); copy it again",
            ));
        }
        Ok(Self(key.to_owned()))
    }

    /// Reads the key from the environment variable `TWIN_API_KEY`. An empty variable counts as unset.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is unset or cannot be a key.
    pub fn from_env() -> Result<Self> {
        match std::env::var(API_KEY_VARIABLE) {
            Ok(key) if !key.is_empty() => Self::new(key),
            Ok(_) | Err(std::env::VarError::NotPresent) => {
                Err(Error::invalid_input("TWIN_API_KEY is not set; set it to the API key of your twin"))
            }
            Err(std::env::VarError::NotUnicode(_)) => Err(Error::invalid_input("TWIN_API_KEY is not text")),
        }
    }

    /// Returns the key itself, for storing it. Never print it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the public prefix without the secret: `twin_live_sk_…`, or `…` for a key of another form.
    pub fn redacted(&self) -> String {
        const PREFIXES: [&str; 5] = ["twin_live_sk_", "twin_live_", "twin_test_sk_", "twin_test_", "twin_"];
        let prefix = PREFIXES.iter().find(|prefix| self.0.starts_with(*prefix));
        format!("{}…", prefix.unwrap_or(&""))
    }

    /// The value of the `Authorization` header, marked sensitive so that no HTTP log shows it.
    pub(crate) fn bearer(&self) -> Result<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0))
            .map_err(|_| Error::invalid_input("the API key cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.redacted())
    }
}

impl std::str::FromStr for ApiKey {
    type Err = Error;

    fn from_str(key: &str) -> Result<Self> {
        Self::new(key)
    }
}
