//! `twin kb delete`: deletes documents, once someone has agreed to it.

use std::path::Path;

use super::reference::{self, Found};
use clap_complete::ArgValueCompleter;

use crate::command::Outcome;
use crate::command::bulk::{self, Verb};
use crate::command::ids::{self, Kind};
use crate::complete;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::ui::page::Tone;
use crate::words::count;

/// Delete documents
///
/// Finds documents by ID, exact title, or key in the state file of the current folder. Shows their titles and
/// asks for confirmation. Deleted documents cannot be restored: use 'twin kb export' to make a backup.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb delete doc_abc123
  twin kb list --type slack | cut -f1 | twin kb delete --yes -

Exit codes:
  0 all deleted, 3 some not deleted, 5 no such document, 2 --yes needed, 1 declined, 4 no key,
  7 connection failed before the end, 130 interrupted, 143 terminated")]
pub struct Args {
    /// IDs, titles, or keys in twin-kb.lock.json; '-' reads IDs from standard input, one per line
    #[arg(value_name = "ID|TITLE|KEY|-", required = true, add = ArgValueCompleter::new(complete::documents))]
    ids: Vec<String>,

    /// Do not ask for confirmation
    #[arg(long, short)]
    yes: bool,
}

const DELETE: Verb = Verb { doing: "Deleting", done: "deleted", thing: Kind::Document };

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    context.only_one_from_stdin(args.ids.iter().map(Path::new))?;
    let from_stdin = args.ids.iter().any(|id| id == "-");
    if from_stdin && !args.yes {
        return Err(CliError::new(
            Code::PromptNeeded,
            "IDs come from standard input, so prompting is not possible",
        )
        .hint("pass --yes to delete them without confirmation"));
    }
    if let Some(odd) = args.ids.iter().find(|name| !reference::may_be_named(name)) {
        ids::check(odd)?;
    }
    if !args.yes {
        context.ui.must_ask("deleting needs confirmation", "pass --yes to delete without confirmation")?;
    }
    let ids = ids::all(resolved(args.ids, context).await?).await?;
    if !args.yes {
        agree(&ids, context).await?;
    }
    let delete = |connection: &crate::context::Connection, id: &str| connection.twin.kb().delete(id);
    Ok(Box::new(bulk::run(ids, DELETE, context, delete).await?))
}

/// The ids of documents that are named otherwise.
async fn resolved(names: Vec<String>, context: &Context) -> Result<Vec<String>, CliError> {
    if names.iter().all(|name| name == "-" || reference::is_id(name)) {
        return Ok(names);
    }
    let connection = context.connect().await?;
    let mut ids = Vec::new();
    for name in names {
        ids.push(match name.as_str() {
            "-" => name,
            _ if reference::is_id(&name) => name,
            _ => match reference::find(&name, &connection).await? {
                Found::Id(id) => id,
                Found::Document(document) => document.id,
            },
        });
    }
    Ok(ids)
}

/// Shows what will be deleted, as far as the API lists it.
async fn show_titles(ids: &[String], context: &Context) -> Result<(), CliError> {
    let connection = context.connect().await?;
    let listed = connection.twin.kb().list().limit(twin_sdk::PAGE_LIMIT).await?;
    let mut page = context.ui.page();
    for id in ids {
        let title = listed.items.iter().find(|document| document.id == *id);
        let title = title.map_or("", |document| document.title.as_str());
        page.entry(&format!("  {id}  "), Tone::Dim, title);
    }
    context.ui.show(page);
    Ok(())
}

async fn agree(ids: &[String], context: &Context) -> Result<(), CliError> {
    let question = match ids {
        [id] => format!("Permanently delete {id}?"),
        [first, rest @ ..] => {
            format!("Permanently delete {first} and {}?", count(rest.len(), "more document"))
        }
        [] => return Ok(()),
    };
    show_titles(ids, context).await?;
    if context.ui.ask_to_go_on(&question).await? {
        return Ok(());
    }
    Err(CliError::new(Code::Declined, "nothing was deleted"))
}
