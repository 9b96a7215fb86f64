//! The process is killed, as the system kills, before and after each of its writes in turn; the next run ends
//! where an undisturbed one ends, and at no moment is a page missing.

use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};

use wiremock::{Match, Mock, Request, ResponseTemplate};

use crate::wiki::Wiki;

/// Kills a process when its nth write reaches the twin. Where it matches, the write is not done.
#[derive(Clone, Default)]
struct Killer(Arc<(Mutex<Hunt>, Condvar)>);

#[derive(Default)]
struct Hunt {
    /// Whether the process to come is to be killed.
    armed: bool,
    process: Option<Child>,
    /// How many writes go through before.
    writes: usize,
    /// Whether the last one is done.
    done: bool,
}

impl Killer {
    fn arm(&self, writes: usize, done: bool) {
        *self.0.0.lock().unwrap() = Hunt { armed: true, process: None, writes, done };
    }

    fn set(&self, process: Child) {
        self.0.0.lock().unwrap().process = Some(process);
        self.0.1.notify_all();
    }

    /// Waits for the end of the process; whether it was killed.
    fn was_killed(&self) -> bool {
        loop {
            let mut hunt = self.0.0.lock().unwrap();
            if let Some(status) = hunt.process.as_mut().and_then(|process| process.try_wait().unwrap()) {
                hunt.armed = false;
                return status.code().is_none();
            }
            drop(hunt);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

impl Match for Killer {
    fn matches(&self, request: &Request) -> bool {
        let (hunt, ready) = &*self.0;
        let hunt = hunt.lock().unwrap();
        if !hunt.armed || request.method == "GET" {
            return false;
        }
        let mut hunt = ready.wait_while(hunt, |hunt| hunt.process.is_none()).unwrap();
        if hunt.writes > 0 {
            hunt.writes -= 1;
            return false;
        }
        if let Some(process) = &mut hunt.process {
            process.kill().unwrap();
        }
        !hunt.done
    }
}

/// Kills the process at its nth write; false where there is no such write.
async fn survives(write: usize, done: bool) -> bool {
    let wiki = Wiki::synced(&["changes", "goes", "grows", "stays"]).await;
    let killer = Killer::default();
    let mock = Mock::given(killer.clone()).respond_with(ResponseTemplate::new(500)).with_priority(1);
    wiki.bench.running.mock_server().register(mock).await;
    wiki.foreign("changes", "Not ours.").await;
    wiki.write("changes", "Other text.");
    wiki.write("comes", "New.");
    wiki.write("grows", &"A line of some length.\n\n".repeat(4_000));
    wiki.remove("goes");

    killer.arm(write, done);
    killer.set(wiki.twin("sync", ["--prune", "--yes", "--concurrency", "2"]).spawn());
    let killed = tokio::task::spawn_blocking({
        let killer = killer.clone();
        move || killer.was_killed()
    });
    if !killed.await.unwrap() {
        return false;
    }
    let titles = wiki.titles().await;
    let has = |title: &str| titles.iter().filter(|other| *other == title).count();
    assert!(has("changes") >= 2 && has("stays") == 1, "write {write}, done: {done}: {titles:?}");
    assert!(has("grows") == 1 || has("grows (2/2)") == 1, "write {write}, done: {done}: {titles:?}");

    wiki.sync(["--prune"]).exits(0);
    let expected = ["changes", "changes", "comes", "grows (1/2)", "grows (2/2)", "stays"];
    assert_eq!(wiki.titles().await, expected, "write {write}, done: {done}");
    assert_eq!(wiki.files(), ["twin-kb.lock.json"]);
    assert_eq!(wiki.requests_during(|| drop(wiki.sync(["--prune"]).exits(0))), ["GET /v1/kb"]);
    true
}

/// Kills a process at each of its writes in turn: four creates, two replaced documents, one that is gone.
async fn survives_each_write(done: bool) {
    let mut write = 0;
    while survives(write, done).await {
        write += 1;
    }
    assert_eq!(write, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_before_any_of_its_writes_loses_doubles_and_misses_nothing() {
    survives_each_write(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_after_any_of_its_writes_loses_doubles_and_misses_nothing() {
    survives_each_write(true).await;
}
