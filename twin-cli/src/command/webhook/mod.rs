//! `twin webhook`: verify, receive and send signed events.

mod connections;
mod forward;
mod listen;
mod print;
mod receive;
mod refusals;
mod target;
mod trigger;
mod verify;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use twin_sdk::webhook::{Event, Verifier};
use url::Url;

use super::Outcome;
use crate::context::Context;
use crate::env;
use crate::error::{CliError, Code};
use crate::input::Input;

/// The commands on webhooks.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  twin webhook listen --secret-file secret.txt
  twin webhook trigger --to http://localhost:4242 --secret-file secret.txt

Exit codes:
  0 success, 12 the signature does not match, 2 invalid usage or no secret, 7 connection failed")]
pub enum Command {
    Verify(verify::Args),
    Listen(listen::Args),
    Trigger(trigger::Args),
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Verify(args) => verify::run(args, context).await,
        Command::Listen(args) => listen::run(args, context).await,
        Command::Trigger(args) => trigger::run(args, context).await,
    }
}

/// Where the secret is.
#[derive(Debug, clap::Args)]
struct Secret {
    /// Read the webhook secret from a file, or from standard input with '-' [env: TWIN_WEBHOOK_SECRET]
    #[arg(long, value_name = "PATH|-", value_hint = clap::ValueHint::FilePath)]
    secret_file: Option<PathBuf>,
}

impl Secret {
    /// A verifier with the secret: from the file where one is named, else from the environment.
    async fn verifier(&self) -> Result<Verifier, CliError> {
        let secret = match &self.secret_file {
            Some(path) => Input::of(path).read("the webhook secret").await?,
            None => env::var("TWIN_WEBHOOK_SECRET").ok_or_else(|| {
                CliError::new(Code::Usage, "the webhook secret is missing")
                    .hint("set TWIN_WEBHOOK_SECRET or pass --secret-file")
            })?,
        };
        Verifier::new(secret.trim()).map_err(|error| CliError::invalid(error.to_string()))
    }

    fn file(&self) -> Option<&Path> {
        self.secret_file.as_deref()
    }
}

/// An address webhooks may be sent to. What it holds of user and password is sent, and never shown.
fn parse_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err("expected a URL such as http://localhost:3000/webhook".to_owned()),
    }
}

/// The address without user, password and query, which may be secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

/// The fields of an event by the names they have in its body.
fn fields(event: &Event) -> Vec<(&'static str, String)> {
    let timestamp = event.timestamp.map(|time| time.to_string()).unwrap_or_default();
    vec![
        ("event", event.event.as_str().to_owned()),
        ("escalationId", event.escalation_id.clone()),
        ("question", event.question.clone()),
        ("askedBy", event.asked_by.clone()),
        ("confidence", event.confidence.to_string()),
        ("reason", event.reason.clone()),
        ("timestamp", timestamp),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_taken_and_what_is_secret_in_them_is_not_shown() {
        for text in ["localhost:3000", "ftp://example.com/x", "/webhook", ""] {
            assert!(parse_url(text).is_err(), "{text}");
        }
        let url = parse_url("http://me:secret@example.com:81/hook?token=secret").unwrap();
        assert_eq!(shown(&url), "http://example.com:81/hook");
    }
}
