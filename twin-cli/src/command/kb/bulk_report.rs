//! The report of a bulk command as people see it, and the plan they are asked about.

use std::collections::BTreeMap;

use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::page::{Page, Tone};
use crate::ui::{self, Form, Json, Notice};
use crate::words::{count, rough_time};
use twin_sync::{Action, Prepared, Report, Task};

/// How a bulk command ended.
pub(super) struct BulkReport {
    report: Report,
    error: Option<CliError>,
    notices: Vec<Notice>,
    plan: Option<PlanView>,
    /// There is something to do, and that is to be told by the exit code.
    pending: bool,
}

impl BulkReport {
    pub(super) fn new(report: Report, error: Option<CliError>, notices: Vec<Notice>) -> Self {
        Self { report, error, notices, plan: None, pending: false }
    }

    /// Of a plan that is shown and not carried out.
    pub(super) fn with_plan(mut self, plan: PlanView, pending: bool) -> Self {
        (self.plan, self.pending) = (Some(plan), pending);
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
        match &self.plan {
            Some(plan) if page.is_terminal() => plan.draw(page, None),
            Some(_) => {
                for line in self.report.actions.iter().flatten() {
                    let parts = line.parts.to_string();
                    page.row(&[line.action, &line.key, &line.kind, &parts, &line.title]);
                }
            }
            None if page.is_terminal() => {
                let told = self.counts().into_iter().filter(|(_, count)| *count > 0);
                let told: Vec<String> = told.map(|(what, count)| format!("{count} {what}")).collect();
                let text = if told.is_empty() { "nothing to do".to_owned() } else { told.join(", ") };
                let tone = if self.error.is_none() { Tone::Good } else { Tone::Plain };
                page.line(&[(&text, tone)]);
            }
            None => {
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

/// What a plan costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    create: usize,
    replace: usize,
    delete: usize,
    /// Documents to be read to compare them.
    read: usize,
    requests: usize,
    /// Requests a minute, where there is a limit.
    rate: Option<u64>,
}

impl Cost {
    /// Of a plan. `with_reads` counts what was read for the plan and will be read again.
    pub(super) fn of(prepared: &Prepared, with_reads: bool, rate: Option<u64>) -> Self {
        let plan = &prepared.plan;
        let read = if with_reads { prepared.survey.compared } else { 0 };
        Self {
            create: plan.count(Action::Create),
            replace: plan.count(Action::Replace),
            delete: plan.count(Action::Prune),
            read,
            requests: plan.requests() + read,
            rate,
        }
    }

    /// `41 create + 12 replace + 3 delete = 68 requests, about 1m10s at 60/min`.
    fn line(&self) -> String {
        let kinds = [
            (self.create, "create"),
            (self.replace, "replace"),
            (self.delete, "delete"),
            (self.read, "read"),
        ];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, kind)| format!("{count} {kind}")).collect();
        if kinds.is_empty() {
            return "nothing to upload or delete".to_owned();
        }
        let mut line = format!("{} = {}", kinds.join(" + "), count(self.requests, "request"));
        if let Some(rate) = self.rate {
            line += &format!(", about {} at {rate}/min", rough_time(self.requests as u64, rate));
        }
        line
    }
}

/// A plan as people look at it: a tree of what is done, what is skipped and why, and the cost.
pub(super) struct PlanView {
    /// What is brought in, by folder.
    folders: BTreeMap<String, Vec<Row>>,
    /// What is deleted.
    gone: Vec<Row>,
    skipped: Vec<(String, String)>,
    /// What is worth knowing of files, each with those it is true of.
    remarks: BTreeMap<String, Vec<String>>,
    unchanged: usize,
    kept: usize,
    cost: Cost,
}

struct Row {
    sign: &'static str,
    tone: Tone,
    title: String,
    about: String,
}

impl PlanView {
    pub(super) fn of(prepared: &Prepared, cost: Cost) -> Self {
        let mut folders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        let mut gone = Vec::new();
        for task in &prepared.plan.tasks {
            let source = prepared.source(task);
            let row = Row::of(task, source.map(|source| source.bytes));
            match source {
                Some(source) => {
                    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    folders.entry(folder.to_owned()).or_default().push(row);
                }
                None => gone.push(row),
            }
        }
        let skipped = prepared.skipped.iter().map(|file| (file.path.clone(), file.reason.clone()));
        let mut remarks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for remark in &prepared.remarks {
            remarks.entry(remark.text.clone()).or_default().push(remark.path.clone());
        }
        let (unchanged, kept) = (prepared.plan.unchanged, prepared.plan.kept);
        Self { folders, gone, skipped: skipped.collect(), remarks, unchanged, kept, cost }
    }

    /// Draws it, with at most so many lines of each list.
    pub(super) fn draw(&self, page: &mut Page, most: Option<usize>) {
        let most = most.unwrap_or(usize::MAX);
        self.draw_tree(page, most);
        if !self.gone.is_empty() {
            page.line(&[(&format!("Gone {}:", self.gone.len()), Tone::Strong)]);
            self.gone.iter().take(most).for_each(|row| row.draw(page, "  "));
            more(page, self.gone.len(), most);
        }
        if !self.skipped.is_empty() {
            page.line(&[(&format!("Skipped {}:", self.skipped.len()), Tone::Strong)]);
            for (path, reason) in self.skipped.iter().take(most) {
                page.line(&[("  ", Tone::Plain), (path, Tone::Plain), (&format!("  {reason}"), Tone::Dim)]);
            }
            more(page, self.skipped.len(), most);
        }
        self.draw_remarks(page, most);
        let rest = [(self.unchanged, "unchanged"), (self.kept, "kept")];
        let rest: Vec<String> = rest
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if !rest.is_empty() {
            page.line(&[(&rest.join(", "), Tone::Plain)]);
        }
        page.line(&[(&self.cost.line(), Tone::Strong)]);
    }

    /// What is true of many files is said once, with their number.
    fn draw_remarks(&self, page: &mut Page, most: usize) {
        if self.remarks.is_empty() {
            return;
        }
        page.line(&[("Remarks:", Tone::Strong)]);
        for (text, paths) in self.remarks.iter().take(most) {
            let files = match paths.as_slice() {
                [path] => path.clone(),
                paths => format!("{} files", paths.len()),
            };
            page.line(&[("  ", Tone::Plain), (&files, Tone::Plain), (&format!("  {text}"), Tone::Dim)]);
        }
        more(page, self.remarks.len(), most);
    }

    fn draw_tree(&self, page: &mut Page, most: usize) {
        let mut left = most;
        for (folder, rows) in &self.folders {
            if left == 0 {
                break;
            }
            if !folder.is_empty() {
                page.line(&[(&format!("{folder}/"), Tone::Dim)]);
            }
            let indent = if folder.is_empty() { "" } else { "  " };
            rows.iter().take(left).for_each(|row| row.draw(page, indent));
            left -= rows.len().min(left);
        }
        more(page, self.folders.values().map(Vec::len).sum(), most);
    }
}

fn more(page: &mut Page, all: usize, most: usize) {
    if all > most {
        page.line(&[(&format!("… and {} more: --dry-run shows all", all - most), Tone::Dim)]);
    }
}

impl Row {
    fn of(task: &Task, size: Option<usize>) -> Self {
        let (sign, tone) = match task.action {
            Action::Create => ("+ ", Tone::Good),
            Action::Replace => ("~ ", Tone::Warning),
            Action::Adopt => ("= ", Tone::Plain),
            Action::Prune => ("- ", Tone::Bad),
        };
        let mut about = task.kind.to_string();
        match size {
            Some(size) => about += &format!(", {}", rough_size(size)),
            None => about += &format!(", {}", task.key),
        }
        if task.parts > 1 {
            about += &format!(", {} parts", task.parts);
        }
        Self { sign, tone, title: task.title.clone(), about }
    }

    fn draw(&self, page: &mut Page, indent: &str) {
        let about = format!("  {}", self.about);
        page.line(&[
            (indent, Tone::Plain),
            (self.sign, self.tone),
            (&self.title, Tone::Plain),
            (&about, Tone::Dim),
        ]);
    }
}

/// `512 B`, `2.1 kB`, `3.4 MB`.
fn rough_size(bytes: usize) -> String {
    let bytes = bytes as f64;
    match bytes {
        0.0..1e3 => format!("{bytes} B"),
        1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(create: usize, replace: usize, delete: usize, requests: usize, rate: Option<u64>) -> String {
        Cost { create, replace, delete, read: 0, requests, rate }.line()
    }

    #[test]
    fn the_cost_is_told_as_the_contract_shows_it() {
        assert_eq!(
            cost(41, 12, 3, 68, Some(60)),
            "41 create + 12 replace + 3 delete = 68 requests, about 1m10s at 60/min"
        );
        assert_eq!(cost(2, 0, 0, 2, None), "2 create = 2 requests");
        assert_eq!(cost(0, 0, 1, 1, None), "1 delete = 1 request");
        assert_eq!(cost(0, 0, 0, 0, Some(60)), "nothing to upload or delete");
    }

    #[test]
    fn times_are_rounded_up_to_what_a_person_would_say() {
        let times = [(5, "5s"), (60, "1m"), (68, "1m10s"), (599, "10m"), (601, "11m"), (36_000, "10h00m")];
        for (requests, said) in times {
            assert_eq!(rough_time(requests, 60), said);
        }
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([12, 2_100, 3_400_000].map(rough_size), ["12 B", "2.1 kB", "3.4 MB"]);
    }
}
