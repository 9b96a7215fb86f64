//! The report of a bulk command as people see it.

use super::bulk_plan::PlanView;
use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::page::{Page, Tone};
use crate::ui::{self, Form, Json, Notice};
use twin_sync::Report;

/// How a bulk command ended.
pub(super) struct BulkReport {
    report: Report,
    error: Option<CliError>,
    notices: Vec<Notice>,
    /// It tells what would be done.
    is_plan: bool,
    view: Option<PlanView>,
    /// There is something to do, and that is to be told by the exit code.
    pending: bool,
}

impl BulkReport {
    pub(super) fn new(report: Report, error: Option<CliError>, notices: Vec<Notice>) -> Self {
        Self { report, error, notices, is_plan: false, view: None, pending: false }
    }

    /// Of a plan that is not carried out, as a terminal shows it.
    pub(super) fn of_plan(mut self, view: Option<PlanView>, pending: bool) -> Self {
        (self.is_plan, self.view, self.pending) = (true, view, pending);
        self
    }

    fn counts(&self) -> [(&'static str, usize); 10] {
        let report = &self.report;
        [
            ("created", report.created),
            ("replaced", report.replaced),
            ("pruned", report.pruned),
            ("adopted", report.adopted),
            ("unchanged", report.unchanged),
            ("kept", report.kept),
            ("failed", report.failed.len()),
            ("unresolved", report.unresolved.len()),
            ("remaining", report.remaining),
            ("skipped", report.skipped.len()),
        ]
    }
}

impl ui::Report for BulkReport {
    fn text(&self, page: &mut Page) {
        match &self.view {
            Some(view) if page.is_terminal() => view.draw(page),
            _ if self.is_plan => {
                for line in self.report.actions.iter().flatten() {
                    let parts = line.parts.to_string();
                    page.row(&[line.action, &line.key, &line.document_type, &parts, &line.title]);
                }
            }
            _ if page.is_terminal() => {
                let told = self.counts().into_iter().filter(|(_, count)| *count > 0);
                let told: Vec<String> = told.map(|(what, count)| format!("{count} {what}")).collect();
                // After an error before a plan there may have been a lot to do.
                match (told.is_empty(), &self.error) {
                    (true, None) => page.line(&[("nothing to do", Tone::Good)]),
                    (true, Some(_)) => {}
                    (false, None) => page.line(&[(&told.join(", "), Tone::Good)]),
                    (false, Some(_)) => page.line(&[(&told.join(", "), Tone::Plain)]),
                }
            }
            _ => {
                for (what, count) in self.counts() {
                    page.row(&[what, &count.to_string()]);
                }
            }
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.report)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        let told = |notice: &&Notice| form != Form::Json || notice.is_vital();
        self.notices.iter().filter(told).cloned().collect()
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
    }

    fn exit(&self) -> Exit {
        match &self.error {
            Some(error) => error.exit(),
            None if self.pending => Exit::Pending,
            None => Exit::Done,
        }
    }
}
