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
    /// Use this profile from config.toml [env: TWIN_PROFILE]
    #[arg(long, global = true, value_name = "NAME", add = ArgValueCompleter::new(complete::profiles))]
    pub profile: Option<String>,

    /// Base URL of the API [env: TWIN_BASE_URL]
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,

    /// Read the API key from a file, or from standard input with '-'
    #[arg(long, global = true, value_name = "PATH|-", value_hint = ValueHint::FilePath)]
    pub api_key_file: Option<PathBuf>,

    /// Use the embedded twin on this machine: no account, no network [env: TWIN_LOCAL]
    #[arg(long, global = true)]
    pub local: bool,

    /// File in which the embedded twin keeps its data, or ':memory:'
    #[arg(long, global = true, value_name = "PATH|:memory:", value_hint = ValueHint::FilePath)]
    pub local_data: Option<PathBuf>,

    /// Print the result as one JSON document
    #[arg(long, global = true)]
    pub json: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorChoice,

    /// Hide progress and notes, but not errors and warnings
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Log each request; repeat to also log settings, headers and error bodies
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// Time limit for each attempt of a request [env: TWIN_TIMEOUT] [default: 30s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse_positive, value_hint = ValueHint::Other)]
    pub timeout: Option<Duration>,

    /// Longest time to wait for the rate limit [default: 2m; unlimited for bulk commands]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse, value_hint = ValueHint::Other)]
    pub max_wait: Option<Duration>,

    /// Never prompt
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Hide progress
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
