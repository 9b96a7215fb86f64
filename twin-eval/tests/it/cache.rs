//! Answers that are kept: across runs, kills and changes of the knowledge base.

use std::io::Write;
use std::path::Path;

use twin_eval::{Cache, Case, Eval, Report, Status, Suite, fingerprint};
use twin_reference::{Reference, Seed};
use twin_sdk::{ApiKey, Twin};

use crate::asker::{Reply, Scripted};

fn suite() -> Suite {
    Suite::new((0..6).map(|number| Case::new(format!("Question {number}?")).contains("yes")))
}

fn open(path: &Path, kb: &str) -> Cache {
    let mut cache = Cache::open(path, "https://twin.example").unwrap();
    cache.of_kb(kb);
    cache
}

async fn run(twin: &Scripted, cache: &mut Cache) -> Report {
    Eval::new(twin).concurrency(1).cache(cache).run(&suite()).await
}

#[tokio::test]
async fn nothing_is_asked_twice_while_the_knowledge_base_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    let first = Scripted::default();
    assert_eq!(run(&first, &mut open(&path, "kb 1")).await.from_cache, 0);
    let second = Scripted::default();
    let report = run(&second, &mut open(&path, "kb 1")).await;
    assert_eq!((second.asked().len(), report.asked, report.from_cache), (0, 0, 6));
    assert!(report.holds(), "{report}");
    let third = Scripted::default();
    assert_eq!(run(&third, &mut open(&path, "kb 2")).await.asked, 6, "another knowledge base, other answers");
    let mut elsewhere = Cache::open(&path, "https://other.example").unwrap();
    elsewhere.of_kb("kb 1");
    assert_eq!(run(&Scripted::default(), &mut elsewhere).await.asked, 6, "another twin, other answers");
}

#[tokio::test]
async fn a_run_that_is_cut_short_is_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    let first = Scripted::new([("Question 4?", vec![Reply::Status(402)])]);
    assert_eq!(run(&first, &mut open(&path, "kb")).await.count(Status::Unasked), 2);
    // A kill in the middle of a line loses that line alone.
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"twin\": \"https").unwrap();
    let second = Scripted::default();
    let report = run(&second, &mut open(&path, "kb")).await;
    assert_eq!(second.asked(), ["Question 4?", "Question 5?"]);
    assert!(report.holds(), "{report}");
    assert_eq!(
        run(&Scripted::default(), &mut open(&path, "kb")).await.asked,
        0,
        "what came after it is kept"
    );
}

#[tokio::test]
async fn answers_of_retries_are_kept_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    let flaky = || Scripted::new([("Question 0?", vec![Reply::Says("No."), Reply::Says("Yes.")])]);
    let mut asked = 0;
    for _ in 0..2 {
        let (twin, mut cache) = (flaky(), open(&path, "kb"));
        let report = Eval::new(&twin).retries(3).cache(&mut cache).run(&suite()).await;
        assert_eq!(report.cases[0].status, Status::Flaky);
        asked += twin.asked().len();
    }
    assert_eq!(asked, 7);
}

#[tokio::test]
async fn how_a_case_ended_is_known_to_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    let twin = Scripted::new([("Question 3?", vec![Reply::Says("No.")])]);
    let mut cache = open(&path, "kb");
    assert!(!cache.has_statuses());
    let report = run(&twin, &mut cache).await;
    cache.keep_statuses(&report);
    let again = open(&path, "another kb");
    assert_eq!(again.status("question-3"), Some(Status::Failed));
    assert_eq!(again.status("question-2"), Some(Status::Passed));
    assert_eq!(again.status("question-9"), None);
}

#[tokio::test]
async fn the_file_does_not_grow_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    for state in 0..400 {
        run(&Scripted::default(), &mut open(&path, &format!("kb {state}"))).await;
    }
    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
    assert!(lines < 1_100, "{lines}");
    assert_eq!(run(&Scripted::default(), &mut open(&path, "kb 399")).await.asked, 0);
}

#[cfg(unix)]
#[test]
fn answers_are_for_their_owner_alone_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.jsonl");
    open(&path, "kb");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_fingerprint_changes_with_the_documents_and_not_with_their_use() {
    let running = Reference::new().document(Seed::new("Policy", "Ask.")).start().await.unwrap();
    let twin = Twin::builder(ApiKey::new(running.key()).unwrap()).base_url(running.url()).build().unwrap();
    let of = |label: &'static str| {
        let twin = twin.clone();
        async move { fingerprint(&twin, label).await.unwrap().fingerprint }
    };
    let before = of("a").await;
    twin.ask("What is the policy?").await.unwrap();
    assert_eq!(of("a").await, before);
    assert_ne!(of("b").await, before);
    running.seed(Seed::new("Policy", "Ask again.")).await.unwrap();
    assert_ne!(of("a").await, before);
}
