//! The plan of a bulk command as people are asked about it: what is done, what is skipped and why, and the cost.

use std::collections::BTreeMap;

use super::bulk_read::About;
use crate::ui::page::{Page, Tone};
use crate::words::{count, rough_time};
use twin_export::{Alike, Likeness};
use twin_sync::{Action, Plan, Task};

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
    pub(super) fn of(plan: &Plan, with_reads: bool, rate: Option<u64>) -> Self {
        let read = if with_reads { plan.compared() } else { 0 };
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

/// The most lines of a list that are shown one by one.
const SCREEN: usize = 20;
/// The most skipped files that are named one by one.
const FEW: usize = 10;
/// The most sources of a group that are named one by one.
const KEYS: usize = 3;

/// A plan as people look at it: a tree of what is done, what is skipped and why, and the cost.
pub(super) struct PlanView {
    /// What is brought in, by folder.
    folders: BTreeMap<String, Vec<Row>>,
    /// What is deleted.
    gone: Vec<Row>,
    skipped: Vec<(String, String)>,
    /// What is worth knowing of files, each with those it is true of.
    remarks: BTreeMap<String, Vec<String>>,
    /// Sources that may be one.
    alike: Vec<Alike>,
    unchanged: usize,
    kept: usize,
    cost: Cost,
    in_full: bool,
}

struct Row {
    what: &'static str,
    sign: &'static str,
    tone: Tone,
    title: String,
    about: String,
}

impl PlanView {
    pub(super) fn of(plan: &Plan, about: &About, cost: Cost) -> Self {
        let mut folders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        let mut gone = Vec::new();
        for task in plan.tasks() {
            let row = Row::of(task, task.bytes);
            match &task.path {
                Some(path) => {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    folders.entry(folder.to_owned()).or_default().push(row);
                }
                None => gone.push(row),
            }
        }
        let skipped = about.skipped.iter().map(|file| (file.path.clone(), file.reason.clone()));
        let mut remarks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for remark in &about.remarks {
            remarks.entry(remark.text.clone()).or_default().push(remark.path.clone());
        }
        let (unchanged, kept) = (plan.unchanged(), plan.kept());
        let (skipped, alike) = (skipped.collect(), about.alike.clone());
        Self { folders, gone, skipped, remarks, alike, unchanged, kept, cost, in_full: false }
    }

    /// Shows every line, however many there are.
    pub(super) fn in_full(mut self, in_full: bool) -> Self {
        self.in_full = in_full;
        self
    }

    /// Draws it. What is more than a screen is told by folder with counts; what will be deleted is always told in full.
    pub(super) fn draw(&self, page: &mut Page) {
        let rows: usize = self.folders.values().map(|rows| rows.len() + 1).sum();
        if self.in_full || rows <= SCREEN {
            self.draw_tree(page);
        } else {
            self.draw_folders(page);
        }
        if !self.gone.is_empty() {
            page.line(&[(&format!("Gone {}:", self.gone.len()), Tone::Strong)]);
            self.gone.iter().for_each(|row| row.draw(page, "  "));
        }
        self.draw_skipped(page);
        self.draw_remarks(page);
        self.draw_alike(page);
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

    fn draw_tree(&self, page: &mut Page) {
        for (folder, rows) in &self.folders {
            if !folder.is_empty() {
                page.line(&[(&format!("{folder}/"), Tone::Dim)]);
            }
            let indent = if folder.is_empty() { "" } else { "  " };
            rows.iter().for_each(|row| row.draw(page, indent));
        }
    }

    /// A line for each folder: those at the top where there are too many of them.
    fn draw_folders(&self, page: &mut Page) {
        let is_deep = self.folders.len() > SCREEN;
        let mut folders: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (folder, rows) in &self.folders {
            let name = if is_deep { folder.split('/').next().unwrap_or_default() } else { folder };
            let counts = folders.entry(name).or_default();
            rows.iter().for_each(|row| *counts.entry(row.what).or_default() += 1);
        }
        for (folder, counts) in folders.iter().take(SCREEN) {
            let counts: Vec<String> =
                counts.iter().map(|(what, number)| format!("{number} {what}")).collect();
            page.line(&[
                (&format!("{folder}/"), Tone::Plain),
                (&format!("  {}", counts.join(", ")), Tone::Dim),
            ]);
        }
        if let Some(more) = folders.len().checked_sub(SCREEN).filter(|more| *more > 0) {
            page.line(&[(&format!("and {}", count(more, "more folder")), Tone::Dim)]);
        }
        page.line(&[("use -v to list every document", Tone::Dim)]);
    }

    /// A few files each with its reason, many by reason with counts.
    fn draw_skipped(&self, page: &mut Page) {
        if self.skipped.is_empty() {
            return;
        }
        page.line(&[(&format!("Skipped {}:", self.skipped.len()), Tone::Strong)]);
        if self.in_full || self.skipped.len() <= FEW {
            for (path, reason) in &self.skipped {
                page.line(&[("  ", Tone::Plain), (path, Tone::Plain), (&format!("  {reason}"), Tone::Dim)]);
            }
            return;
        }
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        self.skipped.iter().for_each(|(_, reason)| *reasons.entry(reason.as_str()).or_default() += 1);
        for (reason, number) in reasons.iter().take(SCREEN) {
            page.line(&[(&format!("  {number:>5}  "), Tone::Plain), (reason, Tone::Plain)]);
        }
        if let Some(more) = reasons.len().checked_sub(SCREEN).filter(|more| *more > 0) {
            page.line(&[(&format!("  and {}", count(more, "more reason")), Tone::Dim)]);
        }
        page.line(&[("  use -v to list every file", Tone::Dim)]);
    }

    /// Sources that may be one are for people to look at: none is left out for it.
    fn draw_alike(&self, page: &mut Page) {
        if self.alike.is_empty() {
            return;
        }
        page.line(&[(&format!("Near duplicates {}:", self.alike.len()), Tone::Strong)]);
        let most = if self.in_full { self.alike.len() } else { FEW };
        for alike in self.alike.iter().take(most) {
            let about = format!("  {}", likeness(alike));
            page.line(&[("  ", Tone::Plain), (&alike.title, Tone::Plain), (&about, Tone::Dim)]);
            let keys = if self.in_full { alike.keys.len() } else { KEYS };
            for key in alike.keys.iter().take(keys) {
                page.line(&[("    ", Tone::Plain), (key, Tone::Dim)]);
            }
            if let Some(more) = alike.keys.len().checked_sub(keys).filter(|more| *more > 0) {
                page.line(&[(&format!("    and {more} more"), Tone::Dim)]);
            }
        }
        if self.alike.len() > most {
            let more = count(self.alike.len() - most, "more group");
            page.line(&[(&format!("  and {more}: -v lists them"), Tone::Dim)]);
        }
    }

    /// What is true of many files is said once, with their number.
    fn draw_remarks(&self, page: &mut Page) {
        if self.remarks.is_empty() {
            return;
        }
        page.line(&[("Remarks:", Tone::Strong)]);
        for (text, paths) in &self.remarks {
            let files = match paths.as_slice() {
                [path] => path.clone(),
                paths => format!("{} files", paths.len()),
            };
            page.line(&[("  ", Tone::Plain), (&files, Tone::Plain), (&format!("  {text}"), Tone::Dim)]);
        }
    }
}

/// `same title`, `same text`, `87% of the text`.
fn likeness(alike: &Alike) -> String {
    match alike.likeness {
        Likeness::SameText => "same text".to_owned(),
        Likeness::SimilarText(percent) => format!("{percent}% of the text"),
        _ => "same title".to_owned(),
    }
}

impl Row {
    fn of(task: &Task, size: Option<usize>) -> Self {
        let (what, sign, tone) = match task.action {
            Action::Create => ("create", "+ ", Tone::Good),
            Action::Replace => ("replace", "~ ", Tone::Warning),
            Action::Adopt => ("adopt", "= ", Tone::Plain),
            Action::Prune => ("delete", "- ", Tone::Bad),
        };
        let mut about = task.document_type.to_string();
        match size {
            Some(size) => about += &format!(", {}", rough_size(size)),
            None => about += &format!(", {}", task.key),
        }
        if task.parts > 1 {
            about += &format!(", {} parts", task.parts);
        }
        Self { what, sign, tone, title: task.title.clone(), about }
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
