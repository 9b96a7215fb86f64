//! `twin kb state`: what a state file knows, shown and dropped.

use crate::wiki::{Wiki, assert_counts};

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_canonical_and_one_entry_a_line() {
    let wiki = Wiki::synced(&["b", "a"]).await;
    let text = wiki.state_text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("\"key\"")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("folder:wiki/a.md") && lines[1].contains("folder:wiki/b.md"));
    let fields = ["\"key\"", "\"title\"", "\"type\"", "\"hash\"", "\"source\"", "\"converter\"", "\"ids\""];
    let places: Vec<usize> = fields.iter().map(|field| lines[0].find(field).unwrap()).collect();
    assert!(places.is_sorted(), "{}", lines[0]);
    assert!(!text.contains("Text of"), "no content");
    assert!(text.starts_with("{\n  \"schema\": 1,\n  \"baseUrl\": \"http://127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_shown_as_rows_and_as_json() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    let rows = wiki.bench.home.twin(["kb", "state", "show"]).run().exits(0).stdout;
    let ids =
        wiki.state().values().map(|entry| entry["ids"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        rows,
        format!("folder:wiki/a.md\tnote\ta\t{}\nfolder:wiki/b.md\tnote\tb\t{}\n", ids[0], ids[1])
    );
    let json = wiki.bench.home.twin(["kb", "state", "show", "--json"]).run().exits(0).json();
    assert_eq!((&json["total"], &json["truncated"]), (&2.into(), &false.into()));
    assert_eq!(json["items"][0], wiki.state()["a"]);
    wiki.bench.home.twin(["kb", "state", "show", "--state", "none.json"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_drops_entries_and_leaves_the_knowledge_base_alone() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let forget = |args: &[&str]| wiki.bench.home.twin(["kb", "state", "forget"].iter().chain(args)).run();
    let key = "folder:wiki/a.md";
    assert!(forget(&[key]).exits(2).stderr.contains("--yes"));
    forget(&["folder:wiki/none.md", "--yes"]).exits(5);
    forget(&["--yes"]).exits(2);
    assert_eq!(wiki.state().len(), 3);
    forget(&[key, "--yes"]).exits(0);
    assert_eq!(wiki.state().keys().collect::<Vec<_>>(), ["b", "c"]);
    // What was forgotten is not ours any more: it is not deleted.
    wiki.remove("a");
    wiki.remove("b");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("pruned", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["a", "c"]);
    forget(&["--all", "--yes"]).exits(0);
    assert!(wiki.state().is_empty());
    assert_eq!(wiki.titles().await, ["a", "c"]);
}
