//! Which place decides each setting: the flag, the environment, the profile, or the default. No file and no
//! variable is read here.

use std::path::PathBuf;
use std::time::Duration;

use twin_sdk::{BaseUrl, DEFAULT_BASE_URL};

use crate::config::{Config, DEFAULT_PROFILE, Profile};
use crate::duration;
use crate::error::CliError;
use crate::flags::GlobalArgs;

/// What the environment says; an empty variable says nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    pub(crate) profile: Option<String>,
    pub(crate) base_url: Option<String>,
    /// Whether `TWIN_API_KEY` holds a key. The key itself decides nothing.
    pub(crate) has_key: bool,
    pub(crate) local: bool,
    pub(crate) cacert: Option<PathBuf>,
    pub(crate) timeout: Option<String>,
}

/// Where requests go, and with which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// The embedded twin.
    Embedded,
    /// The twin at an address, which is not yet known to be one that a key may be sent to.
    Remote { profile: String, base_url: String, key: KeySource },
}

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// The file of `--api-key-file`.
    File(PathBuf),
    /// `TWIN_API_KEY`.
    Environment,
    /// The profile: its command, or else its stored key.
    Profile,
    /// Nowhere: the profile has no key, and the environment's is for another address.
    Withheld,
}

/// How connections are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) cacert: Option<PathBuf>,
    pub(crate) system_certs: bool,
    pub(crate) timeout: Option<Duration>,
}

/// Everything that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) destination: Destination,
    pub(crate) network: Network,
    /// Whether a key in `TWIN_API_KEY` would be sent.
    pub(crate) env_key_fits: bool,
    /// What was given and does not count, each in one line.
    pub(crate) overridden: Vec<String>,
}

/// Decides. `has_stored_key` tells whether the credentials file has a key for a profile.
///
/// # Errors
/// If two flags contradict each other, or a value cannot be read.
pub(crate) fn decide(
    flags: &GlobalArgs,
    environment: &Environment,
    config: &Config,
    has_stored_key: impl FnOnce(&str) -> bool,
) -> Result<Decision, CliError> {
    let mut overridden = Overridden::default();
    if wants_embedded(flags, environment, &mut overridden)? {
        let network = network(flags, environment, None, &mut overridden)?;
        let (destination, env_key_fits) = (Destination::Embedded, false);
        return Ok(Decision { destination, network, env_key_fits, overridden: overridden.0 });
    }
    let name = profile_name(flags, environment, config, &mut overridden);
    let profile = config.profiles.get(&name).cloned().unwrap_or_default();
    let base_url = base_url(flags, environment, &name, &profile, &mut overridden);
    let has_key = || profile.api_key_command.is_some() || has_stored_key(&name);
    let (key, env_key_fits) = key_source(flags, environment, &profile, &base_url, has_key, &mut overridden);
    let network = network(flags, environment, Some((&name, &profile)), &mut overridden)?;
    let destination = Destination::Remote { profile: name, base_url, key };
    Ok(Decision { destination, network, env_key_fits, overridden: overridden.0 })
}

/// The name of the profile in use.
pub(crate) fn profile_in_use(flags: &GlobalArgs, environment: &Environment, config: &Config) -> String {
    profile_name(flags, environment, config, &mut Overridden::default())
}

/// How connections are made that are not the API's: no profile has a say.
pub(crate) fn network_without_profile(
    flags: &GlobalArgs,
    environment: &Environment,
) -> Result<Network, CliError> {
    network(flags, environment, None, &mut Overridden::default())
}

/// What was given and does not count.
#[derive(Debug, Default)]
struct Overridden(Vec<String>);

impl Overridden {
    /// The first that says something; every later one that says something too is overridden by it.
    fn first<T>(&mut self, candidates: impl IntoIterator<Item = (String, Option<T>)>) -> Option<T> {
        let mut said = candidates.into_iter().filter_map(|(place, value)| Some((place, value?)));
        let (winner, value) = said.next()?;
        for (loser, _) in said {
            self.note(&winner, &loser);
        }
        Some(value)
    }

    fn note(&mut self, winner: &str, loser: &str) {
        self.0.push(format!("{winner} overrides {loser}"));
    }
}

/// Whether the embedded twin is meant: `--local` is for it, `--base-url` and `--profile` are not, and a flag beats
/// `TWIN_LOCAL`.
pub(crate) fn is_embedded(flags: &GlobalArgs, environment: &Environment) -> bool {
    flags.local || flags.local_data.is_some() || (environment.local && remote_flag(flags).is_none())
}

/// The flag that names another twin than the embedded one.
fn remote_flag(flags: &GlobalArgs) -> Option<&'static str> {
    let address = flags.base_url.as_ref().map(|_| "--base-url");
    address.or(flags.profile.as_ref().map(|_| "--profile"))
}

fn wants_embedded(
    flags: &GlobalArgs,
    environment: &Environment,
    overridden: &mut Overridden,
) -> Result<bool, CliError> {
    let by_flag = flags.local || flags.local_data.is_some();
    if by_flag && flags.base_url.is_some() {
        return Err(
            CliError::invalid("--local and --base-url cannot be used together").hint("pass only one of them")
        );
    }
    match remote_flag(flags) {
        Some(flag) if by_flag => overridden.note("--local", flag),
        Some(flag) if environment.local => overridden.note(flag, "TWIN_LOCAL"),
        _ => {}
    }
    Ok(is_embedded(flags, environment))
}

fn profile_name(
    flags: &GlobalArgs,
    environment: &Environment,
    config: &Config,
    overridden: &mut Overridden,
) -> String {
    // What config.toml names is used when nothing else is said: to say something else needs no remark.
    let named = overridden.first([
        ("--profile".to_owned(), flags.profile.clone()),
        ("TWIN_PROFILE".to_owned(), environment.profile.clone()),
    ]);
    named.or_else(|| config.profile.clone()).unwrap_or_else(|| DEFAULT_PROFILE.to_owned())
}

/// A profile that a flag names brings its address, be it the default one.
fn base_url(
    flags: &GlobalArgs,
    environment: &Environment,
    name: &str,
    profile: &Profile,
    overridden: &mut Overridden,
) -> String {
    let by_flag = ("--base-url".to_owned(), flags.base_url.clone());
    let by_environment = ("TWIN_BASE_URL".to_owned(), environment.base_url.clone());
    let by_profile = (format!("base_url of profile '{name}'"), profile.base_url.clone());
    let by_named_profile = || {
        let address = profile.base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        (format!("--profile {name}"), Some(address))
    };
    let address = match &flags.profile {
        // A flag that names an address says where to go in more detail than one that names a profile.
        Some(_) if flags.base_url.is_some() => overridden.first([by_flag, by_environment, by_profile]),
        Some(_) => overridden.first([by_named_profile(), by_environment]),
        None => overridden.first([by_flag, by_environment, by_profile]),
    };
    address.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned())
}

/// Where the key comes from, and whether one in the environment would be sent.
fn key_source(
    flags: &GlobalArgs,
    environment: &Environment,
    profile: &Profile,
    base_url: &str,
    profile_has_key: impl FnOnce() -> bool,
    overridden: &mut Overridden,
) -> (KeySource, bool) {
    if let Some(path) = &flags.api_key_file {
        if environment.has_key {
            overridden.note("--api-key-file", "TWIN_API_KEY");
        }
        return (KeySource::File(path.clone()), false);
    }
    let is_named = flags.profile.is_some();
    let is_first = is_named && profile_has_key();
    let env_key_fits = !is_named || (!is_first && is_for(environment, profile, base_url));
    let source = match environment.has_key {
        true if is_first => {
            overridden.note("--profile", "TWIN_API_KEY");
            KeySource::Profile
        }
        true if env_key_fits => KeySource::Environment,
        true => KeySource::Withheld,
        false => KeySource::Profile,
    };
    (source, env_key_fits)
}

/// Whether the environment's key may go to this address, though a flag chose the profile: the environment names
/// the same address, or none, and it is not the profile's own.
fn is_for(environment: &Environment, profile: &Profile, base_url: &str) -> bool {
    match &environment.base_url {
        Some(address) => is_same_origin(address, base_url),
        None => !profile.base_url.as_ref().is_some_and(|own| is_same_origin(own, base_url)),
    }
}

/// Whether two addresses are one scheme, host and port. What is no address is not the same as anything.
fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Some(text.parse::<BaseUrl>().ok()?.origin());
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

fn network(
    flags: &GlobalArgs,
    environment: &Environment,
    profile: Option<(&str, &Profile)>,
    overridden: &mut Overridden,
) -> Result<Network, CliError> {
    let of_profile = |setting: &str| match profile {
        Some((name, _)) => format!("{setting} of profile '{name}'"),
        None => String::new(),
    };
    let profile = profile.map(|(_, profile)| profile);
    // One that is overridden may say anything.
    let mut is_decided = flags.timeout.is_some();
    let mut parsed = |place: String, text: Option<&String>| {
        let duration = match text.map(|text| duration::parse_positive(text)).transpose() {
            Err(why) if !is_decided => {
                return Err(CliError::invalid(format!("{place} cannot be used: {why}")));
            }
            Err(_) => Some(Duration::ZERO),
            Ok(duration) => duration,
        };
        is_decided |= duration.is_some();
        Ok((place, duration))
    };
    let timeout = overridden.first([
        ("--timeout".to_owned(), flags.timeout),
        parsed("TWIN_TIMEOUT".to_owned(), environment.timeout.as_ref())?,
        parsed(of_profile("timeout"), profile.and_then(|profile| profile.timeout.as_ref()))?,
    ]);
    let cacert = overridden.first([
        ("--cacert".to_owned(), flags.cacert.clone()),
        ("TWIN_CACERT".to_owned(), environment.cacert.clone()),
        (of_profile("cacert"), profile.and_then(|profile| profile.cacert.clone())),
    ]);
    let by_profile = profile.and_then(|profile| profile.system_certs).unwrap_or_default();
    Ok(Network { cacert, system_certs: flags.system_certs || by_profile, timeout })
}

#[cfg(test)]
#[path = "precedence_tests.rs"]
mod tests;
