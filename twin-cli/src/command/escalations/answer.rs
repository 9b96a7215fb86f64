//! `twin escalations answer`: what triage does with one escalation, by itself.

use super::{show, triage};
use crate::command::{Outcome, ids};
use crate::context::Context;

/// Answer one escalation in your editor
///
/// What you write in $VISUAL or $EDITOR becomes a document, the twin is asked again, and you may resolve the
/// escalation. What you write stays in a file until it is added.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations answer esc_xyz789
  EDITOR='code --wait' twin escalations answer esc_xyz789

Exit codes:
  0 done, 5 no such escalation, 2 no terminal, 1 the editor failed, 4 no key, 7 no connection")]
pub struct Args {
    /// The escalation's id, as 'twin escalations list' shows it
    #[arg(value_name = "ID", value_hint = clap::ValueHint::Other)]
    id: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    ids::check(&args.id)?;
    context.ui.must_ask(
        "answering is a conversation",
        "in scripts use 'twin kb add' and 'twin escalations resolve'",
    )?;
    let twin = context.connect().await?.twin;
    let escalation = show::find(&args.id, &twin).await?;
    triage::answer_one(escalation, twin, context).await
}
