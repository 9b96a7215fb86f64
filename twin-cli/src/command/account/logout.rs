//! `twin logout`: removes the stored key of a profile.

use serde::Serialize;

use crate::command::Outcome;
use crate::context::Context;
use crate::credentials::{self, Credentials};
use crate::env;
use crate::files;
use crate::settings;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};

/// Remove the stored API key of a profile
///
/// The profile stays in config.toml. The key itself remains valid until you revoke it in the Twin web app.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin logout
  twin logout --profile default

Exit codes:
  0 no key is stored, 2 no such profile")]
pub struct Args {}

pub(crate) async fn run(_: Args, context: &Context) -> Outcome {
    let remote = settings::remote(&context.flags, &context.ui)?;
    let path = credentials::path()?;
    let removed = Credentials::load(&path)?.profiles.contains_key(&remote.profile_name);
    if removed {
        let lacks = Credentials::update(&path, |keys| {
            keys.remove(&remote.profile_name);
        })?;
        files::tell(&lacks, &path, &context.ui);
    }
    let still = if env::var("TWIN_API_KEY").is_some() {
        Some("TWIN_API_KEY")
    } else {
        remote.profile.api_key_command.is_some().then_some("its api_key_command")
    };
    Ok(Box::new(LoggedOut { profile: remote.profile_name, removed, still }))
}

#[derive(Serialize)]
struct LoggedOut {
    profile: String,
    /// Whether there was a key.
    removed: bool,
    /// Where a key comes from all the same.
    #[serde(skip)]
    still: Option<&'static str>,
}

impl Report for LoggedOut {
    fn text(&self, page: &mut Page) {
        let Self { profile, removed, .. } = self;
        let text = match removed {
            true => format!("Removed the key of profile '{profile}'."),
            false => format!("No key is stored for profile '{profile}'."),
        };
        page.block(&text, Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        self.still.map(|place| Notice::warning(format!("{place} still provides a key"))).into_iter().collect()
    }
}
