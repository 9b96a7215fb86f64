//! Asking the twin a question (`POST /v1/twin`).

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Call, Endpoints, Prepared, Reply, Request};
use crate::client::Twin;
use crate::error::Result;
use crate::thread::Thread;
use crate::validate;
use crate::wire::{Fields, Lacks};

/// The twin's answer to a question.
///
/// Only the response is indispensable: any other field that the API leaves out, or gives in an unknown form, reads
/// as empty or zero (a confidence of 0.0: not sure).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
#[non_exhaustive]
pub struct Answer {
    /// The answer, in plain text.
    pub response: String,
    /// How well the knowledge base supports the answer, from 0.0 to 1.0.
    pub confidence: f64,
    /// Whether a person should take over: the confidence is below the twin's threshold, or the question
    /// needs personal judgement.
    pub should_escalate: bool,
    /// Why it escalates, for a person to read; `None` if it does not.
    pub escalate_reason: Option<String>,
    /// The titles of the documents that contributed.
    pub sources: Vec<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<Fields> for Answer {
    type Error = Lacks;

    fn try_from(mut fields: Fields) -> Result<Self, Lacks> {
        Ok(Self {
            response: fields.needed_text("response")?,
            confidence: fields.number("confidence"),
            should_escalate: fields.flag("shouldEscalate"),
            escalate_reason: fields.optional_text("escalateReason"),
            sources: fields.texts("sources"),
            extra: fields.rest(),
        })
    }
}

impl Answer {
    /// Fields that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

/// The request behind [`Twin::ask`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<String>,
}

impl Twin {
    /// Asks the twin a question of at most 2,000 characters (`POST /v1/twin`).
    ///
    /// Asking is not idempotent: each answer counts against the monthly limit and may open an escalation.
    /// A lost answer is therefore never asked for again by itself; the error then says
    /// [`Outcome::Unknown`](crate::Outcome::Unknown).
    ///
    /// ```no_run
    /// # async fn example(twin: twin_sdk::Twin) -> twin_sdk::Result<()> {
    /// let answer = twin.ask("What is the expense policy?").asked_by("Jordan M.").await?;
    /// println!("{} ({:.0} %)", answer.response, answer.confidence * 100.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// In addition to what every call may return: 402 ([`ErrorKind::AnswerLimit`](crate::ErrorKind::AnswerLimit))
    /// once the month's answers are used up, and 422 if the twin's onboarding is not complete.
    /// A question that is blank, or longer than [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT), is refused before any
    /// request.
    pub fn ask(&self, message: impl Into<String>) -> Call<Ask> {
        Call::new(self, Ask { message: message.into(), context: None, asked_by: None })
    }
}

impl Call<Ask> {
    /// Sets text to consider in addition to the knowledge base, at most 4,000 characters. For a conversation, see
    /// [`Self::thread`].
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.request.context = Some(context.into());
        self
    }

    /// Sets the conversation so far as the context. An empty thread sets none.
    pub fn thread(mut self, thread: &Thread) -> Self {
        self.request.context = Some(thread.to_string()).filter(|context| !context.is_empty());
        self
    }

    /// Sets the name of the person who asks, which is logged with escalations. The API's default is `API`.
    pub fn asked_by(mut self, name: impl Into<String>) -> Self {
        self.request.asked_by = Some(name.into());
        self
    }
}

impl Request for Ask {
    type Output = Answer;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        validate::not_blank("message", &self.message)?;
        validate::not_longer_than("message", &self.message, validate::MESSAGE_LIMIT)?;
        if let Some(context) = &self.context {
            validate::not_longer_than("context", context, validate::CONTEXT_LIMIT)?;
        }
        Prepared::with_body("POST /v1/twin", Method::POST, endpoints.twin.clone(), self)
    }

    fn decode(&self, reply: Reply) -> Result<Answer> {
        reply.read(Answer::try_from)
    }
}
