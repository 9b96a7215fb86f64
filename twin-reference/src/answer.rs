//! Answers a question out of the knowledge base: finds passages, quotes their best sentences, says how
//! sure it is and whether a person must decide. It extracts, it does not invent.

mod amounts;
mod confidence;
#[cfg(test)]
mod dump;
mod extract;
mod fitted;
pub(crate) mod passages;
mod personal;
mod question;
mod retrieve;
pub(crate) mod table;
pub(crate) mod words;

use std::collections::HashSet;

use amounts::{Amount, Limits, Unit};
use personal::Asks;
use question::Question;
use retrieve::Evidence;

use crate::store::{Result, Store};

/// Below this the knowledge base is said not to cover the question, and what comes closest is named at most, which far
/// below it is not either; below the last it is quoted as what comes closest.
const FAR: f64 = 0.08;
const FAINT: f64 = 0.3;
const DOUBTFUL: f64 = 0.5;
const NOTHING: &str = "Nothing in the knowledge base answers this.";
/// How many passages a language model is given to write an answer from.
const FOR_A_MODEL: usize = 5;

/// An answer with all the API tells of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) response: String,
    /// 0.0 to 1.0, to two decimals.
    pub(crate) confidence: f64,
    /// Why a person must look at it; `None` where none must.
    pub(crate) escalate_reason: Option<String>,
    /// The documents quoted, best first, each once.
    pub(crate) sources: Vec<Source>,
    /// The best passages with the titles of their documents, for a language model.
    pub(crate) passages: Vec<(String, String)>,
}

/// A document an answer quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its place in the store.
    pub(crate) document: i64,
    pub(crate) title: String,
}

impl Answer {
    /// The titles of the sources, best first, each once.
    pub(crate) fn titles(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.sources.iter().map(|source| source.title.as_str()).filter(|title| seen.insert(*title)).collect()
    }
}

/// When an answer is passed on, and to whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate {
    /// Below this confidence it is escalated.
    pub(crate) threshold: f64,
    /// Whether somebody looks at what is escalated.
    pub(crate) attended: bool,
}

/// Answers a question; `context` may be empty.
pub(crate) fn answer(store: &Store, question: &str, context: &str, gate: Gate) -> Result<Answer> {
    let asked = Question::read(store, question, context)?;
    let evidence = retrieve::retrieve(store, &asked)?;
    let (text, mut quoted) = extract::extract(&evidence, &asked);
    let is_said = quoted.is_empty() || text.contains(char::is_alphanumeric);
    let confidence = if is_said { confidence::confidence(&asked, &evidence) } else { 0.0 };
    let asks = personal::judge(question);
    let doubt = if confidence < gate.threshold { Some(doubt(store, confidence)?) } else { None };
    let escalate_reason = reason(store, question, asks, &quoted)?.or(doubt.map(str::to_owned));
    if confidence < FAR {
        quoted.clear();
    }
    let mut seen = HashSet::new();
    let sources = quoted.iter().filter(|evidence| seen.insert(evidence.document));
    let sources = sources.map(|best| Source { document: best.document, title: best.title.clone() }).collect();
    let response = match quoted.first() {
        None => NOTHING.to_owned(),
        Some(best) if confidence < FAINT || asks == Some(Asks::Time) => {
            format!("{NOTHING} What comes closest is \"{}\".", best.title)
        }
        Some(best) if confidence < DOUBTFUL => format!("What comes closest is \"{}\":\n\n{text}", best.title),
        Some(_) => text,
    };
    let is_passed_on = escalate_reason.is_some() && gate.attended;
    let response = response + if is_passed_on { "\n\nA person will look at this." } else { "" };
    let passages = evidence.iter().take(FOR_A_MODEL);
    let passages = passages.map(|evidence| (evidence.title.clone(), evidence.whole_text())).collect();
    Ok(Answer { response, confidence, escalate_reason, sources, passages })
}

/// Why a person must decide however sure the answer is: it asks for what only one can give, or names a sum above what
/// the documents quoted allow. That is past a bound where leave is asked for, and past every sum where none is set.
fn reason(store: &Store, question: &str, asks: Option<Asks>, quoted: &[&Evidence]) -> Result<Option<String>> {
    // The rule may stand apart from what is quoted.
    let mut whole = String::new();
    for evidence in quoted {
        whole += &store.text(evidence.document)?.unwrap_or_default().1;
        whole += "\n";
    }
    for Amount { value, unit, .. } in amounts::amounts(question) {
        let limits = Limits::of(&whole, unit);
        let bound = limits.bound_below(value);
        let is_capped = quoted.iter().any(|evidence| Limits::of(&evidence.text, unit).caps_below(value));
        let asks_leave = (bound.is_some() || is_capped) && personal::asks_leave(question);
        if let (Some(Asks::Approval), Unit::Money, Some(bound)) = (asks, unit, bound) {
            return Ok(Some(format!("Requires personal budget authority over {}", amounts::spoken(bound))));
        }
        if asks.is_none() && (asks_leave || bound.is_none() && limits.tops(value)) {
            return Ok(Some("Names a sum above what the knowledge base allows".to_owned()));
        }
    }
    Ok(asks.map(|asks| asks.reason().to_owned()))
}

fn doubt(store: &Store, confidence: f64) -> Result<&'static str> {
    Ok(if store.passages()? == 0 {
        "The knowledge base is empty"
    } else if confidence < FAINT {
        "Not covered by the knowledge base"
    } else {
        "Only partly covered by the knowledge base"
    })
}
