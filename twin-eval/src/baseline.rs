//! [`Baseline`]: the accepted status of each case, in a sorted file that is meant to be committed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::report::{Outcome, Report, Status};

/// The accepted status of each case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline(BTreeMap<String, Status>);

/// A case that does worse than in the baseline.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Regression<'r> {
    /// The case and its current result.
    pub outcome: &'r Outcome,
    /// Its status in the baseline; `None` for a new case, which must pass.
    pub before: Option<Status>,
}

#[derive(Deserialize)]
struct OnDisk {
    schema: u64,
    cases: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    status: String,
}

impl Baseline {
    /// Reads a baseline's text; empty text is an empty baseline.
    ///
    /// # Errors
    /// If it is none, in words that go after the file's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let file: OnDisk =
            serde_json::from_str(text).map_err(|error| format!("is not a baseline: {error}"))?;
        if file.schema != 1 {
            return Err(format!("has schema {}, but this version reads schema 1", file.schema));
        }
        let mut cases = BTreeMap::new();
        for Row { id, status } in file.cases {
            let status = Status::of_name(&status).filter(|status| status.is_known());
            let Some(status) = status else {
                return Err(format!("has an unknown status for the case '{id}'"));
            };
            cases.insert(id, status);
        }
        Ok(Self(cases))
    }

    /// Returns the cases that do worse than in the baseline. New cases must pass; cases without a result are
    /// not compared.
    pub fn regressions<'r>(&self, report: &'r Report) -> Vec<Regression<'r>> {
        let judged = report.cases.iter().filter(|outcome| outcome.status.is_known());
        judged
            .filter_map(|outcome| {
                let before = self.0.get(&outcome.case.id).copied();
                let least = before.unwrap_or(Status::Passed);
                (outcome.status < least).then_some(Regression { outcome, before })
            })
            .collect()
    }

    /// Accepts the results of the report. Cases that it does not contain keep their status, unless it covers
    /// the `whole` suite.
    pub fn bless(&mut self, report: &Report, whole: bool) {
        if whole {
            self.0.retain(|id, _| report.cases.iter().any(|outcome| outcome.case.id == *id));
        }
        for outcome in report.cases.iter().filter(|outcome| outcome.status.is_known()) {
            self.0.insert(outcome.case.id.clone(), outcome.status);
        }
    }
}

/// The text of the file: one case a line, sorted by id.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{\"schema\": 1, \"cases\": [")?;
        for (number, (id, status)) in self.0.iter().enumerate() {
            let id = serde_json::Value::from(id.as_str());
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}\n{{\"id\": {id}, \"status\": \"{}\"}}", status.name())?;
        }
        writeln!(f, "\n]}}")
    }
}
