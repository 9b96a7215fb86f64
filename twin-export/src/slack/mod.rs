//! Slack exports: one document for each channel and day, threads under their first message.

mod day;
mod elements;
mod inputs;
mod markup;
mod shown;

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::DocumentType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::convert::Aside;
use super::job::Job;
use super::outcome::{Draft, Outcome};
use super::run::Run;
use super::text::beginning;
use super::tree::{Entry, Roots, Tree, file_name, folder_of, safe_path, stem};
use super::{Format, Root, pool, reason};
pub(crate) use day::ReadDay;
use day::{Late, Told};
use elements::{LARGEST_CHANNEL, each};
use markup::{list, string};

/// Who and what ids stand for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Names {
    users: HashMap<String, String>,
    channels: HashMap<String, String>,
}

impl Names {
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

/// A channel or a private conversation: a folder with a file for each day.
#[derive(Debug)]
struct Conversation<'a> {
    title: String,
    private: bool,
    days: Vec<&'a Entry>,
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
    for (path, tree) in roots {
        let root =
            Root { path: path.clone(), reader: Format::Slack, scope: "slack:".to_owned(), whole: tree.whole };
        run.begin(root, tree, |path| is_day(path).then(|| key_of(path)));
        let workspace = Workspace::read(tree, &run.job());
        for entry in tree.entries.iter().filter(|entry| !is_day(&entry.path)) {
            run.take(Outcome::skipped(&entry.path, reason::METADATA))?;
        }
        for conversation in workspace.conversations(tree) {
            read_conversation(&conversation, &workspace.names, run)?;
        }
    }
    ControlFlow::Continue(())
}

fn key_of(path: &str) -> String {
    format!("slack:{}/{}", safe_path(file_name(folder_of(path))), stem(file_name(path)))
}

fn read_conversation(conversation: &Conversation<'_>, names: &Names, run: &mut Run<'_>) -> ControlFlow<()> {
    let key = |entry: &Entry| key_of(&entry.path);
    if conversation.private && !run.options.include_private {
        for entry in &conversation.days {
            run.take(Outcome::LeftOut {
                key: key(entry),
                path: entry.path.clone(),
                reason: reason::PRIVATE,
            })?;
        }
        return ControlFlow::Continue(());
    }
    let late = day::late_replies(&conversation.days, names, &run.job());
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        conversation.days.iter().copied().enumerate(),
        |(_, entry)| entry.size,
        (options, &budget),
        |(day, entry), job| {
            let path = entry.path.as_str();
            if !options.filter.takes(&[path]) {
                return Outcome::filtered(key(entry), path);
            }
            let bytes = match job.read(entry) {
                Ok(bytes) => bytes,
                Err(reason) => return Outcome::unconverted(key(entry), path, reason),
            };
            match day::read(bytes, names, late.get(day).unwrap_or(&Late::default()), job) {
                Ok(day) if day.text.is_empty() => match day.missed.first() {
                    Some((_, told)) => Outcome::unconverted(key(entry), path, reason::known(told)),
                    None => Outcome::skipped(path, reason::NO_MESSAGES),
                },
                Ok(day) => document(conversation, key(entry), path, day),
                Err(reason) => Outcome::unconverted(key(entry), path, reason),
            }
        },
        |outcome| run.take(outcome),
    )
}

/// Messages that could not be read, by name.
fn missed(day: &Told) -> Aside {
    let mut aside = Aside::default();
    for (message, reason) in &day.missed {
        aside.skip(message, reason);
    }
    aside
}

fn document(conversation: &Conversation<'_>, key: String, path: &str, day: Told) -> Outcome {
    let aside = missed(&day);
    Outcome::document(Draft {
        key,
        title: format!("{}, {}", conversation.title, stem(file_name(path))),
        text: day.text,
        kind: DocumentType::Slack,
        source: day.source,
        converter: "slack/4".into(),
        path: path.to_owned(),
        clean_path: None,
        key_is_identity: true,
        files: 1,
        aside,
    })
}

/// Bytes of a person's or a channel's name, and people that the title of a conversation names.
const MOST_NAME: usize = 200;
const MOST_MEMBERS: usize = 50;
/// Bytes that a name takes in memory beside its letters.
const NAME: usize = 100;

/// What the lists at an export's root tell.
#[derive(Debug, Default)]
struct Workspace {
    names: Names,
    /// By folder: the title, and whether it is private.
    known: HashMap<String, (String, bool)>,
    lists_channels: bool,
}

impl Workspace {
    fn read(tree: &Tree, job: &Job<'_>) -> Self {
        let mut workspace = Self::default();
        let each_in = |names: &[&str], take: &mut dyn FnMut(&Value)| {
            let mut is_listed = false;
            for entry in tree.entries.iter().filter(|entry| names.contains(&file_name(&entry.path))) {
                let bytes = job.read(entry);
                is_listed |= bytes.and_then(|bytes| each(&bytes, LARGEST_CHANNEL, &mut *take)).is_ok();
            }
            is_listed
        };
        each_in(&["users.json", "org_users.json"], &mut |user| {
            let (id, name) = (string(user, "id"), user_name(user));
            let name = beginning(&name, MOST_NAME);
            if job.budget().keep(id.len() + name.len() + NAME, job.limits()) {
                workspace.names.users.insert(id.to_owned(), name.to_owned());
            }
        });
        for (file, private) in
            [("channels.json", false), ("groups.json", true), ("mpims.json", true), ("dms.json", true)]
        {
            let is_listed = each_in(&[file], &mut |conversation| {
                workspace.know(conversation, file, private, job);
            });
            workspace.lists_channels |= is_listed && !private;
        }
        workspace
    }

    fn know(&mut self, conversation: &Value, file: &str, private: bool, job: &Job<'_>) {
        let (id, name) = (string(conversation, "id"), beginning(string(conversation, "name"), MOST_NAME));
        let members = || {
            let members = list(conversation, "members").filter_map(Value::as_str).take(MOST_MEMBERS);
            let names = members.map(|id| self.names.users.get(id).map_or(id, String::as_str));
            names.collect::<Vec<_>>().join(", ")
        };
        let title = if matches!(file, "dms.json" | "mpims.json") { members() } else { format!("#{name}") };
        let title = if title.is_empty() { id.to_owned() } else { title };
        if !job.budget().keep(2 * (id.len() + name.len() + title.len() + NAME), job.limits()) {
            return;
        }
        if !name.is_empty() {
            self.names.channels.insert(id.to_owned(), name.to_owned());
            self.known.insert(name.to_owned(), (title.clone(), private));
        }
        self.known.insert(id.to_owned(), (title, private));
    }

    /// The folders with days in them, in the order of the export's files.
    fn conversations<'a>(&self, tree: &'a Tree) -> Vec<Conversation<'a>> {
        let mut conversations: Vec<Conversation<'a>> = Vec::new();
        let mut places = HashMap::new();
        for entry in tree.entries.iter().filter(|entry| is_day(&entry.path)) {
            let folder = folder_of(&entry.path);
            let place = *places.entry(folder).or_insert_with(|| {
                conversations.push(self.conversation(folder));
                conversations.len() - 1
            });
            conversations[place].days.push(entry);
        }
        for conversation in &mut conversations {
            conversation.days.sort_by(|a, b| a.path.cmp(&b.path));
        }
        conversations
    }

    fn conversation<'a>(&self, folder: &str) -> Conversation<'a> {
        let name = file_name(folder);
        let (title, private) = self.known.get(name).cloned().unwrap_or_else(|| {
            // What no list names may be private where the channels are listed.
            (format!("#{name}"), self.lists_channels || name.starts_with("mpdm-") || name.starts_with("D0"))
        });
        Conversation { title, private, days: Vec::new() }
    }
}

fn user_name(user: &Value) -> String {
    let profile = user.get("profile").unwrap_or(&Value::Null);
    let names = [
        string(profile, "display_name"),
        string(profile, "real_name"),
        string(user, "real_name"),
        string(user, "name"),
        string(user, "id"),
    ];
    names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default().to_owned()
}
