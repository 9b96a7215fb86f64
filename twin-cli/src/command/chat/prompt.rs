//! The prompt: editing, multi-line paste, and a history that is for its owner alone. The one file that knows the crate
//! `rustyline`.

use std::path::PathBuf;

use rustyline::config::Behavior;
use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::error::CliError;
use crate::files;

const HISTORY: usize = 1_000;

/// Reads lines from the terminal.
pub(super) struct Prompt {
    editor: Option<DefaultEditor>,
    history: Option<PathBuf>,
}

/// What was typed.
pub(super) enum Typed {
    Line(String),
    /// Ctrl-C, or a line without anything.
    Nothing,
    /// Ctrl-D.
    End,
}

impl Prompt {
    /// A prompt, with its history or without.
    pub(super) fn new(keep_history: bool) -> Result<Self, CliError> {
        let cannot =
            |error: ReadlineError| CliError::internal(format!("cannot read from the terminal: {error}"));
        let config = Config::builder()
            .behavior(Behavior::PreferTerm)
            .history_ignore_space(true)
            .max_history_size(HISTORY)
            .map_err(cannot)?;
        let mut editor = DefaultEditor::with_config(config.build()).map_err(cannot)?;
        let history = if keep_history { Some(files::data_dir()?.join("chat-history")) } else { None };
        if let Some(path) = &history {
            let _ = editor.load_history(path); // there may be none yet
        }
        Ok(Self { editor: Some(editor), history })
    }

    /// Reads a line aside, so that signals are heard.
    pub(super) async fn read(&mut self) -> Result<Typed, CliError> {
        let Some(mut editor) = self.editor.take() else { return Ok(Typed::End) };
        let read = tokio::task::spawn_blocking(move || {
            let line = editor.readline("> ");
            (editor, line)
        });
        let (mut editor, line) = read.await.map_err(CliError::internal)?;
        let typed = match line {
            Ok(line) if line.trim().is_empty() => Ok(Typed::Nothing),
            Ok(line) => {
                let _ = editor.add_history_entry(line.as_str()); // a history that is full forgets
                self.keep(&mut editor);
                Ok(Typed::Line(line))
            }
            Err(ReadlineError::Interrupted) => Ok(Typed::Nothing),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(CliError::internal(format!("cannot read from the terminal: {error}"))),
        };
        self.editor = Some(editor);
        typed
    }

    /// Saves the history. That it cannot be saved keeps no one from talking.
    fn keep(&self, editor: &mut DefaultEditor) {
        let Some(path) = &self.history else { return };
        if !path.exists() {
            let _ = files::replace_private(path, "");
        }
        let _ = editor.save_history(path);
    }
}
