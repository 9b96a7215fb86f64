//! `twin webhook trigger`: a signed sample event, to try a receiver with.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use twin_sdk::webhook::{SIGNATURE_HEADER, Verifier};
use url::Url;

use super::target::Target;
use super::{Secret, parse_url};
use crate::command::Outcome;
use crate::command::ask::parse_confidence;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Send a signed sample event
///
/// Sends the sample event of the API reference, with a new ID and the current time. Each field can be set.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin webhook trigger --to http://localhost:4242
  twin webhook trigger --to https://hooks.example.com/twin --question 'May I?' --confidence 0.1

Exit codes:
  0 the receiver answered 2xx, 1 it answered something else, 7 it failed or cannot be reached,
  2 invalid input")]
pub struct Args {
    /// URL to send the event to
    #[arg(long, value_name = "URL", value_parser = parse_url, value_hint = clap::ValueHint::Url)]
    to: Url,

    #[command(flatten)]
    secret: Secret,

    /// Name of the event
    #[arg(long, value_name = "NAME", value_hint = clap::ValueHint::Other, default_value = "escalation.created")]
    event: String,

    /// ID of the escalation [default: a new one]
    #[arg(long, value_name = "ID", value_hint = clap::ValueHint::Other)]
    escalation_id: Option<String>,

    /// Question that was asked
    #[arg(long, value_name = "TEXT", value_hint = clap::ValueHint::Other, default_value = "Can you approve the $15k contract with Acme?")]
    question: String,

    /// Name of the person who asked
    #[arg(long, value_name = "NAME", value_hint = clap::ValueHint::Other, default_value = "Jordan M.")]
    asked_by: String,

    /// Confidence of the twin, 0 to 1
    #[arg(long, value_name = "X", value_parser = parse_confidence, value_hint = clap::ValueHint::Other, default_value_t = 0.22)]
    confidence: f64,

    /// Reason for the escalation
    #[arg(long, value_name = "TEXT", value_hint = clap::ValueHint::Other, default_value = "Requires personal budget authority over $10k")]
    reason: String,

    /// Time of the event, such as 2026-03-14T10:32:00Z [default: now]
    #[arg(long, value_name = "TIME", value_hint = clap::ValueHint::Other)]
    timestamp: Option<Timestamp>,
}

/// The body, in the order of the API reference.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sample {
    event: String,
    escalation_id: String,
    question: String,
    asked_by: String,
    confidence: f64,
    reason: String,
    timestamp: Timestamp,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let verifier = args.secret.verifier().await?;
    let now = Timestamp::now();
    let sample = Sample {
        event: args.event,
        escalation_id: args.escalation_id.unwrap_or_else(|| format!("esc_sample_{:x}", now.as_millisecond())),
        question: args.question,
        asked_by: args.asked_by,
        confidence: args.confidence,
        reason: args.reason,
        timestamp: args.timestamp.unwrap_or(now),
    };
    let target = Target::new(args.to, context)?;
    Ok(Box::new(send(&target, sample, &verifier).await?))
}

async fn send(target: &Target, event: Sample, verifier: &Verifier) -> Result<Sent, CliError> {
    let body = serde_json::to_vec(&event).map_err(CliError::internal)?;
    let signature = verifier.sign(&body);
    let began = Instant::now();
    let request = target
        .post()
        .header("Content-Type", "application/json")
        .header(SIGNATURE_HEADER, &signature)
        .body(body);
    let status = target.status(request).await?;
    let url = target.shown();
    if !(200..300).contains(&status) {
        let code = if status >= 500 { Code::ServerError } else { Code::UnexpectedAnswer };
        let error = CliError::new(code, format!("{url} answered {status}")).status(Some(status));
        return Err(match status {
            400 | 401 | 403 => {
                error.hint("check that it uses the same secret and verifies the unmodified body")
            }
            _ => error,
        });
    }
    Ok(Sent { url, status, elapsed: began.elapsed(), signature, event })
}

struct Sent {
    url: String,
    status: u16,
    elapsed: Duration,
    signature: String,
    event: Sample,
}

impl Report for Sent {
    fn text(&self, page: &mut Page) {
        let (status, elapsed) = (self.status.to_string(), self.elapsed.as_millis());
        if page.is_terminal() {
            let rest = format!(" to {}: {status} in {elapsed}ms", self.url);
            page.line(&[
                ("Sent ", Tone::Good),
                (&self.event.escalation_id, Tone::Strong),
                (&rest, Tone::Plain),
            ]);
        } else {
            page.row(&[&self.event.escalation_id, &status]);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            url: &'a str,
            status: u16,
            elapsed_ms: u128,
            signature: &'a str,
            event: &'a Sample,
        }
        json.of(&Body {
            url: &self.url,
            status: self.status,
            elapsed_ms: self.elapsed.as_millis(),
            signature: &self.signature,
            event: &self.event,
        })
    }
}
