//! `twin escalations triage`: one open escalation after the other, and a key for what to do with it.

mod draft;
mod session;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;
use twin_sdk::{Escalation, StatusFilter, Twin};

use self::draft::Draft;
use self::session::{Fate, Session};
use crate::command::Outcome;
use crate::command::answer;
use crate::command::bulk::finished;
use crate::command::ids::{self, Kind};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::hints;
use crate::stop::Signal;
use crate::ui::age::age;
use crate::ui::editor;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};

/// Work through open escalations one by one
///
/// Each is shown with who asked, when, how sure the twin was and why it passed the question on. The keys:
///   r  mark it as resolved
///   a  write an answer in $VISUAL or $EDITOR; it becomes a document, and the twin is asked again
///   t  ask the twin again now
///   s  skip it, b  go back, q (or Esc)  quit, ?  show the keys
///
/// Asking again counts as an answer; if it is escalated again, that escalation is resolved automatically.
/// Your text is kept in a file until it has been added.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  twin escalations triage
  EDITOR='code --wait' twin escalations triage

Exit codes:
  0 finished or quit, 2 no terminal, 4 no key, 7 connection failed, 130 interrupted, 143 terminated"
)]
pub struct Args {}

const KEYS: [(char, &str); 7] = [
    ('r', "resolve"),
    ('a', "answer"),
    ('t', "try again"),
    ('s', "skip"),
    ('b', "back"),
    ('q', "quit"),
    ('?', "?"),
];

/// What the keys do, as `?` tells.
const HELP: [(&str, &str); 6] = [
    ("r", "mark it as resolved"),
    ("a", "write an answer in your editor, add it as a document, and ask again"),
    ("t", "ask again now (counts as an answer)"),
    ("s", "skip it and leave it open"),
    ("b", "go back to the previous one"),
    ("q", "quit and leave the rest open"),
];

pub(super) async fn run(_: Args, context: &Context) -> Outcome {
    context.ui.must_ask(
        "triage is interactive",
        "in scripts, use 'twin escalations list' and 'twin escalations resolve'",
    )?;
    let twin = context.connect().await?.twin;
    let open = twin.escalations().list().status(StatusFilter::Open).limit(twin_sdk::PAGE_LIMIT).await?;
    let unlisted = open.total - open.items.len() as u64;
    let mut triage = Triage::new(open.items, twin, context);
    let error = triage.go_through().await.err();
    Ok(Box::new(triage.summary(unlisted, error)))
}

/// Answers one escalation and asks whether to resolve it.
pub(super) async fn answer_one(escalation: Escalation, twin: Twin, context: &Context) -> Outcome {
    let mut triage = Triage::new(vec![escalation.clone()], twin, context);
    triage.show(&escalation, triage.session.fate());
    let error = triage.answer(&escalation).await.err();
    Ok(Box::new(triage.summary(0, error)))
}

struct Triage<'a> {
    context: &'a Context,
    twin: Twin,
    signal: watch::Receiver<Option<Signal>>,
    session: Session,
    answered: Vec<Answered>,
}

/// Whether the present escalation stays on the screen.
enum Next {
    Stay,
    Show,
    Quit,
}

impl<'a> Triage<'a> {
    fn new(escalations: Vec<Escalation>, twin: Twin, context: &'a Context) -> Self {
        let (signal, session) = (context.stop.graceful(), Session::new(escalations));
        Self { context, twin, signal, session, answered: Vec::new() }
    }

    fn summary(self, unlisted: u64, error: Option<CliError>) -> Summary {
        Summary {
            resolved: self.session.ids(Fate::Resolved),
            answered: self.answered,
            skipped: self.session.ids(Fate::Skipped),
            remaining: self.session.ids(Fate::Waiting),
            unlisted,
            error,
        }
    }

    async fn go_through(&mut self) -> Result<(), CliError> {
        while let Some((escalation, fate)) = self.session.current() {
            let escalation = escalation.clone();
            self.show(&escalation, *fate);
            loop {
                match self.next(&escalation).await? {
                    Next::Stay => {}
                    Next::Show => break,
                    Next::Quit => return Ok(()),
                }
            }
        }
        Ok(())
    }

    /// Waits for a key and does what it stands for. What fails is told and asked again; a signal ends it all.
    async fn next(&mut self, escalation: &Escalation) -> Result<Next, CliError> {
        let key = self.ask_key().await?;
        let done = match key {
            'r' => self.resolve(escalation).await,
            'a' => self.answer(escalation).await,
            't' => self.ask_twin(escalation).await.map(|()| Next::Stay),
            's' => {
                self.session.decide(Fate::Skipped);
                Ok(Next::Show)
            }
            '?' => {
                self.help();
                Ok(Next::Stay)
            }
            'b' if self.session.back() => Ok(Next::Show),
            'b' => {
                self.remark("This is the first one.");
                Ok(Next::Stay)
            }
            _ => Ok(Next::Quit),
        };
        match done {
            Err(error) if !is_signal(&error) => {
                self.context.ui.complain(&error);
                Ok(Next::Stay)
            }
            other => other,
        }
    }

    async fn ask_key(&mut self) -> Result<char, CliError> {
        let ui = self.context.ui;
        tokio::select! {
            biased;
            signal = self.signal.wait_for(Option::is_some) => {
                let signal = signal.ok().and_then(|signal| *signal);
                Err(signal.unwrap_or(Signal::Terminate).error())
            }
            key = ui.ask_key(&KEYS, 'q') => key,
        }
    }

    async fn resolve(&mut self, escalation: &Escalation) -> Result<Next, CliError> {
        let call = self.twin.escalations().resolve(&escalation.id);
        let resolved = finished(call.into_future(), &mut self.signal).await.map_err(Signal::error)?;
        resolved.map_err(|error| ids::explain(error, Kind::Escalation, &escalation.id))?;
        self.session.decide(Fate::Resolved);
        Ok(Next::Show)
    }

    /// Asks the twin again. Someone sees the answer right here: an escalation that it opens is none more to triage.
    async fn ask_twin(&mut self, escalation: &Escalation) -> Result<(), CliError> {
        let before = self.open_about(&escalation.question).await?;
        let mut call = self.twin.ask(&escalation.question);
        if !escalation.asked_by.trim().is_empty() {
            call = call.asked_by(&escalation.asked_by);
        }
        let asking = self.context.waiting_for("Asking", call);
        let answer = finished(Box::pin(asking), &mut self.signal).await.map_err(Signal::error)?;
        let answer = answer.map_err(|error| hints::of_question(&error, self.context))?;
        let mut page = self.context.ui.page();
        page.gap();
        answer::show(&answer, &self.context.places(&answer).await, &mut page);
        page.gap();
        self.context.ui.show(page);
        if !answer.should_escalate {
            return Ok(());
        }
        for id in self.open_about(&escalation.question).await? {
            if !before.contains(&id) {
                let call = self.twin.escalations().resolve(&id);
                finished(call.into_future(), &mut self.signal).await.map_err(Signal::error)??;
                self.remark(&format!("It was escalated again as {id}, which is now resolved."));
            }
        }
        Ok(())
    }

    /// The open escalations with this question.
    async fn open_about(&mut self, question: &str) -> Result<Vec<String>, CliError> {
        let call = self.twin.escalations().list().limit(twin_sdk::PAGE_LIMIT);
        let open = finished(call.into_future(), &mut self.signal).await.map_err(Signal::error)??;
        let alike = open.items.into_iter().filter(|other| other.question.trim() == question.trim());
        Ok(alike.map(|other| other.id).collect())
    }

    fn help(&self) {
        let mut page = self.context.ui.page();
        for (key, meaning) in HELP {
            page.entry(&format!("  {key}  "), Tone::Strong, meaning);
        }
        self.context.ui.show(page);
    }

    /// Lets the user write, adds the text to the knowledge base, shows what the twin says now.
    async fn answer(&mut self, escalation: &Escalation) -> Result<Next, CliError> {
        let draft = Draft::open(escalation)?;
        let kept = |error: CliError| {
            let place = format!("your text was saved to {}", draft.path().display());
            match error.hint_text().map(|hint| format!("{place}; {hint}")) {
                Some(hint) => error.hint(hint),
                None => error.hint(place),
            }
        };
        editor::edit(draft.path(), &self.context.stop).await.map_err(kept)?;
        let Some(document) = draft.document()? else {
            draft.discard();
            self.remark("No answer was written.");
            return Ok(Next::Stay);
        };
        let (call, title) = (self.twin.kb().create(document.clone()), document.title);
        let created = finished(call.into_future(), &mut self.signal).await;
        let created = created.map_err(|signal| kept(hints::in_doubt(signal.error())))?;
        let created = created.map_err(|error| kept(hints::of_create(error)))?;
        draft.discard();
        let id = created.id.unwrap_or_default();
        self.added(&title, &id);
        self.answered.push(Answered { id: escalation.id.clone(), document_id: id });
        if let Err(error) = self.ask_twin(escalation).await {
            if is_signal(&error) {
                return Err(error);
            }
            self.context.ui.complain(&error);
        }
        let is_open = !self.session.fate().is_resolved();
        if is_open && self.context.ui.ask_to_go_on("Resolve it?").await? {
            self.resolve(escalation).await
        } else {
            Ok(Next::Stay)
        }
    }

    fn show(&self, escalation: &Escalation, fate: Fate) {
        let mut page = self.context.ui.page();
        let (number, count) = self.session.place();
        let title = format!("── {number} of {count} ");
        let rule = "─".repeat(page.width().saturating_sub(title.chars().count()));
        page.gap();
        page.line(&[(&title, Tone::Dim), (&rule, Tone::Dim)]);
        page.block(&escalation.question, Tone::Strong);
        page.gap();
        let confidence = answer::confidence(escalation.confidence);
        let asked = age(escalation.created_at, Timestamp::now());
        let mut who = escalation.asked_by.split_whitespace().collect::<Vec<_>>().join(" ");
        if who.is_empty() {
            who = "unknown".to_owned();
        }
        let facts = [&who, &asked, &confidence, &escalation.id].map(String::as_str);
        let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        page.block(&facts.join(" · "), Tone::Dim);
        if !escalation.reason.trim().is_empty() {
            page.block(&escalation.reason, Tone::Warning);
        }
        if fate.is_resolved() {
            page.block("Resolved already.", Tone::Good);
        }
        page.gap();
        self.context.ui.show(page);
    }

    fn added(&self, title: &str, id: &str) {
        let mut page = self.context.ui.page();
        page.entry("Added ", Tone::Good, &format!("{title}  {id}"));
        self.context.ui.show(page);
    }

    fn remark(&self, text: &str) {
        let mut page = self.context.ui.page();
        page.line(&[(text, Tone::Dim)]);
        self.context.ui.show(page);
    }
}

fn is_signal(error: &CliError) -> bool {
    matches!(error.code(), Code::Interrupted | Code::Terminated)
}

/// An answer that became a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    id: String,
    document_id: String,
}

/// How a triage went.
#[derive(Serialize)]
struct Summary {
    resolved: Vec<String>,
    answered: Vec<Answered>,
    skipped: Vec<String>,
    remaining: Vec<String>,
    #[serde(skip)]
    unlisted: u64,
    #[serde(skip)]
    error: Option<CliError>,
}

impl Report for Summary {
    fn text(&self, page: &mut Page) {
        let counts = [
            (self.resolved.len(), "resolved"),
            (self.answered.len(), "answered"),
            (self.skipped.len(), "skipped"),
            (self.remaining.len(), "left"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let text = if counts.is_empty() { "No open escalations".to_owned() } else { counts.join(", ") };
        page.block(&(text + "."), Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let more = format!("{} more are open: run it again after these", self.unlisted);
        if self.unlisted > 0 { vec![Notice::warning(more)] } else { Vec::new() }
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }
}
