//! `twin mcp`: the twin in any program that speaks the Model Context Protocol.

mod desk;
mod fence;
mod server;

use std::path::PathBuf;

use clap::ValueHint;
use twin_sync::Meter;

use self::desk::Desk;
use super::{Nothing, Outcome};
use crate::context::Context;

/// Serve the twin to AI assistants over the Model Context Protocol
///
/// Speaks on standard input and output, for programs such as Claude, Cursor, VS Code and Zed, which start it. It reads;
/// with --allow-write it also adds documents and resolves escalations. It never deletes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin mcp --max-asks 20 < /dev/null
  twin mcp --from handbook.zip < /dev/null

Exit codes:
  0 the client left, 2 bad input, 4 no key, 7 no connection")]
pub struct Args {
    /// Offer the tools that add documents and resolve escalations
    #[arg(long)]
    allow_write: bool,

    /// Answer at most this many questions in this session
    #[arg(long, value_name = "N", default_value_t = 50)]
    max_asks: u64,

    /// Serve these exports, files or folders alone, from this machine
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath, conflicts_with_all = ["local_data", "base_url"])]
    from: Vec<PathBuf>,

    /// Read the exports of --from anew, and keep nothing of them in the user's cache directory
    #[arg(long, requires = "from")]
    no_cache: bool,
}

/// Serves until the client leaves.
pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let meter = Meter::start();
    let connection = match args.from.as_slice() {
        [] => context.connect_watched(&meter).await?,
        exports => context.connect_to_exports(exports, !args.no_cache).await?,
    };
    server::serve(Desk::new(connection.twin, meter, args.max_asks), args.allow_write).await?;
    Ok(Box::new(Nothing))
}
