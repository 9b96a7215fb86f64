//! What a run costs, told before it begins: answers, time, and what is left of the month where that is known.

use serde::Serialize;
use twin_eval::{Cache, Suite};

use crate::words::{count, rough_time};

/// The rate limit of the API reference, until a response tells another.
const RATE: u64 = 60;

/// What asking a suite takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cost {
    /// Cases to check.
    cases: usize,
    /// Answers to ask for, retries aside.
    answers: u64,
    /// Answers that are known, if the knowledge base is as it was.
    cached: u64,
    /// Seconds at the rate limit.
    seconds: u64,
    /// The twin is on this machine: its answers count nowhere.
    free: bool,
}

impl Cost {
    pub(super) fn of(suite: &Suite, cache: Option<&Cache>, max_asks: Option<u64>, free: bool) -> Self {
        let known = |suite: &Suite| match cache {
            Some(cache) => {
                let mut known = suite.clone();
                known.retain(|case| cache.answer(&case.ask, case.context.as_deref(), 0).is_some());
                known.questions()
            }
            None => 0,
        };
        let cached = known(suite) as u64;
        let answers = (suite.questions() as u64 - cached).min(max_asks.unwrap_or(u64::MAX));
        let seconds = if free { 0 } else { (answers * 60).div_ceil(RATE) };
        Self { cases: suite.cases().len(), answers, cached, seconds, free }
    }

    /// `30 cases: 20 answers, about 20s at 60/min; 10 more are cached if the knowledge base is unchanged`.
    pub(super) fn line(&self) -> String {
        let Self { cases, answers, cached, free, .. } = self;
        let mut line = format!("{}: {}", count(*cases, "case"), count(*answers, "answer"));
        if *free {
            line += " from this machine, free";
        } else if *answers > 0 {
            line += &format!(", about {} at {RATE}/min", rough_time(*answers, RATE));
        }
        if *cached > 0 {
            line += &format!("; {cached} more are cached if the knowledge base is unchanged");
        }
        line
    }
}
