//! The `twin` command: parse → run → render → exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory as _;
use twin_cli::args::{self, Cli};
use twin_cli::command;
use twin_cli::complete;
use twin_cli::context::Context;
use twin_cli::error::CliError;
use twin_cli::exit::Exit;
use twin_cli::stop::{self, Stop};
use twin_cli::ui::{self, Ui};

fn main() -> ExitCode {
    twin_export::use_worker_processes();
    let line: Vec<OsString> = std::env::args_os().collect();
    match complete::answer(&line) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => error.exit(),
    }
    let exit = match args::parse(&line) {
        Ok(cli) => run(cli),
        Err(error) => {
            let overview = args::overview(&error, &line);
            ui::print_clap(&error, overview.as_deref(), args::ui_of_broken_line(&line))
        }
    };
    ExitCode::from(exit.code())
}

/// Runs the command on one thread. What still blocks at the end, such as a read of standard input, is left.
fn run(cli: Cli) -> Exit {
    let ui = Ui::new(cli.global.ui());
    let context = Context::new(cli.global, ui, Stop::default());
    let result = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(async {
                let result = context.stop().guard(command::run(cli.command, Cli::command, &context)).await;
                context.close().await;
                result
            });
            stop::watch_over_the_rest(runtime);
            result
        }
        Err(error) => Err(CliError::io("cannot start", &error)),
    };
    ui.finish(result, |error| context.explain(error))
}
