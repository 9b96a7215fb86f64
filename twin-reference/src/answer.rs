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
pub(crate) mod words;

use amounts::{Limits, Unit};
use judgement::Asks;
use retrieve::Evidence;

use crate::store::{Result, Store};

/// Below this the passages found have nothing to say to the question, and are not quoted.
const UNRELATED: f64 = 0.2;

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
pub(crate) fn answer(store: &Store, question: &str, _context: &str, threshold: f64) -> Result<Answer> {
    let terms = retrieve::weigh(store, question::terms(question))?;
    let mut evidence = retrieve::retrieve(store, question, &terms)?;
    let confidence = confidence::confidence(question, &terms, &evidence);
    if confidence < UNRELATED {
        evidence.clear();
    }
    let (text, quoted) = extract::extract(&evidence, &terms);
    let escalate_reason = match personal_reason(question, &evidence, &quoted) {
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
fn personal_reason(question: &str, evidence: &[Evidence], quoted: &[&Evidence]) -> Option<String> {
    let judged = judgement::judge(question);
    let sums = amounts::amounts(question);
    for sum in &sums {
        let near = evidence.iter().take(5).map(|evidence| evidence.text.as_str());
        let bounds = near.filter_map(|text| Limits::of(text, sum.unit).bound_below(sum.value));
        if judged == Some(Asks::Approval)
            && sum.unit == Unit::Money
            && let Some(bound) = bounds.reduce(f64::max)
        {
            return Some(format!("Requires personal budget authority over {}", amounts::spoken(bound)));
        }
        if judged.is_none() && exceeds(question, sum, quoted) {
            return Some("Names a sum above what the knowledge base allows".to_owned());
        }
    }
    judged.map(|asks| asks.reason().to_owned())
}

/// Whether a sum is above what the quoted passages allow: past the bound of a rule where leave is asked for,
/// past every sum they name where no rule is about it.
fn exceeds(question: &str, sum: &amounts::Amount, quoted: &[&Evidence]) -> bool {
    let limits: Vec<Limits> = quoted.iter().map(|evidence| Limits::of(&evidence.text, sum.unit)).collect();
    let past_a_bound = limits.iter().any(|limits| limits.bound_below(sum.value).is_some());
    let tops_all = limits.iter().any(|limits| limits.tops(sum.value))
        && limits.iter().all(|limits| limits.named.is_empty() || limits.tops(sum.value));
    tops_all && !past_a_bound || past_a_bound && judgement::asks_leave(question)
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
