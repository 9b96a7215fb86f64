//! One file per verb: its arguments, what it does, and the report it hands back.

mod account;
mod answer;
mod ask;
mod bulk;
mod config;
mod escalations;
mod ids;
mod kb;
mod listing;
mod serve;
mod stats;
mod webhook;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;
use crate::ui::page::Page;
use crate::ui::{Json, Report};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask your twin a question
    Ask(ask::Args),
    /// Look into the knowledge base and change it
    #[command(subcommand)]
    Kb(kb::Command),
    /// Look after what the twin passed on to you
    #[command(subcommand)]
    Escalations(escalations::Command),
    /// Show how much your twin does for you
    Stats(stats::Args),
    /// Verify, receive and send webhooks
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Run the reference twin as a local server
    Serve(serve::Args),
    /// Store an API key, after checking it against the API
    Login(account::login::Args),
    /// Remove the stored API key of a profile
    Logout(account::logout::Args),
    /// Show the profile, the API key in use and what is left of its limit
    Whoami(account::whoami::Args),
    /// Look into the settings and change them
    #[command(subcommand)]
    Config(config::Command),
}

/// What every command ends with.
pub type Outcome = Result<Box<dyn Report>, CliError>;

/// Runs a command.
///
/// # Errors
/// Whatever keeps it from its result, with the exit code for it.
pub async fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Ask(args) => ask::run(args, context).await,
        Command::Kb(command) => kb::run(command, context).await,
        Command::Escalations(command) => escalations::run(command, context).await,
        Command::Stats(args) => stats::run(args, context).await,
        Command::Webhook(command) => webhook::run(command, context).await,
        Command::Serve(args) => serve::run(args, context).await,
        Command::Login(args) => account::login::run(args, context).await,
        Command::Logout(args) => account::logout::run(args, context).await,
        Command::Whoami(args) => account::whoami::run(args, context).await,
        Command::Config(command) => config::run(command, context),
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
