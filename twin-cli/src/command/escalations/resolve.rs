//! `twin escalations resolve`: marks escalations as dealt with, one after the other.

use std::path::Path;

use crate::command::Outcome;
use crate::command::bulk::{self, Verb};
use crate::command::ids::{self, Kind};
use crate::context::Context;

/// Mark escalations as resolved
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations resolve esc_xyz789
  twin escalations list | grep 'Jordan M.' | twin escalations resolve -

Exit codes:
  0 all resolved, 3 some not resolved, 5 no such escalation, 2 no ID, 4 no key,
  7 connection failed before the end, 130 interrupted, 143 terminated")]
pub struct Args {
    /// IDs, as shown by 'twin escalations list'; '-' reads them from standard input, one per line
    #[arg(value_name = "ID|-", required = true, value_hint = clap::ValueHint::Other)]
    ids: Vec<String>,
}

const RESOLVE: Verb = Verb { doing: "Resolving", done: "resolved", thing: Kind::Escalation };

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    context.only_one_from_stdin(args.ids.iter().map(Path::new))?;
    let ids = ids::all(args.ids).await?;
    let resolve =
        |connection: &crate::context::Connection, id: &str| connection.twin.escalations().resolve(id);
    Ok(Box::new(bulk::run(ids, RESOLVE, context, resolve).await?))
}
