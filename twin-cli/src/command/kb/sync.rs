//! `twin kb sync`: makes the knowledge base mirror exports.

use super::bulk::{self, Bulk};
use super::bulk_args::{BulkArgs, parse_max_delete};
use crate::command::Outcome;
use crate::context::Context;
use twin_sync::{MaxDelete, Mode};

/// Make the knowledge base mirror exports
///
/// It creates what is new, replaces what changed and, with --prune, deletes what is gone.
///
/// Only documents that the state file names are ever deleted. Keep that file: commit it, or cache it.
///
/// In a pipe: a row a counter of the report; with --dry-run a row a source: action, key, type, parts, title.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb sync Export-3f2a.zip --dry-run
  twin kb sync Export-3f2a.zip --prune
  twin kb sync drive/ --state drive.lock.json --prune --yes --json

Exit codes:
  0 done, 3 done in part, 8 changes are pending (--dry-run --exit-code), 11 a guard refused,
  2 bad input or --yes is needed, 1 you said no or a file cannot be written, 4 no key,
  7 no connection, 9 the plan or its limit, 130 and 143 stopped")]
pub struct Args {
    #[command(flatten)]
    bulk: BulkArgs,

    /// Delete documents whose source is gone from the export
    #[arg(long)]
    prune: bool,

    /// The most documents to delete [default: 5 or 10%, whichever is more]
    #[arg(long, value_name = "N|N%", value_parser = parse_max_delete)]
    max_delete: Option<MaxDelete>,

    /// Accept an export without any document
    #[arg(long)]
    allow_empty: bool,

    /// Upload anew what this version of twin renders otherwise
    #[arg(long)]
    rerender: bool,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let bulk = Bulk {
        args: args.bulk,
        mode: Mode::Sync { prune: args.prune },
        max_delete: args.max_delete.unwrap_or_default(),
        allow_empty: args.allow_empty,
        rerender: args.rerender,
    };
    bulk::run(bulk, context).await
}
