//! `twin mcp`: the twin in any program that speaks the Model Context Protocol.

mod desk;
mod fence;
mod lines;
mod server;
mod tools;
mod values;

use std::path::Path;
use std::path::PathBuf;

use clap::ValueHint;
use twin_sync::Meter;

use self::desk::Desk;
use super::{Nothing, Outcome};
use crate::context::Context;

/// Run a Model Context Protocol server for AI assistants
///
/// Communicates over standard input and output with programs such as Claude, Cursor, VS Code and Zed, which
/// start it. Read-only by default; with --allow-write, it can also add documents and resolve escalations. It
/// never deletes anything.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin mcp --max-asks 20 < /dev/null
  twin mcp --from handbook.zip < /dev/null

Exit codes:
  0 the client disconnected, 2 invalid input, 4 no key, 7 connection failed")]
pub struct Args {
    /// Also offer tools that add documents and resolve escalations
    #[arg(long)]
    allow_write: bool,

    /// Maximum number of questions per session
    #[arg(long, value_name = "N", default_value_t = 50)]
    max_asks: u64,

    /// Serve only these exports, files or folders, without leaving this machine
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath, conflicts_with_all = ["local_data", "base_url"])]
    from: Vec<PathBuf>,

    /// Read the exports of --from again instead of using the cached index, and cache nothing
    #[arg(long, requires = "from")]
    no_cache: bool,
}

/// Serves until the client leaves.
pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    context.only_one_from_stdin([Path::new("-")])?;
    let meter = Meter::start();
    let connection = match args.from.as_slice() {
        [] => context.connect_watched(&meter).await?,
        exports => context.connect_to_exports(exports, !args.no_cache).await?,
    };
    server::serve(Desk::new(connection.twin, meter, args.max_asks), args.allow_write).await?;
    Ok(Box::new(Nothing))
}
