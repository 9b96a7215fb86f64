//! `twin kb sync`: the knowledge base becomes what the export is, and nothing else happens to it.

mod disk;
mod doubt;
mod guards;
mod state;
mod stop;
mod tampered;
mod terminal;

use crate::wiki::{Wiki, assert_counts};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_comes_what_changed_is_replaced_and_what_is_gone_goes() {
    let wiki = Wiki::synced(&["stays", "changes", "goes"]).await;
    wiki.foreign("Not ours", "At all.").await;
    wiki.write("changes", "Other text.");
    wiki.write("comes", "New.");
    wiki.remove("goes");

    let ran = wiki.sync(["--prune"]).exits(0);
    assert_counts(&ran, &[("created", 1), ("replaced", 1), ("pruned", 1), ("unchanged", 1)]);
    let contents = wiki.contents().await;
    let expected =
        [("Not ours", "At all."), ("changes", "Other text."), ("comes", "New."), ("stays", "Text of stays.")];
    let ends = |((title, text), (name, end)): (&(String, String), (&str, &str))| {
        title == name && text.ends_with(end)
    };
    assert!(contents.len() == 4 && contents.iter().zip(expected).all(ends), "{contents:?}");
    assert_eq!(wiki.state().keys().collect::<Vec<_>>(), ["changes", "comes", "stays"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_export_costs_one_request_and_leaves_the_state_to_the_byte() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let before = wiki.state_text();
    let requests = wiki.requests_during(|| {
        let ran = wiki.sync(["--prune"]).exits(0);
        assert_counts(&ran, &[("unchanged", 3)]);
        assert_eq!(ran.json()["requests"], 1);
    });
    assert_eq!(requests, ["GET /v1/kb"]);
    assert_eq!(wiki.state_text(), before);
    assert_eq!(wiki.files(), ["twin-kb.lock.json"], "no journal is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_parts_come_before_old_ones_go_and_pruning_comes_last() {
    let wiki = Wiki::synced(&["changes", "goes"]).await;
    wiki.write("changes", &"A line of some length.\n\n".repeat(5_000));
    wiki.remove("goes");
    let old = wiki.state();
    let path = |name: &str| format!("DELETE /v1/kb/{}", old[name]["ids"][0].as_str().unwrap());
    let writes = wiki.writes_during(|| drop(wiki.sync(["--prune"]).exits(0)));
    assert_eq!(writes, ["POST /v1/kb", "POST /v1/kb", "POST /v1/kb", &path("changes"), &path("goes")]);
    assert_eq!(wiki.titles().await, ["changes (1/3)", "changes (2/3)", "changes (3/3)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_grows_and_shrinks_is_counted_as_one() {
    let wiki = Wiki::synced(&["page"]).await;
    for (length, parts) in [(4_000, 2), (6_000, 3), (10, 1)] {
        wiki.write("page", &"A line of some length.\n\n".repeat(length));
        assert_counts(&wiki.sync([]).exits(0), &[("replaced", 1)]);
        assert_eq!(wiki.titles().await.len(), parts);
        assert_eq!(wiki.state()["page"]["ids"].as_array().unwrap().len(), parts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pages_of_one_title_and_text_are_two_documents() {
    let wiki = Wiki::start().await;
    wiki.bench.home.write("wiki/a/Notes.md", "# Notes\n\nSame.\n");
    wiki.bench.home.write("wiki/b/Notes.md", "# Notes\n\nSame.\n");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 2)]);
    assert_eq!(wiki.titles().await, ["Notes", "Notes"]);
    std::fs::remove_dir_all(wiki.bench.home.path().join("wiki/b")).unwrap();
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("pruned", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["Notes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_type_is_a_replacement() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    let ran = wiki.sync(["--type-map", "a.md=policy"]).exits(0);
    assert_counts(&ran, &[("replaced", 1), ("unchanged", 1)]);
    assert_eq!(wiki.state()["a"]["type"], "policy");
    assert_counts(&wiki.sync(["--type", "sop"]).exits(0), &[("replaced", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_notion_page_is_no_change_and_a_renamed_one_is_replaced() {
    let wiki = Wiki::start().await;
    let id = "0123456789abcdef0123456789abcdef";
    let other = "fedcba9876543210fedcba9876543210";
    wiki.bench.home.write(&format!("wiki/Home {other}.md"), "# Home\n\nWelcome.\n");
    let page = wiki.bench.home.write(&format!("wiki/Leave {id}.md"), "# Leave\n\nTake some.\n");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 2)]);
    std::fs::remove_file(&page).unwrap();
    let moved = wiki.bench.home.write(&format!("wiki/Home/Leave {id}.md"), "# Leave\n\nTake some.\n");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("unchanged", 2)]);
    std::fs::remove_file(&moved).unwrap();
    wiki.bench.home.write(&format!("wiki/Home/Holidays {id}.md"), "# Holidays\n\nTake some.\n");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("replaced", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["Holidays", "Home"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_file_keeps_its_document() {
    let wiki = Wiki::synced(&["a", "b", "same", "stays"]).await;
    wiki.bench.home.write("wiki/copy/same.md", "# same\n\nText of same.\n");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 4)]);
    let before = wiki.state();
    let wiki_path = |name: &str| wiki.bench.home.path().join("wiki").join(name);
    std::fs::create_dir(wiki_path("team")).unwrap();
    for (from, to) in [("a.md", "team/a.md"), ("b.md", "renamed.md"), ("same.md", "team/same.md")] {
        std::fs::rename(wiki_path(from), wiki_path(to)).unwrap();
    }
    let writes = wiki.writes_during(|| {
        assert_counts(&wiki.sync(["--prune"]).exits(0), &[("unchanged", 5)]);
    });
    assert_eq!(writes, Vec::<String>::new());
    let after = wiki.state();
    for (from, to) in [("a", "team/a"), ("b", "renamed"), ("same", "team/same"), ("stays", "stays")] {
        assert_eq!(before[from]["ids"], after[to]["ids"], "{to}");
    }
    // A copy is no move: what it is a copy of is still there.
    std::fs::copy(wiki_path("stays.md"), wiki_path("stays too.md")).unwrap();
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("created", 1), ("unchanged", 5)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_whose_key_was_made_of_all_its_bytes_keeps_its_document() {
    let wiki = Wiki::start().await;
    let home = wiki.bench.home.path().to_owned();
    wiki.bench.home.write(
        "box.mbox",
        "From - Mon Mar  2 09:10:00 2026\nReceived: from a\nFrom: Ada <a@acme.example>\nSubject: Gate\n\nCode 4471.\n\n",
    );
    let args = ["kb", "sync", "box.mbox", "--json", "--yes", "--prune"];
    assert_counts(&wiki.bench.twin(args).run().exits(0), &[("created", 1)]);
    let state = home.join("twin-kb.lock.json");
    let written = std::fs::read_to_string(&state).unwrap();
    let at = written.find("mail:sha256-").unwrap() + "mail:sha256-".len();
    let old = format!("{}{}{}", &written[..at], "0".repeat(32), &written[at + 32..]);
    std::fs::write(&state, old).unwrap();
    assert_counts(&wiki.bench.twin(args).run().exits(0), &[("unchanged", 1)]);
    assert_eq!(std::fs::read_to_string(&state).unwrap(), written);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_filter_leaves_out_or_another_path_holds_is_not_gone() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.bench.home.write("handbook/c.md", "# c\n\nText.\n");
    let args = ["kb", "sync", "handbook", "--json", "--yes", "--prune"];
    assert_counts(&wiki.bench.twin(args).run().exits(0), &[("created", 1), ("kept", 2)]);
    let ran = wiki.sync(["--prune", "--exclude", "a.md"]).exits(0);
    assert_counts(&ran, &[("unchanged", 1), ("kept", 2)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_ignore_file_names_from_now_on_is_not_gone() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.bench.home.write("wiki/drafts/c.md", "# c\n\nText.\n");
    wiki.sync([]).exits(0);
    wiki.bench.home.write("wiki/.gitignore", "b.md\ndrafts/\n");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("unchanged", 1), ("kept", 2)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_folders_of_one_name_are_warned_of() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    wiki.bench.home.write("other/wiki/b.md", "# b\n\nText.\n");
    let ran = wiki.bench.twin(["kb", "sync", "wiki", "other/wiki", "--yes"]).run().exits(0);
    assert!(ran.stderr.contains("another folder is named wiki") && ran.stderr.contains("--root"), "{ran:#?}");
}

/// What the disk could not read may be there, however the rest is understood.
#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn nothing_is_gone_where_the_disk_could_not_read_part_of_an_archive() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let zip = wiki.bench.home.path().join("notes.zip");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&zip).unwrap());
    for name in ["b.md", "c.md", "d.html"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, format!("Text of {name}.").as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    let sync = || wiki.bench.twin(["kb", "sync", "wiki", "notes.zip", "--json", "--yes", "--prune"]);
    assert_counts(&sync().run().exits(0), &[("created", 4)]);
    for nth in 2..12 {
        let inject = format!("inject=read,pread64:error=EIO:when={nth}");
        let path = zip.to_str().unwrap();
        let line =
            ["strace", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", "trace=read,pread64", "-e", &inject];
        let Some(twin) = sync().under(&line) else { return };
        let ran = twin.run();
        assert_eq!(ran.json()["pruned"], 0, "read {nth}: {ran:#?}");
        assert_eq!(wiki.titles().await.len(), 4, "read {nth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_no_longer_be_converted_is_not_gone() {
    let wiki = Wiki::synced(&["a", "b", "c", "d", "e"]).await;
    wiki.bench.home.write("wiki/a.md", [0, 1, 2, 3].repeat(50)); // of no kind that is known
    wiki.bench.home.write("wiki/b.md", b"\x89PNG\r\n\x1a\n\0\0\0\0");
    wiki.bench.home.write("wiki/c.md", "");
    wiki.bench.home.write("wiki/d.md", " \n\n");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("unchanged", 1), ("kept", 4)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c", "d", "e"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_lay_below_a_folder_that_is_a_link_now_is_not_gone() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    wiki.bench.home.write("wiki/team/b.md", "# b\n\nText.");
    wiki.sync([]).exits(0);
    let folder = wiki.bench.home.path().join("wiki/team");
    std::fs::rename(&folder, wiki.bench.home.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", &folder).unwrap();
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("unchanged", 1), ("kept", 1)]);
    assert_eq!(wiki.titles().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_prune_what_is_gone_is_kept() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.remove("a");
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 1), ("kept", 1)]);
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("pruned", 1), ("unchanged", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_would_be_done_and_writes_nothing() {
    let wiki = Wiki::synced(&["stays", "changes", "goes"]).await;
    wiki.write("changes", "Other text.");
    wiki.write("comes", "New.");
    wiki.remove("goes");
    let (state, files) = (wiki.state_text(), wiki.files());
    let writes = wiki.writes_during(|| {
        let ran = wiki.sync(["--prune", "--dry-run"]).exits(0);
        assert_counts(&ran, &[("created", 1), ("replaced", 1), ("pruned", 1), ("unchanged", 1)]);
        let actions = ran.json()["actions"].as_array().unwrap().clone();
        let actions: Vec<_> = actions
            .iter()
            .map(|line| (line["action"].as_str().unwrap(), line["title"].as_str().unwrap()))
            .collect();
        assert_eq!(actions, [("replace", "changes"), ("create", "comes"), ("prune", "goes")]);
        wiki.sync(["--prune", "--dry-run", "--exit-code"]).exits(8);
    });
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!((wiki.state_text(), wiki.files()), (state, files));
    wiki.sync(["--prune"]).exits(0);
    assert_eq!(
        wiki.sync(["--prune", "--dry-run", "--exit-code"]).exits(0).json()["actions"],
        serde_json::json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_converters_rendering_of_the_same_bytes_is_told_and_not_uploaded() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    let entry = &wiki.state()["a"];
    let (hash, converter) = (entry["hash"].as_str().unwrap(), entry["converter"].as_str().unwrap());
    let older = wiki.state_text().replace(hash, "an older rendering").replacen(converter, "md/0", 1);
    std::fs::write(wiki.state_path(), &older).unwrap();
    let writes = wiki.writes_during(|| {
        assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 2), ("kept", 1)]);
    });
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(wiki.state_text(), older);
    assert_counts(&wiki.sync(["--rerender"]).exits(0), &[("replaced", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_asks_for_every_document_and_makes_anew_what_is_missing() {
    let wiki = Wiki::synced(&["a", "b", "c"]).await;
    let id = wiki.state()["b"]["ids"][0].as_str().unwrap().to_owned();
    wiki.client().kb().delete(&id).await.unwrap();
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 3)]);
    assert_counts(&wiki.sync(["--verify"]).exits(0), &[("created", 1), ("unchanged", 2)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c"]);
    let requests = wiki.requests_during(|| drop(wiki.sync(["--verify"]).exits(0)));
    assert_eq!(requests.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_document_in_parts_only_the_missing_one_is_made_anew() {
    let wiki = Wiki::start().await;
    wiki.write("long", &"A line of some length.\n\n".repeat(5_000));
    wiki.sync([]).exits(0);
    let id = wiki.state()["long"]["ids"][1].as_str().unwrap().to_owned();
    wiki.client().kb().delete(&id).await.unwrap();
    let writes = wiki.writes_during(|| drop(wiki.sync(["--verify"]).exits(0)));
    assert_eq!(writes, ["POST /v1/kb"]);
    assert_eq!(wiki.titles().await, ["long (1/3)", "long (2/3)", "long (3/3)"]);
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_twin_is_synced_like_any_other() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let local = || wiki.bench.home.twin(["kb", "sync", "wiki", "--json", "--local"]);
    assert_counts(&local().run().exits(0), &[("created", 1)]);
    let data = wiki.bench.home.path().join(".local/share/twin/local.db");
    assert!(wiki.state_text().contains(&format!("\"baseUrl\": \"local:{}\"", data.display())));
    let ran = local().run().exits(0);
    assert_counts(&ran, &[("unchanged", 1)]);
    wiki.sync([]).exits(11);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_written_to_a_file_with_the_actions() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    wiki.bench.home.write("wiki/empty.md", "");
    let ran = wiki.sync(["--report", "report.json"]).exits(0);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(wiki.bench.home.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report, ran.json());
    assert_eq!(
        report["actions"],
        serde_json::json!([{"action": "create", "key": "folder:wiki/a.md", "title": "a", "type": "note", "parts": 1}])
    );
    assert_eq!(report["skipped"], serde_json::json!([{"path": "empty.md", "reason": "empty"}]));
    assert!(wiki.sync([]).exits(0).json().get("actions").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_need_a_yes_where_no_one_can_be_asked_and_nothing_else_does() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.write("a", "Other text.");
    wiki.remove("b");
    let writes = wiki.writes_during(|| {
        let ran = wiki.twin("sync", ["--prune"]).run().exits(2);
        assert_eq!(ran.json_error()["code"], "prompt_needed");
        assert!(ran.stderr.contains("--yes"));
        assert_eq!(ran.stdout, "");
    });
    assert_eq!(writes, Vec::<String>::new());
    assert_counts(&wiki.twin("sync", []).run().exits(0), &[("replaced", 1), ("kept", 1)]);
}
