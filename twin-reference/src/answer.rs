//! Answers a question out of the knowledge base: finds passages, quotes their best sentences, says how
//! sure it is and whether a person must decide. It extracts, it does not invent.

mod amounts;
mod confidence;
mod extract;
mod judgement;
pub(crate) mod passages;
mod question;
mod retrieve;
mod vocabulary;
mod wanted;
mod weigh;
pub(crate) mod words;

use amounts::{Amount, Limits, Unit};
use judgement::Asks;
use retrieve::Evidence;

use crate::store::{Result, Store};

/// Below this the passages found have nothing to say to the question, and are not quoted.
const UNRELATED: f64 = 0.12;

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
        let mut titles = Vec::new();
        for source in &self.sources {
            if !titles.contains(&source.title.as_str()) {
                titles.push(source.title.as_str());
            }
        }
        titles
    }
}

/// Answers a question; `context` may be empty. Below `threshold` the answer is escalated.
pub(crate) fn answer(store: &Store, question: &str, context: &str, threshold: f64) -> Result<Answer> {
    let terms = weigh::weigh(store, question::terms(question))?;
    let context = weigh::weigh(store, question::terms(context))?;
    let terms = weigh::in_context(terms, context);
    let evidence = retrieve::retrieve(store, question, &terms)?;
    let (mut text, mut quoted) = extract::extract(&evidence, &terms);
    let confidence = confidence::confidence(question, &terms, &quoted);
    if confidence < UNRELATED {
        text.clear();
        quoted.clear();
    }
    let escalate_reason = match personal_reason(store, question, &evidence, &quoted)? {
        Some(reason) => Some(reason),
        None if confidence < threshold => Some(doubt(store, confidence)?.to_owned()),
        None => None,
    };
    let mut sources: Vec<Source> = Vec::new();
    for evidence in quoted {
        if !sources.iter().any(|source| source.document == evidence.document) {
            sources.push(Source { document: evidence.document, title: evidence.title.clone() });
        }
    }
    let response = if text.is_empty() { nothing_found(escalate_reason.as_deref()) } else { text };
    Ok(Answer { response, confidence, escalate_reason, sources })
}

/// Why a person must decide however sure the answer is.
fn personal_reason(
    store: &Store,
    question: &str,
    evidence: &[Evidence],
    quoted: &[&Evidence],
) -> Result<Option<String>> {
    let judged = judgement::judge(question);
    for sum in amounts::amounts(question) {
        let near = evidence.iter().take(5).map(|evidence| Limits::of(&evidence.text, sum.unit));
        let bound = near.filter_map(|limits| limits.bound_below(sum.value)).reduce(f64::max);
        if let (Some(Asks::Approval), Unit::Money, Some(bound)) = (judged, sum.unit, bound) {
            return Ok(Some(format!("Requires personal budget authority over {}", amounts::spoken(bound))));
        }
        if judged.is_none() && exceeds(store, question, sum, quoted)? {
            return Ok(Some("Names a sum above what the knowledge base allows".to_owned()));
        }
    }
    Ok(judged.map(|asks| asks.reason().to_owned()))
}

/// Whether a sum is above what the documents quoted allow: past the bound of a quoted rule where leave is
/// asked for, and past every sum they name where none of their rules is about it.
fn exceeds(store: &Store, question: &str, sum: Amount, quoted: &[&Evidence]) -> Result<bool> {
    let leave = judgement::asks_leave(question);
    let limits: Vec<Limits> = quoted.iter().map(|evidence| Limits::of(&evidence.text, sum.unit)).collect();
    if limits.iter().any(|limits| limits.bound_below(sum.value).is_some()) {
        return Ok(leave);
    }
    if leave && limits.iter().any(|limits| limits.caps_below(sum.value)) {
        return Ok(true);
    }
    let mut whole = String::new();
    for evidence in quoted {
        let (_, content) = store.text(evidence.document)?.unwrap_or_default();
        whole += &content;
        whole += "\n";
    }
    let limits = Limits::of(&whole, sum.unit);
    Ok(limits.tops(sum.value) && limits.bound_below(sum.value).is_none())
}

fn doubt(store: &Store, confidence: f64) -> Result<&'static str> {
    Ok(if store.passages()? == 0 {
        "The knowledge base is empty"
    } else if confidence < UNRELATED {
        "Not covered by the knowledge base"
    } else {
        "Only partly covered by the knowledge base"
    })
}

fn nothing_found(reason: Option<&str>) -> String {
    match reason {
        Some(reason) => {
            format!("Nothing in the knowledge base answers this. {reason}, so a person will look at it.")
        }
        None => "Nothing in the knowledge base answers this.".to_owned(),
    }
}
