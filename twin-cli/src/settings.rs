//! Where requests go: what flags, environment and files say, decided by [`crate::precedence`].

use std::path::PathBuf;

use twin_sdk::BaseUrl;

use crate::config::{self, Config, DEFAULT_PROFILE, Profile};
use crate::credentials::{self, Credentials};
use crate::env;
use crate::error::{CliError, Code};
use crate::files;
use crate::flags::GlobalArgs;
use crate::precedence::{self, Destination, Environment, KeySource, Network};
use crate::ui::{Notice, Ui};

/// Which twin a command talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The one at an address.
    Remote(Box<Remote>),
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
    /// Where the key comes from.
    pub(crate) key: KeySource,
    /// Whether a key in `TWIN_API_KEY` would be sent.
    pub(crate) env_key_fits: bool,
    /// How it is reached.
    pub(crate) network: Network,
}

/// Where the embedded twin keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LocalData {
    /// In a file.
    File(PathBuf),
    /// Nowhere: it forgets everything at the end.
    Memory,
}

/// Decides where requests go, and tells with `-v` what was overridden.
pub(crate) fn target(flags: &GlobalArgs, ui: &Ui) -> Result<Target, CliError> {
    let environment = environment();
    // The embedded twin needs no file of settings, and a key from elsewhere none that can be read.
    let config = if precedence::is_embedded(flags, &environment) {
        Config::default()
    } else {
        load_config(flags, &environment, ui)?
    };
    let decision = precedence::decide(flags, &environment, &config, has_stored_key)?;
    for remark in &decision.overridden {
        ui.detail(1, remark);
    }
    match decision.destination {
        Destination::Embedded => Ok(Target::Embedded(local_data(flags)?)),
        Destination::Remote { profile, base_url, key } => {
            if !config.profiles.contains_key(&profile) && !is_known(&profile)? {
                return Err(unknown_profile(&profile, config.profiles.keys()));
            }
            let found = (key, decision.env_key_fits);
            let remote = remote_of(&config, profile, &base_url, found, decision.network)?;
            Ok(Target::Remote(Box::new(remote)))
        }
    }
}

/// The remote twin these flags mean, even if `TWIN_LOCAL` is set.
pub(crate) fn remote(flags: &GlobalArgs, ui: &Ui) -> Result<Remote, CliError> {
    let environment = Environment { local: false, ..environment() };
    let config = load_config(flags, &environment, ui)?;
    let name = precedence::profile_in_use(flags, &environment, &config);
    if !config.profiles.contains_key(&name) && !is_known(&name)? {
        return Err(unknown_profile(&name, config.profiles.keys()));
    }
    decide_remote(flags, &environment, &config)
}

/// The remote twin to log in to: its profile may be a new one.
pub(crate) fn remote_to_be(flags: &GlobalArgs) -> Result<Remote, CliError> {
    let environment = Environment { local: false, ..environment() };
    let config = Config::load(&config::path()?)?;
    let name = precedence::profile_in_use(flags, &environment, &config);
    if name.is_empty() || name.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(CliError::invalid(format!("'{name}' is not a valid profile name"))
            .hint("choose one without spaces, such as 'work'"));
    }
    decide_remote(flags, &environment, &config)
}

fn decide_remote(flags: &GlobalArgs, environment: &Environment, config: &Config) -> Result<Remote, CliError> {
    let flags = GlobalArgs { local: false, local_data: None, ..flags.clone() };
    let decision = precedence::decide(&flags, environment, config, has_stored_key)?;
    match decision.destination {
        Destination::Remote { profile, base_url, key } => {
            remote_of(config, profile, &base_url, (key, decision.env_key_fits), decision.network)
        }
        Destination::Embedded => Err(CliError::internal("the embedded twin was not selected")),
    }
}

fn remote_of(
    config: &Config,
    profile_name: String,
    address: &str,
    (key, env_key_fits): (KeySource, bool),
    network: Network,
) -> Result<Remote, CliError> {
    let profile = config.profiles.get(&profile_name).cloned().unwrap_or_default();
    Ok(Remote { base_url: base_url(address)?, profile_name, profile, key, env_key_fits, network })
}

/// The name of the profile in use.
pub(crate) fn profile_name(flags: &GlobalArgs, config: &Config) -> String {
    precedence::profile_in_use(flags, &environment(), config)
}

/// How connections are made that are not the API's.
pub(crate) fn network(flags: &GlobalArgs) -> Result<Network, CliError> {
    precedence::network_without_profile(flags, &environment())
}

fn environment() -> Environment {
    Environment {
        profile: env::var("TWIN_PROFILE"),
        base_url: env::var("TWIN_BASE_URL"),
        has_key: env::var("TWIN_API_KEY").is_some(),
        local: env::is_on("TWIN_LOCAL"),
        cacert: env::var("TWIN_CACERT").map(PathBuf::from),
        timeout: env::var("TWIN_TIMEOUT"),
    }
}

/// The settings of config.toml. With a key from elsewhere and no profile named, a file that cannot be read is
/// left out: a container may have no home directory. One that says something else than it should is an error,
/// unless the address is given too.
fn load_config(flags: &GlobalArgs, environment: &Environment, ui: &Ui) -> Result<Config, CliError> {
    let is_named = flags.profile.is_some() || environment.profile.is_some();
    let has_key = flags.api_key_file.is_some() || environment.has_key;
    let has_address = flags.base_url.is_some() || environment.base_url.is_some();
    let path = match config::path() {
        Ok(path) => path,
        Err(_) if has_key && !is_named => return Ok(Config::default()),
        Err(error) => return Err(error),
    };
    if let Some(warning) = files::loose_folder(&path) {
        ui.notice(&Notice::warning(warning));
    }
    match Config::load(&path) {
        Err(error) if has_key && !is_named && (has_address || error.code() == Code::Io) => {
            ui.notice(&Notice::warning(format!("{error}: its settings are ignored")));
            Ok(Config::default())
        }
        loaded => loaded,
    }
}

fn local_data(flags: &GlobalArgs) -> Result<LocalData, CliError> {
    match &flags.local_data {
        Some(path) if path.as_os_str() == ":memory:" => Ok(LocalData::Memory),
        Some(path) => Ok(LocalData::File(path.clone())),
        None => Ok(LocalData::File(files::data_dir()?.join("local.db"))),
    }
}

/// Whether a key is stored for a profile. Where that cannot be told one is taken to be there, so that no other
/// key is sent in its place, and the reason is told when the key is read.
fn has_stored_key(profile: &str) -> bool {
    let Ok(path) = credentials::path() else { return false };
    Credentials::load(&path).map_or(true, |credentials| credentials.profiles.contains_key(profile))
}

/// Whether the profile is the one that always is, or consists of its stored key alone.
pub(crate) fn is_known(profile: &str) -> Result<bool, CliError> {
    Ok(profile == DEFAULT_PROFILE || Credentials::load(&credentials::path()?)?.profiles.contains_key(profile))
}

pub(crate) fn unknown_profile<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> CliError {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let known = if known.is_empty() {
        "there are no profiles yet".to_owned()
    } else {
        format!("existing profiles: {}", known.join(", "))
    };
    CliError::invalid(format!("there is no profile '{name}'"))
        .hint(format!("{known}; run 'twin login --profile {name}' to create it"))
}

/// An address a key may be sent to.
pub(crate) fn base_url(text: &str) -> Result<BaseUrl, CliError> {
    text.parse().map_err(|error| {
        CliError::from(error).hint(
            "expected a URL such as https://api.twin.ai; http is allowed only for loopback (localhost, \
             127.0.0.1, [::1])",
        )
    })
}
