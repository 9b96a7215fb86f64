//! A twin that answers by a script and remembers what it was asked.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::json;
use twin_eval::{Asked, Asker};
use twin_sdk::{Answer, Twin};

/// What happens to the questions of one text, one after another; the last for ever.
pub(crate) type Script = Vec<Reply>;

#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Says(&'static str),
    Escalates(&'static str),
    /// The API answers with this status.
    Status(u16),
    Stops,
}

#[derive(Default)]
pub(crate) struct Scripted {
    scripts: HashMap<&'static str, Script>,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    pub(crate) fn new(scripts: impl IntoIterator<Item = (&'static str, Script)>) -> Self {
        Self { scripts: scripts.into_iter().collect(), asked: Mutex::default() }
    }

    /// What it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asker for Scripted {
    async fn ask(&self, question: &str, _: Option<&str>) -> Asked {
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(question.to_owned());
            asked.iter().filter(|before| *before == question).count() - 1
        };
        let script = self.scripts.get(question).cloned().unwrap_or_else(|| vec![Reply::Says("Yes.")]);
        match script[before.min(script.len() - 1)].clone() {
            Reply::Says(text) => Asked::Answer(answer(text, None)),
            Reply::Escalates(reason) => Asked::Answer(answer("", Some(reason))),
            Reply::Status(status) => Asked::Failed(refusal(status).await),
            Reply::Stops => Asked::Stopped,
        }
    }
}

pub(crate) fn answer(text: &str, reason: Option<&str>) -> Answer {
    let confidence = if reason.is_some() { 0.2 } else { 0.9 };
    serde_json::from_value(json!({
        "response": text, "confidence": confidence, "shouldEscalate": reason.is_some(), "escalateReason": reason,
        "sources": ["Policy"],
    }))
    .unwrap()
}

/// The error of a client whose request was answered with this status.
async fn refusal(status: u16) -> twin_sdk::Error {
    use twin_reference::{Fault, Reference};
    let reference = match status {
        402 => Reference::new().monthly_limit(0),
        _ => Reference::new(),
    };
    let running = reference.start().await.unwrap();
    match status {
        402 => {}
        429 => running.fault(Fault::rate_limited(600)),
        other => running.fault(Fault::fails(other, 1)),
    }
    let key = twin_sdk::ApiKey::new(running.key()).unwrap();
    let twin = Twin::builder(key).base_url(running.url()).build().unwrap();
    twin.ask("?").retries(0).await.unwrap_err()
}
