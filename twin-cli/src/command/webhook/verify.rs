//! `twin webhook verify`: the verdict on a body and its signature.

use std::path::PathBuf;

use serde_json::json;
use twin_sdk::webhook::{Event, Verifier, WebhookError};

use super::{Secret, fields};
use crate::command::Outcome;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::input::{Input, only_one_from_stdin};
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};

/// Check whether a webhook body was signed by Twin
///
/// The body must be exactly the bytes that were received.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin webhook verify body.json --signature sha256=8d5a… --secret-file secret.txt
  curl -s http://localhost:9000/last-body | twin webhook verify - --signature \"$signature\"

Exit codes:
  0 the signature matches, 12 it does not match, 2 invalid input or no secret")]
pub struct Args {
    /// File with the body; '-' reads it from standard input
    #[arg(value_name = "FILE|-", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    /// Value of the Twin-Signature header
    #[arg(long, value_name = "S", value_hint = clap::ValueHint::Other, allow_hyphen_values = true)]
    signature: String,

    #[command(flatten)]
    secret: Secret,
}

pub(super) async fn run(args: Args, _: &Context) -> Outcome {
    only_one_from_stdin([args.file.as_path()].into_iter().chain(args.secret.file()))?;
    let body = Input::of(&args.file);
    let verifier = args.secret.verifier().await?;
    let body = body.read_bytes("the body").await?;
    match verifier.event(&body, args.signature.trim()) {
        Ok(event) => Ok(Box::new(Verdict { event: Some(event), body: serde_json::from_slice(&body).ok() })),
        Err(WebhookError::NotAnEvent(_)) => Ok(Box::new(Verdict { event: None, body: None })),
        Err(error) => Err(refused(&error, &verifier, &body, args.signature.trim())),
    }
}

fn refused(error: &WebhookError, verifier: &Verifier, body: &[u8], signature: &str) -> CliError {
    let hint = match (error, body.strip_suffix(b"\n")) {
        (WebhookError::MalformedSignature, _) => {
            "expected the value of the header: sha256= and 64 hexadecimal digits"
        }
        (_, Some(without)) if verifier.verify(without, signature).is_ok() => {
            "it matches the body without its final line feed: save the body without changing it"
        }
        _ => "check that the secret belongs to this webhook and that the body is unmodified",
    };
    CliError::new(Code::Signature, error.to_string()).hint(hint)
}

/// What was found of a body whose signature matches.
struct Verdict {
    event: Option<Event>,
    /// The event with all it holds.
    body: Option<serde_json::Value>,
}

impl Report for Verdict {
    fn text(&self, page: &mut Page) {
        if page.is_terminal() {
            page.line(&[("Valid", Tone::Good), (": the signature matches the body.", Tone::Plain)]);
        }
        for (name, value) in self.event.iter().flat_map(fields) {
            if page.is_terminal() {
                page.line(&[(&format!("{name:<13} "), Tone::Dim), (&value, Tone::Plain)]);
            } else {
                page.row(&[name, &value]);
            }
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&json!({ "valid": true, "event": self.body }))
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let odd = Notice::warning("the signature matches, but the body is not a Twin event");
        if self.event.is_none() { vec![odd] } else { Vec::new() }
    }
}
