//! The only code that prints or prompts.

pub(crate) mod age;
pub(crate) mod editor;
pub(crate) mod markdown;
pub mod page;
pub mod progress;
pub(crate) mod prompt;
mod redraw;
pub mod sanitize;
pub mod table;
pub mod term;
pub(crate) mod waiting;

use std::io::{self, Write};

use serde::Serialize;

use crate::error::{CliError, Code};
use crate::exit::Exit;
use page::{Page, Tone};
use term::{ColorChoice, Screen};

/// What a command hands back for printing.
pub trait Report {
    /// For people and for pipes.
    fn text(&self, page: &mut Page);

    /// For `--json`: one document, or nothing where it was printed already.
    fn json(&self, json: Json) -> serde_json::Result<String>;

    /// What belongs on standard error beside the result.
    fn notices(&self, _form: Form) -> Vec<Notice> {
        Vec::new()
    }

    /// What kept the command from doing all it should, where it has a result all the same.
    fn error(&self) -> Option<&CliError> {
        None
    }

    /// The exit code that goes with the result.
    fn exit(&self) -> Exit {
        self.error().map_or(Exit::Done, CliError::exit)
    }
}

/// The form standard output takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Terminal,
    /// Plain text for scripts.
    Piped,
    /// One JSON document.
    Json,
}

/// How JSON is laid out: on one line for programs, indented for people.
#[derive(Debug, Clone, Copy)]
pub struct Json {
    pretty: bool,
}

impl Json {
    /// The value as text.
    pub fn of<T: Serialize + ?Sized>(self, value: &T) -> serde_json::Result<String> {
        if self.pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) }
    }
}

/// A remark on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What kind of remark; also its first word.
    pub label: &'static str,
    /// What there is to say, in one line.
    pub text: String,
    /// It is told beside JSON as well.
    vital: bool,
}

impl Notice {
    /// Something the user should know before relying on the result.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { label: "warning", text: text.into(), vital: false }
    }

    /// What to do next.
    pub fn hint(text: impl Into<String>) -> Self {
        Self { label: "hint", text: text.into(), vital: false }
    }

    /// What is good to know afterwards.
    pub fn note(text: impl Into<String>) -> Self {
        Self { label: "note", text: text.into(), vital: false }
    }

    /// Told beside JSON as well.
    pub fn vital(mut self) -> Self {
        self.vital = true;
        self
    }

    /// Whether it is told beside JSON as well.
    pub fn is_vital(&self) -> bool {
        self.vital
    }

    /// The twin passed a question on to its person.
    pub fn escalated(reason: &str) -> Self {
        Self { label: "escalated", text: reason.to_owned(), vital: false }
    }

    /// An event that was delivered before.
    pub fn repeated(id: &str) -> Self {
        Self { label: "repeated", text: id.to_owned(), vital: false }
    }

    fn tone(&self) -> Tone {
        match self.label {
            "hint" | "note" | "repeated" => Tone::Dim,
            _ => Tone::Warning,
        }
    }
}

/// How much to say, and in which form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Colour.
    pub color: ColorChoice,
    /// JSON in place of text.
    pub json: bool,
    /// No progress, no remarks, and no hints but those of errors.
    pub quiet: bool,
    /// How much to tell of what happens underneath: 0, 1 (requests) or more.
    pub verbose: u8,
    /// Never ask.
    pub no_input: bool,
    /// No progress.
    pub no_progress: bool,
}

/// Standard output and standard error, and how to use them.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    stdout: Screen,
    stderr: Screen,
    options: Options,
}

impl Ui {
    /// The streams of this process.
    pub fn new(options: Options) -> Self {
        Self { stdout: Screen::stdout(options.color), stderr: Screen::stderr(options.color), options }
    }

    /// The form standard output takes.
    pub fn form(&self) -> Form {
        match (self.options.json, self.stdout.is_terminal) {
            (true, _) => Form::Json,
            (false, true) => Form::Terminal,
            (false, false) => Form::Piped,
        }
    }

    /// How much to tell of what happens underneath.
    pub fn verbosity(&self) -> u8 {
        self.options.verbose
    }

    /// Prints how the command ended, its error as `explain` tells it; the exit code.
    ///
    /// That nobody reads standard output to its end is no error: what was done is done. That it could not be
    /// written is one, and what the command itself could not do is told in either case.
    pub fn finish(
        &self,
        result: Result<Box<dyn Report>, CliError>,
        explain: impl Fn(CliError) -> CliError,
    ) -> Exit {
        let report = match result.map_err(&explain) {
            Ok(report) => report,
            Err(error) => {
                self.error(&error);
                return error.exit();
            }
        };
        let written = self.stream(report.as_ref());
        let error = report.error().cloned().map(explain);
        if error.is_some() || matches!(written, Ok(true)) {
            report.notices(self.form()).iter().for_each(|notice| self.notice(notice));
        }
        if let Some(error) = &error {
            self.error(error);
        }
        match (written, report.exit()) {
            (Ok(_), exit) => exit,
            (Err(unwritten), exit) => {
                self.error(&unwritten);
                if exit == Exit::Done { unwritten.exit() } else { exit }
            }
        }
    }

    /// Prints a report as one of many, on standard output alone; false when no one reads it any more.
    ///
    /// # Errors
    /// Where standard output cannot be written to.
    pub fn stream(&self, report: &dyn Report) -> Result<bool, CliError> {
        let text = if self.options.json {
            let json = Json { pretty: self.stdout.is_terminal };
            let json = report.json(json).map_err(CliError::internal)?;
            let json = if self.stdout.is_terminal { sanitize::json(json) } else { json };
            if json.is_empty() { json } else { json + "\n" }
        } else {
            let mut page = Page::new(self.stdout);
            report.text(&mut page);
            page.into_text()
        };
        write_stdout(&text)
    }

    /// A remark on standard error. `--quiet` and `--json` leave hints out.
    pub fn notice(&self, notice: &Notice) {
        let is_remark = match notice.label {
            "hint" | "note" => self.options.quiet || self.options.json,
            "repeated" => self.options.quiet,
            _ => false,
        };
        if is_remark {
            return;
        }
        self.tell(notice.label, notice.tone(), &notice.text);
    }

    /// A line on standard error for people who watch: silent off a terminal, under `--quiet` and `--json`.
    pub fn remark(&self, text: &str) {
        if self.stderr.is_terminal && !self.options.quiet && !self.options.json {
            self.say(&[(text, Tone::Dim)]);
        }
    }

    /// A line on standard error about a wait, which is progress of a kind.
    pub fn waiting(&self, text: &str) {
        if !self.options.no_progress {
            self.announce(text);
        }
    }

    /// A line on standard error for whoever waits for it: silent under `--quiet` and `--json`.
    pub fn announce(&self, text: &str) {
        if !self.options.quiet && !self.options.json {
            self.say(&[(text, Tone::Dim)]);
        }
    }

    /// A line on standard error about what happens underneath, where `-v` was given often enough.
    pub fn detail(&self, verbosity: u8, text: &str) {
        if self.options.verbose >= verbosity {
            self.say(&[(text, Tone::Dim)]);
        }
    }

    fn error(&self, error: &CliError) {
        if self.options.json {
            let json = error.json_line();
            let json = if self.stderr.is_terminal { sanitize::json(json) } else { json };
            write_stderr(&(json + "\n"));
        } else {
            self.complain(error);
        }
    }

    /// Tells a person of an error.
    pub(crate) fn complain(&self, error: &CliError) {
        self.tell("error", Tone::Bad, error.message());
        if let Some(hint) = error.hint_text() {
            self.tell("hint", Tone::Dim, hint);
        }
    }

    fn tell(&self, label: &str, tone: Tone, text: &str) {
        let mut page = self.page();
        page.entry(&format!("{label}: "), tone, text);
        self.show(page);
    }

    fn say(&self, parts: &[(&str, Tone)]) {
        let mut page = self.page();
        page.line(parts);
        self.show(page);
    }

    /// An empty page for standard error: what a person reads while the command runs.
    pub(crate) fn page(&self) -> Page {
        Page::new(self.stderr)
    }

    /// Shows a page on standard error.
    pub(crate) fn show(&self, page: Page) {
        write_stderr(&page.into_text());
    }
}

/// Prints what clap has to say of a command line: help, a version or a mistake. `overview` stands in for help that
/// no one asked for.
pub fn print_clap(error: &clap::Error, overview: Option<&str>, options: Options) -> Exit {
    let ui = Ui::new(options);
    let screen = if error.use_stderr() { ui.stderr } else { ui.stdout };
    let text = if screen.color { error.render().ansi().to_string() } else { error.render().to_string() };
    if error.use_stderr() {
        if options.json {
            ui.error(&usage_error(error))
        } else {
            write_stderr(overview.unwrap_or(&text))
        }
        return Exit::Usage;
    }
    match write_stdout(&text) {
        Ok(_) => Exit::Done,
        Err(error) => {
            ui.error(&error);
            error.exit()
        }
    }
}

/// clap's message without its frame: what is wrong, and the tips as the hint.
fn usage_error(error: &clap::Error) -> CliError {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return CliError::new(Code::Usage, "no command was given").hint("see --help");
    }
    let text = error.render().to_string();
    let body = text.strip_prefix("error: ").unwrap_or(&text);
    let (message, rest) = body.split_once("\n\n").unwrap_or((body, ""));
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let tips: Vec<&str> = rest.lines().filter_map(|line| line.trim_start().strip_prefix("tip: ")).collect();
    let hint = if tips.is_empty() { "see --help".to_owned() } else { tips.join("; ") };
    CliError::new(Code::Usage, message).hint(hint)
}

/// Writes to standard output; false when no one reads it any more.
fn write_stdout(text: &str) -> Result<bool, CliError> {
    if text.is_empty() {
        // Another thread may be stuck in printing what no one reads.
        return Ok(true);
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(CliError::io("cannot write to standard output", &error)),
    }
}

/// Errors are told as far as possible: there is nowhere else to tell that standard error is gone.
fn write_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
