//! Where the API key comes from: the environment, a file, a command, the credentials file, in this order.

use std::path::Path;
use std::process::Stdio;

use twin_sdk::ApiKey;

use crate::args::GlobalArgs;
use crate::config::DEFAULT_PROFILE;
use crate::credentials::{self, Credentials};
use crate::env;
use crate::error::{CliError, Code};
use crate::input::Input;
use crate::settings::{self, Remote};
use crate::ui::{Notice, Ui};

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
pub(crate) async fn find(flags: &GlobalArgs, remote: &Remote, ui: &Ui) -> Result<Found, CliError> {
    if let Some(text) = env::var("TWIN_API_KEY") {
        return found(&text, "TWIN_API_KEY".to_owned());
    }
    if let Some(path) = &flags.api_key_file {
        let input = Input::of(path);
        return found(&input.read("the API key").await?, input.to_string());
    }
    if let Some(command) = &remote.profile.api_key_command {
        check_origin_of_command(remote)?;
        let place = format!("api_key_command of profile '{}'", remote.profile_name);
        return found(&run(command, &place).await?, place);
    }
    stored(&credentials::path()?, remote, ui)
}

fn found(text: &str, place: String) -> Result<Found, CliError> {
    if text.trim().is_empty() {
        return Err(no_key(format!("{place} holds no API key")));
    }
    let key = ApiKey::new(text).map_err(|error| CliError::new(Code::NoKey, format!("{place}: {error}")))?;
    Ok(Found { key, place })
}

/// A profile's command gives the key for the profile's own address, where it names one.
fn check_origin_of_command(remote: &Remote) -> Result<(), CliError> {
    let Some(own) = &remote.profile.base_url else { return Ok(()) };
    let own = settings::base_url(own)?.origin();
    if own == remote.base_url.origin() { Ok(()) } else { Err(bound_elsewhere(remote, &own)) }
}

async fn run(command: &str, place: &str) -> Result<String, CliError> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let failed = |why: String| {
        CliError::new(Code::NoKey, format!("{place} failed: {why}"))
            .hint("run the command by itself to see why")
    };
    // Not `output()`, which keeps back what the command has to say on standard error.
    let child = tokio::process::Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let output = child.wait_with_output().await.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its output is not text".to_owned()))
}

fn stored(path: &Path, remote: &Remote, ui: &Ui) -> Result<Found, CliError> {
    let credentials = Credentials::load(path)?;
    let Some(stored) = credentials.profiles.get(&remote.profile_name) else {
        return Err(no_key_of(&remote.profile_name));
    };
    if let Some(warning) = credentials::loose_mode(path) {
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
        format!("the key of profile '{profile}' is for {own} and is not sent to {here}"),
    )
    .hint("set TWIN_API_KEY, or run 'twin login' with another --profile for that address")
}

fn no_key_of(profile: &str) -> CliError {
    if profile == DEFAULT_PROFILE {
        return no_key("no API key".to_owned());
    }
    CliError::new(Code::NoKey, format!("no API key for profile '{profile}'"))
        .hint(format!("run 'twin login --profile {profile}', or set TWIN_API_KEY"))
}

fn no_key(what: String) -> CliError {
    CliError::new(Code::NoKey, what)
        .hint("run 'twin login', set TWIN_API_KEY, or use the embedded twin with --local")
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
