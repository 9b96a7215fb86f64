//! What the tools do, without the protocol: calls of the twin, the budget of questions, and what a model can do
//! about a refusal.

use std::sync::atomic::{AtomicU64, Ordering};

use twin_sdk::{Answer, Document, Error, ErrorKind, Escalation, Page, Stats, Twin};
use twin_sync::Meter;

use super::fence::fence;
use crate::command::answer;
use crate::error::CliError;
use crate::words::count;

/// Whom the questions come from, as escalations show it.
const ASKED_BY: &str = "twin mcp";

/// A twin with a budget of questions.
pub(super) struct Desk {
    pub(super) twin: Twin,
    pub(super) meter: Meter,
    max_asks: u64,
    asked: AtomicU64,
}

/// Why a tool has no result, in words that a model can act on.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) String);

impl Desk {
    pub(super) fn new(twin: Twin, meter: Meter, max_asks: u64) -> Self {
        Self { twin, meter, max_asks, asked: AtomicU64::new(0) }
    }

    /// Questions that may still be asked.
    pub(super) fn asks_left(&self) -> u64 {
        self.max_asks.saturating_sub(self.asked.load(Ordering::Relaxed))
    }

    /// Asks a question. What the API did not take counts as not asked.
    pub(super) async fn ask(&self, question: String, context: Option<String>) -> Result<Answer, Refusal> {
        let take = |asked: u64| (asked < self.max_asks).then_some(asked + 1);
        if self.asked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Err(Refusal(format!(
                "This session has used its {} (--max-asks). Do not call ask again. Read documents with kb_list \
                 and kb_get instead, or tell the user to start 'twin mcp' with a higher --max-asks.",
                count(self.max_asks, "question")
            )));
        }
        let mut call = self.twin.ask(question).asked_by(ASKED_BY);
        if let Some(context) = context.filter(|context| !context.trim().is_empty()) {
            call = call.context(context);
        }
        call.await.map_err(|error| {
            if error.outcome() == twin_sdk::Outcome::NotApplied {
                self.asked.fetch_sub(1, Ordering::Relaxed);
            }
            let refusal = refused_change(&error, "The twin may have taken the question: then it counts.");
            Refusal(format!("{} {}", refusal.0, self.left()))
        })
    }

    /// `49 of this session's 50 questions left.`
    pub(super) fn left(&self) -> String {
        format!("{} of this session's {} left.", self.asks_left(), count(self.max_asks, "question"))
    }
}

/// What happened and what to do about it. What the network said is fenced.
pub(super) fn refused(error: &Error) -> Refusal {
    let told = error.message().filter(|_| error.status().is_some()).map(fence);
    let told = told.map(|told| format!("\n{told}\n")).unwrap_or_default();
    let told_or_page = || match error.status() {
        Some(_) if told.is_empty() => format!("\n{}\n", fence(&error.to_string())),
        _ => told.clone(),
    };
    let seconds = error.retry_after().map(|wait| wait.as_secs_f64().ceil().max(1.0));
    Refusal(match (error.kind(), seconds) {
        (ErrorKind::RateLimited, Some(seconds)) => {
            format!("Rate limited: wait {seconds} s before the next call.{told}")
        }
        (ErrorKind::RateLimited, None) => format!("Rate limited: wait a minute before the next call.{told}"),
        (ErrorKind::AnswerLimit, _) => format!(
            "The month's answers are used up: do not call ask again. Read documents with kb_list and kb_get, or tell the \
             user to upgrade the plan or to wait for the next month.{told}"
        ),
        (ErrorKind::NotFound, _) => {
            format!("Nothing has that ID: take IDs from kb_list or escalations_list.{told}")
        }
        _ => {
            let error = CliError::from(error);
            let hint = error.hint_text().map(|hint| format!(" Tell the user: {hint}.")).unwrap_or_default();
            match told_or_page() {
                told if told.is_empty() => format!("{}.{hint}", error.message()),
                told => format!("The call failed.{hint}{told}"),
            }
        }
    })
}

/// As [`refused`], for a call that made something: where its answer was lost, it may have done so.
pub(super) fn refused_change(error: &Error, what_may_be: &str) -> Refusal {
    let Refusal(text) = refused(error);
    match error.outcome() {
        twin_sdk::Outcome::NotApplied => Refusal(text),
        _ => Refusal(format!("{text} {what_may_be}")),
    }
}

/// An answer as text.
pub(super) fn answer_text(answer: &Answer, left: &str) -> String {
    let mut text = answer.response.clone();
    if !answer.sources.is_empty() {
        text += &format!("\n\nSources: {}", answer.sources.join(" · "));
    }
    if let Some(reason) = answer::reason(answer) {
        text += &format!("\n\nWhy it was escalated: {reason}");
    }
    let outcome = match answer.should_escalate {
        true => {
            "The twin is not sure enough or must not decide this: it escalated the question to a person. \
             Do not present the text as settled."
        }
        false => "The twin answered from its knowledge base.",
    };
    format!("{outcome} Confidence: {}. {left}\n{}", answer::confidence(answer.confidence), fence(&text))
}

/// Documents as text, one a line.
pub(super) fn documents_text(documents: &[Document], total: u64) -> String {
    let line = |document: &Document| {
        let title = document.title.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}  {}  {title}", document.id, document.document_type.as_str())
    };
    let lines: Vec<String> = documents.iter().map(line).collect();
    format!(
        "{} of {}: id, type, title.\n{}",
        documents.len(),
        count(total, "document"),
        fence(&lines.join("\n"))
    )
}

/// A document as text.
pub(super) fn document_text(document: &Document) -> String {
    let content = document.content.as_deref().unwrap_or_default();
    let kind = document.document_type.as_str();
    format!(
        "Document {} of the type {kind}.\n{}",
        document.id,
        fence(&format!("{}\n\n{content}", document.title))
    )
}

/// Escalations as text.
pub(super) fn escalations_text(page: &Page<Escalation>) -> String {
    let one = |escalation: &Escalation| {
        format!(
            "{}  {}  confidence {}  asked by {}, {}\n  question: {}\n  reason: {}",
            escalation.id,
            escalation.status.as_str(),
            answer::percent(escalation.confidence),
            escalation.asked_by,
            escalation.created_at.map_or("at an unknown time".to_owned(), |time| time.to_string()),
            escalation.question,
            escalation.reason
        )
    };
    let all: Vec<String> = page.items.iter().map(one).collect();
    format!("{} of {}.\n{}", page.items.len(), count(page.total, "escalation"), fence(&all.join("\n")))
}

/// Figures as text.
pub(super) fn stats_text(stats: &Stats) -> String {
    format!(
        "{} answered, {} of them escalated; {} handled without a person, average confidence {}, \
         {} saved, {}.",
        count(stats.total_answered, "question"),
        stats.total_escalated,
        answer::percent(stats.handle_rate),
        answer::percent(stats.avg_confidence),
        count(stats.total_saved_minutes, "minute"),
        count(stats.kb_doc_count, "document")
    )
}
