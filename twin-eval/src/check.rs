//! [`check`]: an answer held against what is expected of it. Pure: no model judges anything.

use regex::Regex;
use serde::Serialize;
use twin_sdk::Answer;

use crate::case::Expect;

/// An expectation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mismatch {
    /// Its name in an eval file: `source`, `min-confidence`.
    pub expectation: &'static str,
    /// What was expected.
    pub expected: String,
    /// The actual value.
    pub got: String,
}

/// Returns the expectations that do not hold for `answer`; none if all hold.
///
/// Texts are compared ignoring case and whitespace. A source also matches if the knowledge base has it in
/// parts (`Title (1/3)`). Regular expressions match against the unchanged answer.
pub fn check(expect: &Expect, answer: &Answer) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let mut fail = |expectation, expected: String, got: &str| {
        found.push(Mismatch { expectation, expected, got: got.to_owned() });
    };
    if !expect.source.is_empty() && !expect.source.iter().any(|title| is_among(title, &answer.sources)) {
        let got =
            if answer.sources.is_empty() { "no source".to_owned() } else { answer.sources.join(" · ") };
        fail("source", expect.source.join(" or "), &got);
    }
    let (response, plain) = (&answer.response, normal(&answer.response));
    for text in &expect.contains {
        if !plain.contains(&normal(text)) {
            fail("contains", text.clone(), response);
        }
    }
    for text in &expect.not_contains {
        if plain.contains(&normal(text)) {
            fail("not-contains", format!("not: {text}"), response);
        }
    }
    for pattern in &expect.matches {
        if !pattern.is_match(response) {
            fail("matches", format!("/{pattern}/"), response);
        }
    }
    let reason = answer.escalate_reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if let Some(escalates) = expect.escalates
        && escalates != answer.should_escalate
    {
        let got = match (answer.should_escalate, reason) {
            (true, Some(reason)) => format!("escalated: {reason}"),
            (escalated, _) => outcome(escalated).to_owned(),
        };
        fail("escalates", outcome(escalates).to_owned(), &got);
    }
    if let Some(expected) = &expect.reason
        && !reason.is_some_and(|reason| has_reason(expected, reason))
    {
        fail("reason", expected.clone(), reason.unwrap_or("no reason"));
    }
    let confidence = if answer.confidence.is_nan() { 0.0 } else { answer.confidence };
    if let Some(least) = expect.min_confidence.filter(|least| confidence < *least) {
        fail("min-confidence", format!("at least {least}"), &confidence.to_string());
    }
    if let Some(greatest) = expect.max_confidence.filter(|greatest| confidence > *greatest) {
        fail("max-confidence", format!("at most {greatest}"), &confidence.to_string());
    }
    found
}

fn outcome(escalated: bool) -> &'static str {
    if escalated { "escalated" } else { "answered" }
}

fn is_among(title: &str, sources: &[String]) -> bool {
    let title = normal(title);
    sources.iter().any(|source| {
        let source = normal(source);
        source == title || without_part(&source) == title
    })
}

/// `Title` of `Title (1/3)`.
fn without_part(title: &str) -> &str {
    let part = || {
        let (rest, part) = title.strip_suffix(')')?.rsplit_once(" (")?;
        let (number, of) = part.split_once('/')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(number) && digits(of)).then_some(rest)
    };
    part().unwrap_or(title)
}

fn has_reason(expected: &str, reason: &str) -> bool {
    normal(reason).contains(&normal(expected))
        || Regex::new(expected).is_ok_and(|pattern| pattern.is_match(reason))
}

/// In lower case, with single spaces.
fn normal(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::case::Case;

    fn answer(response: &str, confidence: f64, reason: Option<&str>, sources: &[&str]) -> Answer {
        serde_json::from_value(json!({
            "response": response, "confidence": confidence, "shouldEscalate": reason.is_some(),
            "escalateReason": reason, "sources": sources,
        }))
        .unwrap()
    }

    fn failed(case: Case, answer: &Answer) -> Vec<&'static str> {
        check(&case.expect, answer).into_iter().map(|mismatch| mismatch.expectation).collect()
    }

    #[test]
    fn each_expectation_holds_or_is_named() {
        let good = answer("Ask your Manager\nfirst.", 0.7, None, &["Expenses (2/3)", "Travel"]);
        let asked = || Case::new("Who?");
        let regex = |pattern: &str| Regex::new(pattern).unwrap();
        for (case, expected) in [
            (asked().source("expenses"), [].as_slice()),
            (asked().source("Leave").source("Travel"), &[]),
            (asked().source("Leave"), &["source"]),
            (asked().source("Trave"), &["source"]),
            (asked().contains("manager first"), &[]),
            (asked().contains("manager").contains("director"), &["contains"]),
            (asked().not_contains("director"), &[]),
            (asked().not_contains("MANAGER"), &["not-contains"]),
            (asked().matches(regex(r"Manager\s+first")), &[]),
            (asked().matches(regex("manager")), &["matches"]),
            (asked().escalates(false), &[]),
            (asked().escalates(true), &["escalates"]),
            (asked().reason("budget"), &["reason"]),
            (asked().min_confidence(0.7), &[]),
            (asked().min_confidence(0.71), &["min-confidence"]),
            (asked().max_confidence(0.7), &[]),
            (asked().max_confidence(0.69), &["max-confidence"]),
            (asked().source("Leave").escalates(true).contains("x"), &["source", "contains", "escalates"]),
        ] {
            assert_eq!(failed(case.clone(), &good), expected, "{case:?}");
        }
    }

    #[test]
    fn a_reason_is_text_or_a_regular_expression() {
        let escalated = answer("", 0.2, Some("Requires personal budget authority over $10k"), &[]);
        for (reason, holds) in [
            ("Budget authority", true),
            ("over $10k", true),
            ("over \\$\\d+k$", true),
            ("calendar", false),
            ("((", false),
        ] {
            let expected: &[&str] = if holds { &[] } else { &["reason"] };
            assert_eq!(failed(Case::new("May I?").reason(reason), &escalated), expected, "{reason}");
        }
    }

    #[test]
    fn a_mismatch_shows_what_came_instead() {
        let escalated = answer("Text.", 0.2, Some("Not sure"), &[]);
        let case = Case::new("Who?").source("A").source("B").escalates(false).min_confidence(0.6);
        let shown: Vec<_> =
            check(&case.expect, &escalated).into_iter().map(|found| (found.expected, found.got)).collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            shown,
            [
                pair("A or B", "no source"),
                pair("answered", "escalated: Not sure"),
                pair("at least 0.6", "0.2")
            ]
        );
    }

    proptest! {
        #[test]
        fn what_an_answer_contains_it_cannot_also_lack(response in "[ a-cé\n]{0,40}", text in "[ a-cé]{1,4}") {
            let answer = answer(&response, 0.5, None, &[]);
            let holds = |case: Case| check(&case.expect, &answer).is_empty();
            prop_assert_ne!(holds(Case::new("?").contains(&text)), holds(Case::new("?").not_contains(&text)));
        }
    }
}
