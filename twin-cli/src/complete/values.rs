//! Values that this machine knows: profiles, settings, topics, and the documents of the state file at hand.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use clap_complete::CompletionCandidate;

use crate::command::help::TOPICS;
use crate::config::{self, Config, Field, Profile, Setting};
use crate::credentials::{self, Credentials};

/// Where `kb sync` keeps its state unless told otherwise.
const STATE: &str = "twin-kb.lock.json";
/// No more are offered: who has more documents types another letter.
const MOST: usize = 200;

/// Those that begin so, each once, without any that a terminal would not show as it is.
fn beginning(
    current: &OsStr,
    values: impl IntoIterator<Item = (String, String)>,
) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let mut seen = BTreeSet::new();
    values
        .into_iter()
        .filter(|(value, help)| !value.chars().chain(help.chars()).any(char::is_control))
        .filter(|(value, _)| value.starts_with(current) && seen.insert(value.clone()))
        .take(MOST)
        .map(|(value, help)| {
            CompletionCandidate::new(value).help(Some(help).filter(|help| !help.is_empty()).map(Into::into))
        })
        .collect()
}

fn config() -> Config {
    config::path().and_then(|path| Config::load(&path)).unwrap_or_default()
}

pub(crate) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let about = |profile: Profile| profile.base_url.unwrap_or_default();
    let of_config = config().profiles.into_iter().map(|(name, profile)| (name, about(profile)));
    let stored = credentials::path().and_then(|path| Credentials::load(&path)).unwrap_or_default();
    let with_keys = stored.profiles.into_keys().map(|name| (name, String::new()));
    beginning(current, of_config.chain(with_keys))
}

pub(crate) fn config_keys(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = Setting::names().map(str::to_owned);
    let profiles = config().profiles;
    let in_full = profiles
        .into_keys()
        .flat_map(|name| Field::ALL.map(|field| Setting::Of(name.clone(), field).to_string()));
    beginning(current, names.chain(in_full).map(|name| (name, String::new())))
}

pub(crate) fn topics(current: &OsStr) -> Vec<CompletionCandidate> {
    let command = <crate::args::Cli as clap::CommandFactory>::command();
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let commands = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| (command.get_name().to_owned(), about(command)));
    let topics = TOPICS.iter().map(|topic| ((*topic).to_owned(), String::new()));
    beginning(current, commands.chain(topics).collect::<Vec<_>>())
}

/// Titles, keys and ids of documents.
pub(crate) fn documents(current: &OsStr) -> Vec<CompletionCandidate> {
    let entries = entries();
    let titles = entries.iter().map(|entry| (entry.title.clone(), entry.key.clone()));
    let keys = entries.iter().map(|entry| (entry.key.clone(), entry.title.clone()));
    let ids = entries.iter().flat_map(|entry| entry.ids.iter().map(|id| (id.clone(), entry.title.clone())));
    beginning(current, titles.chain(keys).chain(ids))
}

/// Keys of a state.
pub(crate) fn keys(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(current, entries().into_iter().map(|entry| (entry.key, entry.title)))
}

fn entries() -> Vec<twin_sync::Entry> {
    let state = twin_sync::read_state(Path::new(STATE)).ok().flatten();
    state.iter().flat_map(twin_sync::State::entries).cloned().collect()
}
