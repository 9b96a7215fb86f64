//! What the lists at an export's root tell: people, channels, and which of them are private.

use std::collections::HashMap;

use serde_json::Value;

use super::super::job::Job;
use super::super::text::beginning;
use super::super::tree::{Tree, file_name, folder_of, stem};
use super::elements::{LARGEST_CHANNEL, each};
use super::markup::{list, string};
use super::{Names, is_day};

/// Bytes of a person's or a channel's name, and people that the title of a conversation names.
const MOST_NAME: usize = 200;
const MOST_MEMBERS: usize = 50;
/// Bytes that a name takes in memory beside its letters.
const NAME: usize = 100;

/// What the lists at an export's root tell.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) names: Names,
    /// The last day of which it tells.
    pub(super) newest: String,
    /// By the folder's name.
    known: HashMap<String, Vec<Told>>,
    lists_channels: bool,
}

/// What is told of a conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// By which Slack knows it, whatever it is called.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) private: bool,
    /// The folder in which the list lies.
    base: String,
}

impl Workspace {
    pub(super) fn read(tree: &Tree, job: &Job<'_>) -> Self {
        let days = tree.entries.iter().filter(|entry| is_day(&entry.path));
        let newest = days.map(|entry| stem(file_name(&entry.path))).max().unwrap_or_default().to_owned();
        let mut workspace = Self { newest, ..Self::default() };
        let each_in = |names: &[&str], take: &mut dyn FnMut(&str, &Value)| {
            let mut is_listed = false;
            for entry in tree.entries.iter().filter(|entry| names.contains(&file_name(&entry.path))) {
                let (bytes, base) = (job.read(entry), folder_of(&entry.path));
                let mut take = |value: &Value| take(base, value);
                is_listed |= bytes.and_then(|bytes| each(&bytes, LARGEST_CHANNEL, &mut take)).is_ok();
            }
            is_listed
        };
        each_in(&["users.json", "org_users.json"], &mut |_, user| {
            let (id, name) = (string(user, "id"), user_name(user));
            let name = beginning(&name, MOST_NAME);
            if job.budget().keep(id.len() + name.len() + NAME, job.limits()) {
                workspace.names.users.insert(id.to_owned(), name.to_owned());
            }
        });
        for (file, private) in
            [("channels.json", false), ("groups.json", true), ("mpims.json", true), ("dms.json", true)]
        {
            let is_listed = each_in(&[file], &mut |base, conversation| {
                workspace.know(conversation, file, base, private, job);
            });
            workspace.lists_channels |= is_listed && !private;
        }
        workspace
    }

    fn know(&mut self, conversation: &Value, file: &str, base: &str, private: bool, job: &Job<'_>) {
        let (id, name) = (string(conversation, "id"), beginning(string(conversation, "name"), MOST_NAME));
        let members = || {
            let members = list(conversation, "members").filter_map(Value::as_str).take(MOST_MEMBERS);
            let names = members.map(|id| self.names.users.get(id).map_or(id, String::as_str));
            names.collect::<Vec<_>>().join(", ")
        };
        let title = if matches!(file, "dms.json" | "mpims.json") { members() } else { format!("#{name}") };
        let title = if title.is_empty() { id.to_owned() } else { title };
        if !job.budget().keep(2 * (2 * id.len() + name.len() + title.len() + base.len() + NAME), job.limits())
        {
            return;
        }
        let told = Told { id: id.to_owned(), title, private, base: base.to_owned() };
        if !name.is_empty() {
            self.names.channels.insert(id.to_owned(), name.to_owned());
            self.known.entry(name.to_owned()).or_default().push(told.clone());
        }
        self.known.entry(id.to_owned()).or_default().push(told);
    }

    /// What the lists tell of a conversation's folder: the nearest ones, in exports of a Grid that hold several teams.
    pub(super) fn told(&self, folder: &str) -> Told {
        let name = file_name(folder);
        let known = self.known.get(name).into_iter().flatten();
        let nearness = |told: &&Told| {
            let is_above = told.base.is_empty()
                || folder.strip_prefix(told.base.as_str()).is_some_and(|rest| rest.starts_with('/'));
            (is_above, if is_above { told.base.len() } else { 0 })
        };
        known.max_by_key(nearness).cloned().unwrap_or_else(|| Told {
            title: format!("#{name}"),
            // What no list names may be private where the channels are listed.
            private: self.lists_channels || name.starts_with("mpdm-") || name.starts_with("D0"),
            ..Told::default()
        })
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
