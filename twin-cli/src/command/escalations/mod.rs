//! `twin escalations`: the questions that the twin escalated to a person.

mod answer;
mod list;
mod resolve;
mod show;
mod triage;

use clap::Subcommand;

use super::Outcome;
use crate::context::Context;

/// The commands on escalations.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  twin escalations list
  twin escalations resolve esc_xyz789

Exit codes:
  0 success, 3 partly done, 5 no such escalation, 2 invalid usage, 4 no key, 7 connection failed")]
pub enum Command {
    List(list::Args),
    Show(show::Args),
    Answer(answer::Args),
    Resolve(resolve::Args),
    Triage(triage::Args),
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List(args) => list::run(args, context).await,
        Command::Show(args) => show::run(args, context).await,
        Command::Answer(args) => answer::run(args, context).await,
        Command::Resolve(args) => resolve::run(args, context).await,
        Command::Triage(args) => triage::run(args, context).await,
    }
}
