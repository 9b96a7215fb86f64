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

use amounts::{Amount, Limits, Unit};
use personal::Asks;
use question::Question;
use retrieve::Evidence;

use crate::store::{Result, Store};

/// Below this the knowledge base is said not to cover the question; far below it not even what comes closest is named.
const UNRELATED: f64 = 0.2;
const FAR: f64 = 0.08;
/// Below this they are named at most, not quoted; below the other they are quoted as what comes closest.
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
        let mut titles = Vec::new();
        for source in &self.sources {
            if !titles.contains(&source.title.as_str()) {
                titles.push(source.title.as_str());
            }
        }
        titles
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
    // A document may be one word, which alone is no sentence.
    let text = match quoted.first() {
        Some(best) if text.trim().is_empty() => best.whole_text().trim().to_owned(),
        _ => text,
    };
    let is_said = quoted.is_empty() || text.contains(char::is_alphanumeric);
    let confidence = if is_said { confidence::confidence(&asked, &evidence) } else { 0.0 };
    let asks = personal::judge(question);
    let escalate_reason = match personal_reason(store, question, asks, &evidence, &quoted)? {
        Some(reason) => Some(reason),
        None if confidence < gate.threshold => Some(doubt(store, confidence)?.to_owned()),
        None => None,
    };
    if confidence < FAR {
        quoted.clear();
    }
    let mut sources: Vec<Source> = Vec::new();
    for evidence in &quoted {
        if !sources.iter().any(|source| source.document == evidence.document) {
            sources.push(Source { document: evidence.document, title: evidence.title.clone() });
        }
    }
    let response = match quoted.first() {
        None => NOTHING.to_owned(),
        Some(best) if confidence < FAINT || asks == Some(Asks::Time) => {
            format!("{NOTHING} What comes closest is \"{}\".", best.title)
        }
        Some(best) if confidence < DOUBTFUL => format!("What comes closest is \"{}\":\n\n{text}", best.title),
        Some(_) => text,
    };
    let response = match &escalate_reason {
        Some(_) if gate.attended => format!("{response}\n\nA person will look at this."),
        _ => response,
    };
    let passages = evidence.iter().take(FOR_A_MODEL);
    let passages = passages.map(|evidence| (evidence.title.clone(), evidence.whole_text())).collect();
    Ok(Answer { response, confidence, escalate_reason, sources, passages })
}

/// Why a person must decide however sure the answer is.
fn personal_reason(
    store: &Store,
    question: &str,
    asks: Option<Asks>,
    evidence: &[Evidence],
    quoted: &[&Evidence],
) -> Result<Option<String>> {
    for sum in amounts::amounts(question) {
        let near = evidence.iter().take(5).map(|evidence| Limits::of(&evidence.text, sum.unit));
        let bound = near.filter_map(|limits| limits.bound_below(sum.value)).reduce(f64::max);
        if let (Some(Asks::Approval), Unit::Money, Some(bound)) = (asks, sum.unit, bound) {
            return Ok(Some(format!("Requires personal budget authority over {}", amounts::spoken(bound))));
        }
        if asks.is_none() && exceeds(store, question, sum, quoted)? {
            return Ok(Some("Names a sum above what the knowledge base allows".to_owned()));
        }
    }
    Ok(asks.map(|asks| asks.reason().to_owned()))
}

/// Whether a sum is above what the documents quoted allow: past the bound of one of their rules where leave is
/// asked for, and past every sum they name where none of their rules is about it.
fn exceeds(store: &Store, question: &str, sum: Amount, quoted: &[&Evidence]) -> Result<bool> {
    let leave = personal::asks_leave(question);
    let capped = quoted.iter().any(|evidence| Limits::of(&evidence.text, sum.unit).caps_below(sum.value));
    // The rule may stand apart from what is quoted.
    let mut whole = String::new();
    for evidence in quoted {
        let (_, content) = store.text(evidence.document)?.unwrap_or_default();
        whole += &content;
        whole += "\n";
    }
    let limits = Limits::of(&whole, sum.unit);
    Ok(match limits.bound_below(sum.value) {
        Some(_) => leave,
        None => leave && capped || limits.tops(sum.value),
    })
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
