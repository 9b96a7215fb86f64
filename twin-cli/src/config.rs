//! `config.toml`: profiles, each an address, how it is reached, and perhaps a command that prints its key.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::error::CliError;
use crate::files::{self, Lack};

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
    /// The API's address, if it is not the usual one.
    pub(crate) base_url: Option<String>,
    /// A command whose output is the key.
    pub(crate) api_key_command: Option<String>,
    /// A file of further certificate authorities; a relative path starts at the folder of the file.
    pub(crate) cacert: Option<PathBuf>,
    /// Whether the certificates of the operating system are trusted too.
    pub(crate) system_certs: Option<bool>,
    /// The longest time of one try of one request, as `30s` or in seconds.
    #[serde(default, deserialize_with = "text_or_seconds")]
    pub(crate) timeout: Option<String>,
}

/// A duration may be written without its unit.
fn text_or_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a duration such as \"30s\"")]
    enum Written {
        Text(String),
        Seconds(u64),
    }
    Ok(Some(match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Seconds(seconds) => seconds.to_string(),
    }))
}

/// One setting of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// The profile in use.
    Profile,
    /// A setting of the profile with this name.
    Of(String, Field),
}

/// What a profile may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    BaseUrl,
    ApiKeyCommand,
    Cacert,
    SystemCerts,
    Timeout,
}

impl Field {
    pub(crate) const ALL: [Field; 5] =
        [Field::BaseUrl, Field::ApiKeyCommand, Field::Cacert, Field::SystemCerts, Field::Timeout];

    /// Its name in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::BaseUrl => "base_url",
            Field::ApiKeyCommand => "api_key_command",
            Field::Cacert => "cacert",
            Field::SystemCerts => "system_certs",
            Field::Timeout => "timeout",
        }
    }

    fn of(self, profile: &Profile) -> Option<String> {
        match self {
            Field::BaseUrl => profile.base_url.clone(),
            Field::ApiKeyCommand => profile.api_key_command.clone(),
            Field::Cacert => profile.cacert.as_ref().map(|path| path.display().to_string()),
            Field::SystemCerts => profile.system_certs.map(|trusted| trusted.to_string()),
            Field::Timeout => profile.timeout.clone(),
        }
    }
}

/// Where the file is.
pub(crate) fn path() -> Result<PathBuf, CliError> {
    Ok(files::config_dir()?.join("config.toml"))
}

impl Config {
    /// Reads the file; no file is an empty configuration.
    pub(crate) fn load(path: &Path) -> Result<Self, CliError> {
        let Some(text) = files::read_if_there(path)? else { return Ok(Self::default()) };
        let mut config: Self = toml_edit::de::from_str(&text)
            .map_err(|error| invalid_toml(path, &text, error.span(), error.message()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for cacert in config.profiles.values_mut().filter_map(|profile| profile.cacert.as_mut()) {
            *cacert = folder.join(&*cacert);
        }
        Ok(config)
    }

    /// The value of a setting, if it is set.
    pub(crate) fn get(&self, setting: &Setting) -> Option<String> {
        match setting {
            Setting::Profile => self.profile.clone(),
            Setting::Of(profile, field) => field.of(self.profiles.get(profile)?),
        }
    }

    /// Every setting that is set.
    pub(crate) fn settings(&self) -> Vec<(Setting, String)> {
        let of_profile = |name: &String| Field::ALL.map(|field| Setting::Of(name.clone(), field));
        let all = std::iter::once(Setting::Profile).chain(self.profiles.keys().flat_map(of_profile));
        all.filter_map(|setting| self.get(&setting).map(|value| (setting, value))).collect()
    }
}

impl Setting {
    /// Reads `profile`, `base_url` and the like (of this profile), and `profiles.NAME.base_url`.
    pub(crate) fn parse(key: &str, profile: &str) -> Option<Self> {
        let (profile, name) = match key.strip_prefix("profiles.") {
            Some(rest) => rest.rsplit_once('.')?,
            None if key == "profile" => return Some(Self::Profile),
            None => (profile, key),
        };
        let field = Field::ALL.into_iter().find(|field| field.name() == name)?;
        Some(Self::Of(profile.to_owned(), field))
    }

    /// The names of all settings.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("profile").chain(Field::ALL.map(Field::name))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Profile => f.write_str("profile"),
            Setting::Of(profile, field) => write!(f, "profiles.{profile}.{}", field.name()),
        }
    }
}

/// Sets a setting, or takes it out; everything else in the file stays as it is, comments too.
pub(crate) fn set(path: &Path, setting: &Setting, new: Option<&str>) -> Result<Vec<Lack>, CliError> {
    files::update_private(path, || changed(path, setting, new))
}

fn changed(path: &Path, setting: &Setting, new: Option<&str>) -> Result<String, CliError> {
    let text = files::read_if_there(path)?.unwrap_or_default();
    let mut file: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| invalid_toml(path, &text, error.span(), error.message()))?;
    let (table, name) = match setting {
        Setting::Profile => (Some(file.as_table_mut()), "profile"),
        Setting::Of(profile, field) => (profile_table(&mut file, profile), field.name()),
    };
    let table =
        table.ok_or_else(|| CliError::invalid(format!("{}: 'profiles' is not a table", path.display())))?;
    match new {
        Some(new) => drop(table.insert(name, written(setting, new))),
        None => drop(table.remove(name)),
    }
    Ok(file.to_string())
}

/// A setting that is on or off is no text.
fn written(setting: &Setting, new: &str) -> Item {
    match (setting, new.parse::<bool>()) {
        (Setting::Of(_, Field::SystemCerts), Ok(trusted)) => value(trusted),
        _ => value(new),
    }
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
    CliError::invalid(format!("{}: {what}", place(path, text, span))).hint("fix the file or remove it")
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
        Setting::Of(profile.to_owned(), Field::BaseUrl)
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
        set(&path, &Setting::Of("home.2".to_owned(), Field::ApiKeyCommand), Some("pass show 'twin \"x\"'"))
            .unwrap();
        set(&path, &Setting::Profile, Some("work")).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!(config.get(&Setting::Profile).as_deref(), Some("work"));
        assert_eq!(config.get(&url_of("work")).as_deref(), Some("https://new.example"));
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
            ("profiles.a.api_key_command", Some(Setting::Of("a".to_owned(), Field::ApiKeyCommand))),
            ("profiles.base_url", None),
            ("api_key", None),
        ] {
            assert_eq!(Setting::parse(key, "work"), expected, "{key}");
        }
        assert_eq!(Setting::parse(&url_of("a.b").to_string(), "x"), Some(url_of("a.b")));
    }
}
