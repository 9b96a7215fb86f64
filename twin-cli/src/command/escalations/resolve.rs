//! `twin escalations resolve`: marks escalations as dealt with, one after the other.

use crate::command::bulk::{self, Verb};
use crate::command::{Outcome, ids};
use crate::context::Context;

/// Mark escalations as resolved
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations resolve esc_xyz789
  twin escalations list | grep 'Jordan M.' | twin escalations resolve -

Exit codes:
  0 all are resolved, 3 some are not, 5 no such escalation, 2 no id, 4 no key,
  7 no connection: the rest is left, 130 and 143 stopped")]
pub struct Args {
    /// Ids, as 'twin escalations list' shows them; '-' reads them from standard input, one a line
    #[arg(value_name = "ID|-", required = true, value_hint = clap::ValueHint::Other)]
    ids: Vec<String>,
}

const RESOLVE: Verb = Verb { doing: "Resolving", done: "resolved", thing: "escalation" };

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let ids = ids::all(args.ids).await?;
    let resolve =
        |connection: &crate::context::Connection, id: &str| connection.twin.escalations().resolve(id);
    Ok(Box::new(bulk::run(ids, RESOLVE, context, resolve).await?))
}
