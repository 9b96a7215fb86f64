//! [`Case`], [`Expect`] and [`Suite`]: what is asked, and what must come back.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use regex::Regex;
use sha2::{Digest, Sha256};

/// A question and its expectations.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Case {
    /// ID of the case in reports and baselines; unique in a suite.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Context that is sent with the question.
    pub context: Option<String>,
    /// The expectations.
    pub expect: Expect,
    /// Where the case was read from.
    pub place: Option<Place>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was given.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Case {
    /// Creates a case with this question. Its ID is generated from the question.
    pub fn new(ask: impl Into<String>) -> Self {
        let ask = ask.into();
        Self { id: slug(&ask), ask, context: None, expect: Expect::default(), place: None }
    }

    /// Sets the ID of the case.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sends this context with the question.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Expects this title among the sources. If called repeatedly, one of the titles is enough.
    pub fn source(mut self, title: impl Into<String>) -> Self {
        self.expect.source.push(title.into());
        self
    }

    /// Expects the answer to contain this text, ignoring case.
    pub fn contains(mut self, text: impl Into<String>) -> Self {
        self.expect.contains.push(text.into());
        self
    }

    /// Expects the answer not to contain this text.
    pub fn not_contains(mut self, text: impl Into<String>) -> Self {
        self.expect.not_contains.push(text.into());
        self
    }

    /// Expects the answer to match this regular expression.
    pub fn matches(mut self, pattern: Regex) -> Self {
        self.expect.matches.push(pattern);
        self
    }

    /// Expects the twin to escalate the question, or not to.
    pub fn escalates(mut self, escalates: bool) -> Self {
        self.expect.escalates = Some(escalates);
        self
    }

    /// Expects the escalation's reason to contain this text, or to match it as a regular expression.
    pub fn reason(mut self, text: impl Into<String>) -> Self {
        self.expect.reason = Some(text.into());
        self
    }

    /// Expects at least this confidence, from 0 to 1.
    pub fn min_confidence(mut self, confidence: f64) -> Self {
        self.expect.min_confidence = Some(confidence);
        self
    }

    /// Expects at most this confidence, from 0 to 1.
    pub fn max_confidence(mut self, confidence: f64) -> Self {
        self.expect.max_confidence = Some(confidence);
        self
    }

    /// What the answer depends on beside the knowledge base: the question and its context.
    pub(crate) fn question(&self) -> (&str, Option<&str>) {
        (&self.ask, self.context.as_deref())
    }
}

/// Expectations of an answer. All of them must hold.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Expect {
    /// Titles of which at least one is among the sources.
    pub source: Vec<String>,
    /// Texts that the answer contains.
    pub contains: Vec<String>,
    /// Texts that the answer does not contain.
    pub not_contains: Vec<String>,
    /// Regular expressions that the answer matches.
    pub matches: Vec<Regex>,
    /// Whether the twin escalates.
    pub escalates: Option<bool>,
    /// Text that the escalation's reason contains, or a regular expression that it matches.
    pub reason: Option<String>,
    /// The least confidence.
    pub min_confidence: Option<f64>,
    /// The greatest confidence.
    pub max_confidence: Option<f64>,
}

impl Expect {
    /// Returns whether there are no expectations.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
            && self.contains.is_empty()
            && self.not_contains.is_empty()
            && self.matches.is_empty()
            && self.escalates.is_none()
            && self.reason.is_none()
            && self.min_confidence.is_none()
            && self.max_confidence.is_none()
    }

    /// Whether the case is about an escalation: its confidence is low by nature.
    fn is_escalation(&self) -> bool {
        self.escalates == Some(true) || self.reason.is_some()
    }

    /// Takes over from a file's defaults what the case does not say itself. A least confidence is not taken
    /// over by a case that expects an escalation.
    pub(crate) fn or(mut self, defaults: &Expect) -> Self {
        let escalation = self.is_escalation();
        let fill = |own: &mut Vec<String>, default: &Vec<String>| {
            if own.is_empty() {
                own.clone_from(default);
            }
        };
        fill(&mut self.source, &defaults.source);
        fill(&mut self.contains, &defaults.contains);
        fill(&mut self.not_contains, &defaults.not_contains);
        if self.matches.is_empty() {
            self.matches.clone_from(&defaults.matches);
        }
        if !escalation {
            self.min_confidence = self.min_confidence.or(defaults.min_confidence);
            self.escalates = self.escalates.or(defaults.escalates);
            self.reason = self.reason.or_else(|| defaults.reason.clone());
        }
        self.max_confidence = self.max_confidence.or(defaults.max_confidence);
        self
    }
}

/// Cases to ask together, in order.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    cases: Vec<Case>,
}

impl Suite {
    /// Creates a suite of these cases.
    pub fn new(cases: impl IntoIterator<Item = Case>) -> Self {
        Self { cases: cases.into_iter().collect() }
    }

    /// Returns the cases, in order.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Keeps only the cases for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(&Case) -> bool) {
        self.cases.retain(keep);
    }

    /// Keeps `size` cases, in their order. The same seed chooses the same cases, and a new case changes at most one
    /// of them.
    pub fn sample(&mut self, size: usize, seed: u64) {
        let rank = |case: &Case| Sha256::digest(format!("{seed}\n{}", case.id));
        let mut ranked: Vec<_> = self.cases.iter().map(|case| (rank(case), case.id.clone())).collect();
        ranked.sort_unstable();
        let chosen: HashSet<String> = ranked.into_iter().take(size).map(|(_, id)| id).collect();
        self.cases.retain(|case| chosen.contains(&case.id));
    }

    /// Returns the number of distinct questions: a question that occurs in several cases is asked once.
    pub fn questions(&self) -> usize {
        self.cases.iter().map(Case::question).collect::<BTreeSet<_>>().len()
    }

    pub(crate) fn append(&mut self, mut cases: Vec<Case>) {
        self.cases.append(&mut cases);
    }
}

/// Returns an ID made of the words of a text, in lower case and joined by hyphens.
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.chars().count() + word.chars().count() >= 60 && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.to_lowercase().chars().take(60));
    }
    if slug.is_empty() { "case".to_owned() } else { slug }
}
