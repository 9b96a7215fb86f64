//! `twin kb import`: what is new comes, and what is there stays.

use std::path::Path;

use serde_json::json;
use twin_reference::{Fault, Reference};

use crate::support::Bench;
use crate::wiki::{Wiki, assert_counts};

#[tokio::test(flavor = "multi_thread")]
async fn an_import_only_creates() {
    let wiki = Wiki::synced(&["stays", "changes", "goes"]).await;
    wiki.write("changes", "Other text.");
    wiki.write("comes", "New.");
    wiki.remove("goes");
    let writes = wiki.writes_during(|| {
        let ran = wiki.import([]).exits(0);
        assert_counts(&ran, &[("created", 1), ("unchanged", 1), ("kept", 2)]);
    });
    assert_eq!(writes, ["POST /v1/kb"]);
    let contents = wiki.contents().await;
    assert!(contents.iter().any(|(title, text)| title == "changes" && text.ends_with("Text of changes.")));
    // A sync takes over from it.
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("replaced", 1), ("pruned", 1), ("unchanged", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_stopped_goes_on_where_it_stopped() {
    let wiki = Wiki::start().await;
    ["a", "b", "c", "d"].iter().for_each(|page| wiki.write(page, "Text."));
    wiki.bench.running.fault(Fault::fails(403, 1).on("POST", "/v1/kb").after(2));
    assert_counts(&wiki.import(["--concurrency", "1"]).exits(9), &[("created", 2), ("remaining", 2)]);
    assert_counts(&wiki.import([]).exits(0), &[("created", 2), ("unchanged", 2)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c", "d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_finds_nothing_says_so() {
    let wiki = Wiki::start().await;
    let ran = wiki.import([]).exits(0);
    assert!(ran.stderr.contains("no documents in wiki"), "{ran:#?}");
    assert_counts(&ran, &[]);
    let ran = wiki.bench.twin(["kb", "import", "wiki"]).run().exits(0);
    assert!(ran.stderr.contains("no documents in wiki"));
    assert!(wiki.files().is_empty());
    wiki.bench.twin(["kb", "import", "nowhere.zip"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_names_documents_and_skipped_files() {
    let wiki = Wiki::start().await;
    wiki.bench.home.write("wiki/hr/leave.md", "# Leave\n\nTake some.\n");
    wiki.bench.home.write("wiki/hr/empty.md", "");
    let ran = wiki.import(["--dry-run", "--type-map", "hr/**=policy"]).exits(0);
    assert_eq!(
        ran.json()["actions"],
        json!([{"action": "create", "key": "folder:wiki/hr/leave.md", "title": "Leave", "type": "policy", "parts": 1}])
    );
    assert_eq!(ran.json()["skipped"], json!([{"path": "hr/empty.md", "reason": "empty"}]));
    assert!(wiki.files().is_empty());
    let rows = wiki.bench.twin(["kb", "import", "wiki", "--dry-run"]).run().exits(0).stdout;
    assert_eq!(rows, "create\tfolder:wiki/hr/leave.md\tnote\t1\tLeave\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_export_is_imported_once_however_often_it_is_asked_for() {
    let handbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/handbook.zip");
    let wiki = Wiki::start().await;
    let import = || wiki.bench.twin(["kb", "import", handbook.to_str().unwrap(), "--json"]).run().exits(0);
    let created = import().json()["created"].as_u64().unwrap();
    assert!(created > 20, "{created}");
    assert_eq!(wiki.bench.running.document_count().await, created);
    assert_counts(&import(), &[("unchanged", created)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_that_cannot_be_meant_are_refused() {
    let wiki = Wiki::synced(&["a"]).await;
    for flags in [
        &["--prune"][..],
        &["--exit-code"],
        &["--rate", "0"],
        &["--concurrency", "0"],
        &["--type", "memo"],
        &["--type-map", "a.md"],
        &["--include", "["],
        &["--max-duration", "0s"],
    ] {
        wiki.import(flags.iter().copied()).exits(2);
    }
    wiki.sync(["--max-delete", "101%"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_called_differently_is_known_by_the_root_it_is_given() {
    let bench = Bench::of(Reference::new().no_rate_limit()).await;
    bench.home.write("checkout-17/guides/leave.md", "# Leave\n\n25 days.");
    bench.home.write("checkout-18/guides/leave.md", "# Leave\n\n25 days.");
    let sync = |folder: &str| {
        let line = ["kb", "sync", folder, "--root", "handbook", "--prune", "--yes", "--init", "--json"];
        bench.twin(line).run().exits(0).json()
    };
    assert_eq!(sync("checkout-17")["created"], json!(1));
    let again = sync("checkout-18");
    assert_eq!((&again["unchanged"], &again["created"], &again["pruned"]), (&json!(1), &json!(0), &json!(0)));
    let state = std::fs::read_to_string(bench.home.path().join("twin-kb.lock.json")).unwrap();
    assert!(state.contains("folder:handbook/guides/leave.md"), "{state}");
    for line in [
        ["kb", "sync", "checkout-17", "checkout-18", "--root", "handbook"].as_slice(),
        &["kb", "sync", "checkout-17", "--root", "a/b"],
        &["kb", "sync", "checkout-17", "--root", ""],
        &["kb", "sync", "checkout-17", "--root", ".."],
    ] {
        let ran = bench.twin(line).run().exits(2);
        assert!(ran.stderr.contains("--root"), "{ran:#?}");
    }
}
