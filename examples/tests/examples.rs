//! Every example runs offline and prints what it promises.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use twin_examples::ANY_PORT;
use twin_reference::{Fault, Reference, Running};

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env_remove("TWIN_API_KEY")
        .env_remove("TWIN_BASE_URL")
        .env_remove("TWIN_WEBHOOK_SECRET")
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}

#[test]
fn ask_prints_the_answer_with_its_source() {
    let printed = run(env!("CARGO_BIN_EXE_ask"), &["How many days of annual leave do I have?"]);
    assert!(printed.contains("28 days") && printed.contains("from Annual leave"), "{printed}");
}

#[test]
fn the_thread_bot_answers_in_threads_and_passes_on_what_is_for_a_person() {
    let printed = run(env!("CARGO_BIN_EXE_thread_bot"), &[]);
    assert!(printed.contains("[t1] twin:") && printed.contains("I passed this on to a person."), "{printed}");
}

#[test]
fn the_nightly_report_lists_what_waits_for_a_person() {
    let printed = run(env!("CARGO_BIN_EXE_nightly_report"), &[]);
    assert!(printed.contains("2 questions answered, 1 of them passed on"), "{printed}");
    assert!(printed.contains("**Can you approve the $15k contract with Acme?** (Jordan M.)"), "{printed}");
}

#[test]
fn the_webhook_receiver_gets_the_event_of_an_escalation() {
    let printed = run(env!("CARGO_BIN_EXE_webhook_receiver"), &[]);
    assert!(printed.contains("escalation.created from Jordan M.: Can you approve"), "{printed}");
}

#[test]
fn the_bulk_load_creates_every_document() {
    let printed = run(env!("CARGO_BIN_EXE_bulk_load"), &[]);
    assert_eq!(printed, "25 of 25 created\n");
}

#[test]
fn the_mirror_makes_a_document_of_every_row() {
    let printed = run(env!("CARGO_BIN_EXE_mirror"), &[]);
    assert!(
        printed.contains("create Visitors") && printed.ends_with("2 created, 0 replaced, 0 deleted\n"),
        "{printed}"
    );
}

#[tokio::test]
async fn the_bulk_load_goes_to_the_twin_of_the_environment() {
    let running = Reference::new().serve(ANY_PORT).await.unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_bulk_load"));
    program.env("TWIN_API_KEY", running.key()).env("TWIN_BASE_URL", running.url());
    let output = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(running.document_count().await, 25);
}

/// Runs the mirror against this twin; with a limit, kills it once it has dealt with so many articles.
fn mirror(running: &Running, folder: &Path, most: Option<usize>) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mirror"));
    program.args([folder.join("articles.db"), folder.join("articles.lock.json")]);
    program.env("TWIN_API_KEY", running.key()).env("TWIN_BASE_URL", running.url());
    let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut printed: Vec<String> = lines.by_ref().take(most.map_or(usize::MAX, |most| most + 1)).collect();
    if most.is_some() {
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
    } else {
        printed.extend(lines);
        assert!(child.wait().unwrap().success(), "{printed:?}");
    }
    printed.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_killed_halfway_goes_on_and_follows_its_table_afterwards() {
    let running = Reference::new().no_rate_limit().serve(ANY_PORT).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let table = rusqlite::Connection::open(folder.path().join("articles.db")).unwrap();
    table.execute_batch("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT)").unwrap();
    for id in 1..=30 {
        let row = (id, format!("Article {id}"), format!("The text of article {id}."));
        table.execute("INSERT INTO articles VALUES (?1, ?2, ?3)", row).unwrap();
    }
    running.fault(Fault::slow(Duration::from_millis(50)).on("POST", "/v1/kb").times(1_000));
    let printed = mirror(&running, folder.path(), Some(5));
    assert!(printed.starts_with("30 create = 30 requests"), "{printed}");
    let made = running.document_count().await;
    assert!((5..30).contains(&made), "{made}");
    running.clear_faults();

    let printed = mirror(&running, folder.path(), None);
    assert!(printed.ends_with("0 replaced, 0 deleted"), "{printed}");
    assert_eq!(running.document_count().await, 30);
    table
        .execute_batch(
            "UPDATE articles SET title = 'Renamed' WHERE id = 7; DELETE FROM articles WHERE id > 28",
        )
        .unwrap();
    assert!(mirror(&running, folder.path(), None).ends_with("0 created, 1 replaced, 2 deleted"));
    assert!(mirror(&running, folder.path(), None).starts_with("nothing to do"));
    assert_eq!(running.document_count().await, 28);

    table.execute_batch("DELETE FROM articles WHERE id > 5").unwrap();
    let refused = tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_mirror"))
            .args([folder.path().join("articles.db"), folder.path().join("articles.lock.json")])
            .env("TWIN_API_KEY", running.key())
            .env("TWIN_BASE_URL", running.url())
            .output()
            .unwrap()
    });
    assert!(!refused.status.success());
    assert_eq!(running.document_count().await, 28, "more than half would go: it is refused");
}
