//! The `twin` command: parse → run → render → exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use twin_cli::args::{self, Cli};
use twin_cli::command::{self, Outcome};
use twin_cli::context::Context;
use twin_cli::error::CliError;
use twin_cli::stop::{self, Stop};
use twin_cli::ui::{self, Ui};

fn main() -> ExitCode {
    twin_export::use_worker_processes();
    let line: Vec<OsString> = std::env::args_os().collect();
    let exit = match parse(&line) {
        Ok(cli) => {
            let ui = Ui::new(cli.global.ui());
            ui.finish(run(cli, ui))
        }
        Err(error) => ui::print_clap(&error, args::ui_of_broken_line(&line)),
    };
    ExitCode::from(exit.code())
}

/// Reads the command line; `twin help kb` is another way to say `twin kb --help`.
fn parse(line: &[OsString]) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(line)?;
    match cli.command.help_line() {
        Some(line) => Cli::try_parse_from(line).map_err(command::suggest_topic),
        None => Ok(cli),
    }
}

/// Runs the command on one thread. What still blocks at the end, such as a read of standard input, is left.
fn run(cli: Cli, ui: Ui) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::io("cannot start", &error))?;
    let context = Context::new(cli.global, ui, Stop::default());
    let result = runtime.block_on(async {
        let result = context.stop().guard(command::run(cli.command, &context)).await;
        context.close().await;
        result
    });
    stop::watch_over_the_rest(runtime);
    result.map_err(|error| context.explain(error))
}
