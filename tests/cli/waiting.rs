//! What someone sees who waits, in terminals from narrow to wide.

use std::time::Duration;

use twin_reference::{Fault, Reference, Seed};

use crate::support::Bench;
use crate::terminal::Terminal;

const QUESTION: [&str; 2] = ["ask", "How are expenses approved?"];
const ANSWER: &str = "Under $50 no approval is needed.";

async fn bench() -> Bench {
    Bench::of(Reference::new().document(Seed::new("How expenses are approved", ANSWER))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_shows_that_it_waits_with_seconds_and_then_the_answer_alone() {
    for columns in [40, 80, 120] {
        let bench = bench().await;
        bench.running.fault(Fault::slow(Duration::from_millis(2_500)).on("POST", "/v1/twin"));
        let terminal = Terminal::start(bench.twin(QUESTION), columns);
        terminal.shows(" 1s");
        assert_eq!(terminal.picture().contents().trim().lines().count(), 1, "one line, however narrow");
        let seen = terminal.ends(0);
        assert!(seen.screen.contains("Under $50") && !seen.screen.contains("1s"), "{seen:#?}");
        assert!(seen.is_restored, "{seen:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_rate_limit_counts_down() {
    for columns in [40, 80, 120] {
        let bench = bench().await;
        bench.running.fault(Fault::rate_limited(3).on("POST", "/v1/twin"));
        let terminal = Terminal::start(bench.twin(QUESTION), columns);
        terminal.shows("retrying in 2s");
        terminal.shows("retrying in 1s");
        let seen = terminal.ends(0);
        assert!(seen.screen.contains("Under $50") && !seen.screen.contains("retrying"), "{seen:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_it_waits_leaves_a_clean_terminal() {
    let bench = bench().await;
    bench.running.fault(Fault::slow(Duration::from_secs(60)).on("POST", "/v1/twin"));
    let terminal = Terminal::start(bench.twin(QUESTION), 80);
    terminal.shows(" 1s").types("\u{3}");
    let seen = terminal.ends(130);
    assert!(seen.is_restored && seen.screen.contains("interrupted"), "{seen:#?}");
    assert!(!seen.screen.contains(" 1s"), "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_interrupted_says_what_it_finishes_and_how_to_stop_at_once() {
    let bench = Bench::start().await;
    bench.home.write("wiki/a.md", "Text.");
    bench.running.fault(Fault::slow(Duration::from_secs(60)).on("POST", "/v1/kb"));
    let terminal = Terminal::start(bench.twin(["kb", "sync", "wiki", "--init", "--yes"]), 120);
    terminal.shows("Documents").types("\u{3}");
    terminal.shows("finishing what is in flight; Ctrl-C again stops at once").types("\u{3}");
    let seen = terminal.ends(130);
    assert!(seen.is_restored, "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_that_a_resize_wraps_leaves_nothing_behind() {
    let bench = Bench::start().await;
    for page in 0..6 {
        bench.home.write(
            &format!("wiki/A page with a rather long name, number {page}.md"),
            format!("# Page {page}\n\nText."),
        );
    }
    let line = ["kb", "import", "wiki", "--assume-new", "--concurrency", "1"];
    for (from, to) in [(120, 40), (40, 120)] {
        bench.running.fault(Fault::slow(Duration::from_millis(700)).on("POST", "/v1/kb").times(6));
        let terminal = Terminal::start(bench.twin(line), from);
        terminal.shows("1/6");
        terminal.resize(to);
        terminal.shows("3/6");
        let seen = terminal.ends(0);
        let bars = seen.screen.matches("/6").count();
        assert!(bars == 0 && seen.is_restored, "{from} to {to}: {seen:#?}");
        bench.twin(["kb", "state", "forget", "--all", "--yes"]).run().exits(0);
    }
}
