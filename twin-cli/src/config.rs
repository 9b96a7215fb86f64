//! `config.toml`: profiles, each an address and perhaps a command that prints its key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::files;

/// The profile in use where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// The file as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The profile to use where neither `--profile` nor `TWIN_PROFILE` names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// Profiles by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// One profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The API's address, where it is not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// A command whose output is the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_key_command: Option<String>,
}

/// Where the file is.
pub(crate) fn path() -> Result<PathBuf, CliError> {
    Ok(files::config_dir()?.join("config.toml"))
}

impl Config {
    /// Reads the file; no file is an empty configuration.
    pub(crate) fn load(path: &Path) -> Result<Self, CliError> {
        let Some(text) = files::read_if_there(path)? else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|error| invalid_toml(path, &text, &error))
    }
}

/// An error that names the file and the line.
pub(crate) fn invalid_toml(path: &Path, text: &str, error: &toml::de::Error) -> CliError {
    let line =
        error.span().map(|span| 1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count());
    let place = line.map_or_else(String::new, |line| format!(", line {line}"));
    let what = error.message().lines().collect::<Vec<_>>().join(" ");
    CliError::invalid(format!("{}{place}: {what}", path.display())).hint("correct the file or remove it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_setting_is_named_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, "profile = \"work\"\n[profiles.work]\nbaseurl = \"https://x\"\n").unwrap();
        let error = Config::load(&path).unwrap_err();
        assert!(error.message().contains("config.toml, line 3: unknown field `baseurl`"), "{error}");
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let profile = Profile {
            base_url: Some("https://twin.example".to_owned()),
            api_key_command: Some("pass show twin".to_owned()),
        };
        let config =
            Config { profile: Some("work".to_owned()), profiles: [("work".to_owned(), profile)].into() };
        let text = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), config);
    }

    #[test]
    fn no_file_is_an_empty_configuration() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(&dir.path().join("config.toml")).unwrap(), Config::default());
    }
}
