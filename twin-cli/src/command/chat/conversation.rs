//! What a line of a conversation does: a question with its thread, or a command.

use twin_sdk::{Answer, Escalation, StatusFilter, Thread, Twin};

use super::words::{self, Command};
use crate::command::ask;
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::files;
use crate::hints;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report, editor};

/// Headers by which a response may tell how many answers the month has left.
const ANSWERS_LEFT: [&str; 3] = ["x-answers-remaining", "x-answerlimit-remaining", "x-monthly-remaining"];

/// Whether the conversation goes on.
pub(super) enum Next {
    Stay,
    Leave,
}

/// A conversation.
pub(super) struct Conversation<'a> {
    twin: Twin,
    asked_by: Option<String>,
    context: &'a Context,
    thread: Thread,
    last: Option<Answer>,
    /// It was said that old turns are no longer sent.
    told_of_dropped: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(twin: Twin, asked_by: Option<String>, context: &'a Context) -> Self {
        let asked_by = asked_by.filter(|name| !name.trim().is_empty());
        Self { twin, asked_by, context, thread: Thread::new(), last: None, told_of_dropped: false }
    }

    /// Does what a line says.
    pub(super) async fn take(&mut self, line: &str) -> Result<Next, CliError> {
        let command = words::command(line)?;
        match command {
            Command::Nothing => {}
            Command::Quit => return Ok(Next::Leave),
            Command::Ask(question) => self.ask(&question).await?,
            Command::Edit => {
                if let Some(question) = self.edit().await? {
                    self.context.ui.remark(&question);
                    self.ask(&question).await?;
                }
            }
            Command::New => {
                (self.thread, self.last, self.told_of_dropped) = (Thread::new(), None, false);
                self.context.ui.remark("Started a new conversation: earlier messages are no longer sent.");
            }
            Command::Sources => self.show(&Sources(self.last.clone()))?,
            Command::Escalations => {
                let open = self.twin.escalations().list().status(StatusFilter::Open).await?;
                self.show(&Open(open.items, open.total))?;
            }
            Command::Help => self.show(&Help)?,
        }
        Ok(Next::Stay)
    }

    async fn ask(&mut self, question: &str) -> Result<(), CliError> {
        ask::check_question(question)?;
        let mut call = self.twin.ask(question);
        if !self.thread.is_empty() {
            call = call.thread(&self.thread);
        }
        if let Some(name) = &self.asked_by {
            call = call.asked_by(name);
        }
        let asked = self.context.waiting_for("Asking", call.with_meta());
        let Some(answered) = self.unless_cancelled(asked).await else {
            return Ok(());
        };
        let answered = answered.map_err(|error| hints::of_question(&error, self.context))?;
        let left = ANSWERS_LEFT.iter().find_map(|name| answered.meta.header(name)).map(str::to_owned);
        let answer = answered.data;
        self.thread.push(self.asked_by.as_deref().unwrap_or("User"), question);
        self.thread.push("Twin", &answer.response);
        let places = self.context.places(&answer).await;
        let report = ask::Answered::plain(answer.clone(), places);
        self.show(&report)?;
        for notice in report.notices(self.context.ui.form()) {
            self.context.ui.notice(&notice);
        }
        if let Some(left) = left {
            self.context.ui.remark(&format!("{left} answers left this month"));
        }
        if self.thread.dropped() > 0 && !self.told_of_dropped {
            self.told_of_dropped = true;
            let text = "the conversation exceeds 4,000 characters: its oldest messages are no longer sent";
            self.context.ui.notice(&Notice::hint(format!("{text}; type /new to start over")));
        }
        self.last = Some(answer);
        Ok(())
    }

    /// Waits for an answer; on a terminal, Ctrl-C gives it up and nothing else.
    async fn unless_cancelled<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        if !self.context.ui.can_ask() {
            return Some(answer.await);
        }
        let _held = self.context.stop().leave_interrupts();
        tokio::select! {
            biased;
            answer = answer => Some(answer),
            _ = tokio::signal::ctrl_c() => {
                self.context.ui.announce("Cancelled. The question may still count towards the answer limit.");
                None
            }
        }
    }

    /// A question written in the editor; nothing if none was.
    async fn edit(&self) -> Result<Option<String>, CliError> {
        self.context.ui.must_ask("/edit opens an editor", "write the question on one line")?;
        let path = files::data_dir()?.join("question.md");
        let cannot =
            |error: std::io::Error| CliError::io(format_args!("cannot write {}", path.display()), &error);
        files::replace_private(&path, "").map_err(cannot)?;
        match editor::edit(&path, self.context.stop()).await {
            Err(error) if error.code() == Code::Interrupted => return Ok(None),
            edited => edited?,
        }
        let text = files::read_if_there(&path)?.unwrap_or_default();
        let _ = std::fs::remove_file(&path); // what is left of it is for its owner alone
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Prints on standard output. That no one reads it any more ends nothing here.
    fn show(&self, report: &dyn Report) -> Result<(), CliError> {
        match self.context.ui.stream(report)? {
            true => Ok(()),
            false => Err(CliError::new(Code::Io, "standard output was closed")),
        }
    }
}

struct Sources(Option<Answer>);

impl Report for Sources {
    fn text(&self, page: &mut Page) {
        match self.0.as_ref().map(|answer| answer.sources.as_slice()) {
            None => page.block("No questions yet.", Tone::Dim),
            Some([]) => page.block("The last answer has no sources.", Tone::Dim),
            Some(sources) => sources.iter().for_each(|source| page.block(source, Tone::Plain)),
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.0.as_ref().map(|answer| &answer.sources))
    }
}

struct Open(Vec<Escalation>, u64);

impl Report for Open {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            return page.block("No open escalations.", Tone::Dim);
        }
        for escalation in &self.0 {
            page.row(&[&escalation.id, &escalation.asked_by, &escalation.question]);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(
            &serde_json::json!({"items": self.0, "total": self.1, "truncated": self.1 > self.0.len() as u64}),
        )
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        Vec::new()
    }
}

struct Help;

impl Report for Help {
    fn text(&self, page: &mut Page) {
        for (name, meaning) in words::COMMANDS {
            page.entry(&format!("{name:<14}"), Tone::Strong, meaning);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(
            &words::COMMANDS.map(|(name, meaning)| serde_json::json!({"command": name, "meaning": meaning}))
        )
    }
}
