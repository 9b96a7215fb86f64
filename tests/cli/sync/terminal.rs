//! A sync on a terminal: the plan is shown with its cost, and confirmed.

use twin_reference::Reference;

use crate::support;
use crate::terminal::Terminal;
use crate::wiki::Wiki;

async fn wiki() -> Wiki {
    let wiki = Wiki::of(Reference::new().rate_limit(60)).await;
    for page in ["changes", "goes", "stays"] {
        wiki.write(page, "Text.");
    }
    wiki.bench.home.write("wiki/hr/leave.md", "# Leave\n\nTake some.\n");
    wiki.sync([]).exits(0);
    wiki.write("changes", &"A line of some length.\n\n".repeat(5_000));
    wiki.bench.home.write("wiki/hr/travel.md", "# Travel\n\nBy train.\n");
    wiki.bench.home.write("wiki/hr/empty.md", "");
    wiki.remove("goes");
    wiki
}

fn sync(wiki: &Wiki, flags: &[&str]) -> support::Twin {
    wiki.bench.twin(["kb", "sync", "wiki", "--prune"].iter().chain(flags))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_comes_goes_and_is_skipped_and_what_it_costs() {
    let wiki = wiki().await;
    let seen = Terminal::start(sync(&wiki, &["--dry-run"]), 80).ends(0);
    let expected = "\
Found 4 documents in a folder (wiki)
~ changes  note, 120.0 kB, 3 parts
hr/
  + Travel  note, 17 B
Gone 1:
  - goes  note, folder:wiki/goes.md
Skipped 1:
  hr/empty.md  empty
2 unchanged
1 create + 1 replace + 1 delete = 6 requests, about 6s at 60/min";
    assert_eq!(seen.screen.trim_end(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_confirmed_before_anything_is_written() {
    let wiki = wiki().await;
    let writes = wiki.writes_during(|| {
        let terminal = Terminal::start(sync(&wiki, &[]), 80);
        terminal
            .shows("6 requests, about 6s at 60/min")
            .shows("Continue, and delete 1 document? [y/N]")
            .agrees(false);
        let seen = terminal.ends(1);
        assert!(seen.screen.contains("nothing was changed") && seen.is_restored, "{seen:?}");

        let terminal = Terminal::start(sync(&wiki, &[]), 80);
        terminal.shows("[y/N]").waits_for_a_key().types("\u{3}");
        assert!(terminal.ends(130).is_restored);
    });
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(wiki.files(), ["twin-kb.lock.json"]);

    let terminal = Terminal::start(sync(&wiki, &[]), 80);
    terminal.shows("[y/N]").agrees(true);
    let seen = terminal.ends(0);
    assert!(
        seen.screen.contains("1 created, 1 replaced, 1 pruned, 2 unchanged, 1 skipped"),
        "{}",
        seen.screen
    );
    // With nothing to do there is nothing to ask.
    let seen = Terminal::start(sync(&wiki, &[]), 80).ends(0);
    let lines: Vec<&str> = seen.screen.lines().collect();
    assert_eq!(lines[..2], ["Found 4 documents in a folder (wiki)", "4 unchanged, 1 skipped"]);
    assert!(lines[2].starts_with("note: the state in twin-kb.lock.json is unchanged"), "{}", seen.screen);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_state_it_asks_before_it_builds_upon_documents_that_are_there() {
    let wiki = wiki().await;
    std::fs::remove_file(wiki.state_path()).unwrap();
    let terminal = Terminal::start(wiki.bench.twin(["kb", "import", "wiki"]), 80);
    terminal.shows("Adopt 2").shows("[y/N]").agrees(true);
    let seen = terminal.ends(0);
    assert!(seen.screen.contains("2 created, 2 adopted"), "{}", seen.screen);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_screen_is_told_by_folder_and_what_is_deleted_in_full() {
    let wiki = wiki().await;
    for folder in ["people", "money"] {
        for page in 0..30 {
            wiki.write(&format!("{folder}/page-{page}"), "Text.");
        }
    }
    for picture in 0..12 {
        wiki.bench.home.write(&format!("wiki/{picture}.png"), b"\x89PNG\r\n\x1a\n");
    }
    let seen = Terminal::start(sync(&wiki, &["--dry-run"]), 80).ends(0).screen;
    for line in
        ["money/  30 create", "people/  30 create", "  - goes  note, folder:wiki/goes.md", "     12  media"]
    {
        assert!(seen.lines().any(|shown| shown == line), "{line}:\n{seen}");
    }
    assert!(!seen.contains("page-7"), "{seen}");
    let all = Terminal::start(sync(&wiki, &["--dry-run", "-v"]), 80).ends(0);
    assert!(all.raw.contains("page-7") && all.raw.contains("7.png"), "{}", all.screen);
}
