//! What `twin eval` found, as people and programs see it.

use serde::Serialize;
use twin_eval::{Outcome, Report, Status};
use twin_sync::Meter;

use super::cost::Cost;
use crate::error::CliError;
use crate::ui::page::{Page, Tone};
use crate::ui::{self, Form, Json, Notice, sanitize};
use crate::words::count;

/// The widest the two columns of a failure get, together.
const WIDEST: usize = 100;
/// The longest text of an answer that is shown.
const LONGEST: usize = 600;

/// How a run ended.
pub(super) struct Evaluated {
    pub(super) report: Report,
    pub(super) cost: Cost,
    pub(super) meter: Meter,
    /// Ids of the cases that got worse, where a baseline tells.
    pub(super) regressions: Option<Vec<String>>,
    /// Ids of the escalations that were resolved.
    pub(super) resolved: Vec<String>,
    pub(super) blessed: bool,
    pub(super) notices: Vec<Notice>,
    pub(super) error: Option<CliError>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    total: usize,
    passed: usize,
    flaky: usize,
    failed: usize,
    errors: usize,
    unasked: usize,
    asked: u64,
    from_cache: u64,
    cost: Cost,
    #[serde(skip_serializing_if = "Option::is_none")]
    regressions: Option<&'a [String]>,
    blessed: bool,
    resolved: &'a [String],
    cases: &'a [Outcome],
    requests: u64,
    retries: u64,
    rate_limited: u64,
    waited_ms: u128,
    elapsed_ms: u128,
}

impl ui::Report for Evaluated {
    fn text(&self, page: &mut Page) {
        for outcome in self.report.not_passed().filter(|outcome| outcome.status != Status::Unasked) {
            show(outcome, page);
            page.gap();
        }
        let tone = match self.report.holds() {
            true => Tone::Good,
            false => Tone::Bad,
        };
        let mut rest = match self.report.from_cache {
            0 => String::new(),
            known => format!(", {known} from cache"),
        };
        if let Some(regressions) = self.regressions.as_deref().filter(|_| !self.blessed) {
            rest += &format!(", {} against the baseline", count(regressions.len(), "regression"));
        }
        if self.blessed {
            rest += ", baseline written";
        }
        if !self.resolved.is_empty() {
            rest += &format!(", {} resolved", count(self.resolved.len(), "escalation"));
        }
        page.line(&[(&self.report.tally(), tone), (&rest, Tone::Dim)]);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        let (report, figures) = (&self.report, self.meter.figures());
        json.of(&Document {
            total: report.cases.len(),
            passed: report.count(Status::Passed),
            flaky: report.count(Status::Flaky),
            failed: report.count(Status::Failed),
            errors: report.count(Status::Error),
            unasked: report.count(Status::Unasked),
            asked: report.asked,
            from_cache: report.from_cache,
            cost: self.cost,
            regressions: self.regressions.as_deref(),
            blessed: self.blessed,
            resolved: &self.resolved,
            cases: &report.cases,
            requests: figures.requests,
            retries: figures.retries,
            rate_limited: figures.rate_limited,
            waited_ms: figures.waited.as_millis(),
            elapsed_ms: figures.elapsed.as_millis(),
        })
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        self.notices.clone()
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }
}

/// A case that did not pass: its question, and what was expected beside what came.
fn show(outcome: &Outcome, page: &mut Page) {
    let place = outcome.case.place.as_ref().map(ToString::to_string).unwrap_or_default();
    let status = format!("{} ", outcome.status.name());
    let tone = if outcome.status == Status::Flaky { Tone::Warning } else { Tone::Bad };
    page.line(&[(&status, tone), (&outcome.case.id, Tone::Strong), ("  ", Tone::Plain), (&place, Tone::Dim)]);
    page.entry("  ", Tone::Plain, &outcome.case.ask);
    for found in &outcome.mismatches {
        beside(page, &format!("{}: expected", found.expectation), &found.expected, "got", &found.got);
    }
    if let Some(error) = &outcome.error {
        page.entry("  ", Tone::Warning, error);
    }
}

/// Two texts under their headings: side by side on a terminal, one below the other elsewhere.
fn beside(page: &mut Page, left: &str, expected: &str, right: &str, got: &str) {
    let shorten = |text: &str| {
        let text = sanitize::single_line(text);
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        }
    };
    let (expected, got) = (shorten(expected), shorten(got));
    if !page.is_terminal() {
        page.line(&[(&format!("    {left}: {expected}"), Tone::Plain)]);
        return page.line(&[(&format!("    {right}: {got}"), Tone::Plain)]);
    }
    let width = (page.width().min(WIDEST).saturating_sub(7) / 2).max(10);
    let wrap = |text: &str| {
        let options = textwrap::Options::new(width).break_words(true);
        textwrap::wrap(text, options).into_iter().map(String::from).collect::<Vec<_>>()
    };
    let row = |page: &mut Page, left: &str, right: &str, tone: Tone| {
        let padding = " ".repeat(width.saturating_sub(unicode_width::UnicodeWidthStr::width(left)));
        page.line(&[
            ("    ", Tone::Plain),
            (left, tone),
            (&padding, Tone::Plain),
            (" │ ", Tone::Dim),
            (right, tone),
        ]);
    };
    row(page, left, right, Tone::Dim);
    let (expected, got) = (wrap(&expected), wrap(&got));
    for line in 0..expected.len().max(got.len()) {
        let at = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
        row(page, &at(&expected), &at(&got), Tone::Plain);
    }
}

/// What a run would cost.
pub(super) struct Estimate(pub(super) Cost);

impl ui::Report for Estimate {
    fn text(&self, page: &mut Page) {
        page.block(&self.0.line(), Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.0)
    }
}
