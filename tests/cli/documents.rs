//! `twin kb add`, `delete`, `export` and `list --all`.

use std::path::Path;

use serde_json::json;
use twin_reference::{Fault, Reference, Seed};

use crate::support::Bench;

/// Ids, types, titles of all documents.
fn listed(bench: &Bench) -> Vec<(String, String, String)> {
    let rows = bench.twin(["kb", "list", "--all"]).run().exits(0).stdout;
    let mut rows: Vec<_> = rows
        .lines()
        .map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>())
        .map(|cells| (cells[0].clone(), cells[1].clone(), cells[2].clone()))
        .collect();
    rows.sort();
    rows
}

fn content(bench: &Bench, id: &str) -> String {
    bench.twin(["kb", "get", id]).run().exits(0).stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_under_its_first_heading() {
    let bench = Bench::of(Reference::new()).await;
    bench.home.write("leave.md", "# Paid leave\n\n**25** days a\nyear.\n");
    let ran = bench.twin(["kb", "add", "leave.md", "--type", "policy"]).run().exits(0);
    let id = ran.stdout.trim_end();
    assert_eq!(listed(&bench), [(id.to_owned(), "policy".to_owned(), "Paid leave".to_owned())]);
    assert!(content(&bench, id).contains("25 days a year."), "{}", content(&bench, id));

    bench.home.write("prices.csv", "item,price\ntea,2\n");
    let added =
        bench.twin(["kb", "add", "prices.csv", "--title", "Price list", "--json"]).run().exits(0).json();
    assert_eq!((&added["title"], &added["type"]), (&json!("Price list"), &json!("sop")));
    assert!(content(&bench, added["id"].as_str().unwrap()).contains("tea"));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_from_standard_input_is_added_as_it_is() {
    let bench = Bench::of(Reference::new()).await;
    let id = bench.twin(["kb", "add", "-"]).with_stdin("# On-call\n\n* one\n  two\n").exits(0).stdout;
    assert_eq!(listed(&bench)[0].2, "On-call");
    assert_eq!(content(&bench, id.trim_end()), "* one\n  two\n");
    let ran = bench.twin(["kb", "add", "-"]).with_stdin("no heading").exits(2);
    assert!(ran.stderr.contains("--title"), "{ran:#?}");
    bench.twin(["kb", "add", "-", "--title", "Notes"]).with_stdin("no heading").exits(0);
    assert_eq!(listed(&bench).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_one_document_is_refused_before_any_request() {
    let bench = Bench::of(Reference::new()).await;
    bench.home.write("long.txt", "word ".repeat(10_001));
    bench.home.write("many/a.md", "# A\n\na");
    bench.home.write("empty.md", "");
    bench.home.write("picture.png", b"\x89PNG\r\n\x1a\n");
    for (line, named) in [
        (["kb", "add", "long.txt"].as_slice(), "twin kb import"),
        (&["kb", "add", "many"], "twin kb import many"),
        (&["kb", "add", "empty.md"], "empty.md: empty"),
        (&["kb", "add", "picture.png"], "picture.png: "),
        (&["kb", "add", "lost.md"], "lost.md"),
        (&["kb", "add", "many/a.md", "--title", " "], "title"),
        (&["kb", "add", "many/a.md", "--type", "polcy"], "policy"),
    ] {
        let ran = bench.twin(line).run().exits(2);
        assert!(ran.stderr.contains(named) && ran.stdout.is_empty(), "{line:?}: {ran:#?}");
    }
    bench.twin(["kb", "add", "-", "--title", "T"]).with_stdin("a".repeat(50_001)).exits(2);
    bench.twin(["kb", "add", "-", "--title", "T"]).with_stdin(" \n").exits(2);
    bench.home.write("photo.png", b"\x89PNG\r\n\x1a\n");
    bench.home.write("letter.rtf", r"{\rtf1 Hello}");
    for (file, reason) in [("photo.png", "media"), ("letter.rtf", "unknown kind")] {
        let ran = bench.twin(["kb", "add", file]).run().exits(2);
        assert!(ran.stderr.contains(&format!("cannot read {file}: {reason}")), "{ran:#?}");
        assert!(ran.stderr.contains(".docx") && ran.stderr.contains("50 MB a file"), "{ran:#?}");
    }
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_answer_was_lost_is_said_to_be_there_perhaps() {
    let bench = Bench::of(Reference::new()).await;
    bench.running.fault(Fault::dropped_after_read());
    let ran = bench.twin(["kb", "add", "-", "--title", "T"]).with_stdin("text").exits(7);
    assert!(ran.stderr.contains("may have been added"), "{ran:#?}");
    assert_eq!(bench.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_got_and_deleted_by_its_title_or_its_key_in_the_state_file() {
    let bench = Bench::start().await;
    let by_title = bench.twin(["kb", "get", "Leave"]).run().exits(0).stdout;
    assert!(by_title.starts_with("Everyone has 25 days"), "{by_title}");
    let by_words = bench.twin(["kb", "get", "Expense reimbursement policy", "--json"]).run().exits(0).json();
    assert_eq!(by_words["type"], json!("policy"));
    let ran = bench.twin(["kb", "get", "No such title"]).run().exits(5);
    assert!(ran.stderr.contains("title 'No such title'"), "{ran:#?}");

    bench.home.write("wiki/remote.md", "# Remote work\n\nTwo days a week.");
    bench.twin(["kb", "sync", "wiki", "--init", "--yes"]).run().exits(0);
    let text = bench.twin(["kb", "get", "folder:wiki/remote.md"]).run().exits(0).stdout;
    assert!(text.contains("Two days a week."), "{text}");
    bench.twin(["kb", "delete", "folder:wiki/remote.md", "Leave", "--yes"]).run().exits(0);
    let titles: Vec<String> = listed(&bench).into_iter().map(|(_, _, title)| title).collect();
    assert!(!titles.contains(&"Leave".to_owned()) && titles.len() == 2, "{titles:?}");

    let twice =
        |title: &str| bench.twin(["kb", "add", "-", "--title", title]).with_stdin("Text.").exits(0).stdout;
    let ids = [twice("Twice"), twice("Twice")];
    for line in [["kb", "get", "Twice"].as_slice(), &["kb", "delete", "Twice", "--yes"]] {
        let ran = bench.twin(line).run().exits(2);
        assert!(ids.iter().all(|id| ran.stderr.contains(id.trim_end())), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_searched_by_title_among_all_there_are() {
    let seeds = (0..60).map(|n| Seed::new(format!("Page {n}"), "Text."));
    let policy = Seed::new("Expense Policy", "Text.").of_type("policy");
    let bench = Bench::of(Reference::new().no_rate_limit().documents([policy]).documents(seeds)).await;
    let rows = |line: &[&str]| bench.twin(line).run().exits(0).stdout.lines().count();
    assert_eq!(rows(&["kb", "list", "--grep", "expense"]), 1);
    assert_eq!(rows(&["kb", "list", "--grep", "page 1"]), 11);
    assert_eq!(rows(&["kb", "list", "--grep", "p", "--type", "policy"]), 1);
    assert_eq!(rows(&["kb", "list", "--grep", "volcano"]), 0);
    let cut = bench.twin(["kb", "list", "--grep", "page", "--limit", "5", "--json"]).run().exits(0).json();
    assert_eq!((&cut["total"], &cut["truncated"]), (&json!(60), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_what_is_there_already_says_so() {
    let bench = Bench::start().await;
    bench.home.write("remote.md", "# Remote work\n\nTwo days a week.\n");
    let first = bench.twin(["kb", "add", "remote.md"]).run().exits(0);
    assert_eq!(first.stderr, "");
    let ran = bench.twin(["kb", "add", "remote.md"]).run().exits(0);
    let id = first.stdout.trim_end();
    assert!(ran.stderr.contains("already exists") && ran.stderr.contains(id), "{ran:#?}");
    // Another text or another type is another document.
    bench.home.write("remote.md", "# Remote work\n\nThree days a week.\n");
    assert_eq!(bench.twin(["kb", "add", "remote.md"]).run().exits(0).stderr, "");
    assert_eq!(bench.twin(["kb", "add", "remote.md", "--type", "note"]).run().exits(0).stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_added_once_all_of_them_are_read() {
    let bench = Bench::of(Reference::new()).await;
    bench.home.write("a.md", "# A\n\nText.");
    bench.home.write("b.md", "# B\n\nText.");
    bench.home.write("empty.md", "");
    let ran = bench.twin(["kb", "add", "a.md", "empty.md"]).run().exits(2);
    assert!(ran.stderr.contains("empty.md"), "{ran:#?}");
    bench.twin(["kb", "add", "a.md", "b.md", "--title", "T"]).run().exits(2);
    assert_eq!(bench.requests(), Vec::<String>::new());
    let ran = bench.twin(["kb", "add", "a.md", "b.md"]).run().exits(0);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (2, ""));
    let mut titles: Vec<String> = listed(&bench).into_iter().map(|(_, _, title)| title).collect();
    titles.sort();
    assert_eq!(titles, ["A", "B"]);
    bench.running.fault(Fault::fails(400, 1).on("POST", "/v1/kb"));
    let ran = bench.twin(["kb", "add", "a.md", "b.md", "--json"]).run().exits(3);
    let report = ran.json();
    assert_eq!((&report["failed"][0]["id"], &report["added"][0]["title"]), (&json!("a.md"), &json!("B")));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_for_whom_the_umask_says() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::start().await;
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let twin = bench.twin(["kb", "export", umask]);
        let ran = twin.in_shell(&format!("umask {umask}")).run().exits(0);
        let dir = bench.home.path().join(umask);
        let modes: Vec<u32> = std::fs::read_dir(&dir)
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777)
            .collect();
        assert!(modes.len() == 3 && modes.iter().all(|mode| *mode == expected), "{modes:?} {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_deleted_once_someone_agreed() {
    let bench = Bench::start().await;
    let ids: Vec<String> = listed(&bench).into_iter().map(|(id, _, _)| id).collect();
    let before = bench.requests().len();
    let ran = bench.twin(["kb", "delete", &ids[0]]).run().exits(2);
    assert!(ran.stderr.contains("--yes"), "{ran:#?}");
    bench.twin(["kb", "delete", "-"]).with_stdin(&ids[0]).exits(2);
    assert_eq!(bench.requests().len(), before);

    assert_eq!(bench.twin(["kb", "delete", "--yes", &ids[0]]).run().exits(0).stdout.trim_end(), ids[0]);
    bench.twin(["kb", "delete", "--yes", &ids[0]]).run().exits(5);
    let rows = format!("{}\tpolicy\tTitle\n{}\n{}\n", ids[1], ids[0], ids[2]);
    let ran = bench.twin(["kb", "delete", "--yes", "--json", "-"]).with_stdin(rows).exits(3);
    let report = ran.json();
    assert_eq!(report["deleted"], json!([ids[1], ids[2]]));
    assert_eq!(report["failed"][0]["code"], json!("not_found"));
    assert_eq!(report["remaining"], json!([]));
    assert_eq!(listed(&bench), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_means_more_than_a_page_and_says_what_even_that_does_not_show() {
    let notes = (0..205).map(|n| Seed::new(format!("Note {n}"), "Text.").of_type("note"));
    let emails = (0..10).map(|n| Seed::new(format!("Mail {n}"), "Text.").of_type("email"));
    let bench = Bench::of(Reference::new().no_rate_limit().documents(emails.chain(notes))).await;
    let ran = bench.twin(["kb", "list", "--all", "--json"]).run().exits(0);
    let listing = ran.json();
    assert_eq!(listing["items"].as_array().unwrap().len(), 210);
    assert_eq!((&listing["total"], &listing["truncated"]), (&json!(215), &json!(true)));
    assert!(ran.stderr.contains("200 of 205 documents of type 'note'"), "{ran:#?}");
    let ran = bench.twin(["kb", "list", "--all", "--type", "email"]).run().exits(0);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (10, ""));
    bench.twin(["kb", "list", "--all", "--limit", "3"]).run().exits(2);
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_reads_back_with_its_titles_types_and_texts() {
    let bench = Bench::start().await;
    let odd_text = " # Kept\r\n\n\n\n*stars*\u{a0}and \nlines\u{200b} e\u{301}\n\n";
    let odd = Seed::new(" a/b:  \"c\"\u{202e}\ne\u{301}", odd_text).of_type("email");
    bench.running.seed(odd).await.unwrap();
    let ran = bench.twin(["kb", "export", "backup"]).run().exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("Wrote 4 documents to backup.\n", ""));
    let dir = bench.home.path().join("backup");
    let names = files(&dir);
    let expenses = names.iter().find(|name| name.starts_with("expense-reimbursement-policy.doc_")).unwrap();
    let text = std::fs::read_to_string(dir.join(expenses)).unwrap();
    assert!(text.contains("\ntype: policy\nsource: ") && text.contains("\ncreatedAt: 20"), "{text}");

    let copy = Bench::of(Reference::new()).await;
    copy.twin(["kb", "import", dir.to_str().unwrap(), "--yes"]).run().exits(0);
    let facts = |bench: &Bench| {
        let mut all: Vec<_> = listed(bench).into_iter().map(|(_, of_type, title)| (of_type, title)).collect();
        all.sort();
        all
    };
    assert_eq!(facts(&copy), facts(&bench));
    let (id, ..) = listed(&copy).into_iter().find(|(_, of_type, _)| of_type == "email").unwrap();
    let got = copy.twin(["kb", "get", &id, "--json"]).run().exits(0).json();
    assert_eq!(got["content"], json!(odd_text));

    // What is a document's copy is taken for it.
    let sync = ["kb", "sync", dir.to_str().unwrap(), "--init", "--json"];
    assert_eq!(bench.twin(sync).run().exits(0).json()["adopted"], json!(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_where_it_was_and_tells_what_is_lacking() {
    let bench =
        Bench::of(Reference::new().documents((0..3).map(|n| Seed::new(format!("Page {n}"), "Text.")))).await;
    bench.running.fault(Fault::fails(401, 1).after(2));
    let ran = bench.twin(["kb", "export", "backup", "--json"]).run().exits(4);
    assert_eq!((&ran.json()["written"], &ran.json()["remaining"]), (&json!(1), &json!(2)));
    let before = bench.requests().len();
    let report = bench.twin(["kb", "export", "backup", "--json"]).run().exits(0).json();
    assert_eq!((&report["written"], &report["unchanged"]), (&json!(2), &json!(1)));
    assert_eq!(bench.requests().len() - before, 3);
    assert!(files(&bench.home.path().join("backup")).iter().all(|name| name.ends_with(".md")));
    bench.home.write("file", "x");
    bench.twin(["kb", "export", "file"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_the_service_fails_on_does_not_keep_the_others_from_an_export() {
    let bench =
        Bench::of(Reference::new().documents((0..8).map(|n| Seed::new(format!("Page {n}"), "Text.")))).await;
    let export = |dir: &str| bench.twin(["kb", "export", dir, "--json"]).run();
    bench.running.fault(Fault::fails(500, 3).on("GET", "/v1/kb/"));
    let report = export("backup").exits(3).json();
    assert_eq!((&report["written"], &report["remaining"]), (&json!(7), &json!(0)));
    assert_eq!(report["failed"][0]["code"], json!("server_error"), "{report:#}");

    bench.running.fault(Fault::fails(500, u32::MAX).on("GET", "/v1/kb/"));
    let report = export("down").exits(7).json();
    assert_eq!((&report["written"], &report["remaining"]), (&json!(0), &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_the_service_fails_on_does_not_keep_the_others_from_being_deleted() {
    let bench =
        Bench::of(Reference::new().documents((0..8).map(|n| Seed::new("Page", format!("{n}"))))).await;
    let ids: Vec<String> = listed(&bench).into_iter().map(|document| document.0).collect();
    let delete =
        || bench.twin(["kb", "delete", "--yes", "--json"].map(str::to_owned).iter().chain(&ids)).run();
    bench.running.fault(Fault::fails(500, u32::MAX).on("DELETE", format!("/v1/kb/{}", ids[1])));
    let report = delete().exits(3).json();
    assert_eq!(report["deleted"].as_array().unwrap().len(), 7);
    assert_eq!(report["failed"][0]["id"], json!(ids[1]));

    bench.running.fault(Fault::fails(500, u32::MAX).on("DELETE", "/v1/kb/"));
    assert_eq!(delete().exits(7).json()["remaining"].as_array().unwrap().len(), 4);
}

#[cfg(unix)]
mod in_a_terminal {
    use super::listed;
    use crate::support::Bench;
    use crate::terminal::Terminal;

    #[tokio::test(flavor = "multi_thread")]
    async fn deleting_asks_and_takes_only_yes_for_yes() {
        let bench = Bench::start().await;
        let id = &listed(&bench)[0].0;
        for (answer, code, left) in [("\n", 1, 3), ("n\n", 1, 3), ("yes\n", 0, 2)] {
            let terminal = Terminal::start(bench.twin(["kb", "delete", id]), 80);
            terminal.shows("? [y/N]").waits_for_a_key().types(answer);
            let seen = terminal.ends(code);
            assert!(seen.is_restored, "{seen:#?}");
            assert_eq!(listed(&bench).len(), left, "{}", seen.screen);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn titles_are_shown_before_anything_is_deleted() {
        let bench = Bench::start().await;
        let rows = bench.twin(["kb", "list"]).run().exits(0).stdout;
        let id = rows.lines().find(|row| row.contains("Leave")).unwrap().split('\t').next().unwrap();
        let terminal = Terminal::start(bench.twin(["kb", "delete", id]), 80);
        terminal.shows(&format!("{id}  Leave")).shows("? [y/N]").agrees(false);
        terminal.ends(1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_question_wider_than_the_terminal_is_drawn_once() {
        let bench = Bench::start().await;
        let ids: Vec<_> = listed(&bench).into_iter().map(|document| document.0).collect();
        let line = ["kb", "delete"].map(str::to_owned).into_iter().chain(ids);
        let terminal = Terminal::start(bench.twin(line), 40);
        terminal.shows("[y/N]").agrees(true);
        let screen = terminal.ends(0).screen;
        assert_eq!(screen.matches("Permanently delete").count(), 1, "{screen}");
        assert!(!screen.contains("[y/N]") && screen.contains(" yes\n"), "{screen}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dumb_terminal_is_asked_in_plain_lines() {
        let bench = Bench::start().await;
        let id = &listed(&bench)[0].0;
        for (answer, code) in [("nope\n", 1), ("Yes\n", 0)] {
            let terminal = Terminal::start(bench.twin(["kb", "delete", id]).env("TERM", "dumb"), 80);
            terminal.shows("? [y/N]").types(answer);
            let seen = terminal.ends(code);
            assert!(!seen.raw.contains('\u{1b}'), "{}", seen.raw);
        }
    }
}
