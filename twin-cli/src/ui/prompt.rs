//! Questions to a person: on standard error, and only where one is there to answer.

use std::io::{self, ErrorKind};

use dialoguer::console::{Key, Term};
use dialoguer::{Confirm, Password};

use super::Ui;
use super::page::Tone;
use crate::env;
use crate::error::{CliError, Code};
use crate::stop::Signal;

/// Ctrl-D, where keys are read one by one.
const END_OF_INPUT: char = '\u{4}';

impl Ui {
    /// Whether someone is there: standard input and standard error are terminals, and neither `--no-input` nor
    /// `CI` says otherwise.
    pub(crate) fn can_ask(&self) -> bool {
        use std::io::IsTerminal;
        let someone = io::stdin().is_terminal() && self.stderr.is_terminal;
        someone && !self.options.no_input && !env::is_on("CI")
    }

    /// The error where no one is there to answer; `instead` says what to do then.
    pub(crate) fn must_ask(&self, what: &str, instead: &str) -> Result<(), CliError> {
        if self.can_ask() {
            return Ok(());
        }
        Err(CliError::new(Code::PromptNeeded, format!("{what}, but prompting is not possible here"))
            .hint(instead))
    }

    /// Asks for something that must not be seen.
    pub(crate) async fn ask_secret(&self, what: &str) -> Result<String, CliError> {
        let prompt = self.ask(&format!("{what} (not shown)"), ": ");
        if !self.stderr.can_redraw {
            super::write_stderr(&(prompt + ": "));
            return aside(Term::read_secure_line).await;
        }
        let ask =
            |term: &Term| Password::new().with_prompt(prompt).allow_empty_password(true).interact_on(term);
        aside(move |term| Ok(ask(term)?)).await
    }

    /// Asks for a line of text; Enter alone is an empty one.
    pub(crate) async fn ask_line(&self, what: &str) -> Result<String, CliError> {
        let prompt = self.ask(what, ": ");
        super::write_stderr(&(prompt + ": "));
        aside(Term::read_line).await
    }

    /// Asks a question that is answered by yes or no; Enter alone is no.
    pub(crate) async fn ask_to_go_on(&self, question: &str) -> Result<bool, CliError> {
        let prompt = self.ask(question, " [y/N] ");
        if !self.stderr.can_redraw {
            super::write_stderr(&(prompt + " [y/N] "));
            let answer = aside(Term::read_line).await?;
            return Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"));
        }
        let _cursor = CursorBack;
        let ask = |term: &Term| {
            Confirm::new().with_prompt(prompt).default(false).wait_for_newline(true).interact_on(term)
        };
        aside(move |term| Ok(ask(term)?)).await
    }

    /// Asks for one of these keys, each a letter of its word; the others are not heard. Esc and Ctrl-D, which lead
    /// out elsewhere, stand for `way_out`.
    pub(crate) async fn ask_key(
        &self,
        choices: &'static [(char, &'static str)],
        way_out: char,
    ) -> Result<char, CliError> {
        let words = choices.iter().map(|(key, word)| word.replacen(*key, &format!("[{key}]"), 1));
        let prompt = self.ask(&words.collect::<Vec<_>>().join("  "), " ");
        super::write_stderr(&(prompt + " "));
        let key = aside(move |term| {
            loop {
                match term.read_key()? {
                    Key::Escape | Key::Char(END_OF_INPUT) => return Ok(way_out),
                    Key::Char(key) if is_choice(choices, key) => return Ok(key.to_ascii_lowercase()),
                    Key::Unknown | Key::UnknownEscSeq(_) if !term.is_term() => {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                    _ => {}
                }
            }
        });
        let key = key.await?;
        let word = choices.iter().find(|(choice, _)| *choice == key).map_or("", |(_, word)| *word);
        self.say(&[(word, Tone::Dim)]);
        Ok(key)
    }

    /// Shows all but the last line of a question; that line, with room left for what goes after it. Only one line
    /// can be drawn anew with every key.
    fn ask(&self, question: &str, after: &str) -> String {
        let mut page = self.page();
        page.question(question, after.len(), Tone::Strong);
        let text = page.into_text();
        let (above, last) = text.rsplit_once('\n').unwrap_or(("", &text));
        if !above.is_empty() {
            super::write_stderr(&format!("{above}\n"));
        }
        last.to_owned()
    }
}

fn is_choice(choices: &[(char, &str)], key: char) -> bool {
    choices.iter().any(|(choice, _)| *choice == key.to_ascii_lowercase())
}

/// Waits for the answer aside, so that signals are heard, and leaves the terminal as it was, come what may.
async fn aside<T: Send + 'static>(
    read: impl FnOnce(&Term) -> io::Result<T> + Send + 'static,
) -> Result<T, CliError> {
    let mut terminal = Terminal::keep();
    let answer = tokio::task::spawn_blocking(move || read(&Term::stderr())).await;
    let answer = answer.map_err(CliError::internal)?;
    terminal.answered = answer.is_ok();
    answer.map_err(|error| match error.kind() {
        // Ctrl-C while keys are read one by one.
        ErrorKind::Interrupted => Signal::Interrupt.error(),
        _ => CliError::io("cannot ask", &error),
    })
}

/// Dropping it brings the cursor back, which a question hides while it waits.
struct CursorBack;

impl Drop for CursorBack {
    fn drop(&mut self) {
        // There is nowhere to tell that this fails.
        let _ = Term::stderr().show_cursor();
    }
}

/// The terminal's modes; dropping it brings them back.
pub(super) struct Terminal {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
    /// Whether the line that asks has ended.
    pub(super) answered: bool,
}

impl Terminal {
    pub(super) fn keep() -> Self {
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(io::stdin()).ok(),
            answered: false,
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // There is nowhere to tell that this fails.
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, modes);
        }
        if !self.answered {
            super::write_stderr("\n");
        }
    }
}
