//! `twin kb delete`: deletes documents, once someone has agreed to it.

use crate::command::bulk::{self, Verb};
use crate::command::{Outcome, ids};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::words::count;

/// Delete documents
///
/// Asks first, since nothing brings a document back but a copy: see 'twin kb export'.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb delete doc_abc123
  twin kb list --type slack | cut -f1 | twin kb delete --yes -

Exit codes:
  0 all are deleted, 3 some are not, 5 no such document, 2 --yes is needed, 1 you said no, 4 no key,
  7 no connection: the rest is left, 130 and 143 stopped")]
pub struct Args {
    /// Ids, as 'twin kb list' shows them; '-' reads them from standard input, one a line
    #[arg(value_name = "ID|-", required = true, value_hint = clap::ValueHint::Other)]
    ids: Vec<String>,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

const DELETE: Verb = Verb { doing: "Deleting", done: "deleted", thing: "document" };

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let from_stdin = args.ids.iter().any(|id| id == "-");
    if from_stdin && !args.yes {
        return Err(CliError::new(
            Code::PromptNeeded,
            "ids come from standard input, so no one can be asked",
        )
        .hint("add --yes to delete them without asking"));
    }
    let ids = ids::all(args.ids).await?;
    if !args.yes {
        agree(&ids, context).await?;
    }
    let delete = |connection: &crate::context::Connection, id: &str| connection.twin.kb().delete(id);
    Ok(Box::new(bulk::run(ids, DELETE, context, delete).await?))
}

async fn agree(ids: &[String], context: &Context) -> Result<(), CliError> {
    let question = match ids {
        [id] => format!("Delete {id} for good?"),
        [first, rest @ ..] => format!("Delete {first} and {} for good?", count(rest.len(), "more document")),
        [] => return Ok(()),
    };
    context.ui.must_ask("deleting needs your consent", "add --yes to delete without asking")?;
    if context.ui.ask_to_go_on(&question).await? {
        return Ok(());
    }
    Err(CliError::new(Code::Declined, "nothing was deleted"))
}
