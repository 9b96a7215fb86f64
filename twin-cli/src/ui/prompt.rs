//! Questions to a person. Nothing asks unless standard input and standard error are terminals.

use std::io::{self, IsTerminal};

use super::Ui;
use crate::error::{CliError, Code};

impl Ui {
    /// Whether there is someone to ask.
    pub fn can_ask(&self) -> bool {
        !self.options.no_input && io::stdin().is_terminal() && self.stderr.is_terminal
    }

    /// Asks for a yes or a no; no is what return means.
    ///
    /// # Errors
    /// Where the terminal goes away, or the question is answered by Ctrl-C.
    pub async fn confirm(&self, question: &str) -> Result<bool, CliError> {
        let question = question.to_owned();
        // Asked aside, so that signals are heard meanwhile.
        let answer = tokio::task::spawn_blocking(move || {
            let prompt = dialoguer::Confirm::new().with_prompt(question).default(false);
            prompt.interact_on(&console::Term::stderr())
        });
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(dialoguer::Error::IO(error))) if error.kind() == io::ErrorKind::Interrupted => {
                Err(CliError::new(Code::Interrupted, "interrupted"))
            }
            Ok(Err(dialoguer::Error::IO(error))) => Err(CliError::io("cannot ask", &error)),
            Err(died) => Err(CliError::new(Code::Internal, died.to_string())),
        }
    }
}
