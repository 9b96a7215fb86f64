//! `twin login`: reads a key, checks it against the API, and stores it for that address only.

use twin_sdk::{ApiKey, DEFAULT_BASE_URL};

use super::{Identity, check};
use crate::command::Outcome;
use crate::config::{self, Config, Field, Setting};
use crate::context::Context;
use crate::credentials::{self, Credentials, StoredKey};
use crate::env;
use crate::error::{CliError, Code};
use crate::files;
use crate::flags::GlobalArgs;
use crate::input::Input;
use crate::key::WHERE_KEYS_ARE;
use crate::settings::{self, Remote};
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report, Ui};

/// Check an API key against the API and store it
///
/// Create keys in the Twin web app, under Settings → API & webhooks. The command prompts for the key without
/// echoing it, or reads it from standard input. The key is stored in a file that only you can read, bound to
/// its scheme, host and port, and is never sent anywhere else.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin login
  twin login --with-key < key.txt
  twin login --profile staging --base-url https://staging.twin.example

Exit codes:
  0 stored, 4 the API refused the key, 2 invalid input or no terminal to prompt on, 7 connection failed")]
pub struct Args {
    /// Read the key from standard input
    #[arg(long, conflicts_with = "api_key_file")]
    with_key: bool,
}

pub(crate) async fn run(args: Args, context: &Context) -> Outcome {
    if context.flags.local || context.flags.local_data.is_some() {
        return Err(CliError::new(Code::Usage, "the embedded twin needs no key")
            .hint("run it without --local to log in to the Twin API"));
    }
    let remote = settings::remote_to_be(&context.flags)?;
    if context.flags.profile.is_some()
        && context.flags.base_url.is_none()
        && env::var("TWIN_BASE_URL").is_some()
    {
        let text = format!("--profile overrides TWIN_BASE_URL: the address is {}", remote.base_url);
        context.ui.notice(&Notice::warning(text));
    }
    let key = read_key(&args, context, &remote).await?;
    let client = context.client_with_key(&remote, key.clone())?;
    let accepted = context.waiting_for("Checking the key", check(&client)).await?;
    let path = store(&remote, &key, &context.ui)?;
    let identity = Identity::of(&remote, &key, path).limited(accepted.rate_limit);
    let mut notices: Vec<Notice> =
        accepted.but.map(|error| Notice::warning(error_text(&error))).into_iter().collect();
    notices.extend(what_comes_first(&remote));
    notices.extend(how_to_use(context, &remote)?);
    Ok(Box::new(LoggedIn { identity, notices }))
}

async fn read_key(args: &Args, context: &Context, remote: &Remote) -> Result<ApiKey, CliError> {
    let text = if args.with_key {
        Input::Stdin.read("the API key").await?
    } else if let Some(path) = &context.flags.api_key_file {
        Input::of(path).read("the API key").await?
    } else {
        let instead =
            format!("create one in {WHERE_KEYS_ARE}, then pipe it in: twin login --with-key < key.txt");
        context.ui.must_ask("the API key is needed", &instead)?;
        context.ui.announce(&format!("Create an API key in {WHERE_KEYS_ARE}."));
        context.ui.ask_secret(&format!("API key for {}", remote.base_url)).await?
    };
    Ok(ApiKey::new(text)?)
}

/// Keeps the address in the profile and the key with the credentials; where the key is.
fn store(remote: &Remote, key: &ApiKey, ui: &Ui) -> Result<String, CliError> {
    let address = remote.base_url.to_string();
    if address != remote.profile.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL) {
        let setting = Setting::Of(remote.profile_name.clone(), Field::BaseUrl);
        // What its file system lacks is said of the credentials beside it.
        config::set(&config::path()?, &setting, Some(&address))?;
    }
    let path = credentials::path()?;
    let stored = StoredKey { origin: remote.base_url.origin(), api_key: key.expose().to_owned() };
    let lacks = Credentials::update(&path, |keys| {
        keys.insert(remote.profile_name.clone(), stored);
    })?;
    files::tell(&lacks, &path, ui);
    Ok(path.display().to_string())
}

fn error_text(error: &twin_sdk::Error) -> String {
    error.message().map_or_else(|| error.to_string(), str::to_owned)
}

/// What a stored key stands behind.
fn what_comes_first(remote: &Remote) -> Option<Notice> {
    let first = if env::var("TWIN_API_KEY").is_some() {
        "TWIN_API_KEY".to_owned()
    } else if remote.profile.api_key_command.is_some() {
        format!("the api_key_command of profile '{}'", remote.profile_name)
    } else {
        return None;
    };
    let mut text = format!("{first} is set and takes precedence over the stored key");
    if remote.profile.api_key_command.is_none() {
        text += &format!(", except with --profile {}", remote.profile_name);
    }
    Some(Notice::warning(text))
}

/// How to get at a profile that is not the one in use.
fn how_to_use(context: &Context, remote: &Remote) -> Result<Option<Notice>, CliError> {
    let in_use = settings::profile_name(
        &GlobalArgs { profile: None, ..context.flags.clone() },
        &Config::load(&config::path()?)?,
    );
    let name = &remote.profile_name;
    Ok((in_use != *name).then(|| {
        Notice::hint(format!("use it with --profile {name}, or always: twin config set profile {name}"))
    }))
}

struct LoggedIn {
    identity: Identity,
    notices: Vec<Notice>,
}

impl Report for LoggedIn {
    fn text(&self, page: &mut Page) {
        let profile = self.identity.profile.as_deref().unwrap_or_default();
        if page.is_terminal() {
            let to = format!("{} as profile '{profile}'", self.identity.base_url);
            page.line(&[("Logged in", Tone::Good), (" to ", Tone::Plain), (&to, Tone::Plain)]);
            page.gap();
        }
        self.identity.text(page);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.identity)
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        self.notices.clone()
    }
}
