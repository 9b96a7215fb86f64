//! `twin kb`: the knowledge base.

mod add;
mod backup_file;
mod bulk;
mod bulk_args;
mod bulk_notices;
mod bulk_plan;
mod bulk_progress;
mod bulk_read;
mod bulk_report;
mod bulk_show;
mod delete;
mod export;
mod get;
mod import;
mod list;
mod reference;
mod report_file;
mod state;
mod sync;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use twin_sdk::DocumentType;

use super::Outcome;
use crate::context::Context;

/// The commands on the knowledge base.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  twin kb list --type policy
  twin kb add expenses.docx
  twin kb export backup

Exit codes:
  0 success, 3 partly done, 5 no such document, 2 invalid usage, 4 no key, 7 connection failed")]
pub enum Command {
    List(list::Args),
    Get(get::Args),
    Add(add::Args),
    Delete(delete::Args),
    Export(export::Args),
    Import(import::Args),
    Sync(sync::Args),
    /// Show a state file, or remove entries from it
    #[command(subcommand)]
    State(state::Command),
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List(args) => list::run(args, context).await,
        Command::Get(args) => get::run(args, context).await,
        Command::Add(args) => add::run(args, context).await,
        Command::Delete(args) => delete::run(args, context).await,
        Command::Export(args) => export::run(args, context).await,
        Command::Import(args) => import::run(args, context).await,
        Command::Sync(args) => sync::run(args, context).await,
        Command::State(command) => state::run(command, context).await,
    }
}

/// The types of the API reference, so that a mistyped one is noticed.
pub(crate) fn type_parser() -> impl TypedValueParser<Value = DocumentType> {
    PossibleValuesParser::new(DocumentType::KNOWN.iter().map(DocumentType::as_str)).map(DocumentType::from)
}
