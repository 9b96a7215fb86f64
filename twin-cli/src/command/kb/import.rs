//! `twin kb import`: brings what exports hold into the knowledge base, and changes nothing that is there.

use super::bulk::{self, Bulk};
use super::bulk_args::BulkArgs;
use crate::command::Outcome;
use crate::context::Context;
use twin_sync::{MaxDelete, Mode};

/// Import documents from exports, without changing existing ones
///
/// An interrupted import continues where it stopped. 'twin kb sync' can later take over, with the same state
/// file.
///
/// When piped, prints one counter of the report per line. With --dry-run, prints one source per line: action,
/// key, type, parts, title.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb import Export-3f2a.zip --dry-run
  twin kb import takeout-001.zip takeout-002.zip --type-map 'Policies/**=policy'

Exit codes:
  0 success, 3 partly done, 8 changes pending (--dry-run --exit-code), 11 a guard refused,
  2 invalid input, 1 declined or a file cannot be written, 4 no key, 7 connection failed,
  9 not in your plan or limit reached, 130 interrupted, 143 terminated")]
pub struct Args {
    #[command(flatten)]
    bulk: BulkArgs,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let bulk = Bulk {
        args: args.bulk,
        mode: Mode::Import,
        max_delete: MaxDelete::default(),
        allow_empty: true,
        rerender: false,
    };
    bulk::run(bulk, context).await
}
