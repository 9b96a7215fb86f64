//! Answers a question out of the knowledge base: finds passages, quotes their best sentences, says how
//! sure it is and whether a person must decide. It extracts, it does not invent.

pub(crate) mod passages;
mod question;
mod retrieve;
mod vocabulary;
pub(crate) mod words;

use crate::store::{Result, Store};

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
    let terms = retrieve::weigh(store, question::terms(question, 1.0))?;
    let evidence = retrieve::retrieve(store, &terms)?;
    let Some(best) = evidence.first() else {
        return Ok(Answer {
            response: "Nothing in the knowledge base answers this.".to_owned(),
            confidence: 0.05,
            escalate_reason: Some("Not covered by the knowledge base".to_owned()),
            sources: Vec::new(),
        });
    };
    let confidence = (best.coverage * 100.0).round() / 100.0;
    Ok(Answer {
        response: best.text.clone(),
        confidence,
        escalate_reason: (confidence < threshold).then(|| "Low confidence".to_owned()),
        sources: vec![Source { document: best.document, title: best.title.clone() }],
    })
}
