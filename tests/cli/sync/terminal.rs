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
            .shows("Go on, and delete 1 document? [y/N]")
            .agrees(false);
        let seen = terminal.ends(1);
        assert!(seen.screen.contains("nothing was done") && seen.is_restored, "{seen:?}");

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
    assert_eq!(seen.screen.trim_end(), "4 unchanged, 1 skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_state_it_asks_before_it_builds_upon_documents_that_are_there() {
    let wiki = wiki().await;
    std::fs::remove_file(wiki.state_path()).unwrap();
    let terminal = Terminal::start(wiki.bench.twin(["kb", "import", "wiki"]), 80);
    terminal.shows("There is no state file, and the knowledge base has documents. Go on? [y/N]").agrees(true);
    let seen = terminal.ends(0);
    assert!(seen.screen.contains("2 created, 2 adopted"), "{}", seen.screen);
}
