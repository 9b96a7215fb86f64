//! `twin escalations answer`: what triage does with one escalation, by itself.

use super::{show, triage};
use crate::command::{Outcome, ids};
use crate::context::Context;

/// Answer one escalation in your editor
///
/// Opens $VISUAL or $EDITOR, adds what you write to the knowledge base as a document, asks the question
/// again, and offers to resolve the escalation. Your text is kept in a file until it has been added.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations answer esc_xyz789
  EDITOR='code --wait' twin escalations answer esc_xyz789

Exit codes:
  0 success, 5 no such escalation, 2 no terminal, 1 the editor failed, 4 no key, 7 connection failed")]
pub struct Args {
    /// ID of the escalation, as shown by 'twin escalations list'
    #[arg(value_name = "ID", value_hint = clap::ValueHint::Other)]
    id: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    ids::check(&args.id)?;
    context.ui.must_ask(
        "answering is interactive",
        "in scripts, use 'twin kb add' and 'twin escalations resolve'",
    )?;
    let twin = context.connect().await?.twin;
    let escalation = show::find(&args.id, &twin).await?;
    triage::answer_one(escalation, twin, context).await
}
