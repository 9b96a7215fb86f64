//! The user's editor, which has the terminal to itself while it runs.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use super::prompt::Terminal;
use crate::env;
use crate::error::{CliError, Code};
use crate::stop::{Signal, Stop};

/// The number of the signal of Ctrl-C.
const INTERRUPT: i32 = 2;

/// Opens a file in `$VISUAL` or `$EDITOR`, and waits until it is closed.
pub(crate) async fn edit(path: &Path, stop: &Stop) -> Result<(), CliError> {
    let fallback = if cfg!(windows) { "notepad" } else { "vi" };
    let editor = env::var("VISUAL").or_else(|| env::var("EDITOR")).unwrap_or_else(|| fallback.to_owned());
    let failed = |why: String| {
        CliError::new(Code::Io, format!("the editor '{editor}' failed: {why}"))
            .hint("set VISUAL or EDITOR to the one you use")
    };
    let mut terminal = Terminal::keep();
    terminal.answered = true;
    let _interrupts = stop.leave_interrupts();
    let mut command = command(&editor, path);
    if !std::io::stdout().is_terminal() {
        command.stdout(Stdio::from(std::io::stderr()));
    }
    let status = command.status().await.map_err(|error| failed(error.to_string()))?;
    match status.success() {
        true => Ok(()),
        false if is_interrupt(status) => Err(Signal::Interrupt.error()),
        false => Err(failed(status.to_string())),
    }
}

/// Whether Ctrl-C ended the editor: the shell that ran it tells by its code.
fn is_interrupt(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(INTERRUPT) {
        return true;
    }
    status.code() == Some(128 + INTERRUPT)
}

/// The variable may hold arguments too, and quotes: the shell takes it apart, and outlives a Ctrl-C that is the
/// editor's.
fn command(editor: &str, path: &Path) -> tokio::process::Command {
    if cfg!(windows) {
        let mut command = tokio::process::Command::new("cmd");
        command.arg("/C").args(editor.split_whitespace()).arg(path);
        return command;
    }
    let mut command = tokio::process::Command::new("sh");
    command.arg("-c").arg(format!("trap : INT; {editor} \"$1\"")).arg("sh").arg(path);
    command
}
