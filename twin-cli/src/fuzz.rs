//! Doors to the readers of files that the command keeps for itself, for fuzzing alone: in `fuzz/`, no other
//! crate can reach them.

use std::path::Path;
use std::time::Duration;

use crate::config::{self, Config, Field, Setting};
use crate::credentials::Credentials;
use crate::duration;
use crate::hints;

/// The state at `path` with what the journal beside it says, as the text that would be written of it.
///
/// # Errors
/// What a person is told where it cannot be used.
pub fn state(path: &Path) -> Result<Option<String>, String> {
    let state =
        twin_sync::read_state(path).map_err(|error| format!("{error}\n{}", hints::of_open_error(&error)))?;
    Ok(state.map(|state| state.to_text()))
}

/// Every setting of a `config.toml` with its value.
///
/// # Errors
/// What a person is told where it cannot be used.
pub fn settings(path: &Path) -> Result<Vec<(String, String)>, String> {
    let config = Config::load(path).map_err(|error| error.message().to_owned())?;
    let settings = config.settings().into_iter();
    Ok(settings.map(|(setting, value)| (setting.to_string(), value)).collect())
}

/// Sets the base URL of a profile in a `config.toml`.
///
/// # Errors
/// What a person is told where it cannot be done.
pub fn set_base_url(path: &Path, profile: &str, url: &str) -> Result<(), String> {
    let setting = Setting::Of(profile.to_owned(), Field::BaseUrl);
    config::set(path, &setting, Some(url)).map(drop).map_err(|error| error.message().to_owned())
}

/// The origins a `credentials.toml` has keys for, once read and written again.
///
/// # Errors
/// What a person is told where it cannot be used.
pub fn origins(path: &Path) -> Result<Vec<String>, String> {
    let told = |error: crate::error::CliError| format!("{error} {error:?}");
    let credentials = Credentials::load(path).map_err(told)?;
    Credentials::update(path, |_| ()).map_err(told)?;
    let again = Credentials::load(path).map_err(told)?;
    if again != credentials {
        return Err(format!("{credentials:?} is not what was written of it"));
    }
    Ok(credentials.profiles.into_values().map(|stored| stored.origin).collect())
}

/// A duration of the command line.
///
/// # Errors
/// What a person is told where it is none.
pub fn duration(text: &str) -> Result<Duration, String> {
    duration::parse(text)
}
