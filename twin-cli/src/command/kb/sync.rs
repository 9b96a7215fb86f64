//! `twin kb sync`: makes the knowledge base mirror exports.

use super::bulk::{self, Bulk};
use super::bulk_args::{BulkArgs, parse_max_delete};
use crate::command::Outcome;
use crate::context::Context;
use twin_sync::{MaxDelete, Mode};

/// Make the knowledge base mirror exports
///
/// Creates new documents, replaces changed ones and, with --prune, deletes documents whose source is no
/// longer in the export.
///
/// Only deletes documents that are listed in the state file. Keep that file between runs: commit it, or cache
/// it.
///
/// When piped, prints one counter of the report per line. With --dry-run, prints one source per line: action,
/// key, type, parts, title.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb sync Export-3f2a.zip --dry-run
  twin kb sync Export-3f2a.zip --prune
  twin kb sync drive/ --state drive.lock.json --prune --yes --json

Exit codes:
  0 success, 3 partly done, 8 changes pending (--dry-run --exit-code), 11 a guard refused,
  2 invalid input or --yes needed, 1 declined or a file cannot be written, 4 no key,
  7 connection failed, 9 not in your plan or limit reached, 130 interrupted, 143 terminated")]
pub struct Args {
    #[command(flatten)]
    bulk: BulkArgs,

    /// Delete documents whose source is no longer in the export
    #[arg(long)]
    prune: bool,

    /// Maximum number of documents by which the knowledge base may shrink; a replacement by as many parts deletes
    /// none [default: 5 or 10%, whichever is more]
    #[arg(long, value_name = "N|N%", value_parser = parse_max_delete)]
    max_delete: Option<MaxDelete>,

    /// Accept an export without documents
    #[arg(long)]
    allow_empty: bool,

    /// Replace documents that this version of twin renders differently
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
