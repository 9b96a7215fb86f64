//! `twin kb`: the knowledge base.

mod get;
mod list;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use twin_sdk::DocumentType;

use super::Outcome;
use crate::context::Context;

/// The commands on the knowledge base.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List documents, newest first
    List(list::Args),
    /// Show one document
    Get(get::Args),
}

pub(super) async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List(args) => list::run(args, context).await,
        Command::Get(args) => get::run(args, context).await,
    }
}

/// The types of the API reference, so that a mistyped one is noticed.
pub(crate) fn type_parser() -> impl TypedValueParser<Value = DocumentType> {
    PossibleValuesParser::new(DocumentType::KNOWN.iter().map(DocumentType::as_str)).map(DocumentType::from)
}
