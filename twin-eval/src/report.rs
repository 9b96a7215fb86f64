//! [`Report`]: what holds and what does not, case by case.

use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use twin_sdk::Answer;

use crate::case::{Case, Suite};
use crate::check::Mismatch;

/// The status of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// It was not asked, because the run ended first.
    Unasked,
    /// It was asked but not answered.
    Error,
    /// An expectation does not hold.
    Failed,
    /// An expectation did not hold at first and held when asked again.
    Flaky,
    /// All expectations hold.
    Passed,
}

impl Status {
    /// Returns its name in reports and baselines.
    pub fn name(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Flaky => "flaky",
            Status::Failed => "failed",
            Status::Error => "error",
            Status::Unasked => "unasked",
        }
    }

    /// Returns the status with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Passed, Self::Flaky, Self::Failed, Self::Error, Self::Unasked]
            .into_iter()
            .find(|status| status.name() == name)
    }

    /// Returns whether the case has a result.
    pub fn is_known(self) -> bool {
        !matches!(self, Status::Error | Status::Unasked)
    }
}

/// One answer to a case's question.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The answer.
    pub answer: Answer,
    /// How long it took; zero if it is from the cache.
    pub elapsed: Duration,
    /// Whether it was known before the run.
    pub from_cache: bool,
}

/// The result of a case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// Its status.
    pub status: Status,
    /// The answers, in order.
    pub attempts: Vec<Attempt>,
    /// The expectations that did not hold for the first answer.
    pub mismatches: Vec<Mismatch>,
    /// Why it was not answered, if so.
    pub error: Option<String>,
}

impl Outcome {
    /// Returns the first answer.
    pub fn answer(&self) -> Option<&Answer> {
        self.attempts.first().map(|attempt| &attempt.answer)
    }

    /// Returns the total time of its answers.
    pub fn elapsed(&self) -> Duration {
        self.attempts.iter().map(|attempt| attempt.elapsed).sum()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Case", 11)?;
        fields.serialize_field("id", &self.case.id)?;
        fields.serialize_field("file", &self.case.place.as_ref().map(|place| &place.file))?;
        fields.serialize_field("line", &self.case.place.as_ref().map(|place| place.line))?;
        fields.serialize_field("status", self.status.name())?;
        fields.serialize_field("ask", &self.case.ask)?;
        fields.serialize_field("context", &self.case.context)?;
        fields.serialize_field("failures", &self.mismatches)?;
        fields.serialize_field("error", &self.error)?;
        fields.serialize_field("answer", &self.answer())?;
        fields.serialize_field("attempts", &self.attempts.len())?;
        let from_cache = self.attempts.first().is_some_and(|attempt| attempt.from_cache);
        fields.serialize_field("fromCache", &from_cache)?;
        fields.end()
    }
}

/// Why a run ended before every question was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// The maximum number of questions was reached.
    MaxAsks,
    /// It was stopped.
    Stopped,
    /// The API refused or failed, and would have done so for every further question.
    Refused(twin_sdk::Error),
}

/// The result of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// Every case of the suite, in order.
    pub cases: Vec<Outcome>,
    /// Number of answers received.
    pub asked: u64,
    /// Number of questions answered from the cache.
    pub from_cache: u64,
    /// Why it ended early, if it did.
    pub ended: Option<Ended>,
}

impl Report {
    /// Creates a report of a run that ended before it asked anything.
    pub fn unasked(suite: &Suite, ended: Ended) -> Self {
        let outcome = |case: &Case| Outcome {
            case: case.clone(),
            status: Status::Unasked,
            attempts: Vec::new(),
            mismatches: Vec::new(),
            error: None,
        };
        Self {
            cases: suite.cases().iter().map(outcome).collect(),
            asked: 0,
            from_cache: 0,
            ended: Some(ended),
        }
    }

    /// Returns the number of cases with this status.
    pub fn count(&self, status: Status) -> usize {
        self.cases.iter().filter(|outcome| outcome.status == status).count()
    }

    /// Returns whether every case passed.
    pub fn holds(&self) -> bool {
        self.count(Status::Passed) == self.cases.len()
    }

    /// Returns whether every case has a result.
    pub fn is_complete(&self) -> bool {
        self.cases.iter().all(|outcome| outcome.status.is_known())
    }

    /// Returns the cases that did not pass.
    pub fn not_passed(&self) -> impl Iterator<Item = &Outcome> {
        self.cases.iter().filter(|outcome| outcome.status != Status::Passed)
    }

    /// Returns the share of cases that passed, from 0 to 1; 1 if there are no cases.
    pub fn share_passed(&self) -> f64 {
        if self.cases.is_empty() { 1.0 } else { self.count(Status::Passed) as f64 / self.cases.len() as f64 }
    }

    /// Returns a summary such as `28 passed, 1 flaky, 1 failed`.
    pub fn tally(&self) -> String {
        let words = [
            (Status::Passed, "passed"),
            (Status::Flaky, "flaky"),
            (Status::Failed, "failed"),
            (Status::Error, "not answered"),
            (Status::Unasked, "not asked"),
        ];
        let counts = words.map(|(status, word)| (self.count(status), word));
        let parts = counts.iter().filter(|(count, word)| *count > 0 || *word == "passed");
        parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}

/// What did not pass, with what was expected above what came: made for `assert!(report.holds(), "{report}")`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tally())?;
        for outcome in self.not_passed() {
            let place = outcome.case.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            write!(f, "\n\n{} {}{place}\n  {}", outcome.status.name(), outcome.case.id, outcome.case.ask)?;
            for Mismatch { expectation, expected, got } in &outcome.mismatches {
                write!(f, "\n  {expectation}\n    expected: {expected}\n    got:      {got}")?;
            }
            if let Some(error) = &outcome.error {
                write!(f, "\n  {error}")?;
            }
        }
        Ok(())
    }
}
