//! Where requests go, decided from flags, environment and `config.toml`, in this order.

use std::path::PathBuf;

use twin_sdk::{BaseUrl, DEFAULT_BASE_URL};

use crate::args::GlobalArgs;
use crate::config::{self, Config, DEFAULT_PROFILE, Profile};
use crate::credentials::{self, Credentials};
use crate::env;
use crate::error::CliError;
use crate::files;

/// Which twin a command talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The one at an address.
    Remote(Remote),
    /// The embedded one, with its data here.
    Embedded(LocalData),
}

/// A twin at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Its address: https, or http on loopback.
    pub(crate) base_url: BaseUrl,
    /// The profile's name.
    pub(crate) profile_name: String,
    /// The profile.
    pub(crate) profile: Profile,
}

/// Where the embedded twin keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LocalData {
    /// In a file.
    File(PathBuf),
    /// Nowhere: it forgets everything at the end.
    Memory,
}

/// Decides where requests go.
pub(crate) fn target(flags: &GlobalArgs) -> Result<Target, CliError> {
    if wants_embedded(flags, env::is_on("TWIN_LOCAL"))? {
        return Ok(Target::Embedded(local_data(flags)?));
    }
    remote(flags).map(Target::Remote)
}

/// `--local` is for the embedded twin, `--base-url` and `--profile` are not, and a flag beats `TWIN_LOCAL`.
fn wants_embedded(flags: &GlobalArgs, local_by_env: bool) -> Result<bool, CliError> {
    let local = flags.local || flags.local_data.is_some();
    if local && flags.base_url.is_some() {
        return Err(CliError::invalid("--local and --base-url name two different twins")
            .hint("leave out one of them"));
    }
    let elsewhere = flags.base_url.is_some() || flags.profile.is_some();
    Ok(local || (local_by_env && !elsewhere))
}

fn local_data(flags: &GlobalArgs) -> Result<LocalData, CliError> {
    match &flags.local_data {
        Some(path) if path.as_os_str() == ":memory:" => Ok(LocalData::Memory),
        Some(path) => Ok(LocalData::File(path.clone())),
        None => Ok(LocalData::File(files::data_dir()?.join("local.db"))),
    }
}

/// The remote twin these flags mean. `config.toml` is read only where it could have a say.
pub(crate) fn remote(flags: &GlobalArgs) -> Result<Remote, CliError> {
    let named = flags.profile.is_some() || env::var("TWIN_PROFILE").is_some();
    let address = flags.base_url.clone().or_else(|| env::var("TWIN_BASE_URL"));
    let has_key = flags.api_key_file.is_some() || env::var("TWIN_API_KEY").is_some();
    let says_all = !named && address.is_some() && has_key;
    let config = if says_all { Config::default() } else { Config::load(&config::path()?)? };
    let name = profile_name(flags, &config);
    if !config.profiles.contains_key(&name) && !is_known(&name)? {
        return Err(unknown_profile(&name, config.profiles.keys()));
    }
    of_profile(name, &config, address)
}

/// The remote twin to log in to: its profile may be a new one.
pub(crate) fn remote_to_be(flags: &GlobalArgs) -> Result<Remote, CliError> {
    let config = Config::load(&config::path()?)?;
    let name = profile_name(flags, &config);
    if name.is_empty() || name.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(CliError::invalid(format!("'{name}' cannot be a profile's name"))
            .hint("choose one without spaces, such as 'work'"));
    }
    of_profile(name, &config, flags.base_url.clone().or_else(|| env::var("TWIN_BASE_URL")))
}

/// The name of the profile in use.
pub(crate) fn profile_name(flags: &GlobalArgs, config: &Config) -> String {
    let named = flags.profile.clone().or_else(|| env::var("TWIN_PROFILE"));
    named.or_else(|| config.profile.clone()).unwrap_or_else(|| DEFAULT_PROFILE.to_owned())
}

fn of_profile(profile_name: String, config: &Config, address: Option<String>) -> Result<Remote, CliError> {
    let profile = config.profiles.get(&profile_name).cloned().unwrap_or_default();
    let address = address.or_else(|| profile.base_url.clone());
    let base_url = base_url(address.as_deref().unwrap_or(DEFAULT_BASE_URL))?;
    Ok(Remote { base_url, profile_name, profile })
}

/// Whether the profile is the one that always is, or consists of its stored key alone.
pub(crate) fn is_known(profile: &str) -> Result<bool, CliError> {
    Ok(profile == DEFAULT_PROFILE || Credentials::load(&credentials::path()?)?.profiles.contains_key(profile))
}

pub(crate) fn unknown_profile<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> CliError {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let known = if known.is_empty() {
        "there are none yet".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    CliError::invalid(format!("there is no profile '{name}'"))
        .hint(format!("{known}; 'twin login --profile {name}' makes it"))
}

/// An address a key may be sent to.
pub(crate) fn base_url(text: &str) -> Result<BaseUrl, CliError> {
    text.parse().map_err(|error| {
        CliError::from(error).hint(
            "write it like https://api.twin.ai; http is for this machine only (localhost, 127.0.0.1, [::1])",
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: GlobalArgs,
    }

    fn flags(line: &str) -> GlobalArgs {
        Line::parse_from(std::iter::once("twin").chain(line.split_whitespace())).flags
    }

    #[test]
    fn a_flag_beats_twin_local_and_two_twins_at_once_are_refused() {
        assert!(wants_embedded(&flags("--local"), false).unwrap());
        assert!(wants_embedded(&flags("--local-data :memory:"), false).unwrap());
        assert!(wants_embedded(&flags(""), true).unwrap());
        assert!(!wants_embedded(&flags(""), false).unwrap());
        assert!(!wants_embedded(&flags("--base-url https://x.example"), true).unwrap());
        assert!(!wants_embedded(&flags("--profile work"), true).unwrap());
        assert!(wants_embedded(&flags("--local --base-url https://x.example"), false).is_err());
    }
}
