//! What a sync refuses, before its first write and before any question.

use twin_reference::{Reference, Seed};

use crate::support::Ran;
use crate::wiki::{Wiki, assert_counts};

/// Asserts that a run is refused, says so in its report, and writes nothing.
#[track_caller]
fn refused<'a>(wiki: &Wiki, flags: impl IntoIterator<Item = &'a str>, message: &str) -> Ran {
    let (state, files) = (std::fs::read(wiki.state_path()).ok(), wiki.files());
    let mut ran = None;
    // Without --yes: a guard comes before any question.
    let writes = wiki.writes_during(|| ran = Some(wiki.twin("sync", flags).run().exits(11)));
    let ran = ran.unwrap();
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!((std::fs::read(wiki.state_path()).ok(), wiki.files()), (state, files));
    let error = ran.json_error();
    assert_eq!((&error["code"], &error["exitCode"]), (&"guard".into(), &11.into()));
    assert!(error["message"].as_str().unwrap().contains(message), "{error}");
    assert!(error["hint"].is_string());
    assert_eq!(ran.json()["created"], 0);
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_without_documents_is_refused() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.remove("a");
    wiki.remove("b");
    refused(&wiki, ["--prune"], "no documents, but the state file has 2");
    refused(&wiki, [], "no documents");
    assert_counts(&wiki.sync(["--prune", "--allow-empty"]).exits(0), &[("pruned", 2)]);
    assert_eq!(wiki.titles().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_deletions_than_allowed_are_refused() {
    let pages: Vec<String> = (0..8).map(|n| format!("page {n}")).collect();
    let wiki = Wiki::synced(&pages.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for page in &pages[..6] {
        wiki.remove(page);
    }
    let ran =
        refused(&wiki, ["--prune"], "6 of 8 known documents would be deleted, but at most 5 are allowed");
    assert_eq!(ran.json()["remaining"], 6);
    refused(&wiki, ["--prune", "--max-delete", "70%"], "5 are allowed");
    refused(&wiki, ["--prune", "--max-delete", "0", "--dry-run"], "0 are allowed");
    assert_counts(
        &wiki.sync(["--prune", "--max-delete", "75%"]).exits(0),
        &[("pruned", 6), ("unchanged", 2)],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_another_twin_is_refused_before_any_request() {
    let wiki = Wiki::synced(&["a"]).await;
    let other = Wiki::start().await;
    let moved = wiki.state_text();
    other.bench.home.write("twin-kb.lock.json", &moved);
    other.write("a", "Text.");
    let requests = other.requests_during(|| {
        refused(&other, [], &format!("belongs to {}", wiki.bench.running.url()));
    });
    assert_eq!(requests, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_knowledge_base_at_the_same_address_is_refused() {
    let wiki = Wiki::synced(&["a", "b", "c", "d"]).await;
    for entry in wiki.state().values() {
        wiki.client().kb().delete(entry["ids"][0].as_str().unwrap()).await.unwrap();
    }
    wiki.foreign("Someone else's", "Text.").await;
    wiki.write("a", "Other text.");
    let requests = wiki.requests_during(|| {
        refused(&wiki, ["--prune"], "another knowledge base: none of 3 documents");
    });
    assert_eq!(requests.len(), 4, "one listing, and three documents asked for: {requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_missing_documents_than_could_be_deleted_are_not_made_anew_unasked() {
    let pages: Vec<String> = (0..8).map(|n| format!("page {n}")).collect();
    let wiki = Wiki::synced(&pages.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for entry in wiki.state().values().take(6) {
        wiki.client().kb().delete(entry["ids"][0].as_str().unwrap()).await.unwrap();
    }
    refused(
        &wiki,
        ["--verify"],
        "6 of 8 known documents are missing from the knowledge base, but at most 5 are allowed",
    );
    refused(&wiki, ["--verify", "--max-missing", "50%"], "4 are allowed");
    refused(&wiki, ["--verify", "--dry-run"], "5 are allowed");
    let ran = wiki.import(["--verify"]).exits(11);
    assert!(ran.stderr.contains("--max-missing"), "{ran:#?}");
    let ran = wiki.sync(["--verify", "--max-missing", "6"]).exits(0);
    assert_counts(&ran, &[("created", 6), ("unchanged", 2)]);
    assert_eq!(wiki.titles().await, pages);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_answers_in_the_place_of_the_api_nothing_is_taken_for_gone_or_done() {
    use wiremock::matchers::path_regex;
    let answers = [
        wiremock::ResponseTemplate::new(404).set_body_raw("default backend - 404", "text/plain"),
        wiremock::ResponseTemplate::new(404).set_body_raw("<html><title>404</title></html>", "text/html"),
        wiremock::ResponseTemplate::new(404)
            .set_body_json(serde_json::json!({"message": "no Route matched"})),
        wiremock::ResponseTemplate::new(200).set_body_raw("<html><title>Sign in</title></html>", "text/html"),
        wiremock::ResponseTemplate::new(403).set_body_raw("Forbidden by policy", "text/plain"),
        wiremock::ResponseTemplate::new(302).insert_header("location", "https://login.example/"),
    ];
    for (n, answer) in answers.into_iter().enumerate() {
        let wiki = Wiki::synced(&["a", "b", "c"]).await;
        wiki.remove("a");
        let before = wiki.state();
        let mock = wiremock::Mock::given(path_regex("^/v1/kb/")).respond_with(answer).with_priority(1);
        wiki.bench.running.mock_server().register(mock.named("in between")).await;
        let ran = wiki.twin("sync", ["--yes", "--prune"]).run();
        assert!(ran.code != Some(0) && ran.json()["pruned"] == 0, "{n}: {ran:#?}");
        assert_eq!(wiki.state()["a"]["ids"], before["a"]["ids"], "{n}");
        let writes = wiki.writes_during(|| {
            let ran = wiki.twin("sync", ["--yes", "--verify"]).run();
            assert!(ran.code != Some(0), "{n}: {ran:#?}");
        });
        assert!(writes.iter().all(|write| !write.starts_with("POST")), "{n}: {writes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_known_document_that_is_still_there_makes_it_the_right_knowledge_base() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let seeds = (0..200).map(|n| Seed::new(format!("New {n}"), "Text."));
    wiki.bench.running.seed_all(seeds).await.unwrap();
    wiki.client().kb().delete(wiki.state()["a"]["ids"][0].as_str().unwrap()).await.unwrap();
    wiki.write("d", "Text.");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_without_a_state_are_not_built_upon_unasked() {
    let wiki = Wiki::start().await;
    wiki.foreign("Foreign", "Text.").await;
    wiki.write("a", "Text.");
    refused(&wiki, [], "no state file, but the knowledge base already has 1 document");
    refused(&wiki, ["--dry-run"], "no state file");
    let ran = wiki.twin("import", []).run().exits(11);
    assert_eq!(ran.json_error()["code"], "guard");
    assert_counts(&wiki.sync(["--init"]).exits(0), &[("created", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_state_is_won_back_from_equal_documents_and_no_others() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let before = wiki.state_text();
    wiki.foreign("a", "Equal title, other text.").await;
    let policy = Seed::new("b", "Text of b.").of_type("policy");
    wiki.bench.running.seed(policy).await.unwrap();
    std::fs::remove_file(wiki.state_path()).unwrap();
    let writes = wiki.writes_during(|| {
        assert_counts(&wiki.sync(["--init"]).exits(0), &[("adopted", 3)]);
    });
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(wiki.state_text(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_lost_import_what_is_there_is_adopted_part_by_part() {
    let wiki = Wiki::start().await;
    wiki.write("long", &"A line of some length.\n\n".repeat(5_000));
    wiki.sync([]).exits(0);
    let id = wiki.state()["long"]["ids"][1].as_str().unwrap().to_owned();
    wiki.client().kb().delete(&id).await.unwrap();
    std::fs::remove_file(wiki.state_path()).unwrap();
    let writes = wiki.writes_during(|| {
        assert_counts(&wiki.sync(["--init"]).exits(0), &[("created", 1)]);
    });
    assert_eq!(writes, ["POST /v1/kb"]);
    assert_eq!(wiki.titles().await, ["long (1/3)", "long (2/3)", "long (3/3)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_takes_the_place_of_no_state_and_of_no_source() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let replaces = |line: &[&str], what: &str| {
        let ran = wiki.sync(line.iter().copied()).exits(2);
        assert!(ran.stderr.contains(what), "{ran:?}");
    };
    replaces(&["--report", "twin-kb.lock.json"], "would replace the state file");
    wiki.sync([]).exits(0);
    replaces(&["--report", "./twin-kb.lock.json"], "would replace the state file");
    replaces(&["--report", "twin-kb.lock.json.journal"], "would replace the state file");
    replaces(&["--report", "twin-kb.lock.json.lock"], "would replace the state file");
    replaces(&["--report", "wiki/a.md", "--dry-run"], "would replace a file that is to be read");
    wiki.sync(["--report", "wiki/report.json"]).exits(0);
    wiki.sync(["--report", "wiki/report.json"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_state_a_listing_that_is_cut_settles_nothing() {
    let notes = (0..201).map(|n| Seed::new(format!("Note {n}"), "Text.").of_type("note"));
    let wiki = Wiki::of(Reference::new().no_rate_limit().documents(notes)).await;
    wiki.write("a", "Text.");
    refused(&wiki, ["--init"], "lists only 200 of 201 documents of type note");
    assert_counts(&wiki.sync(["--init", "--type", "policy", "--dry-run"]).exits(0), &[("created", 1)]);
    assert_counts(&wiki.sync(["--assume-new"]).exits(0), &[("created", 1)]);
    wiki.write("b", "Text.");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_cut_short_deletes_nothing_of_its_reader() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let zip = zip(&[
        ("a.md", b"# a\n\nOther text.\n".as_slice()),
        ("b.md", b"# b\n\nText of b.\n"),
        ("c.md", b"# c\n\nText of c.\n"),
    ]);
    let path = wiki.bench.home.write("wiki.zip", &zip[..zip.len() * 3 / 10]);
    let args = ["kb", "sync", path.to_str().unwrap(), "--json", "--yes", "--prune"];
    let ran = wiki.bench.twin(args).run().exits(11);
    assert!(ran.stderr.contains("truncated"), "{ran:#?}");
    let report = ran.json();
    assert_eq!((&report["replaced"], &report["pruned"]), (&1.into(), &0.into()), "{report}");
    assert!(wiki.titles().await.len() == 3);
    // Without --prune there is nothing to refuse.
    wiki.bench.twin(&args[..5]).run().exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_which_nothing_can_be_told_deletes_nothing_at_all() {
    let wiki = Wiki::start().await;
    let fixture = |name: &str| {
        let path = format!("{}/../fixtures/exports/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    };
    let second = fixture("takeout-20260302T093000Z-002.zip");
    let one = wiki.bench.home.write("takeout-1.zip", fixture("takeout-20260302T093000Z-001.zip"));
    let two = wiki.bench.home.write("takeout-2.zip", &second);
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let args = ["kb", "sync", one, two, "--json", "--yes", "--prune", "--max-delete", "100"];
    wiki.bench.twin(args).run().exits(0);
    let titles = wiki.titles().await;
    let page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>";
    for broken in [&second[..0], &second[..2], &second[..4], &second[..40], &[0; 500], page] {
        std::fs::write(two, broken).unwrap();
        let ran = wiki.bench.twin(args).run().exits(11);
        assert_eq!(ran.json()["pruned"], 0, "{} bytes: {ran:#?}", broken.len());
        assert!(ran.stderr.contains("takeout-2.zip is truncated or damaged"), "{ran:#?}");
    }
    assert_eq!(wiki.titles().await, titles);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_is_told_before_anything_is_done() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let ran = wiki.sync(["--report", "missing/report.json"]).exits(2);
    assert!(ran.stderr.contains("cannot write the report missing/report.json"), "{ran:#?}");
    assert!(wiki.titles().await.is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_in_the_end_takes_nothing_from_the_result() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    std::os::unix::fs::symlink("/dev/full", wiki.bench.home.path().join("report.json")).unwrap();
    let ran = wiki.sync(["--init", "--report", "report.json"]).exits(1);
    assert_eq!(ran.json()["created"], 1, "{ran:#?}");
    let error = ran.json_error();
    assert!(error["message"].as_str().unwrap().starts_with("cannot write report.json: "), "{error:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_run_does_not_say_that_it_saved_the_state() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.remove("a");
    let ran = wiki.bench.twin(["kb", "sync", "wiki", "--prune", "--yes"]).run().exits(11);
    assert!(!ran.stderr.contains("state saved"), "{ran:#?}");
    assert!(ran.stderr.contains("note: the state in twin-kb.lock.json is unchanged"), "{ran:#?}");
    wiki.write("b", "Text.");
    let ran = wiki.bench.twin(["kb", "sync", "wiki", "--yes"]).run().exits(0);
    assert!(ran.stderr.contains("note: state saved to twin-kb.lock.json"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_on_the_same_state_is_refused() {
    let wiki = Wiki::synced(&["a"]).await;
    let journal = wiki.bench.home.path().join("twin-kb.lock.json.journal");
    let held = std::fs::File::create(&journal).unwrap();
    held.lock().unwrap();
    refused(&wiki, [], "another run is using");
    refused(&wiki, ["--dry-run"], "another run is using");
    drop(held);
    wiki.sync([]).exits(0);
    assert!(!journal.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_damaged_or_from_the_future_is_refused_with_a_way_out() {
    let wiki = Wiki::synced(&["a"]).await;
    let good = wiki.state_text();
    for (text, message) in [
        (good[..good.len() / 2].to_owned(), "it is damaged"),
        (good.replace("\"schema\": 1", "\"schema\": 2"), "schema 2"),
        ("<<<<<<< HEAD\n".to_owned() + &good, "it is damaged"),
        ("[]".to_owned(), "it is damaged"),
    ] {
        std::fs::write(wiki.state_path(), text).unwrap();
        refused(&wiki, ["--prune"], message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_parts_that_is_cut_after_the_first_is_not_taken_for_that_part() {
    let page =
        |n: u8| (format!("Page {n} 0123456789abcdef0123456789abcde{n}.md"), format!("# Page {n}\n\nText.\n"));
    let part = |n: u8| {
        let (name, text) = page(n);
        (
            format!("Export-0d9c1b7a-52e8-4f36-a0c4-91b3d7e2f865-Part-{n}.zip"),
            zip(&[(&name, text.as_bytes())]),
        )
    };
    let (first, second) = (part(1), part(2));
    let whole = zip(&[(&first.0, &first.1), (&second.0, &second.1)]);
    let wiki = Wiki::start().await;
    let path = wiki.bench.home.write("export.zip", &whole);
    let args = ["kb", "sync", path.to_str().unwrap(), "--json", "--yes", "--prune"];
    assert_counts(&wiki.bench.twin(args).run().exits(0), &[("created", 2)]);
    for length in [whole.len() / 2, whole.len() - 30] {
        std::fs::write(&path, &whole[..length]).unwrap();
        wiki.bench.twin(args).run().exits(11);
        assert_eq!(wiki.titles().await, ["Page 1", "Page 2"]);
    }
}

/// A zip of these files, stored as they are.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(zip::CompressionMethod::Stored, files)
}

pub(super) fn zip_by(method: zip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
