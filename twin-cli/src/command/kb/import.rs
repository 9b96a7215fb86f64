//! `twin kb import`: brings what exports hold into the knowledge base, and changes nothing that is there.

use super::bulk::{self, Bulk};
use super::bulk_args::BulkArgs;
use crate::command::Outcome;
use crate::context::Context;
use twin_sync::{MaxDelete, Mode};

/// Bring exports in: create what is not known yet, leave what is
///
/// An import that was interrupted goes on where it stopped; 'twin kb sync' takes over from it.
///
/// In a pipe: a row a counter of the report; with --dry-run a row a source: action, key, type, parts, title.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb import Export-3f2a.zip --dry-run
  twin kb import takeout-001.zip takeout-002.zip --type-map 'Policies/**=policy'

Exit codes:
  0 done, 3 done in part, 8 changes are pending (--dry-run --exit-code), 11 a guard refused, 2 bad input,
  1 you said no or a file cannot be written, 4 no key, 7 no connection, 9 the plan or its limit,
  130 and 143 stopped")]
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
