//! A folder of pages that tests change, a twin to bring them to, and `twin kb sync` between them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use twin_reference::{Reference, Seed};
use twin_sdk::{ApiKey, Twin};

use crate::support::{self, Bench, Ran};

pub(crate) struct Wiki {
    pub(crate) bench: Bench,
}

impl Wiki {
    /// An empty folder, and a twin without a rate limit.
    pub(crate) async fn start() -> Self {
        Self::of(Reference::new().no_rate_limit()).await
    }

    pub(crate) async fn of(reference: Reference) -> Self {
        let bench = Bench::of(reference).await;
        std::fs::create_dir(bench.home.path().join("wiki")).unwrap();
        Self { bench }
    }

    /// With these pages, which an earlier sync has brought in.
    pub(crate) async fn synced(pages: &[&str]) -> Self {
        let wiki = Self::start().await;
        for page in pages {
            wiki.write(page, &format!("Text of {page}."));
        }
        wiki.sync([]).exits(0);
        wiki
    }

    /// Writes the page of this title.
    pub(crate) fn write(&self, title: &str, text: &str) {
        self.bench.home.write(&format!("wiki/{title}.md"), format!("# {title}\n\n{text}\n"));
    }

    pub(crate) fn remove(&self, title: &str) {
        std::fs::remove_file(self.bench.home.path().join(format!("wiki/{title}.md"))).unwrap();
    }

    /// `twin kb COMMAND wiki --json` to be.
    pub(crate) fn twin<'a>(
        &self,
        command: &'a str,
        flags: impl IntoIterator<Item = &'a str>,
    ) -> support::Twin {
        self.bench.twin(["kb", command, "wiki", "--json"].into_iter().chain(flags))
    }

    /// Syncs, confirming what there is to confirm.
    pub(crate) fn sync<'a>(&self, flags: impl IntoIterator<Item = &'a str>) -> Ran {
        self.twin("sync", ["--yes"].into_iter().chain(flags)).run()
    }

    pub(crate) fn import<'a>(&self, flags: impl IntoIterator<Item = &'a str>) -> Ran {
        self.twin("import", flags).run()
    }

    pub(crate) fn client(&self) -> Twin {
        let key = ApiKey::new(self.bench.running.key()).unwrap();
        Twin::builder(key).base_url(self.bench.running.url()).build().unwrap()
    }

    /// Every document of the knowledge base: title and text.
    pub(crate) async fn contents(&self) -> Vec<(String, String)> {
        let twin = self.client();
        let mut contents = Vec::new();
        for listed in twin.kb().list_all().await.unwrap().items {
            let document = twin.kb().get(listed.id).await.unwrap();
            contents.push((document.title, document.content.unwrap()));
        }
        contents.sort();
        contents
    }

    /// The titles of every document of the knowledge base.
    pub(crate) async fn titles(&self) -> Vec<String> {
        let listing = self.client().kb().list_all().await.unwrap();
        let mut titles: Vec<String> = listing.items.into_iter().map(|document| document.title).collect();
        titles.sort();
        titles
    }

    /// Puts in a document that is not ours.
    pub(crate) async fn foreign(&self, title: &str, text: &str) -> String {
        self.bench.running.seed(Seed::new(title, text).of_type("note")).await.unwrap()
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.bench.home.path().join("twin-kb.lock.json")
    }

    pub(crate) fn state_text(&self) -> String {
        std::fs::read_to_string(self.state_path()).unwrap()
    }

    /// The entries of the state by the names of their pages.
    pub(crate) fn state(&self) -> BTreeMap<String, Value> {
        let state: Value = serde_json::from_str(&self.state_text()).unwrap();
        let entries = state["documents"].as_array().unwrap().iter();
        let name = |entry: &Value| {
            let key = entry["key"].as_str().unwrap();
            key.trim_start_matches("folder:wiki/").trim_end_matches(".md").to_owned()
        };
        entries.map(|entry| (name(entry), entry.clone())).collect()
    }

    /// What is in the home directory beside the pages.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.bench.home.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "wiki");
        names.sort();
        names
    }

    /// What reached the twin while `work` was done, reads aside.
    pub(crate) fn writes_during(&self, work: impl FnOnce()) -> Vec<String> {
        let mut requests = self.requests_during(work);
        requests.retain(|request| !request.starts_with("GET"));
        requests
    }

    /// What reached the twin while `work` was done.
    pub(crate) fn requests_during(&self, work: impl FnOnce()) -> Vec<String> {
        let before = self.bench.requests().len();
        work();
        self.bench.requests().split_off(before)
    }
}

/// The counters of a report that are not zero.
#[track_caller]
pub(crate) fn counts(ran: &Ran) -> Vec<(String, u64)> {
    let names = ["created", "replaced", "pruned", "unchanged", "adopted", "kept", "remaining"];
    let report = ran.json();
    let count = |name: &&str| (name.to_string(), report[*name].as_u64().unwrap());
    names.iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// Asserts the counters of a report, all others being zero.
#[track_caller]
pub(crate) fn assert_counts(ran: &Ran, expected: &[(&str, u64)]) {
    let expected: Vec<_> = expected.iter().map(|(name, count)| (name.to_string(), *count)).collect();
    assert_eq!(counts(ran), expected, "{ran:#?}");
}
