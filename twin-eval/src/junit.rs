//! The report as JUnit XML, which CI systems read.

use std::fmt::Write;

use crate::check::Mismatch;
use crate::plain::harmless;
use crate::report::{Outcome, Report, Status};

impl Report {
    /// Returns the report as JUnit XML, with a suite for each file and a test case for each case. A flaky
    /// case is a failure of type `flaky`; a case that was not asked is skipped.
    pub fn to_junit(&self) -> String {
        let mut files: Vec<(&str, Vec<&Outcome>)> = Vec::new();
        for outcome in &self.cases {
            let file = outcome.case.place.as_ref().map_or("cases", |place| &place.file);
            match files.iter_mut().find(|(name, _)| *name == file) {
                Some((_, cases)) => cases.push(outcome),
                None => files.push((file, vec![outcome])),
            }
        }
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let all: Vec<&Outcome> = self.cases.iter().collect();
        let _ = writeln!(xml, "<testsuites name=\"twin eval\" {}>", counts(&all));
        for (file, cases) in &files {
            let _ = writeln!(xml, "  <testsuite name=\"{}\" {}>", attribute(file), counts(cases));
            cases.iter().for_each(|outcome| case(&mut xml, file, outcome));
            xml += "  </testsuite>\n";
        }
        xml + "</testsuites>\n"
    }
}

// Writing to a string cannot fail.
fn case(xml: &mut String, file: &str, outcome: &Outcome) {
    let (id, time) = (attribute(&outcome.case.id), outcome.elapsed().as_secs_f64());
    let _ = write!(xml, "    <testcase name=\"{id}\" classname=\"{}\" time=\"{time:.3}\"", attribute(file));
    if let Some(place) = &outcome.case.place {
        let _ = write!(xml, " file=\"{}\" line=\"{}\"", attribute(&place.file), place.line);
    }
    let (element, kind) = match outcome.status {
        Status::Passed => {
            xml.push_str("/>\n");
            return;
        }
        Status::Failed => ("failure", "failed"),
        Status::Flaky => ("failure", "flaky"),
        Status::Error => ("error", "not answered"),
        Status::Unasked => {
            xml.push_str(
                ">\n      <skipped message=\"not asked: the run ended before\"/>\n    </testcase>\n",
            );
            return;
        }
    };
    let one_line =
        |found: &Mismatch| format!("{}: expected {}, got {}", found.expectation, found.expected, found.got);
    let message = match outcome.mismatches.first() {
        Some(found) => one_line(found),
        None => outcome.error.clone().unwrap_or_default(),
    };
    let mut body = format!("{}\n", outcome.case.ask);
    for Mismatch { expectation, expected, got } in &outcome.mismatches {
        let _ = write!(body, "\n{expectation}\n  expected: {expected}\n  got:      {got}\n");
    }
    if let Some(error) = &outcome.error {
        let _ = write!(body, "\n{error}\n");
    }
    let (message, body) = (attribute(&message), text(&body));
    let _ = writeln!(
        xml,
        ">\n      <{element} message=\"{message}\" type=\"{kind}\">{body}</{element}>\n    </testcase>"
    );
}

fn counts(cases: &[&Outcome]) -> String {
    let count = |of: &[Status]| cases.iter().filter(|outcome| of.contains(&outcome.status)).count();
    let time: f64 = cases.iter().map(|outcome| outcome.elapsed().as_secs_f64()).sum();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{time:.3}\"",
        cases.len(),
        count(&[Status::Failed, Status::Flaky]),
        count(&[Status::Error]),
        count(&[Status::Unasked]),
    )
}

fn text(text: &str) -> String {
    harmless(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn attribute(value: &str) -> String {
    text(value).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}
