//! The global flags: those that any command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueHint};

use clap_complete::ArgValueCompleter;

use crate::complete;
use crate::duration;
use crate::ui::Options;
use crate::ui::term::ColorChoice;

/// Flags that any command takes, in any position.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The profile of config.toml to use [env: TWIN_PROFILE]
    #[arg(long, global = true, value_name = "NAME", add = ArgValueCompleter::new(complete::profiles))]
    pub profile: Option<String>,

    /// The API's address [env: TWIN_BASE_URL]
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,

    /// Read the API key from a file, or from standard input with '-'
    #[arg(long, global = true, value_name = "PATH|-", value_hint = ValueHint::FilePath)]
    pub api_key_file: Option<PathBuf>,

    /// Use the embedded twin on this machine: no account, no network [env: TWIN_LOCAL]
    #[arg(long, global = true)]
    pub local: bool,

    /// Where the embedded twin keeps its data, or ':memory:'
    #[arg(long, global = true, value_name = "PATH|:memory:", value_hint = ValueHint::FilePath)]
    pub local_data: Option<PathBuf>,

    /// Print exactly one JSON document
    #[arg(long, global = true)]
    pub json: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorChoice,

    /// Leave out progress and remarks; errors and warnings stay
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Show each request; twice: also settings, headers and the text of errors
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// Longest time for one try of one request [env: TWIN_TIMEOUT] [default: 30s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse_positive, value_hint = ValueHint::Other)]
    pub timeout: Option<Duration>,

    /// Longest wait for a rate limit [default: 2m; bulk commands: as long as it takes]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse, value_hint = ValueHint::Other)]
    pub max_wait: Option<Duration>,

    /// Never ask anything
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,

    /// Also trust the certificates in this PEM file [env: TWIN_CACERT]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub cacert: Option<PathBuf>,

    /// Also trust the certificates of the operating system
    #[arg(long, global = true)]
    pub system_certs: bool,
}

impl GlobalArgs {
    /// The flags that decide how things are printed.
    pub fn ui(&self) -> Options {
        Options {
            color: self.color,
            json: self.json,
            quiet: self.quiet,
            verbose: self.verbose,
            no_input: self.no_input,
            no_progress: self.no_progress,
        }
    }
}
