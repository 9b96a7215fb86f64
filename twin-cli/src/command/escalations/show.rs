//! `twin escalations show`: one escalation with all that is known of it.

use jiff::Timestamp;
use twin_sdk::{Escalation, StatusFilter, Twin};

use crate::command::answer;
use crate::command::{Outcome, ids};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::ui::age::{age, rfc3339};
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// Show one escalation
///
/// When piped, prints one field per line: name and value, separated by a tab.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations show esc_xyz789
  twin escalations show esc_xyz789 --json | jq -r .reason

Exit codes:
  0 success, 5 no such escalation, 4 no key, 7 connection failed")]
pub struct Args {
    /// ID of the escalation, as shown by 'twin escalations list'
    #[arg(value_name = "ID", value_hint = clap::ValueHint::Other)]
    id: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    ids::check(&args.id)?;
    let twin = context.connect().await?.twin;
    let escalation = find(&args.id, &twin).await?;
    Ok(Box::new(One { escalation, now: Timestamp::now() }))
}

/// The escalation with this id. The API gives single ones only within a listing: the open ones are looked at first.
pub(super) async fn find(id: &str, twin: &Twin) -> Result<Escalation, CliError> {
    let mut is_cut = false;
    for status in [StatusFilter::Open, StatusFilter::All] {
        let page = twin.escalations().list().status(status).limit(twin_sdk::PAGE_LIMIT).await?;
        is_cut = page.is_truncated();
        if let Some(found) = page.items.into_iter().find(|escalation| escalation.id == id) {
            return Ok(found);
        }
    }
    let error = CliError::new(Code::NotFound, format!("{id}: no such escalation"));
    let hint = "run 'twin escalations list --status all' to list valid IDs";
    Err(if is_cut { error.hint(format!("{hint} (the newest 200)")) } else { error.hint(hint) })
}

struct One {
    escalation: Escalation,
    now: Timestamp,
}

impl Report for One {
    fn text(&self, page: &mut Page) {
        let escalation = &self.escalation;
        if !page.is_terminal() {
            let resolved = rfc3339(escalation.resolved_at);
            for (name, value) in [
                ("id", escalation.id.as_str()),
                ("status", escalation.status.as_str()),
                ("confidence", &escalation.confidence.to_string()),
                ("askedBy", &escalation.asked_by),
                ("createdAt", &rfc3339(escalation.created_at)),
                ("resolvedAt", &resolved),
                ("reason", &escalation.reason),
                ("question", &escalation.question),
            ] {
                page.row(&[name, value]);
            }
            return;
        }
        page.block(&escalation.question, Tone::Strong);
        page.gap();
        let (asked, confidence) =
            (age(escalation.created_at, self.now), answer::confidence(escalation.confidence));
        let facts = [
            &escalation.asked_by,
            &asked,
            &confidence,
            &escalation.id,
            &escalation.status.as_str().to_owned(),
        ];
        let facts: Vec<&str> =
            facts.into_iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
        page.block(&facts.join(" · "), Tone::Dim);
        if !escalation.reason.trim().is_empty() {
            page.block(&escalation.reason, Tone::Warning);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.escalation)
    }
}
