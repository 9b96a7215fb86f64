//! Evernote: `.enex`, one document for each note and for each attached file.

mod enex;
mod note;

use std::ops::ControlFlow;

use super::convert::{self, Aside, is_media};
use super::job::Job;
use super::outcome::{Draft, Outcome, Place};
use super::run::{Digest256, Run, digest};
use super::tree::{Entry, Roots, Tree, ending, safe_path};
use super::{DocumentType, Format, Root, pool, reason, workers};
use enex::{Item, Note, Resource, Task};
pub(crate) use note::ReadNote;

/// Bytes and number of notes and files that are converted together.
const BATCH_BYTES: usize = 1 << 20;
const BATCH: usize = 256;

/// Whether there are exported notebooks among the files.
pub(crate) fn is_export(tree: &Tree) -> bool {
    tree.entries.iter().any(|entry| is_notebook(&entry.path))
}

pub(crate) fn is_notebook(path: &str) -> bool {
    ending(path) == "enex"
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let scope = "evernote:".to_owned();
        let root = Root { path: path.clone(), reader: Format::Evernote, scope, whole: tree.whole };
        run.begin(root, tree, |_| Some("evernote:".to_owned()));
        let mut is_whole = true;
        for entry in &tree.entries {
            is_whole &= notebook(entry, run)?;
        }
        if !is_whole {
            run.lack_something(&[path.as_path()]);
        }
    }
    ControlFlow::Continue(())
}

/// Reads a notebook; answers whether it was read to its end.
fn notebook(entry: &Entry, run: &mut Run<'_>) -> ControlFlow<(), bool> {
    let path = entry.path.as_str();
    // Any note may be in what cannot be read.
    let lost = |reason| Outcome::unconverted("evernote:".to_owned(), path, reason);
    if !run.options.filter.takes(&[path]) {
        run.take(Outcome::filtered("evernote:".to_owned(), path))?;
        return ControlFlow::Continue(true);
    }
    let Ok(stream) = entry.open() else {
        run.take(lost(entry.missing().unwrap_or(reason::UNREADABLE)))?;
        return ControlFlow::Continue(false);
    };
    let (mut batch, mut bytes, mut found) = (Vec::new(), 0, false);
    let mut flow = ControlFlow::Continue(());
    let (options, budget) = (run.options, run.budget.clone());
    let read = enex::read(stream, &options.limits, &mut |item| {
        if !budget.charge(item.len() as u64, &options.limits) {
            return Err(reason::RUN_TOO_LARGE);
        }
        found = true;
        bytes += item.len();
        batch.push(item);
        if bytes >= BATCH_BYTES || batch.len() >= BATCH {
            bytes = 0;
            flow = convert(std::mem::take(&mut batch), path, run);
        }
        if flow.is_break() { Err(reason::TOO_SLOW) } else { Ok(()) }
    });
    flow?;
    convert(batch, path, run)?;
    let is_whole = read.is_ok();
    run.take(match read {
        Err(reason) => lost(reason),
        Ok(()) if found => Outcome::Merged,
        Ok(()) => Outcome::skipped(path, reason::EMPTY),
    })?;
    ControlFlow::Continue(is_whole)
}

fn convert(batch: Vec<Item>, notebook: &str, run: &mut Run<'_>) -> ControlFlow<()> {
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        batch.iter(),
        |item| item.len() as u64,
        (options, &budget),
        |item, job| {
            Outcome::Attached(Box::new(match item {
                Item::Note(note) => of_note(note, notebook, job),
                Item::Resource(resource) => of_file(resource, notebook, job),
            }))
        },
        |outcome| run.take(outcome),
    )
}

/// A note is known by when it was made: that stays, whatever it is called and wherever it is moved to.
fn key_of(note: &Note) -> String {
    let made = note.created.trim();
    format!("evernote:{}", if made.is_empty() { note.title.trim() } else { made })
}

fn path_of(note: &Note, notebook: &str) -> String {
    format!("{notebook}/{}", safe_path(&note.title.replace('/', "-")))
}

fn of_note(note: &Note, notebook: &str, job: &Job<'_>) -> Outcome {
    let (key, path) = (key_of(note), path_of(note, notebook));
    if !job.options().filter.takes(&[&path]) {
        return Outcome::filtered(key, &path);
    }
    if note.content.len() as u64 > job.limits().entry_bytes {
        return Outcome::unconverted(key, &path, reason::TOO_LARGE);
    }
    let groups = groups(&note.tasks);
    let read = ReadNote { groups: groups.clone(), files: note.files.clone() };
    let read = match workers::run(read, note.content.clone().into_bytes(), job) {
        Ok(read) => read,
        Err(reason) => return Outcome::unconverted(key, &path, reason),
    };
    // Tasks of a list that stands nowhere in the note.
    let others = groups.into_iter().filter(|(id, _)| !read.groups.contains(id));
    let others: Vec<String> = others.map(|(_, tasks)| lines(&tasks)).collect();
    let said = [if read.is_bare { String::new() } else { read.text }, others.join("\n")];
    let mut blocks: Vec<String> = said.into_iter().filter(|block| !block.trim().is_empty()).collect();
    let mut aside = Aside::default();
    if read.is_encrypted {
        aside.skip("encrypted text", reason::ENCRYPTED);
    }
    if blocks.is_empty() {
        return if read.is_encrypted {
            Outcome::unconverted(key, &path, reason::ENCRYPTED)
        } else {
            Outcome::unconverted(key, &path, reason::TITLE_ONLY)
        };
    }
    if !note.tags.is_empty() {
        blocks.insert(0, format!("tags: {}", note.tags.join(", ")));
    }
    Outcome::document(Draft {
        key,
        title: note.title.clone(),
        text: blocks.join("\n\n"),
        kind: DocumentType::Note,
        source: digest_of(note),
        converter: "enex/4".into(),
        path,
        clean_path: None,
        key_is_identity: false,
        files: 1,
        aside,
    })
}

/// Tasks by the list that they are in, each as whether it is done and what it says, in the order in which Evernote shows
/// them.
fn groups(tasks: &[Task]) -> Vec<(String, Vec<(bool, String)>)> {
    let mut tasks: Vec<&Task> = tasks.iter().collect();
    tasks.sort_by_key(|task| &task.order);
    let groups = tasks.chunk_by(|one, other| one.order.0 == other.order.0);
    let told = |task: &&Task| {
        let due = due(&task.due).map(|due| format!(" (due {due})")).unwrap_or_default();
        (task.is_done, format!("{}{due}", task.title))
    };
    groups.map(|group| (group[0].order.0.clone(), group.iter().map(told).collect())).collect()
}

fn lines(tasks: &[(bool, String)]) -> String {
    let line = |(is_done, task): &(bool, String)| format!("- [{}] {task}", if *is_done { 'x' } else { ' ' });
    tasks.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `20260305T220000Z` as people read it. The day depends on where one is, so the hour stays.
fn due(stamp: &str) -> Option<String> {
    let is_stamp = |(index, sign): (usize, char)| match index {
        8 => sign == 'T',
        15 => sign == 'Z',
        _ => sign.is_ascii_digit(),
    };
    let has_form = stamp.len() == 16 && stamp.chars().enumerate().all(is_stamp);
    if !has_form {
        return Some(stamp.to_owned()).filter(|stamp| !stamp.is_empty());
    }
    let (day, time) = (&stamp[..8], &stamp[9..13]);
    Some(format!("{}-{}-{} {}:{} UTC", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..]))
}

fn digest_of(note: &Note) -> Digest256 {
    let told = format!(
        "{}\0{}\0{:?}\0{:?}\0{:?}",
        note.title,
        note.content,
        note.tags,
        groups(&note.tasks),
        note.files
    );
    digest(told.as_bytes())
}

fn of_file(resource: &Resource, notebook: &str, job: &Job<'_>) -> Outcome {
    let place = path_of(&resource.note, notebook);
    let source = digest(&resource.bytes);
    let name = match safe_path(&resource.name.replace('/', "-")) {
        name if name.trim().is_empty() => format!("{}.{}", hex::encode(&source[..8]), resource.ending),
        name if ending(&name).is_empty() && !resource.ending.is_empty() => {
            format!("{name}.{}", resource.ending)
        }
        name => name,
    };
    let (key, path) = (format!("{}/{name}", key_of(&resource.note)), format!("{place}/{name}"));
    if !job.options().filter.takes(&[&path, &place]) {
        return Outcome::filtered(key, &path);
    }
    if let Some(reason) = resource.lacks {
        return Outcome::unconverted(key, &path, reason);
    }
    if is_media(&name) && job.options().ocr.is_none() {
        return Outcome::unconverted(key, &path, reason::MEDIA);
    }
    match convert::convert(&name, resource.bytes.clone(), job) {
        Ok(converted) => {
            let place = Place { key, path: &path, clean_path: None, name: &name };
            Outcome::of_file(place, source, converted, DocumentType::Note)
        }
        Err(reason) => Outcome::unconverted(key, &path, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_stand_in_their_order_with_the_time_they_are_due() {
        let task = |title: &str, weight: &str, due: &str, is_done| Task {
            title: title.to_owned(),
            is_done,
            due: due.to_owned(),
            order: ("g1".to_owned(), weight.to_owned()),
        };
        let tasks = [
            task("Call", "B", "", true),
            task("Pay", "A", "20240601T223000Z", false),
            task("Ask", "C", "soon", false),
        ];
        let groups = groups(&tasks);
        assert_eq!(groups.len(), 1);
        assert_eq!(
            lines(&groups[0].1),
            "- [ ] Pay (due 2024-06-01 22:30 UTC)\n- [x] Call\n- [ ] Ask (due soon)"
        );
    }
}
