//! What stops a sync: signals, its time, and failures that every further request would meet as well.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::Duration;

use twin_reference::{Fault, Reference};

use crate::support::Ran;
use crate::wiki::{Wiki, assert_counts};

const PAGES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Eight pages, and a twin that takes four requests an hour from each of two keys.
async fn slow_wiki() -> Wiki {
    let hour = Duration::from_secs(3_600);
    let wiki =
        Wiki::of(Reference::new().key("twin_test_one").key("twin_test_two").rate_limit(4).window(hour)).await;
    PAGES.iter().for_each(|page| wiki.write(page, "Text."));
    wiki
}

#[cfg(unix)]
fn signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
}

/// Waits until so many requests have reached the twin.
async fn reached(wiki: &Wiki, requests: usize) {
    while wiki.bench.requests().len() < requests {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_run_that_waits_and_the_next_one_goes_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let wiki = slow_wiki().await;
        let child = wiki.twin("sync", []).spawn();
        reached(&wiki, 4).await;
        signal(&child, name);
        let ran = Ran::new(child.wait_with_output().unwrap()).exits(code);
        assert_counts(&ran, &[("created", 3), ("remaining", 5)]);
        assert_eq!(wiki.files(), ["twin-kb.lock.json"]);
        assert_eq!(wiki.state().len(), 3);

        let next = wiki.twin("sync", ["--max-duration", "300ms"]).env("TWIN_API_KEY", "twin_test_two").run();
        assert_counts(&next.exits(3), &[("created", 3), ("unchanged", 3), ("remaining", 2)]);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_interrupt_finishes_what_is_in_flight_and_the_second_ends_at_once() {
    let wiki = Wiki::start().await;
    PAGES.iter().for_each(|page| wiki.write(page, "Text."));
    wiki.bench.running.fault(Fault::slow(Duration::from_millis(500)).on("POST", "/v1/kb"));
    let child = wiki.twin("sync", ["--concurrency", "1"]).spawn();
    reached(&wiki, 2).await;
    signal(&child, "-INT");
    let ran = Ran::new(child.wait_with_output().unwrap()).exits(130);
    assert_counts(&ran, &[("created", 1), ("remaining", 7)]);

    wiki.bench.running.fault(Fault::slow(Duration::from_secs(60)).on("POST", "/v1/kb"));
    let before = wiki.bench.requests().len();
    let child = wiki.twin("sync", ["--concurrency", "1"]).spawn();
    reached(&wiki, before + 2).await;
    signal(&child, "-INT");
    tokio::time::sleep(Duration::from_millis(100)).await;
    signal(&child, "-INT");
    Ran::new(child.wait_with_output().unwrap()).exits(130);
    wiki.bench.running.clear_faults();
    assert_counts(&wiki.sync([]).exits(0), &[("created", 7), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, PAGES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_time_is_up_saves_and_says_what_is_left() {
    let wiki = slow_wiki().await;
    let ran = wiki.sync(["--max-duration", "300ms"]).exits(3);
    assert_counts(&ran, &[("created", 3), ("remaining", 5)]);
    assert!(ran.json_error()["message"].as_str().unwrap().contains("5 documents left"));
    assert!(ran.json()["waitedMs"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_time_is_up_stops_while_it_reads() {
    let wiki = Wiki::start().await;
    let mut twin = wiki.bench.twin(["kb", "import", "-", "--json", "--max-duration", "200ms"]);
    twin.command().stdin(Stdio::piped());
    let mut child = twin.spawn();
    // It is kept open: there might be more to come for ever.
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"{\"key\": \"a\", \"title\": \"A\", \"content\": \"Text.\"}\n").unwrap();
    let ran = Ran::new(child.wait_with_output().unwrap()).exits(3);
    assert!(ran.json_error()["message"].as_str().unwrap().contains("stopped by --max-duration"), "{ran:#?}");
    assert_eq!(wiki.titles().await, [""; 0]);
    drop(input);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_longer_than_allowed_ends_the_run() {
    let wiki = slow_wiki().await;
    let ran = wiki.sync(["--max-wait", "1s"]).exits(6);
    assert_counts(&ran, &[("created", 3), ("remaining", 5)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_request_would_be_refused_for_stops_the_run_without_a_deletion() {
    for (status, code) in [(401, 4), (402, 9), (403, 9), (422, 1)] {
        let wiki = Wiki::synced(&["goes", "stays"]).await;
        wiki.remove("goes");
        ["x", "y"].iter().for_each(|page| wiki.write(page, "Text."));
        wiki.bench.running.fault(Fault::fails(status, 1).on("POST", "/v1/kb").after(1));
        let writes = wiki.writes_during(|| {
            let ran = wiki.sync(["--prune", "--concurrency", "1"]).exits(code);
            assert_counts(&ran, &[("created", 1), ("unchanged", 1), ("remaining", 2)]);
            assert_eq!(ran.json_error()["httpStatus"], status);
        });
        assert_eq!(writes, ["POST /v1/kb", "POST /v1/kb"]);
        assert_counts(&wiki.sync(["--prune"]).exits(0), &[("created", 1), ("pruned", 1), ("unchanged", 2)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_of_the_network_in_a_row_stop_the_run_without_a_deletion() {
    let wiki = Wiki::synced(&["goes", "stays"]).await;
    wiki.remove("goes");
    PAGES.iter().for_each(|page| wiki.write(page, "Text."));
    wiki.bench.running.fault(Fault::fails(503, 1_000).on("POST", "/v1/kb"));
    let writes = wiki.writes_during(|| {
        let ran = wiki.sync(["--prune", "--concurrency", "1"]).exits(7);
        assert_eq!(ran.json()["failed"].as_array().unwrap().len(), 5, "{ran:#?}");
        assert_counts(&ran, &[("unchanged", 1), ("remaining", 4)]);
    });
    assert!(writes.iter().all(|write| write.starts_with("POST")));
    wiki.bench.running.clear_faults();
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("created", 8), ("pruned", 1), ("unchanged", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_ends_the_run_before_it_has_a_result() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.bench.running.fault(Fault::dropped_after_read().times(100));
    let ran = wiki.sync([]).exits(7);
    assert_eq!(ran.stdout, "");
    wiki.bench.running.clear_faults();
    wiki.bench.running.fault(Fault::fails(401, 1));
    assert_eq!(wiki.sync([]).exits(4).stdout, "");
    wiki.bench.running.fault(Fault::fails(403, 1));
    assert_counts(&wiki.sync([]).exits(9), &[("remaining", 1)]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn where_the_state_cannot_be_written_nothing_is_sent() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    for state in ["missing/twin-kb.lock.json", "/proc/twin-kb.lock.json", "wiki"] {
        let writes = wiki.writes_during(|| {
            let ran = wiki.sync(["--state", state]).exits(1);
            assert_eq!(ran.json_error()["code"], "io", "{ran:#?}");
        });
        assert_eq!(writes, Vec::<String>::new(), "{state}");
    }
}
