//! Asking the twin a question (`POST /v1/twin`).

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Endpoints, Prepared, Reply, Request};
use crate::client::Twin;
use crate::error::Result;
use crate::validate;
use crate::wire::null_as_default;

/// The twin's answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Answer {
    /// The answer, in plain text.
    pub response: String,
    /// How well the knowledge base supports the answer, from 0.0 to 1.0.
    pub confidence: f64,
    /// Whether a person should take over: the confidence is below the twin's threshold, or the question
    /// needs personal judgement.
    pub should_escalate: bool,
    /// Why it escalates, for a person to read; `None` where it does not.
    #[serde(default)]
    pub escalate_reason: Option<String>,
    /// The titles of the documents that contributed.
    #[serde(default, deserialize_with = "null_as_default")]
    pub sources: Vec<String>,
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
    /// Beside what every call may return: 402 ([`ErrorKind::AnswerLimit`](crate::ErrorKind::AnswerLimit))
    /// once the month's answers are used up, and 422 where the twin's onboarding is not complete.
    /// A question that is blank, or longer than [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT), is refused before any
    /// request.
    pub fn ask(&self, message: impl Into<String>) -> Call<Ask> {
        Call::new(self, Ask { message: message.into(), context: None, asked_by: None })
    }
}

impl Call<Ask> {
    /// Text to consider beside the knowledge base, such as a thread's history; at most 4,000 characters.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.request.context = Some(context.into());
        self
    }

    /// The name of the person who asks; logged with escalations. The API's default is `API`.
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
        reply.json()
    }
}
