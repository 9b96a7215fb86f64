//! `twin config`: the settings in config.toml.

use serde::Serialize;
use twin_sdk::DEFAULT_BASE_URL;

use super::Outcome;
use super::listing::Listing;
use clap_complete::ArgValueCompleter;

use crate::complete;
use crate::config::{self, Config, DEFAULT_PROFILE, Field, Setting};
use crate::context::Context;
use crate::credentials::{self, Credentials, StoredKey};
use crate::duration;
use crate::error::{CliError, Code};
use crate::files;
use crate::settings;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// The commands on settings.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  twin config list
  twin config set profile default
  twin config unset base_url

Exit codes:
  0 success, 5 not set, 2 no such setting or invalid value")]
pub enum Command {
    /// Print the path of config.toml
    #[command(after_help = "Examples:\n  twin config path\n\nExit codes:\n  0 success")]
    Path,
    /// List settings, and profiles with a stored key
    ///
    /// When piped, prints one setting per line: name and value, separated by a tab.
    #[command(after_help = "\
Examples:
  twin config list
  twin config list --json | jq -r '.items[].key'

Exit codes:
  0 success, 2 the file cannot be read")]
    List,
    /// Print the value of a setting
    #[command(after_help = "\
Examples:
  twin config get profile
  twin config get base_url --profile default

Exit codes:
  0 success, 5 not set, 2 no such setting")]
    Get(Get),
    /// Set a setting
    #[command(after_help = "\
Examples:
  twin config set base_url https://twin.example
  twin config set api_key_command 'pass show twin'
  twin config set cacert company.pem
  twin config set profiles.staging.base_url https://staging.twin.example
  twin config set api_key_command ''

Exit codes:
  0 success, 2 no such setting or invalid value")]
    Set(Set),
    /// Remove a setting
    #[command(after_help = "\
Examples:
  twin config unset profile
  twin config unset api_key_command

Exit codes:
  0 not set (any more), 2 no such setting")]
    Unset(Get),
}

const KEY_HELP: &str = "\
'profile', or a setting of the active profile: base_url, api_key_command, cacert, system_certs, \
timeout; of any profile with its full name, such as profiles.NAME.base_url";

/// Which setting.
#[derive(Debug, clap::Args)]
pub struct Get {
    #[arg(value_name = "KEY", help = KEY_HELP, add = ArgValueCompleter::new(complete::config_keys))]
    key: String,
}

/// What to change.
#[derive(Debug, clap::Args)]
pub struct Set {
    #[arg(value_name = "KEY", help = KEY_HELP, add = ArgValueCompleter::new(complete::config_keys))]
    key: String,
    /// The new value; an empty value removes the setting
    #[arg(value_name = "VALUE", value_hint = clap::ValueHint::Other)]
    value: String,
}

pub(super) fn run(command: Command, context: &Context) -> Outcome {
    let path = config::path()?;
    let config = match command {
        Command::Path => return Ok(Box::new(Path { path: path.display().to_string() })),
        _ => Config::load(&path)?,
    };
    let setting = |key: &str| {
        Setting::parse(key, &settings::profile_name(&context.flags, &config)).ok_or_else(|| {
            CliError::new(Code::Usage, format!("unknown setting '{key}'"))
                .hint(format!("the settings are {}", Setting::names().collect::<Vec<_>>().join(", ")))
        })
    };
    match command {
        Command::Path | Command::List => {
            let item = |(setting, value): (Setting, String)| Item { key: setting.to_string(), value };
            let mut items: Vec<Item> = config.settings().into_iter().map(item).collect();
            items.extend(stored_keys());
            Ok(Box::new(Items(items)))
        }
        Command::Get(Get { key }) => {
            let setting = setting(&key)?;
            let value = config.get(&setting).or_else(|| default_of(&setting).map(str::to_owned));
            let value =
                value.ok_or_else(|| CliError::new(Code::NotFound, format!("{setting} is not set")))?;
            Ok(Box::new(Item { key: setting.to_string(), value }))
        }
        Command::Unset(Get { key }) => {
            let setting = setting(&key)?;
            files::tell(&config::set(&path, &setting, None)?, &path, &context.ui);
            Ok(Box::new(Changed { key: setting.to_string(), value: None }))
        }
        Command::Set(Set { key, value }) => {
            let setting = setting(&key)?;
            let value = checked(&setting, value, &config)?;
            files::tell(&config::set(&path, &setting, value.as_deref())?, &path, &context.ui);
            Ok(Box::new(Changed { key: setting.to_string(), value }))
        }
    }
}

/// Which profiles have a stored key, and for which address. A credentials file that cannot be read is told by the
/// commands that need it.
fn stored_keys() -> Vec<Item> {
    let stored = credentials::path().and_then(|path| Credentials::load(&path)).unwrap_or_default();
    let item = |(name, key): (String, StoredKey)| Item {
        key: format!("profiles.{name}.key"),
        value: format!("stored for {}", key.origin),
    };
    stored.profiles.into_iter().map(item).collect()
}

/// What holds where nothing is set.
fn default_of(setting: &Setting) -> Option<&'static str> {
    match setting {
        Setting::Profile => Some(DEFAULT_PROFILE),
        Setting::Of(_, Field::BaseUrl) => Some(DEFAULT_BASE_URL),
        Setting::Of(_, Field::SystemCerts) => Some("false"),
        Setting::Of(_, Field::Timeout) => Some("30s"),
        Setting::Of(_, Field::ApiKeyCommand | Field::Cacert) => None,
    }
}

/// A value that will not break every later command; `None` takes the setting out.
fn checked(setting: &Setting, value: String, config: &Config) -> Result<Option<String>, CliError> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    let unusable = |why: &str| CliError::invalid(format!("{setting} cannot be '{value}': {why}"));
    match setting {
        Setting::Of(_, Field::BaseUrl) => settings::base_url(&value).map(|url| Some(url.to_string())),
        Setting::Of(_, Field::Cacert) => {
            // The file is looked for from here now, and from anywhere later.
            let path = std::path::absolute(&value).map_err(|error| unusable(&error.to_string()))?;
            Ok(Some(path.display().to_string()))
        }
        Setting::Of(_, Field::SystemCerts) if value.parse::<bool>().is_err() => {
            Err(unusable("expected true or false"))
        }
        Setting::Of(_, Field::Timeout) => match duration::parse_positive(&value) {
            Ok(_) => Ok(Some(value)),
            Err(why) => Err(unusable(&why)),
        },
        Setting::Profile if !config.profiles.contains_key(&value) && !settings::is_known(&value)? => {
            Err(settings::unknown_profile(&value, config.profiles.keys()))
        }
        _ => Ok(Some(value)),
    }
}

#[derive(Serialize)]
struct Path {
    path: String,
}

impl Report for Path {
    fn text(&self, page: &mut Page) {
        page.block(&self.path, Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}

#[derive(Serialize)]
struct Item {
    key: String,
    value: String,
}

impl Report for Item {
    fn text(&self, page: &mut Page) {
        page.block(&self.value, Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}

struct Items(Vec<Item>);

impl Report for Items {
    fn text(&self, page: &mut Page) {
        let longest = self.0.iter().map(|item| item.key.len()).max().unwrap_or_default();
        for Item { key, value } in &self.0 {
            if page.is_terminal() {
                page.line(&[(&format!("{key:<longest$}  "), Tone::Dim), (value, Tone::Plain)]);
            } else {
                page.row(&[key, value]);
            }
        }
        if page.is_terminal() && self.0.is_empty() {
            page.block("No settings.", Tone::Dim);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&Listing::new(&self.0, self.0.len() as u64))
    }
}

#[derive(Serialize)]
struct Changed {
    key: String,
    value: Option<String>,
}

impl Report for Changed {
    fn text(&self, page: &mut Page) {
        if !page.is_terminal() {
            return;
        }
        match &self.value {
            Some(value) => page.line(&[(&format!("{} ", self.key), Tone::Dim), (value, Tone::Plain)]),
            None => page.line(&[(&format!("{} removed", self.key), Tone::Dim)]),
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }
}
