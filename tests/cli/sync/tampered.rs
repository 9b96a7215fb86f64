//! A state that someone else changed: what it may not make a sync delete.

use twin_reference::Seed;

use crate::wiki::{Wiki, assert_counts};

/// Changes the line of the state that is about this page.
fn tamper(wiki: &Wiki, page: &str, from: &str, to: &str) {
    let key = format!("folder:wiki/{page}.md");
    let change = |line: &str| if line.contains(&key) { line.replace(from, to) } else { line.to_owned() };
    let text: Vec<String> = wiki.state_text().lines().map(change).collect();
    std::fs::write(wiki.state_path(), text.join("\n") + "\n").unwrap();
}

fn id(wiki: &Wiki, page: &str) -> String {
    wiki.state()[page]["ids"][0].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_another_title_is_not_deleted_whatever_the_state_says() {
    let wiki = Wiki::synced(&["a", "b", "c", "d"]).await;
    let foreign = wiki.foreign("Payroll policy", "Not ours.").await;
    tamper(&wiki, "a", &id(&wiki, "a"), &foreign);
    let (b, c) = (id(&wiki, "b"), id(&wiki, "c"));
    tamper(&wiki, "b", &b, "doc_swapped");
    tamper(&wiki, "c", &c, &b);
    wiki.remove("a");
    wiki.write("c", "Other text.");
    wiki.write("d", "Other text.");
    let ran = wiki.sync(["--prune", "--dry-run"]).exits(11);
    let error = ran.json_error()["message"].as_str().unwrap().to_owned();
    assert!(
        error.contains(&format!("{b} as a document of folder:wiki/c.md, but its title is \"b\" (1 more")),
        "{error}"
    );
    let ran = wiki.sync(["--prune"]).exits(11);
    assert_counts(&ran, &[("replaced", 1), ("unchanged", 1), ("kept", 2)]);
    assert_eq!(wiki.titles().await, ["Payroll policy", "a", "b", "c", "d"]);
    // Whoever says that it is right to let go of them goes on.
    let forget = ["kb", "state", "forget", "folder:wiki/a.md", "folder:wiki/c.md", "--yes"];
    wiki.bench.home.twin(forget).run().exits(0);
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("created", 1), ("unchanged", 2)]);
    assert_eq!(wiki.titles().await, ["Payroll policy", "a", "b", "c", "c", "d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_counts_every_document_that_goes_also_with_a_replacement() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    let seeds = (0..6).map(|_| Seed::new("a", "Of the same title, not ours.").of_type("note"));
    let foreign = wiki.bench.running.seed_all(seeds).await.unwrap();
    let ours = id(&wiki, "a");
    tamper(&wiki, "a", &format!("\"{ours}\""), &format!("\"{ours}\",\"{}\"", foreign.join("\",\"")));
    wiki.write("a", "Other text.");
    let writes = wiki.writes_during(|| {
        let ran = wiki.sync([]).exits(11);
        assert!(
            ran.stderr.contains("6 of 8 known documents would be deleted, but at most 5 are allowed"),
            "{ran:#?}"
        );
    });
    assert_eq!(writes, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_many_parts_counts_as_many_documents() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.write("long", &"A line of some length.\n\n".repeat(14_000));
    wiki.sync([]).exits(0);
    assert_eq!(wiki.state()["long"]["ids"].as_array().unwrap().len(), 7);
    wiki.remove("long");
    let ran = wiki.sync(["--prune"]).exits(11);
    assert!(ran.stderr.contains("7 of 8 known documents would be deleted"), "{ran:#?}");
    wiki.sync(["--prune", "--max-delete", "7"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_change_in_number_are_no_deletions() {
    let pages: Vec<String> = (0..12).map(|n| format!("page {n}")).collect();
    let wiki = Wiki::synced(&pages.iter().map(String::as_str).collect::<Vec<_>>()).await;
    pages.iter().for_each(|page| wiki.write(page, "Other text."));
    assert_counts(&wiki.sync([]).exits(0), &[("replaced", 12)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_page_whose_replacement_was_cut_short_is_still_its_own() {
    let wiki = Wiki::synced(&["a"]).await;
    let (old, hash) = (id(&wiki, "a"), wiki.state()["a"]["hash"].as_str().unwrap().to_owned());
    // As a run leaves it that made the new document and was killed before the old one went.
    let renamed = wiki.foreign("Renamed", "Text.").await;
    tamper(&wiki, "a", "\"title\":\"a\"", "\"title\":\"Renamed\"");
    tamper(
        &wiki,
        "a",
        &format!("\"ids\":[\"{old}\"]"),
        &format!("\"ids\":[\"{renamed}\",\"{old}\"],\"old\":1,\"titles\":[\"a\"]"),
    );
    wiki.bench.home.write("wiki/a.md", "# Renamed\n\nText of a.\n");
    assert!(!hash.is_empty());
    wiki.sync([]).exits(0);
    assert_eq!(wiki.titles().await, ["Renamed"]);
    assert!(!wiki.state_text().contains("titles"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_no_parts_of_their_entry_are_refused() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    let good = wiki.state_text();
    let (a, b) = (id(&wiki, "a"), id(&wiki, "b"));
    for (from, to) in [
        (format!("\"{a}\""), format!("\"{a}\",\"{a}\"")),
        (format!("\"{a}\""), format!("\"{a}\",\"{b}\"")),
        (format!("\"{a}\""), format!("\"{a}\",\"\"")),
        (format!("\"{a}\""), "\"../escalations/esc_1\"".to_owned()),
        (format!("[\"{a}\"]"), format!("[\"{a}\"],\"old\":2")),
        (format!("[\"{a}\"]"), format!("[\"{a}\"],\"next\":{{\"hash\":\"h\",\"made\":[0,1]}}")),
    ] {
        tamper(&wiki, "a", &from, &to);
        let requests = wiki.requests_during(|| drop(wiki.sync(["--prune"]).exits(11)));
        assert_eq!(requests, Vec::<String>::new(), "{to}");
        std::fs::write(wiki.state_path(), &good).unwrap();
    }
    wiki.sync(["--prune"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_longer_than_any_is_refused_before_it_is_read() {
    let wiki = Wiki::synced(&["a"]).await;
    let state = std::fs::OpenOptions::new().write(true).open(wiki.state_path()).unwrap();
    state.set_len(30 << 30).unwrap();
    let ran = wiki.sync(["--prune"]);
    assert!(ran.code != Some(0) && ran.stderr.contains("over 128 MB long"), "{ran:#?}");
    assert_eq!(wiki.titles().await, ["a"]);
}
