//! `twin escalations`: what the twin passed on to its person.

mod list;
mod resolve;
mod triage;

use clap::Subcommand;

use super::Outcome;
use crate::context::Context;

/// The commands on escalations.
#[derive(Debug, Subcommand)]
pub enum Command {
    List(list::Args),
    Resolve(resolve::Args),
    Triage(triage::Args),
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List(args) => list::run(args, context).await,
        Command::Resolve(args) => resolve::run(args, context).await,
        Command::Triage(args) => triage::run(args, context).await,
    }
}
