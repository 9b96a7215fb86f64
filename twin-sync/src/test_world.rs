//! What the tests of a whole run share: a reference twin, a disk in memory, and a run that can die at any of
//! its steps.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use twin_reference::{Reference, Running, Seed};
use twin_sdk::{ApiKey, DocumentType, Pacing, Twin};
use wiremock::{Match, Mock, Request, ResponseTemplate};

use super::apply::Applied;
use super::cancellation::{Cancellation, StopReason};
use super::coverage::Coverage;
use super::digest;
use super::disk::Disk;
use super::entry::Entry;
use super::intake::Intake;
use super::kb::Kb;
use super::ledger::{Ledger, Work};
use super::meter::Meter;
use super::open::{Recovered, read, take_over};
use super::options::Mode;
use super::planner::plan;
use super::state::State;
use super::survey::{self, Inquiry};
use super::worker::{Pace, Worker};
use twin_export::{Document, split};

/// The state file and the journal, in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored {
    pub(crate) state: Option<Vec<u8>>,
    pub(crate) journal: Vec<u8>,
}

/// When a run dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Before the disk is written to for the nth time.
    BeforeDisk(usize),
    /// Halfway through.
    WithinDisk(usize),
    /// After it.
    AfterDisk(usize),
    /// When the nth write reaches the server, which then does not do it.
    BeforeWrite(usize),
    /// When the nth write reaches the server, which does it.
    AfterWrite(usize),
    /// It does not die, but from the nth time on the disk is full.
    DiskFullFrom(usize),
    /// Never.
    Never,
}

/// A disk in memory that fails from the moment the run dies.
#[derive(Debug)]
pub(crate) struct MortalDisk {
    stored: Arc<Mutex<Stored>>,
    death: Death,
    operations: usize,
    dead: watch::Sender<bool>,
    in_place: bool,
}

impl MortalDisk {
    fn operate(&mut self, all: impl FnOnce(&mut Stored), half: impl FnOnce(&mut Stored)) -> io::Result<()> {
        if *self.dead.borrow() {
            return Err(io::Error::other("dead"));
        }
        let operation = self.operations;
        self.operations += 1;
        let mut stored = self.stored.lock().unwrap();
        match self.death {
            Death::BeforeDisk(n) if n == operation => {}
            Death::WithinDisk(n) if n == operation => half(&mut stored),
            Death::AfterDisk(n) if n == operation => all(&mut stored),
            Death::DiskFullFrom(n) if n <= operation => {
                half(&mut stored);
                return Err(io::ErrorKind::StorageFull.into());
            }
            _ => {
                all(&mut stored);
                return Ok(());
            }
        }
        self.dead.send_replace(true);
        Err(io::Error::other("dead"))
    }
}

impl Disk for MortalDisk {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let half = &line[..line.len() / 2];
        self.operate(|stored| stored.journal.extend(line), |stored| stored.journal.extend(half))
    }

    fn trim(&mut self, length: u64) -> io::Result<u64> {
        self.operate(|stored| stored.journal.truncate(length.try_into().unwrap()), |_| {})?;
        Ok(length)
    }

    fn replace(&mut self, state: &[u8]) -> io::Result<()> {
        if self.in_place {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        self.operate(|stored| stored.state = Some(state.to_vec()), |_| {})
    }

    fn overwrite(&mut self, state: &[u8]) -> io::Result<()> {
        let half = state[..state.len() / 2].to_vec();
        self.operate(|stored| stored.state = Some(state.to_vec()), |stored| stored.state = Some(half))
    }

    fn state(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.stored.lock().unwrap().state.clone())
    }
}

/// Kills the run when the nth write reaches the server. Where it matches, the write is not done.
#[derive(Debug, Clone, Default)]
struct Killer(Arc<Mutex<Option<Hunt>>>);

/// A run to be killed.
#[derive(Debug)]
struct Hunt {
    writes: usize,
    death: Death,
    dead: watch::Sender<bool>,
}

impl Match for Killer {
    fn matches(&self, request: &Request) -> bool {
        let mut hunt = self.0.lock().unwrap();
        let Some(hunt) = hunt.as_mut().filter(|_| request.method != "GET") else { return false };
        let write = hunt.writes;
        hunt.writes += 1;
        let (kills, prevents) = match hunt.death {
            Death::BeforeWrite(n) => (n == write, true),
            Death::AfterWrite(n) => (n == write, false),
            _ => (false, false),
        };
        if kills {
            hunt.dead.send_replace(true);
        }
        kills && prevents
    }
}

/// A twin, and what a sync knows of it.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) stored: Arc<Mutex<Stored>>,
    /// The state can be written over, and not be replaced.
    pub(crate) in_place: bool,
    /// The timeout of one attempt: long, so that a busy machine is no lost answer.
    pub(crate) timeout: Duration,
    killer: Killer,
}

/// How a run went.
pub(crate) struct Went {
    /// `None` where it died.
    pub(crate) applied: Option<Applied>,
    /// What stopped it.
    pub(crate) stopped: Option<StopReason>,
}

/// How long a create that timed out is given.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

pub(crate) const PRUNE: Mode = Mode::Sync { prune: true };

impl World {
    pub(crate) async fn start() -> Self {
        let running = Reference::new().no_rate_limit().start().await.unwrap();
        let killer = Killer::default();
        let mock = Mock::given(killer.clone()).respond_with(ResponseTemplate::new(500)).with_priority(1);
        running.mock_server().register(mock).await;
        Self { running, stored: Arc::default(), in_place: false, timeout: Duration::from_secs(60), killer }
    }

    /// A twin that an earlier sync brought these documents to.
    pub(crate) async fn with(documents: &[Document]) -> Self {
        let world = Self::start().await;
        let mut state = State::new(world.running.url());
        for document in documents {
            let parts = split(&document.title, &document.text);
            let seed = |part: twin_export::Part| {
                Seed::new(part.title, part.text).of_type(document.document_type.as_str())
            };
            let ids = world.running.seed_all(parts.into_iter().map(seed)).await.unwrap();
            state.put(Entry {
                key: document.key.clone(),
                title: document.title.clone(),
                document_type: DocumentType::from(document.document_type.as_str()),
                hash: digest::of_rendering(
                    &document.title,
                    &DocumentType::from(document.document_type.as_str()),
                    &document.text,
                ),
                source: document.source.clone(),
                converter: document.converter.clone(),
                ids,
                old: Vec::new(),
                next: None,
                doubts: Vec::new(),
                titles: Vec::new(),
            });
        }
        world.stored.lock().unwrap().state = Some(state.to_text().into_bytes());
        world
    }

    pub(crate) fn twin(&self) -> Twin {
        Twin::builder(ApiKey::new(self.running.key()).unwrap()).base_url(self.running.url()).build().unwrap()
    }

    /// A disk that does not fail.
    pub(crate) fn disk(&self) -> MortalDisk {
        let dead = watch::Sender::new(false);
        let in_place = self.in_place;
        MortalDisk { stored: self.stored.clone(), death: Death::Never, operations: 0, dead, in_place }
    }

    /// The knowledge base, paced and metered.
    pub(crate) fn kb(&self) -> Kb {
        let meter = Meter::start();
        let heard = meter.clone();
        let twin = Twin::builder(ApiKey::new(self.running.key()).unwrap())
            .base_url(self.running.url())
            .pacing(Pacing::Window)
            .timeout(self.timeout)
            .clock(meter.clone())
            .on_attempt(move |attempt| heard.observe(attempt));
        Kb::new(twin.build().unwrap(), meter, Cancellation::default(), None)
    }

    /// What is known, with what the journal says.
    pub(crate) fn state(&self) -> Option<State> {
        self.recovered().state
    }

    fn recovered(&self) -> Recovered {
        let stored = self.stored.lock().unwrap().clone();
        read(stored.state, &stored.journal).unwrap()
    }

    /// Syncs these documents, pruning, until the end or its death.
    pub(crate) async fn sync(&self, documents: &[Document], concurrency: usize, death: Death) -> Went {
        let (dead, mut died) = watch::channel(false);
        *self.killer.0.lock().unwrap() = Some(Hunt { writes: 0, death, dead: dead.clone() });
        let kb = self.kb();
        let present = self.state();
        let state = present.clone().unwrap_or_else(|| State::new(self.running.url()));
        let mut intake = Intake::new(false, false);
        documents.iter().for_each(|document| intake.take(Some(&state), document.clone()).unwrap());
        let mut export = intake.finish();
        let mut coverage = Coverage::default();
        coverage.add_scope("folder:wiki/", true);
        let inquiry = Inquiry { verify: false, adopt: true, assume_new: false, concurrency };
        let survey = match &present {
            Some(state) => survey::with_state(&kb, state, inquiry).await.unwrap(),
            None => survey::without_state(&kb, &mut export, inquiry).await.unwrap(),
        };
        assert_eq!(survey.refusal, None);
        let plan = plan(state, &export.sources, &coverage, &survey.findings, PRUNE, false);

        let disk = MortalDisk { death, dead: dead.clone(), ..self.disk() };
        let pace = Pace { concurrency, grace: GRACE };
        let opened = take_over(self.recovered(), self.running.url(), disk)
            .and_then(|store| Ledger::open(plan.state.clone(), store, Work::Ahead));
        let applied = match opened {
            Err(error) => {
                kb.disk_failed(error);
                None
            }
            Ok(ledger) => {
                let apply = Worker::new(&kb, ledger, export, survey.before, pace, &());
                apply.expect_late(survey.findings.settled);
                tokio::select! {
                    biased;
                    _ = died.wait_for(|dead| *dead) => None,
                    applied = apply.run(&plan) => Some(applied).filter(|_| !*dead.borrow()),
                }
            }
        };
        Went { applied, stopped: kb.cancellation().reason() }
    }

    /// Every document of the knowledge base: its title and its text.
    pub(crate) async fn contents(&self) -> Vec<(String, String)> {
        let twin = self.twin();
        let mut contents = Vec::new();
        for listed in twin.kb().list().limit(200).await.unwrap() {
            let document = twin.kb().get(&listed.id).await.unwrap();
            contents.push((document.title, document.content.unwrap()));
        }
        contents.sort();
        contents
    }
}

/// A page of a wiki.
pub(crate) fn page(name: &str, title: &str, text: &str) -> Document {
    Document {
        key: format!("folder:wiki/{name}.md"),
        title: title.to_owned(),
        document_type: twin_export::DocumentType::Note,
        text: text.to_owned(),
        source: digest::of_bytes(format!("{title}\n{text}").as_bytes()),
        converter: "md/1".to_owned(),
        path: format!("{name}.md"),
    }
}

/// A page so long that it becomes this many documents.
pub(crate) fn long_page(name: &str, title: &str, word: &str, parts: usize) -> Document {
    let paragraph = format!("{}\n\n", word.repeat(990 / word.len())); // one word: quick to index
    let page = page(name, title, paragraph.repeat(49_000 * parts / paragraph.len()).trim_end());
    assert_eq!(split(title, &page.text).len(), parts);
    page
}

/// What a knowledge base of these documents holds.
pub(crate) fn contents_of(documents: &[Document]) -> Vec<(String, String)> {
    let parts = documents.iter().flat_map(|document| split(&document.title, &document.text));
    let mut contents: Vec<_> = parts.map(|part| (part.title, part.text)).collect();
    contents.sort();
    contents
}
