//! The report as Markdown, for the summary of a CI job or a comment on a pull request.

use std::fmt::Write;

use crate::plain::{beginning, harmless};
use crate::report::{Outcome, Report, Status};

/// GitHub takes at most 1 MiB of summary a step.
const LONGEST: usize = 900_000;
const LONGEST_CELL: usize = 500;
const LONGEST_ANSWER: usize = 4_000;

impl Report {
    /// Returns the report as Markdown: the result, a table of the cases that did not pass with expected and
    /// actual values, and the folded answers. `note` is shown below the title.
    pub fn to_markdown(&self, note: &str) -> String {
        let mark = if self.holds() { "✅" } else { "❌" };
        let mut page = format!("## {mark} twin eval: {}\n\n", self.tally());
        if !note.is_empty() {
            let _ = writeln!(page, "{}\n", cell(note));
        }
        let failed: Vec<&Outcome> = self.not_passed().filter(|outcome| outcome.status.is_known()).collect();
        if !failed.is_empty() {
            page += "| case | result | expectation | expected | got |\n| --- | --- | --- | --- | --- |\n";
            failed.iter().for_each(|outcome| rows(&mut page, outcome));
            page.push('\n');
        }
        for (number, outcome) in failed.iter().enumerate() {
            let folded = details(outcome);
            if page.len() + folded.len() > LONGEST {
                let _ = writeln!(page, "The answers of {} more cases are omitted.\n", failed.len() - number);
                break;
            }
            page += &folded;
        }
        self.list(&mut page, Status::Error, "Not answered");
        self.list(&mut page, Status::Unasked, "Not asked: the run ended first");
        self.list(&mut page, Status::Passed, "Passed");
        page
    }

    /// The cases of one status, folded.
    fn list(&self, page: &mut String, status: Status, title: &str) {
        let cases: Vec<&Outcome> = self.cases.iter().filter(|outcome| outcome.status == status).collect();
        if cases.is_empty() {
            return;
        }
        let _ = write!(page, "<details><summary>{title}: {}</summary>\n\n", cases.len());
        for (number, outcome) in cases.iter().enumerate() {
            if page.len() > LONGEST {
                let _ = writeln!(page, "- and {} more", cases.len() - number);
                break;
            }
            let error =
                outcome.error.as_deref().map(|error| format!(": {}", cell(error))).unwrap_or_default();
            let _ = writeln!(page, "- {}: {}{error}", cell(&outcome.case.id), cell(&outcome.case.ask));
        }
        *page += "\n</details>\n\n";
    }
}

// Writing to a string cannot fail.
fn rows(page: &mut String, outcome: &Outcome) {
    for (number, found) in outcome.mismatches.iter().enumerate() {
        let (id, status) = match number {
            0 => (cell(&outcome.case.id), outcome.status.name()),
            _ => Default::default(),
        };
        let (expected, got) = (cell(&found.expected), cell(&found.got));
        let _ = writeln!(page, "| {id} | {status} | {} | {expected} | {got} |", found.expectation);
    }
}

fn details(outcome: &Outcome) -> String {
    let id = cell(&outcome.case.id);
    let place = outcome.case.place.as_ref().map(|place| format!(" · {}", cell(&place.to_string())));
    let mut text = format!("<details><summary>{id}{}</summary>\n\n", place.unwrap_or_default());
    let _ = writeln!(text, "{}\n", fenced(&outcome.case.ask));
    if let Some(answer) = outcome.answer() {
        let _ = writeln!(text, "{}\n", fenced(&beginning(&answer.response, LONGEST_ANSWER)));
        let _ = writeln!(
            text,
            "Confidence {}, sources: {}\n",
            answer.confidence,
            cell(&answer.sources.join(" · "))
        );
    }
    text + "</details>\n\n"
}

/// Text as it is, in a fence longer than any in it.
fn fenced(text: &str) -> String {
    let text = harmless(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

/// Text in a cell or a line: one line, nothing in it is markup.
fn cell(text: &str) -> String {
    let text = beginning(text, LONGEST_CELL);
    let mut cell = String::with_capacity(text.len());
    for word in harmless(&text).split_whitespace() {
        if !cell.is_empty() {
            cell.push(' ');
        }
        for c in word.chars() {
            match c {
                '&' => cell += "&amp;",
                '<' => cell += "&lt;",
                '>' => cell += "&gt;",
                '@' => cell += "&#64;",
                // A bare address would become a link.
                ':' => cell += "&#58;",
                '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => cell.extend(['\\', c]),
                c => cell.push(c),
            }
        }
    }
    cell
}
