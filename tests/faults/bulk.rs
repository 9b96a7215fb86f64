//! The commands that make many calls: each request of the conversation is spoiled in turn. At no moment is a page
//! missing, what is not in the state is never touched, and one more run, unspoiled, ends where it should.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde_json::Value;
use tokio::sync::OnceCell;
use twin_reference::Seed;

use super::proxy::Proxy;
use super::spoil::{Damage, FOUR_POINTS, Place, Spoil, every_impostor, every_spoil};
use super::world::{Documents, World, check_output};
use super::{Verdict, sample, try_all};
use crate::support::Ran;

const STATE: &str = "twin-kb.lock.json";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    /// Replaces, splits, joins, creates and deletes.
    Sync,
    /// The same, and asks for every document first.
    Verify,
    /// Adopts what is there already: there is no state.
    Adopt,
    /// Only looks.
    DryRun,
    Import,
    Export,
}

const WORKS: [Work; 6] = [Work::Sync, Work::Verify, Work::Adopt, Work::DryRun, Work::Import, Work::Export];

impl Work {
    fn line(self) -> &'static [&'static str] {
        match self {
            Work::Sync => &["kb", "sync", "wiki", "--yes", "--prune", "--max-delete", "100%"],
            Work::Verify => &["kb", "sync", "wiki", "--yes", "--prune", "--max-delete", "100%", "--verify"],
            Work::Adopt => &["kb", "sync", "wiki", "--yes", "--prune", "--init"],
            Work::DryRun => &["kb", "sync", "wiki", "--yes", "--prune", "--dry-run"],
            Work::Import => &["kb", "import", "wiki"],
            Work::Export => &["kb", "export", "backup"],
        }
    }

    fn has_state(self) -> bool {
        !matches!(self, Work::Adopt | Work::Export)
    }

    fn writes(self) -> bool {
        !matches!(self, Work::DryRun | Work::Export)
    }
}

/// Pages: titles and texts.
type Pages = [(&'static str, String); 5];

/// The pages as they were synced before, and as they are now.
fn pages() -> (Pages, Pages) {
    // Long in characters, short in words, which are what takes the twin time.
    let long = |lines: usize| format!("{}\n\n", "length".repeat(40)).repeat(lines);
    let text = |text: &str| text.to_owned();
    let before = [
        ("changes", text("Some text.")),
        ("goes", text("Any text.")),
        ("grows", text("A little text.")),
        ("shrinks", long(300)),
        ("stays", text("The text.")),
    ];
    let now = [
        ("changes", text("Other text.")),
        ("comes", text("New text.")),
        ("grows", long(300)),
        ("shrinks", text("Less text.")),
        ("stays", text("The text.")),
    ];
    (before, now)
}

fn write_pages(world: &World, pages: &Pages) {
    for (title, text) in pages {
        world.home.write(&format!("wiki/{title}.md"), format!("# {title}\n\n{text}\n"));
    }
}

/// What a sync of the pages before left: its state file, and the documents in the knowledge base.
struct Synced {
    url: String,
    state: String,
    documents: Documents,
}

impl Synced {
    async fn new() -> Self {
        let world = World::new([], None).await;
        write_pages(&world, &pages().0);
        world.run(Work::Sync.line(), "").await.unwrap().exits(0);
        let state = std::fs::read_to_string(world.home.path().join(STATE)).unwrap();
        Self { url: world.proxy.url().to_owned(), state, documents: world.documents().await }
    }

    /// The state as it would be of another twin, with other ids.
    fn state_of(&self, proxy: &Proxy, ids: &[String]) -> String {
        let moved = self.state.replace(&self.url, proxy.url());
        self.documents.keys().zip(ids).fold(moved, |state, (old, new)| state.replace(old, new))
    }
}

/// What the tests begin with, and where each work ends undisturbed.
struct Script {
    synced: Synced,
    ends: BTreeMap<Work, End>,
}

struct End {
    requests: usize,
    contents: Vec<(String, String, String)>,
}

static SCRIPT: OnceCell<Script> = OnceCell::const_new();

/// A page of a world, and documents that are someone else's.
struct Scene {
    world: World,
    foreign: Documents,
}

impl Scene {
    async fn new(work: Work, synced: &Synced, spoil: Option<Spoil>) -> Self {
        let world = World::new([], spoil).await;
        let seeds = synced.documents.values();
        let seeds = seeds.map(|(title, kind, text)| Seed::new(title, text).of_type(kind.as_str()));
        let ids = world.running.seed_all(seeds).await.unwrap();
        let others = ["changes", "goes", "shrinks", "Elsewhere"];
        let others = others.map(|title| Seed::new(title, "Not ours.").of_type("note"));
        world.running.seed_all(others).await.unwrap();
        write_pages(&world, &pages().1);
        let mut foreign = world.documents().await;
        if work.has_state() {
            world.home.write(STATE, synced.state_of(&world.proxy, &ids));
            foreign.retain(|id, _| !ids.contains(id));
        }
        Self { world, foreign }
    }

    fn state(&self) -> Option<Value> {
        let text = std::fs::read(self.world.home.path().join(STATE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Titles, types and texts, sorted.
    async fn contents(&self) -> Vec<(String, String, String)> {
        let mut contents: Vec<_> = self.world.documents().await.into_values().collect();
        contents.sort();
        contents
    }
}

async fn undisturbed(work: Work, synced: &Synced) -> End {
    let scene = Scene::new(work, synced, None).await;
    let ran = scene.world.run(work.line(), "").await.unwrap().exits(0);
    assert!(ran.stderr.is_empty(), "{work:?}: {ran:#?}");
    End { requests: scene.world.proxy.requests(), contents: scene.contents().await }
}

async fn attempt(work: Work, script: &'static Script, spoil: Spoil) -> Verdict {
    let mut scene = Scene::new(work, &script.synced, Some(spoil)).await;
    let state = scene.state();
    let end = &script.ends[&work];
    let Some(ran) = scene.world.run(work.line(), "").await else { return Verdict::hung() };
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let mut verdict = Verdict::default();
    check_output(&ran, true, &mut verdict);
    let between = scene.world.documents().await;
    verdict.lost += missing(&between, &scene.foreign);
    if !corrupts_requests(spoil) {
        verdict.lost += pages_missing(&between);
    }
    if !work.writes() {
        verdict.expect(between.len() == end.contents.len(), || "it wrote".to_owned());
        verdict.expect(scene.state() == state, || "the state is another".to_owned());
    }
    if spoil.damage.is_noticeable() {
        let allowed = allowed(end.requests, spoil, scene.world.proxy.has_spoiled());
        verdict.expect(ran.code.is_some_and(|code| allowed.contains(&code)), || {
            format!("not one of {allowed:?}: {ran:#?}")
        });
    }

    if spoil.impostor().is_some() && work.has_state() && work.writes() {
        reports_what_is_so(&ran, &between, &mut verdict);
    }

    scene.world.heal().await;
    let Some(again) = scene.world.run(work.line(), "").await else { return Verdict::hung() };
    check_output(&again, true, &mut verdict);
    verdict.answered = ran.code == Some(0);
    verdict.lost += missing(&scene.world.documents().await, &scene.foreign);
    if spoil.damage == Damage::Echo && work.has_state() {
        verdict.expect(knows_its_own(&scene).await, || format!("the state: {:#?} {ran:#?}", scene.state()));
    }
    if spoil.damage.is_noticeable() {
        ends_well(&scene, work, end, &ran, &again, &mut verdict).await;
    }
    verdict
}

/// Nothing is reported as made or as deleted that is not.
fn reports_what_is_so(ran: &Ran, documents: &Documents, verdict: &mut Verdict) {
    let Ok(report) = serde_json::from_str::<Value>(&ran.stdout) else { return };
    let there = |title: &str| documents.values().any(|(name, _, text)| name == title && text != "Not ours.");
    let is_so = (report["pruned"] == 0 || !there("goes")) && (report["created"] == 0 || there("comes"));
    verdict.expect(is_so, || format!("a report of what is not so: {ran:#?}"));
}

/// The run after the spoiled one is done, and the knowledge base is what the export is.
async fn ends_well(scene: &Scene, work: Work, end: &End, ran: &Ran, again: &Ran, verdict: &mut Verdict) {
    verdict.expect(again.code == Some(0), || format!("the next run: {again:#?} after {ran:#?}"));
    let contents = scene.contents().await;
    let (lost, doubled) = (beyond(&end.contents, &contents), beyond(&contents, &end.contents));
    verdict.lost += lost.len();
    verdict.doubled += doubled.len();
    verdict.expect(lost.is_empty() && doubled.is_empty(), || {
        format!("lost {lost:?}, doubled {doubled:?}: {ran:#?} {again:#?}")
    });
    let home = scene.world.home.path();
    if work == Work::Export {
        let files = std::fs::read_dir(home.join("backup")).unwrap().count();
        verdict.expect(files == contents.len(), || format!("{files} files: {again:#?}"));
    } else {
        verdict.expect(!Path::new(&home.join(format!("{STATE}.journal"))).exists(), || {
            "a journal is left".into()
        });
        let documents = scene.world.documents().await;
        let state = scene.state().unwrap_or_default();
        let entries = state["documents"].as_array().into_iter().flatten();
        let mut ids = entries.flat_map(|entry| entry["ids"].as_array().into_iter().flatten());
        let is_known = ids.all(|id| id.as_str().is_some_and(|id| documents.contains_key(id)));
        verdict.expect(is_known, || format!("the state tells of what is not there: {state}"));
    }
}

/// Whether each page of the state has documents of its own, of its own title. One that has another's would delete
/// it one day.
async fn knows_its_own(scene: &Scene) -> bool {
    let documents = scene.world.documents().await;
    let state = scene.state().unwrap_or_default();
    let mut seen = HashSet::new();
    let mut entries = state["documents"].as_array().into_iter().flatten();
    entries.all(|entry| {
        let is_its_own = |id: &str| {
            let title = documents.get(id).and_then(|(title, ..)| title.split(" (").next());
            !scene.foreign.contains_key(id) && title == entry["title"].as_str()
        };
        let mut ids = entry["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
        ids.all(|id| seen.insert(id.to_owned()) && is_its_own(id))
    })
}

/// Which of the first there are more often than in the second.
fn beyond(these: &[(String, String, String)], those: &[(String, String, String)]) -> Vec<String> {
    let mut left = those.to_vec();
    let is_more =
        |document: &&(String, String, String)| match left.iter().position(|other| other == *document) {
            Some(place) => {
                left.swap_remove(place);
                false
            }
            None => true,
        };
    these.iter().filter(is_more).map(|(title, ..)| title.clone()).collect()
}

/// How many of the documents that no run may touch are gone or others.
fn missing(documents: &Documents, foreign: &Documents) -> usize {
    foreign.iter().filter(|(id, document)| documents.get(*id) != Some(document)).count()
}

/// How many pages that were there and stay in the export have no document, old or new.
fn pages_missing(documents: &Documents) -> usize {
    let has = |title: &str, text: &str| {
        let is_it = |(name, _, content): &(String, String, String)| {
            name.split(" (").next() == Some(title) && content != "Not ours." && content.contains(text)
        };
        documents.values().any(is_it)
    };
    let pages = [("changes", "text."), ("grows", ""), ("shrinks", ""), ("stays", "The text.")];
    pages.iter().filter(|(title, text)| !has(title, text)).count()
}

/// A document that is stored with another byte in it is another document.
fn corrupts_requests(spoil: Spoil) -> bool {
    matches!((spoil.place, spoil.damage), (Place::Request(_), Damage::Corrupt(_)))
}

/// The exit codes that say the truth.
fn allowed(requests: usize, spoil: Spoil, spoiled: bool) -> &'static [i32] {
    if spoil.impostor().is_some() {
        return &[0, 3, 7];
    }
    let must_fail = spoil.lasting && spoil.after == 0 && !spoil.may_pass();
    if must_fail {
        return &[7];
    }
    let is_last = spoil.after + 1 == requests;
    let passes = !spoiled || spoil.damage == Damage::Drip || (is_last && spoil.passes_all());
    // A conversation of which some answers get through may come to its end.
    if !spoil.damage.takes_time() && (passes || !spoil.lasting) { &[0] } else { &[0, 3, 7] }
}

async fn script() -> &'static Script {
    let begin = async || {
        let synced = Synced::new().await;
        let mut ends = BTreeMap::new();
        for work in WORKS {
            ends.insert(work, undisturbed(work, &synced).await);
        }
        Script { synced, ends }
    };
    SCRIPT.get_or_init(begin).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_command_spoiled_at_any_request_loses_doubles_and_wrongly_deletes_nothing() {
    let script = script().await;
    let trials = WORKS.into_iter().flat_map(|work| {
        let requests = script.ends[&work].requests;
        let trial = move |spoil| (format!("{work:?}: {spoil:?}"), attempt(work, script, spoil));
        sample(every_spoil(requests, &FOUR_POINTS), 59).into_iter().map(trial)
    });
    try_all("bulk commands", trials).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_command_that_something_else_answers_loses_doubles_and_wrongly_reports_nothing() {
    let script = script().await;
    let trials = WORKS.into_iter().flat_map(|work| {
        let requests = script.ends[&work].requests;
        let trial = move |spoil| (format!("{work:?}: {spoil:?}"), attempt(work, script, spoil));
        sample(every_impostor(requests, true), 29).into_iter().map(trial)
    });
    try_all("bulk commands, something else answers", trials).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_another_request_is_never_taken_for_a_documents_own() {
    let script = script().await;
    let requests = script.ends[&Work::Verify].requests;
    let mixes_up = |spoil: &Spoil| spoil.damage == Damage::Echo && spoil.lasting;
    let spoils = every_spoil(requests, &[]).into_iter().filter(mixes_up).step_by(2);
    let trial = |spoil| (format!("Verify: {spoil:?}"), attempt(Work::Verify, script, spoil));
    try_all("mixed-up answers", spoils.map(trial)).await;
}
