//! Each command that makes a call or a few: the right answer or the right exit code, and the twin as it must be.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use twin_reference::Seed;
use twin_sdk::StatusFilter;

use super::spoil::{Damage, FOUR_POINTS, Spoil, every_impostor, every_spoil, every_tenth};
use super::world::{Documents, World, check_output};
use super::{Verdict, sample, try_all};
use crate::support::{KNOWN, Ran, SOURCE, UNKNOWN, documents};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Ask,
    List,
    ListAll,
    Get,
    Add,
    Delete,
    DeleteSeveral,
    ListEscalations,
    Resolve,
    ResolveSeveral,
    Stats,
    WhoAmI,
    Login,
}

/// Each with how many requests it makes.
const COMMANDS: [(Command, usize); 13] = [
    (Command::Ask, 1),
    (Command::List, 1),
    (Command::ListAll, 7),
    (Command::Get, 1),
    (Command::Add, 2),
    (Command::Delete, 1),
    (Command::DeleteSeveral, 2),
    (Command::ListEscalations, 1),
    (Command::Resolve, 1),
    (Command::ResolveSeveral, 2),
    (Command::Stats, 1),
    (Command::WhoAmI, 1),
    (Command::Login, 1),
];

impl Command {
    /// Whether each of its requests can be sent again.
    fn is_repeatable(self) -> bool {
        !matches!(self, Command::Ask | Command::Add | Command::Resolve | Command::ResolveSeveral)
    }

    /// Whether its calls are complete without a body.
    fn needs_no_body(self) -> bool {
        matches!(self, Command::Delete | Command::DeleteSeveral | Command::Resolve | Command::ResolveSeveral)
    }

    /// Whether it prints a report when it ends in part.
    fn is_bulk(self) -> bool {
        matches!(self, Command::DeleteSeveral | Command::ResolveSeveral)
    }
}

/// A twin with documents and escalations of known ids.
struct Scene {
    world: World,
    documents: Vec<String>,
    escalations: Vec<String>,
}

/// What a command can change.
struct State {
    documents: Documents,
    answered: u64,
    resolved: BTreeSet<String>,
    has_credentials: bool,
}

impl Scene {
    async fn new(command: Command, spoil: Option<Spoil>) -> Self {
        // More than a listing shows.
        let more = if command == Command::ListAll { 200 } else { 0 };
        let more = (0..more).map(|n| Seed::new(format!("Note {n}"), "Text.").of_type("note"));
        let world = World::new(documents().into_iter().chain(more), spoil).await;
        world
            .home
            .write("new.md", "# New\n\nA text of some length, so that its tenths are more than nothing.\n");
        for question in [UNKNOWN, "Can you approve the $15k contract with Acme?"] {
            world.direct.ask(question).await.unwrap();
        }
        let documents = world.direct.kb().list_all().await.unwrap().items;
        let escalations = world.direct.escalations().list().await.unwrap().items;
        let documents = documents.into_iter().map(|document| document.id).collect();
        let escalations = escalations.into_iter().map(|escalation| escalation.id).collect();
        Self { world, documents, escalations }
    }

    /// What the command is to delete or to resolve.
    fn named(&self, command: Command) -> &[String] {
        match command {
            Command::Get | Command::Delete => &self.documents[..1],
            Command::DeleteSeveral => &self.documents[..2],
            Command::Resolve => &self.escalations[..1],
            Command::ResolveSeveral => &self.escalations[..2],
            _ => &[],
        }
    }

    async fn run(&self, command: Command) -> Option<Ran> {
        let ids = self.named(command);
        let (line, stdin): (&[&str], String) = match command {
            Command::Ask => (&["ask", KNOWN], String::new()),
            Command::List => (&["kb", "list"], String::new()),
            Command::ListAll => (&["kb", "list", "--all"], String::new()),
            Command::Get => (&["kb", "get", &ids[0]], String::new()),
            Command::Add => (&["kb", "add", "new.md", "--type", "policy"], String::new()),
            Command::Delete => (&["kb", "delete", "--yes", &ids[0]], String::new()),
            Command::DeleteSeveral => (&["kb", "delete", "--yes", "-"], ids.join("\n")),
            Command::ListEscalations => (&["escalations", "list"], String::new()),
            Command::Resolve => (&["escalations", "resolve", &ids[0]], String::new()),
            Command::ResolveSeveral => (&["escalations", "resolve", "-"], ids.join("\n")),
            Command::Stats => (&["stats"], String::new()),
            Command::WhoAmI => (&["whoami"], String::new()),
            Command::Login => (&["login", "--with-key"], self.world.running.key().to_owned()),
        };
        self.world.run(line, &stdin).await
    }

    async fn state(&self) -> State {
        let resolved = self.world.direct.escalations().list().status(StatusFilter::Resolved).await.unwrap();
        State {
            documents: self.world.documents().await,
            answered: self.world.direct.stats().await.unwrap().total_answered,
            resolved: resolved.items.into_iter().map(|escalation| escalation.id).collect(),
            has_credentials: self.world.home.path().join(".config/twin/credentials.toml").exists(),
        }
    }

    /// Whether a success did, and says, what it should.
    fn is_right(&self, command: Command, told: &Value, before: &State, after: &State) -> bool {
        let listed =
            |of: &str| told["items"].as_array().map_or(0, Vec::len) as u64 == told[of].as_u64().unwrap_or(1);
        let named = self.named(command);
        match command {
            Command::Ask => told["sources"][0] == SOURCE && after.answered == before.answered + 1,
            Command::List => told["total"] == 3 && listed("total"),
            Command::ListAll => told["total"] == 203 && listed("total"),
            Command::Get => told["content"] == before.documents[&named[0]].2.as_str(),
            Command::Add => told["id"].as_str().is_none_or(|id| after.documents.contains_key(id)),
            Command::Delete | Command::DeleteSeveral => {
                told["deleted"].as_array().is_some_and(|ids| ids.len() == named.len())
                    && named.iter().all(|id| !after.documents.contains_key(id))
            }
            Command::ListEscalations => told["total"] == 2 && listed("total"),
            Command::Resolve | Command::ResolveSeveral => named.iter().all(|id| after.resolved.contains(id)),
            Command::Stats => told["kbDocCount"] == 3,
            Command::WhoAmI => {
                told["baseUrl"].as_str().is_some_and(|url| url.starts_with(self.world.proxy.url()))
            }
            Command::Login => after.has_credentials,
        }
    }
}

async fn attempt(command: Command, requests: usize, spoil: Spoil) -> Verdict {
    let scene = Scene::new(command, Some(spoil)).await;
    let before = scene.state().await;
    let Some(ran) = scene.run(command).await else { return Verdict::hung() };
    // What was sent may still be on its way to the twin.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let after = scene.state().await;

    let mut verdict = Verdict::default();
    check_output(&ran, command.is_bulk(), &mut verdict);
    account_for(&scene, command, spoil, (&before, &after), &mut verdict);
    if spoil.damage.is_noticeable() {
        let allowed = allowed(command, requests, spoil, scene.world.proxy.has_spoiled());
        let is_allowed = ran.code.is_some_and(|code| allowed.contains(&code));
        verdict.expect(is_allowed, || format!("not one of {allowed:?}: {ran:#?}"));
        if ran.code == Some(0) {
            let is_right = scene.is_right(command, &ran.json(), &before, &after);
            verdict.expect(is_right, || format!("not the right answer: {ran:#?}"));
        }
        let stores_what_is_checked =
            after.has_credentials == (command == Command::Login && ran.code == Some(0));
        verdict.expect(stores_what_is_checked, || format!("credentials stored or not: {ran:#?}"));
    }
    verdict
}

/// The exit codes that say the truth.
fn allowed(command: Command, requests: usize, spoil: Spoil, spoiled: bool) -> &'static [i32] {
    if let Some(impostor) = spoil.impostor() {
        let is_believed = command.needs_no_body() && impostor.is_empty();
        return match command {
            _ if !spoiled || is_believed => &[0],
            // Its second request only looks for an equal document to warn of, and costs nothing if it fails.
            Command::Add => &[0, 7],
            _ => &[7],
        };
    }
    let must_fail = spoil.lasting && !spoil.may_pass();
    if must_fail && command == Command::Add && spoil.after > 0 {
        return &[0, 7]; // as above: what fails may be the second request alone
    }
    if spoil.damage.takes_time() {
        return if must_fail { &[7] } else { &[0, 7] };
    }
    let is_last = spoil.after + 1 == requests;
    let passes = spoil.damage == Damage::Drip || (is_last && spoil.passes_all());
    let is_mended = !spoil.lasting && command.is_repeatable();
    if !spoiled || passes || is_mended {
        return &[0];
    }
    if must_fail { &[7] } else { &[0, 7] }
}

/// Nothing happens that was not asked for, and nothing twice.
fn account_for(
    scene: &Scene,
    command: Command,
    spoil: Spoil,
    (before, after): (&State, &State),
    verdict: &mut Verdict,
) {
    let named = scene.named(command);
    let deletes = matches!(command, Command::Delete | Command::DeleteSeveral);
    let may_go = |id: &String| deletes && named.contains(id);
    let changed = |(id, document): &(&String, &_)| !may_go(id) && after.documents.get(*id) != Some(document);
    verdict.lost = before.documents.iter().filter(changed).count();
    let added = after.documents.keys().filter(|id| !before.documents.contains_key(*id)).count();
    // A request that comes twice is two requests.
    let twice = usize::from(spoil.damage == Damage::Duplicate);
    verdict.doubled = added.saturating_sub(usize::from(command == Command::Add) + twice);
    let answered = after.answered - before.answered;
    verdict.expect(answered <= u64::from(command == Command::Ask) + twice as u64, || {
        format!("asked {answered} times")
    });
    let resolves = matches!(command, Command::Resolve | Command::ResolveSeveral);
    verdict.expect(after.resolved.iter().all(|id| resolves && named.contains(id)), || {
        format!("resolved {:?}", after.resolved)
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_spoiled_at_any_point_ends_with_the_right_answer_or_the_right_exit_code() {
    let trials = COMMANDS.into_iter().flat_map(|(command, requests)| {
        let points = if requests == 1 { every_tenth() } else { FOUR_POINTS.to_vec() };
        let nth = if requests == 1 { 23 } else { 37 };
        let trial = move |spoil| (format!("{command:?}: {spoil:?}"), attempt(command, requests, spoil));
        sample(every_spoil(requests, &points), nth).into_iter().map(trial)
    });
    try_all("commands", trials).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_something_else_answers_says_so_and_reports_nothing_as_done() {
    let trials = COMMANDS.into_iter().flat_map(|(command, requests)| {
        let trial = move |spoil| (format!("{command:?}: {spoil:?}"), attempt(command, requests, spoil));
        sample(every_impostor(requests, command.needs_no_body()), 11).into_iter().map(trial)
    });
    try_all("commands, something else answers", trials).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_makes_as_many_requests_as_are_spoiled() {
    for (command, requests) in COMMANDS {
        let scene = Scene::new(command, None).await;
        let ran = scene.run(command).await.unwrap().exits(0);
        assert_eq!(scene.world.proxy.requests(), requests, "{command:?}: {ran:#?}");
    }
}
