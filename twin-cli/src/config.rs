//! `config.toml`: profiles, each an address and perhaps a command that prints its key.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::error::CliError;
use crate::files;

/// The profile in use where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// The file as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The profile to use where neither `--profile` nor `TWIN_PROFILE` names one.
    pub(crate) profile: Option<String>,
    /// Profiles by name.
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// One profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The API's address, where it is not the usual one.
    pub(crate) base_url: Option<String>,
    /// A command whose output is the key.
    pub(crate) api_key_command: Option<String>,
}

/// One setting of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// The profile in use.
    Profile,
    /// The address of a profile.
    BaseUrl(String),
    /// The command that prints a profile's key.
    ApiKeyCommand(String),
}

/// Where the file is.
pub(crate) fn path() -> Result<PathBuf, CliError> {
    Ok(files::config_dir()?.join("config.toml"))
}

impl Config {
    /// Reads the file; no file is an empty configuration.
    pub(crate) fn load(path: &Path) -> Result<Self, CliError> {
        let Some(text) = files::read_if_there(path)? else { return Ok(Self::default()) };
        toml_edit::de::from_str(&text)
            .map_err(|error| invalid_toml(path, &text, error.span(), error.message()))
    }

    /// The value of a setting, where it is set.
    pub(crate) fn get(&self, setting: &Setting) -> Option<&str> {
        match setting {
            Setting::Profile => self.profile.as_deref(),
            Setting::BaseUrl(profile) => self.profiles.get(profile)?.base_url.as_deref(),
            Setting::ApiKeyCommand(profile) => self.profiles.get(profile)?.api_key_command.as_deref(),
        }
    }

    /// Every setting that is set.
    pub(crate) fn settings(&self) -> Vec<(Setting, &str)> {
        let of_profile =
            |name: &String| [Setting::BaseUrl(name.clone()), Setting::ApiKeyCommand(name.clone())];
        let all = std::iter::once(Setting::Profile).chain(self.profiles.keys().flat_map(of_profile));
        all.filter_map(|setting| self.get(&setting).map(|value| (setting, value))).collect()
    }
}

impl Setting {
    /// Reads `profile`, `base_url` and `api_key_command` (of this profile), and `profiles.NAME.base_url`.
    pub(crate) fn parse(key: &str, profile: &str) -> Option<Self> {
        let (profile, name) = match key.strip_prefix("profiles.") {
            Some(rest) => rest.rsplit_once('.')?,
            None if key == "profile" => return Some(Self::Profile),
            None => (profile, key),
        };
        match name {
            "base_url" => Some(Self::BaseUrl(profile.to_owned())),
            "api_key_command" => Some(Self::ApiKeyCommand(profile.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Profile => f.write_str("profile"),
            Setting::BaseUrl(profile) => write!(f, "profiles.{profile}.base_url"),
            Setting::ApiKeyCommand(profile) => write!(f, "profiles.{profile}.api_key_command"),
        }
    }
}

/// Sets a setting, or takes it out; everything else in the file stays as it is, comments too.
pub(crate) fn set(path: &Path, setting: &Setting, new: Option<&str>) -> Result<(), CliError> {
    let _held = files::hold(path);
    let text = files::read_if_there(path)?.unwrap_or_default();
    let mut file: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| invalid_toml(path, &text, error.span(), error.message()))?;
    let (table, name) = match setting {
        Setting::Profile => (Some(file.as_table_mut()), "profile"),
        Setting::BaseUrl(profile) => (profile_table(&mut file, profile), "base_url"),
        Setting::ApiKeyCommand(profile) => (profile_table(&mut file, profile), "api_key_command"),
    };
    let table =
        table.ok_or_else(|| CliError::invalid(format!("{}: 'profiles' is no table", path.display())))?;
    match new {
        Some(new) => drop(table.insert(name, value(new))),
        None => drop(table.remove(name)),
    }
    files::replace_private(path, &file.to_string())
        .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))
}

fn profile_table<'a>(file: &'a mut DocumentMut, profile: &str) -> Option<&'a mut Table> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let profiles = file.entry("profiles").or_insert_with(implicit).as_table_mut()?;
    profiles.entry(profile).or_insert_with(|| Item::Table(Table::new())).as_table_mut()
}

/// An error that names the file and the line.
fn invalid_toml(path: &Path, text: &str, span: Option<std::ops::Range<usize>>, message: &str) -> CliError {
    let what = message.lines().collect::<Vec<_>>().join(" ");
    CliError::invalid(format!("{}: {what}", place(path, text, span))).hint("correct the file or remove it")
}

/// The file, and the line where it is known.
pub(crate) fn place(path: &Path, text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let line = span.map(|span| 1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count());
    line.map_or_else(|| path.display().to_string(), |line| format!("{}, line {line}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("twin/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        (dir, path)
    }

    fn url_of(profile: &str) -> Setting {
        Setting::BaseUrl(profile.to_owned())
    }

    #[test]
    fn a_mistyped_setting_is_named_with_its_line() {
        let (_dir, path) = with_file("profile = \"work\"\n[profiles.work]\nbaseurl = \"https://x\"\n");
        let error = Config::load(&path).unwrap_err();
        assert!(error.message().contains("config.toml, line 3: unknown field `baseurl`"), "{error}");
    }

    #[test]
    fn no_file_is_an_empty_configuration() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(&dir.path().join("config.toml")).unwrap(), Config::default());
    }

    #[test]
    fn what_is_set_reads_back_and_comments_stay() {
        let (_dir, path) =
            with_file("# mine\n[profiles.work] # the office\nbase_url = \"https://old.example\"\n");
        set(&path, &url_of("work"), Some("https://new.example")).unwrap();
        set(&path, &Setting::ApiKeyCommand("home.2".to_owned()), Some("pass show 'twin \"x\"'")).unwrap();
        set(&path, &Setting::Profile, Some("work")).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!(config.get(&Setting::Profile), Some("work"));
        assert_eq!(config.get(&url_of("work")), Some("https://new.example"));
        assert_eq!(config.profiles["home.2"].api_key_command.as_deref(), Some("pass show 'twin \"x\"'"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine") && text.contains("# the office"), "{text}");

        set(&path, &url_of("work"), None).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!((config.get(&url_of("work")), config.profiles.len()), (None, 2));
    }

    #[test]
    fn a_setting_is_named_in_full_or_for_the_profile_in_use() {
        for (key, expected) in [
            ("profile", Some(Setting::Profile)),
            ("base_url", Some(url_of("work"))),
            ("profiles.a.b.base_url", Some(url_of("a.b"))),
            ("profiles.a.api_key_command", Some(Setting::ApiKeyCommand("a".to_owned()))),
            ("profiles.base_url", None),
            ("api_key", None),
        ] {
            assert_eq!(Setting::parse(key, "work"), expected, "{key}");
        }
        assert_eq!(Setting::parse(&url_of("a.b").to_string(), "x"), Some(url_of("a.b")));
    }
}
