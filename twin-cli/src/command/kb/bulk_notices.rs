//! What a bulk run says beside its report: the errors it ends with, and what should be known of it.

use std::path::Path;
use std::time::SystemTime;

use twin_export::{Format, reason};

use super::bulk::Bulk;
use super::bulk_read::{About, namesakes};
use crate::error::{CliError, Code};
use crate::hints;
use crate::ui::Notice;
use crate::words::{count, rough_seconds};
use twin_sync::{Plan, Refusal, Report};

/// The error of a run that a guard refuses.
pub(super) fn refused(refusal: &Refusal) -> CliError {
    CliError::new(Code::Guard, refusal.to_string()).hint(hints::of_refusal(refusal))
}

/// The error of a run that left something undone.
pub(super) fn partial(report: &Report) -> Option<CliError> {
    if report.is_whole() {
        return None;
    }
    let (failed, unresolved) = (report.failed.len(), report.unresolved.len());
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(format!("{} failed", count(failed, "document")));
    }
    if unresolved > 0 {
        let were = if unresolved == 1 { "was" } else { "were" };
        parts.push(format!("cannot tell whether {} {were} created in full", count(unresolved, "document")));
    }
    let hint = match unresolved {
        0 => "run it again to continue where it stopped",
        _ => "run it again to look for them once more, or pass --assume-new to create them",
    };
    Some(CliError::new(Code::Partial, parts.join(", and ")).hint(hint))
}

/// What failed or is in doubt, as far as it fits on a screen.
pub(super) fn failures(report: &Report) -> Vec<Notice> {
    const MOST: usize = 10;
    let failed = report.failed.iter().map(|failed| format!("{} failed: {}", failed.key, failed.message));
    let unresolved = report
        .unresolved
        .iter()
        .map(|source| format!("{} ({}): {}", source.title, source.key, source.reason));
    let mut lines: Vec<Notice> = failed.chain(unresolved).take(MOST).map(Notice::warning).collect();
    let all = report.failed.len() + report.unresolved.len();
    if all > MOST {
        lines.push(Notice::warning(format!("and {} more: use --report FILE to list them all", all - MOST)));
    }
    lines
}

/// What was read, in one line: how many documents, and of which exports.
pub(super) fn what_was_read(documents: usize, about: &About) -> String {
    let roots: Vec<String> =
        about.roots.iter().map(|root| format!("{} ({})", kind(root.reader), root.path.display())).collect();
    let from = match roots.as_slice() {
        [] => return "Found nothing".to_owned(),
        [root] => root.clone(),
        roots => format!("{} exports: {}", roots.len(), roots.join(", ")),
    };
    format!("Found {} in {from}", count(documents, "document"))
}

fn kind(reader: Format) -> &'static str {
    match reader {
        Format::Notion => "a Notion export",
        Format::Drive => "a Google Drive export",
        Format::Slack => "a Slack export",
        Format::Mail => "mail",
        Format::Confluence => "a Confluence export",
        Format::Zendesk => "Zendesk articles",
        Format::Intercom => "Intercom articles",
        Format::Evernote => "Evernote notes",
        Format::Jsonl => "JSON Lines",
        Format::Folder => "a folder",
        _ => "an export",
    }
}

/// What tells one version of a file from another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Its number in the file system, where there is one: a file that was replaced has another.
    number: Option<u64>,
}

impl Stamp {
    /// Reads it; `None` if there is no such file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        let number = Some(std::os::unix::fs::MetadataExt::ino(&file));
        #[cfg(not(unix))]
        let number = None;
        Some(Self { modified: file.modified().ok(), length: file.len(), number })
    }
}

/// Where the state is, whether the run wrote it and what the run took, for whoever runs it again. Nothing when there
/// is no state.
pub(super) fn ending(report: &Report, state: &Path, before: Option<&Stamp>) -> Option<Notice> {
    let after = Stamp::of(state)?;
    let mut text = match before {
        Some(before) if *before == after => format!("the state in {} is unchanged", state.display()),
        _ => format!("state saved to {}; keep this file for the next run", state.display()),
    };
    if report.requests > 0 {
        let (requests, time) =
            (count(report.requests, "request"), rough_seconds(report.elapsed_ms.div_ceil(1000)));
        text += &format!("; {requests} in {time}");
        if report.waited_ms >= 1000 {
            text += &format!(", {} of it waiting", rough_seconds(report.waited_ms.div_ceil(1000)));
        }
    }
    Some(Notice::note(text))
}

/// What should be known of a plan beside what it does.
pub(super) fn notices(plan: &Plan, about: &About, bulk: &Bulk) -> Vec<Notice> {
    let mut notices = Vec::new();
    for text in namesakes(&about.roots) {
        notices.push(Notice::warning(text).vital());
        notices.push(Notice::hint("sync them one by one, with --root NAME for one of them"));
    }
    for path in &about.cut {
        notices.push(Notice::warning(format!("{} is truncated or damaged", path.display())).vital());
    }
    if plan.documents() == 0 && plan.is_empty() && plan.refusal().is_none() {
        let paths: Vec<_> = bulk.args.paths.iter().map(|path| path.display().to_string()).collect();
        notices.push(Notice::warning(format!("nothing to do: no documents in {}", paths.join(", "))).vital());
    }
    notices.extend(broken_lines(about));
    if !about.alike.is_empty() {
        notices.push(Notice::hint(format!(
            "{} of near duplicates: --json lists them, and so does a terminal",
            count(about.alike.len(), "group")
        )));
    }
    if plan.rerendered() > 0 {
        notices.push(Notice::hint(format!(
            "this version of twin renders {} differently: pass --rerender to replace them",
            count(plan.rerendered(), "unchanged document")
        )));
    }
    if plan.unlisted() > 0 && !bulk.args.verify {
        notices.push(Notice::warning(format!(
            "the knowledge base lacks {}: pass --verify to recreate them",
            count(plan.unlisted(), "known document")
        )));
    }
    notices
}

/// Lines of JSON that are no documents, by their numbers.
fn broken_lines(about: &About) -> Vec<Notice> {
    const MOST: usize = 5;
    if !about.roots.iter().any(|root| root.reader == Format::Jsonl) {
        return Vec::new();
    }
    let is_lost = |reason: &str| [reason::UNREADABLE, reason::TOO_LARGE].contains(&reason);
    let lost = about.skipped.iter().filter(|skipped| is_lost(&skipped.reason));
    let lines: Vec<(&str, &str)> = lost.filter_map(|skipped| skipped.path.rsplit_once(':')).collect();
    let told = lines.iter().take(MOST);
    let mut notices: Vec<Notice> = told
        .map(|(file, line)| {
            Notice::warning(format!("cannot read line {line} of {file}: nothing is deleted")).vital()
        })
        .collect();
    if lines.len() > MOST {
        notices.push(Notice::warning(format!("and {}", count(lines.len() - MOST, "more line"))).vital());
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_undone_is_told_in_numbers() {
        assert_eq!(partial(&Report::default()), None);
        let report = Report { remaining: 1, ..Report::default() };
        assert!(partial(&report).is_some());
        let in_doubt = |number| {
            let source = twin_sync::Unresolved { key: "k".into(), title: "T".into(), reason: "r".into() };
            let report = Report { unresolved: vec![source; number], ..Report::default() };
            partial(&report).map(|error| error.message().to_owned())
        };
        assert_eq!(in_doubt(1).as_deref(), Some("cannot tell whether 1 document was created in full"));
        assert_eq!(in_doubt(2).as_deref(), Some("cannot tell whether 2 documents were created in full"));
    }
}
