//! Slack exports: one document for each channel and day, threads under their first message. Several exports of one
//! workspace are one.

mod conversation;
mod day;
mod elements;
mod inputs;
mod markup;
mod merged;
mod shown;
mod workspace;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::DocumentType;
use serde::{Deserialize, Serialize};

use super::convert::Aside;
use super::job::Job;
use super::outcome::{Draft, Outcome};
use super::run::Run;
use super::tree::{Entry, Roots, Tree, file_name, folder_of};
use super::{Format, Root, pool, reason};
use conversation::{Conversation, Day, Folders};
pub(crate) use day::ReadDay;
use day::{Late, Told};
use merged::Gathered;
use workspace::Workspace;

/// Who and what ids stand for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Names {
    users: HashMap<String, String>,
    channels: HashMap<String, String>,
}

impl Names {
    /// Those of the exports that hold a conversation; the newest export knows best.
    fn of<'a>(conversation: &Conversation<'_>, workspaces: &'a [Workspace]) -> Cow<'a, Self> {
        match conversation.roots.as_slice() {
            [] => Cow::Owned(Self::default()),
            [root] => Cow::Borrowed(&workspaces[*root].names),
            roots => {
                let mut roots: Vec<&Workspace> = roots.iter().map(|&root| &workspaces[root]).collect();
                roots.sort_by(|a, b| a.newest.cmp(&b.newest));
                let mut names = Self::default();
                for Workspace { names: more, .. } in roots {
                    names.users.extend(more.users.clone());
                    names.channels.extend(more.channels.clone());
                }
                Cow::Owned(names)
            }
        }
    }

    /// Those of them that may stand in a text.
    fn mentioned(&self, text: &[u8]) -> Self {
        let mut mentioned = Self::default();
        let ids =
            text.split(|byte| !byte.is_ascii_alphanumeric()).filter_map(|id| std::str::from_utf8(id).ok());
        for id in ids.filter(|id| !id.is_empty()) {
            for (all, found) in
                [(&self.users, &mut mentioned.users), (&self.channels, &mut mentioned.channels)]
            {
                if let Some(name) = all.get(id).filter(|_| !found.contains_key(id)) {
                    found.insert(id.to_owned(), name.clone());
                }
            }
        }
        mentioned
    }
}

/// Whether the files are an export of Slack.
pub(crate) fn is_export(tree: &Tree) -> bool {
    let lists = ["channels.json", "groups.json", "dms.json", "mpims.json", "users.json", "org_users.json"];
    let has = |wanted: &dyn Fn(&str) -> bool| tree.entries.iter().any(|entry| wanted(&entry.path));
    has(&|path| lists.contains(&file_name(path))) && has(&is_day)
}

/// `<channel>/2026-03-02.json`
fn is_day(path: &str) -> bool {
    let name = file_name(path);
    let digits = name.strip_suffix(".json").is_some_and(|day| {
        day.len() == 10
            && day
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
    });
    digits && !folder_of(path).is_empty()
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    let workspaces: Vec<Workspace> =
        roots.iter().map(|(_, tree)| Workspace::read(tree, &run.job())).collect();
    let folders = Folders::of(roots, &workspaces);
    for (index, (path, tree)) in roots.iter().enumerate() {
        let root =
            Root { path: path.clone(), reader: Format::Slack, scope: "slack:".to_owned(), whole: tree.whole };
        run.begin(root, tree, |path| is_day(path).then(|| folders.key_of(index, path)));
        for entry in tree.entries.iter().filter(|entry| !is_day(&entry.path)) {
            run.take(Outcome::skipped(&entry.path, reason::METADATA))?;
        }
    }
    for conversation in folders.conversations(roots, &workspaces) {
        let names = Names::of(&conversation, &workspaces);
        read_conversation(&conversation, &names, run)?;
    }
    ControlFlow::Continue(())
}

fn read_conversation(conversation: &Conversation<'_>, names: &Names, run: &mut Run<'_>) -> ControlFlow<()> {
    if conversation.private && !run.options.include_private {
        for (day, entry) in conversation.entries() {
            let (key, path) = (conversation.key(day), entry.path.clone());
            run.take(Outcome::LeftOut { key, path, reason: reason::PRIVATE })?;
        }
        return ControlFlow::Continue(());
    }
    let late = day::late_replies(&conversation.days, names, &run.job());
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        conversation.days.iter().enumerate(),
        |(_, day)| day.size(),
        (options, &budget),
        |(index, day), job| {
            let late = late.get(index);
            read_day(conversation, day, names, late.unwrap_or(&Late::default()), job)
        },
        |outcomes| outcomes.into_iter().try_for_each(|outcome| run.take(outcome)),
    )
}

/// What becomes of a day, and of those of its files of which nothing does.
fn read_day(
    conversation: &Conversation<'_>,
    day: &Day<'_>,
    names: &Names,
    late: &Late,
    job: &Job<'_>,
) -> Vec<Outcome> {
    let key = || conversation.key(day.name);
    let takes = |entry: &&&Entry| job.options().filter.takes(&[entry.path.as_str()]);
    let (taken, others): (Vec<&Entry>, Vec<&Entry>) = day.parts.iter().partition(|entry| takes(entry));
    let mut outcomes: Vec<Outcome> =
        others.iter().map(|entry| Outcome::filtered(key(), &entry.path)).collect();
    let Gathered { bytes, read, missed, unread } = merged::gathered(&taken, job);
    outcomes.extend(unread.iter().map(|(entry, reason)| Outcome::unconverted(key(), &entry.path, reason)));
    let Some(first) = read.first() else { return outcomes };
    match day::read(bytes, names, late, job) {
        Ok(told) if told.text.is_empty() => {
            let lost = missed.first().or(told.missed.first());
            outcomes.extend(read.iter().map(|entry| match lost {
                Some((_, told)) => Outcome::unconverted(key(), &entry.path, reason::known(told)),
                None => Outcome::skipped(&entry.path, reason::NO_MESSAGES),
            }));
        }
        Ok(mut told) => {
            told.missed.splice(..0, missed);
            outcomes.push(document(conversation, day.name, first, read.len(), told));
        }
        Err(reason) => {
            outcomes.extend(read.iter().map(|entry| Outcome::unconverted(key(), &entry.path, reason)));
        }
    }
    outcomes
}

/// Messages that could not be read, by name.
fn missed(day: &Told) -> Aside {
    let mut aside = Aside::default();
    for (message, reason) in &day.missed {
        aside.skip(message, reason);
    }
    aside
}

fn document(conversation: &Conversation<'_>, name: &str, first: &Entry, files: usize, day: Told) -> Outcome {
    let aside = missed(&day);
    Outcome::document(Draft {
        key: conversation.key(name),
        title: format!("{}, {name}", conversation.title),
        text: day.text,
        kind: DocumentType::Slack,
        source: day.source,
        converter: "slack/4".into(),
        path: first.path.clone(),
        clean_path: None,
        key_is_identity: true,
        files: files as u64,
        aside,
    })
}
