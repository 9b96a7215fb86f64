//! `twin ask`.

use serde_json::json;
use twin_reference::{Fault, Reference};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Bench, Home, KNOWN, SOURCE, UNKNOWN};

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pipe_the_answer_stands_alone() {
    let bench = Bench::start().await;
    let ran = bench.twin(["ask", KNOWN]).run().exits(0);
    assert!(ran.stdout.contains("Expensify"), "{ran:#?}");
    assert!(!ran.stdout.contains(SOURCE) && !ran.stdout.contains("onfidence"), "{ran:#?}");
    assert!(ran.stdout.ends_with('\n') && !ran.stdout.ends_with("\n\n"), "{ran:#?}");
    assert_eq!(ran.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_and_its_reason_go_to_standard_error() {
    let bench = Bench::start().await;
    let ran = bench.twin(["ask", UNKNOWN]).run().exits(0);
    assert!(!ran.stdout.to_lowercase().contains("escalate"), "{ran:#?}");
    let reason = ran.stderr.strip_prefix("escalated: ").unwrap();
    assert!(reason.trim().len() > 10, "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_the_answer_as_the_api_gave_it() {
    let bench = Bench::start().await;
    let answer = bench.twin(["--json", "ask", KNOWN]).run().exits(0).json();
    assert_eq!(answer["sources"], json!([SOURCE]));
    assert_eq!(answer["shouldEscalate"], json!(false));
    assert_eq!(answer["escalateReason"], json!(null));
    assert!(answer["confidence"].as_f64().unwrap() > 0.5);
    assert!(answer["response"].as_str().unwrap().contains("Expensify"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_from_standard_input_loses_its_final_line_feed_and_no_more() {
    let bench = Bench::start().await;
    bench.twin(["ask", "-"]).with_stdin("First line\nsecond line?\n").exits(0);
    assert_eq!(bench.running.received()[0].json(), json!({"message": "First line\nsecond line?"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_question_is_refused_as_one_behind_paths_too() {
    let home = Home::new();
    let export = home.write("note.md", "# Keys\n\nThey hang by the door.\n");
    let export = export.to_str().unwrap();
    for arguments in [&["ask", ""][..], &["ask", "--from", export, ""], &["ask", "", "--from", export]] {
        let ran = home.twin(arguments).run().exits(2);
        assert!(ran.stderr.contains("the question is empty"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn context_and_asker_reach_the_api() {
    let bench = Bench::start().await;
    bench.twin(["ask", KNOWN, "--context", "We are in Zürich.", "--as", "Jordan M."]).run().exits(0);
    bench.twin(["ask", "--context-file", "-", KNOWN]).with_stdin("From a pipe\n").exits(0);
    let file = bench.home.write("thread.txt", "From a file");
    bench.twin(["ask", KNOWN, "--context-file", file.to_str().unwrap()]).run().exits(0);
    let bodies: Vec<_> = bench.running.received().iter().map(|request| request.json()).collect();
    assert_eq!(bodies[0], json!({"message": KNOWN, "context": "We are in Zürich.", "askedBy": "Jordan M."}));
    assert_eq!(bodies[1], json!({"message": KNOWN, "context": "From a pipe"}));
    assert_eq!(bodies[2], json!({"message": KNOWN, "context": "From a file"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_or_empty_is_refused_before_any_request() {
    let bench = Bench::start().await;
    let long = "a".repeat(2_001);
    let ran = bench.twin(["ask", &long]).run().exits(2);
    assert!(ran.stderr.contains("2001") && ran.stderr.contains("2000"), "{ran:#?}");
    bench.twin(["ask", KNOWN, "--context", &"a".repeat(4_001)]).run().exits(2);
    let file = bench.home.write("long.txt", "a".repeat(4_001));
    let ran = bench.twin(["ask", KNOWN, "--context-file", file.to_str().unwrap()]).run().exits(2);
    assert!(ran.stderr.contains("4001") && ran.stderr.contains("4000"), "{ran:#?}");
    for empty in ["", " \n"] {
        bench.twin(["ask", empty]).run().exits(2);
        bench.twin(["ask", "-"]).with_stdin(empty).exits(2);
    }
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_too_long_under_one_count_alone_is_left_to_the_api() {
    let bench = Bench::start().await;
    bench.twin(["ask", &"🙂".repeat(2_000)]).run();
    assert_eq!(bench.requests(), ["POST /v1/twin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_sure_enough_or_escalated_ends_with_10_and_the_answer_all_the_same() {
    let bench = Bench::start().await;
    let ran = bench.twin(["ask", UNKNOWN, "--fail-on-escalate"]).run().exits(10);
    assert!(!ran.stdout.is_empty(), "{ran:#?}");
    bench.twin(["ask", KNOWN, "--fail-on-escalate"]).run().exits(0);
    let ran = bench.twin(["ask", KNOWN, "--min-confidence", "1"]).run().exits(10);
    assert!(ran.stdout.contains("Expensify") && ran.stderr.contains("below 1"), "{ran:#?}");
    bench.twin(["ask", KNOWN, "--min-confidence", "0.1"]).run().exits(0);
    let ran = bench.twin(["ask", UNKNOWN, "--json", "--min-confidence", "0.9"]).run().exits(10);
    assert_eq!(ran.json()["shouldEscalate"], json!(true));
    for wrong in ["1.1", "-0.1", "NaN", "high"] {
        bench.twin(["ask", KNOWN, &format!("--min-confidence={wrong}")]).run().exits(2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_cannot_be_two_things() {
    let bench = Bench::start().await;
    let ran = bench.twin(["ask", "-", "--context-file", "-"]).with_stdin("text").exits(2);
    assert!(ran.stderr.contains("standard input"), "{ran:#?}");
    bench.twin(["ask", "-", "--api-key-file", "-"]).with_stdin("text").exits(2);
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn global_flags_stand_anywhere() {
    let bench = Bench::start().await;
    let expected = bench.twin(["--json", "--color", "never", "ask", KNOWN]).run().exits(0).json();
    for line in [
        ["ask", "--json", "--color=never", KNOWN].as_slice(),
        &["ask", KNOWN, "--json"],
        &["ask", "--max-wait", "1m", KNOWN, "--json", "--timeout", "5s"],
    ] {
        assert_eq!(bench.twin(line).run().exits(0).json(), expected, "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_made_visible_and_json_carries_it_untouched() {
    let hostile = "safe\u{1b}]0;owned\u{7} \u{202e}txt.exe\u{9b}31m";
    let bench = Bench::of(Reference::new()).await;
    let answer = json!({
        "response": hostile, "confidence": 0.2, "shouldEscalate": true, "escalateReason": hostile, "sources": [hostile]
    });
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(&answer))
        .mount(bench.running.mock_server())
        .await;
    let ran = bench.twin(["ask", "Hm?"]).run().exits(0);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(text.contains("safe") && text.contains("<U+202E>txt.exe"), "{ran:#?}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{ran:#?}");
        assert!(!text.contains('\u{202e}'), "{ran:#?}");
    }
    assert_eq!(bench.twin(["ask", "Hm?", "--json"]).run().exits(0).json(), answer);
}

#[test]
fn the_embedded_twin_answers_without_key_or_network_and_says_how_to_fill_it() {
    let home = Home::new();
    let ran = home.twin(["--local", "ask", UNKNOWN]).run().exits(0);
    assert!(ran.stderr.contains("has no documents") && ran.stderr.contains("--from"), "{ran:#?}");
    assert!(home.path().join(".local/share/twin/local.db").exists());
    let listed = home.twin(["escalations", "list"]).env("TWIN_LOCAL", "1").run().exits(0);
    assert!(listed.stdout.contains(UNKNOWN), "{listed:#?}");
}

#[test]
fn the_embedded_twin_keeps_nothing_in_memory_and_something_in_a_file() {
    let home = Home::new();
    let open = |data: &str| {
        home.twin(["--local-data", data, "ask", UNKNOWN]).run().exits(0);
        home.twin(["--local-data", data, "stats", "--json"]).run().exits(0).json()["totalAnswered"].clone()
    };
    assert_eq!(open(":memory:"), json!(0));
    assert_eq!(open("mine.db"), json!(1));
    assert!(!home.path().join(".local").exists());
}

#[test]
fn answers_come_from_files_alone_where_these_are_given() {
    let home = Home::new();
    home.write("wiki/volcanoes.md", "# Volcanoes\n\nVolcanoes form where magma rises through the crust.\n");
    home.write("more/tea.txt", "Tea is served at four in the afternoon.");
    for line in [
        ["ask", "--from", "wiki", UNKNOWN, "--json"].as_slice(),
        &["ask", UNKNOWN, "--json", "--from", "wiki", "more"],
        &["ask", "--json", "--from", "wiki", "--from", "more", UNKNOWN],
        &["ask", "--json", "--from", "more", "wiki", "--", UNKNOWN],
        &["ask", "--from", "wiki", "more", UNKNOWN, "--json"],
    ] {
        let ran = home.twin(line).env("TWIN_API_KEY", "twin_live_unused").run().exits(0);
        assert_eq!(ran.json()["sources"], json!(["Volcanoes"]), "{line:?}: {ran:#?}");
        assert_eq!(ran.stderr, "", "{line:?}");
    }
    let ran = home.twin(["ask", "--from", "wiki", "-"]).with_stdin(UNKNOWN).exits(0);
    assert!(ran.stdout.contains("magma"), "{ran:#?}");
}

#[test]
fn files_that_cannot_be_read_or_hold_nothing_are_named() {
    let home = Home::new();
    home.write("empty/picture.png", b"\x89PNG\r\n\x1a\n");
    for (line, named) in [
        (["ask", UNKNOWN, "--from", "lost.zip"].as_slice(), "lost.zip"),
        (&["ask", "--from", "empty", UNKNOWN], "empty"),
        (&["ask", "--from", "empty"], "question is missing"),
        (&["ask", "--from", "empty", "empty"], "question is missing"),
        (&["ask", "--from", "nokb", "empty"], "cannot read nokb: no such file or folder"),
        (&["ask", UNKNOWN, "--from", "empty", "--base-url", "https://x.example"], "--base-url"),
    ] {
        let ran = home.twin(line).run().exits(2);
        assert!(ran.stderr.contains(named), "{line:?}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_answer_was_lost_may_have_counted_and_one_that_was_refused_did_not() {
    let bench = Bench::start().await;
    for fault in [Fault::applied_then_dropped(), Fault::applied_then_fails(502)] {
        bench.running.fault(fault.on("POST", "/v1/twin"));
        let ran = bench.twin(["ask", UNKNOWN]).run().exits(7);
        assert!(
            ran.stderr.contains("may count as an answer") && ran.stderr.contains("'twin escalations list'"),
            "{ran:#?}"
        );
    }
    bench.running.fault(Fault::rate_limited(600).on("POST", "/v1/twin"));
    let ran = bench.twin(["ask", UNKNOWN]).run().exits(6);
    assert!(!ran.stderr.contains("may count"), "{ran:#?}");
}
