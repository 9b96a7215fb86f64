//! Where the API key comes from: a file, the environment, the profile's command, the credentials file.

use std::path::Path;

use twin_sdk::{ApiKey, DEFAULT_BASE_URL};

use crate::config::DEFAULT_PROFILE;
use crate::credentials::{self, Credentials};
use crate::env;
use crate::error::{CliError, Code};
use crate::input::Input;
use crate::key_command;
use crate::precedence::KeySource;
use crate::settings::{self, Remote};
use crate::ui::{Notice, Ui};

/// Where people get a key, as the web app calls the place.
pub(crate) const WHERE_KEYS_ARE: &str = "the Twin web app (Settings → API & webhooks)";

/// A key and where it was found.
pub(crate) struct Found {
    /// The key.
    pub(crate) key: ApiKey,
    /// Where, for people.
    pub(crate) place: String,
}

/// A key as it may be shown: its public prefix, and of a long one the last four characters.
pub(crate) fn masked(key: &ApiKey) -> String {
    let (shown, whole) = (key.redacted(), key.expose());
    let secret = whole.len() - (shown.len() - '…'.len_utf8());
    if secret < 16 { shown } else { format!("{shown}{}", &whole[whole.len() - 4..]) }
}

/// The key for this twin.
pub(crate) async fn find(remote: &Remote, ui: &Ui) -> Result<Found, CliError> {
    match &remote.key {
        KeySource::File(path) => {
            let input = Input::of(path);
            found(&input.read("the API key").await?, input.to_string())
        }
        KeySource::Environment => {
            found(&env::var("TWIN_API_KEY").unwrap_or_default(), "TWIN_API_KEY".to_owned())
        }
        KeySource::Withheld => Err(withheld(remote)),
        KeySource::Profile => match &remote.profile.api_key_command {
            Some(command) => {
                check_origin_of_command(remote)?;
                let place = format!("api_key_command of profile '{}'", remote.profile_name);
                found(&key_command::run(command, &place).await?, place)
            }
            None => stored(&credentials::path()?, remote, ui),
        },
    }
}

fn found(text: &str, place: String) -> Result<Found, CliError> {
    if text.trim().is_empty() {
        return Err(no_key(format!("{place} contains no API key")));
    }
    let key = ApiKey::new(text).map_err(|error| CliError::new(Code::NoKey, format!("{place}: {error}")))?;
    Ok(Found { key, place })
}

/// A profile's command gives the key for the profile's own address: the default one if it names none.
fn check_origin_of_command(remote: &Remote) -> Result<(), CliError> {
    let own = remote.profile.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
    let own = settings::base_url(own)?.origin();
    if own == remote.base_url.origin() { Ok(()) } else { Err(bound_elsewhere(remote, &own)) }
}

fn stored(path: &Path, remote: &Remote, ui: &Ui) -> Result<Found, CliError> {
    let credentials = Credentials::load(path)?;
    let Some(stored) = credentials.profiles.get(&remote.profile_name) else {
        return Err(no_key_of(remote));
    };
    for warning in credentials::warnings(path) {
        ui.notice(&Notice::warning(warning));
    }
    if stored.origin != remote.base_url.origin() {
        return Err(bound_elsewhere(remote, &stored.origin));
    }
    found(&stored.api_key, path.display().to_string())
}

fn bound_elsewhere(remote: &Remote, own: &str) -> CliError {
    let (profile, here) = (&remote.profile_name, remote.base_url.origin());
    CliError::new(
        Code::NoKey,
        format!("the key of profile '{profile}' belongs to {own} and is not sent to {here}"),
    )
    .hint(format!(
        "{}, or run 'twin login' with a different --profile for that address",
        if remote.env_key_fits { "set TWIN_API_KEY" } else { "pass --api-key-file" }
    ))
}

/// The profile named by a flag has no key, and that of the environment is for another address.
fn withheld(remote: &Remote) -> CliError {
    let (profile, here) = (&remote.profile_name, remote.base_url.origin());
    CliError::new(
        Code::NoKey,
        format!(
            "no API key for profile '{profile}': TWIN_API_KEY is not sent to {here}, which --profile selected"
        ),
    )
    .hint(format!(
        "run 'twin login --profile {profile}', or pass --api-key-file; to use a profile with \
        TWIN_API_KEY, set TWIN_PROFILE={profile}"
    ))
}

fn no_key_of(remote: &Remote) -> CliError {
    let profile = &remote.profile_name;
    if profile == DEFAULT_PROFILE && remote.env_key_fits {
        return no_key("no API key".to_owned());
    }
    let other_way = if remote.env_key_fits { "set TWIN_API_KEY" } else { "pass --api-key-file" };
    CliError::new(Code::NoKey, format!("no API key for profile '{profile}'")).hint(format!(
        "run 'twin login --profile {profile}', or {other_way}; create keys in {WHERE_KEYS_ARE}"
    ))
}

fn no_key(what: String) -> CliError {
    CliError::new(Code::NoKey, what).hint(format!(
        "run 'twin login' or set TWIN_API_KEY, with a key from {WHERE_KEYS_ARE}; or use the embedded twin \
         with --local"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_short_key_nothing_secret_is_shown() {
        let shown = |key: &str| masked(&ApiKey::new(key).unwrap());
        assert_eq!(shown("twin_live_sk_a8f2c4e1a8f2c4e1"), "twin_live_sk_…c4e1");
        assert_eq!(shown("twin_live_sk_a8f2c4e1"), "twin_live_sk_…");
        assert_eq!(shown("opaque"), "…");
    }
}
