//! One file per verb: its arguments, what it does, and the report it hands back.

mod account;
mod answer;
mod ask;
mod bulk;
mod chat;
mod completions;
mod config;
mod demo;
mod escalations;
mod eval;
pub(crate) mod help;
mod ids;
mod kb;
mod listing;
mod man;
mod mcp;
mod serve;
mod stats;
mod webhook;

use std::ffi::OsString;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "what each does stands with its arguments, for its help")]
pub enum Command {
    Ask(ask::Args),
    /// List, add, delete, import and sync documents
    #[command(subcommand)]
    Kb(kb::Command),
    /// List, answer and resolve escalations
    #[command(subcommand)]
    Escalations(escalations::Command),
    Stats(stats::Args),
    /// Verify, receive and send webhooks
    #[command(subcommand)]
    Webhook(webhook::Command),
    Eval(eval::Args),
    Chat(chat::Args),
    Mcp(mcp::Args),
    Demo(demo::Args),
    Serve(serve::Args),
    Login(account::login::Args),
    Logout(account::logout::Args),
    Whoami(account::whoami::Args),
    /// List and change settings
    #[command(subcommand)]
    Config(config::Command),
    Completions(completions::Args),
    Man(man::Args),
    Help(help::Args),
}

impl Command {
    /// The command line whose help is asked for by `twin help`.
    pub fn help_line(&self) -> Option<Vec<OsString>> {
        match self {
            Command::Help(args) => args.line(),
            _ => None,
        }
    }
}

pub use help::suggest_topic;

/// What every command ends with.
pub type Outcome = Result<Box<dyn Report>, CliError>;

/// Runs a command. `tree` makes the tree of all commands, for those that describe it.
///
/// # Errors
/// Whatever keeps it from its result, with the exit code for it.
pub async fn run(command: Command, tree: fn() -> clap::Command, context: &Context) -> Outcome {
    match command {
        Command::Ask(args) => ask::run(args, context).await,
        Command::Kb(command) => kb::run(command, context).await,
        Command::Escalations(command) => escalations::run(command, context).await,
        Command::Stats(args) => stats::run(args, context).await,
        Command::Webhook(command) => webhook::run(command, context).await,
        Command::Eval(args) => eval::run(args, context).await,
        Command::Chat(args) => chat::run(args, context).await,
        Command::Mcp(args) => mcp::run(args, context).await,
        Command::Demo(args) => demo::run(args, context).await,
        Command::Serve(args) => serve::run(args, context).await,
        Command::Login(args) => account::login::run(args, context).await,
        Command::Logout(args) => account::logout::run(args, context).await,
        Command::Whoami(args) => account::whoami::run(args, context).await,
        Command::Config(command) => config::run(command, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args, tree()),
        Command::Help(args) => help::run(&args),
    }
}

/// A result that was printed already.
struct Nothing;

impl Report for Nothing {
    fn text(&self, _: &mut Page) {}

    fn json(&self, _: Json) -> serde_json::Result<String> {
        Ok(String::new())
    }
}
