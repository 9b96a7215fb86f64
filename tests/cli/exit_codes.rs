//! The exit-code table, and the form of errors.

use std::time::Duration;

use serde_json::json;
use twin_reference::{Fault, Feature, Reference};

use crate::support::{Bench, Home, KNOWN, SOURCE, UNKNOWN, documents};

/// A twin, what goes wrong there, the command, and how it must end.
struct Row {
    reference: Reference,
    fault: Option<Fault>,
    line: &'static [&'static str],
    code: &'static str,
    exit: i32,
    status: Option<u16>,
}

fn row(line: &'static [&'static str], code: &'static str, exit: i32) -> Row {
    Row { reference: Reference::new(), fault: None, line, code, exit, status: None }
}

impl Row {
    fn of(mut self, reference: Reference) -> Self {
        self.reference = reference;
        self
    }

    fn with(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}

fn table() -> Vec<Row> {
    let ask = &["ask", KNOWN];
    let stats = &["stats"];
    vec![
        row(&["kb", "list", "--limit", "201"], "usage", 2),
        row(&["kb", "list", "--limit", "0"], "usage", 2),
        row(&["kb", "lost"], "usage", 2),
        row(&["ask", ""], "invalid_input", 2),
        row(&["kb", "get", ".."], "invalid_input", 2),
        row(&["--base-url", "http://twin.example", "stats"], "invalid_input", 2),
        row(ask, "bad_request", 2).with(Fault::fails(400, 1)).status(400),
        row(ask, "key_refused", 4).with(Fault::fails(401, 1)).status(401),
        row(&["kb", "get", "doc_none"], "not_found", 5).status(404),
        row(&["escalations", "resolve", "esc_none"], "not_found", 5).status(404),
        row(&["stats", "--max-wait", "1s"], "rate_limited", 6).with(Fault::rate_limited(30)).status(429),
        row(ask, "server_error", 7).with(Fault::fails(503, 1)).status(503),
        row(ask, "server_error", 7).with(Fault::html(502)).status(502),
        row(ask, "network", 7).with(Fault::dropped_after_read()),
        row(&["ask", KNOWN, "--timeout", "50ms"], "timeout", 7).with(Fault::slow(Duration::from_secs(5))),
        row(ask, "timeout", 7).with(Fault::fails(408, 1)).status(408),
        row(ask, "monthly_limit", 9).of(Reference::new().monthly_limit(0)).status(402),
        row(stats, "plan", 9).of(Reference::new().plan_lacks(Feature::Stats)).status(403),
        row(stats, "not_configured", 1).of(Reference::new().onboarding_incomplete()).status(422),
        row(ask, "not_from_api", 7).with(Fault::html(200)).status(200),
        row(ask, "not_from_api", 7).with(Fault::html(404)).status(404),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_exit_code_and_its_name() {
    for Row { reference, fault, line, code, exit, status } in table() {
        let bench = Bench::of(reference.documents(documents())).await;
        if let Some(fault) = fault {
            bench.running.fault(fault.times(2));
        }
        let ran = bench.twin(line).run().exits(exit);
        assert_eq!(ran.stdout, "", "{line:?}: {ran:#?}");
        assert!(ran.stderr.starts_with("error: "), "{line:?}: {ran:#?}");

        let ran = bench.twin(line.iter().chain(&["--json"])).run().exits(exit);
        assert_eq!(ran.stdout, "", "{line:?}: {ran:#?}");
        let error = ran.json_error();
        assert_eq!(error["code"], json!(code), "{line:?}: {error:#}");
        assert_eq!(error["exitCode"], json!(exit), "{line:?}: {error:#}");
        assert_eq!(error["httpStatus"], json!(status), "{line:?}: {error:#}");
        let mut fields: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["code", "exitCode", "hint", "httpStatus", "message", "retryAfter"], "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apis_own_text_and_a_hint_are_shown() {
    let bench = Bench::of(Reference::new().monthly_limit(0)).await;
    let ran = bench.twin(["ask", KNOWN]).run().exits(9);
    assert!(ran.stderr.contains("Monthly answer limit reached (0/0)"), "{ran:#?}");
    assert!(ran.stderr.contains("\nhint: upgrade"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_tells_how_long_to_wait() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::rate_limited(30));
    let error = bench.twin(["stats", "--json", "--max-wait", "0"]).run().exits(6).json_error();
    assert_eq!(error["retryAfter"], json!(30), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("--max-wait 30s"), "{error:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_no_one_waits_is_not_told_in_seconds() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::rate_limited(u64::MAX));
    let ran = bench.twin(["stats"]).run().exits(6);
    assert!(ran.stderr.contains("\nhint: the API asks to wait for more than a year"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_that_add_up_to_more_than_allowed_say_that_they_were_tried() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::rate_limited(1).times(2));
    let error = bench.twin(["stats", "--json", "--max-wait", "1s"]).run().exits(6).json_error();
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("the 1s of --max-wait are used up"), "{error:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_the_api_is_doubted_before_any_id() {
    let bench = Bench::start().await;
    let elsewhere = format!("{}/elsewhere", bench.running.url());
    let ran = bench.twin(["stats", "--base-url", &elsewhere]).run().exits(5);
    assert!(ran.stderr.contains("\nhint: check that the base URL"), "{ran:#?}");
    let ran = bench.twin(["kb", "get", "doc_none"]).run().exits(5);
    assert!(ran.stderr.contains("\nhint: run 'twin kb list' to see valid IDs"), "{ran:#?}");
    let ran = bench.twin(["escalations", "resolve", "esc_none"]).run().exits(5);
    assert!(ran.stderr.contains("\nhint: run 'twin escalations list' to see valid IDs"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_rate_limit_is_waited_out() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::rate_limited(1));
    bench.twin(["stats"]).run().exits(0);
    assert_eq!(bench.requests().len(), 2);
}

#[test]
fn without_a_key_the_error_names_the_three_ways_on() {
    let home = Home::new();
    let ran = home.twin(["ask", UNKNOWN]).run().exits(4);
    for way in ["twin login", "TWIN_API_KEY", "--local"] {
        assert!(ran.stderr.contains(way), "{ran:#?}");
    }
}

#[test]
fn nobody_listening_is_a_network_failure_that_names_the_address() {
    let home = Home::new();
    let twin = home.twin(["ask", KNOWN]).env("TWIN_API_KEY", "twin_live_x");
    let ran = twin.env("TWIN_BASE_URL", "http://127.0.0.1:9").run().exits(7);
    assert!(ran.stderr.contains("http://127.0.0.1:9"), "{ran:#?}");
}

#[test]
fn what_is_mistyped_gets_a_suggestion() {
    let home = Home::new();
    for (line, suggestion) in [
        (["asc", "x"].as_slice(), "ask"),
        (&["aks", "x"], "twin ask"),
        (&["list"], "twin kb list"),
        (&["sync"], "twin kb sync"),
        (&["kb", "gte"], "twin kb get"),
        (&["help", "kb", "ad"], "twin kb add"),
        (&["kb", "list", "--type", "spo"], "sop"),
        (&["kb", "lsit"], "list"),
        (&["config", "ls"], "'twin config list'"),
        (&["version"], "twin --version"),
        (&["stats", "--jsn"], "--json"),
        (&["kb", "list", "--type", "polcy"], "policy"),
        (&["escalations", "list", "--status", "opne"], "open"),
        (&["stats", "--color", "alway"], "always"),
    ] {
        let ran = home.twin(line).run().exits(2);
        assert!(ran.stderr.contains(suggestion) && ran.stdout.is_empty(), "{line:?}: {ran:#?}");
        let error = home.twin(line.iter().chain(&["--json"])).run().exits(2).json_error();
        assert_eq!(error["code"], json!("usage"), "{line:?}");
        assert!(error["hint"].as_str().unwrap().contains(suggestion), "{line:?}: {error:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_may_begin_with_a_dash_and_the_last_of_two_counts() {
    let bench = Bench::start().await;
    let line = ["ask", UNKNOWN, "--context", "- item", "--as", "-Bob", "--json", "--json"];
    bench.twin(line).run().exits(0).json();
    let escalation = bench.twin(["escalations", "list", "--json"]).run().exits(0).json();
    assert_eq!(escalation["items"][0]["askedBy"], json!("-Bob"));
    let listed = bench.twin(["kb", "list", "--limit", "1", "--limit", "2"]).run().exits(0);
    assert_eq!(listed.stdout.lines().count(), 2);
    let listed = bench
        .twin(["--color", "always", "kb", "list", "--color", "never", "--type", "sop", "--type", "policy"]);
    assert_eq!(listed.run().exits(0).stdout.lines().count(), 2);
    // A flag that is none is still no value.
    bench.twin(["ask", "x", "--jsn"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_question_without_quotes_are_joined() {
    let bench = Bench::start().await;
    let ran = bench.twin(["ask", "what", "is", "--json", "the", "expense", "policy?"]).run().exits(0);
    assert_eq!(ran.json()["sources"], json!([SOURCE]));
    bench.home.write("leave.md", "# Leave\n\nEveryone has 25 days of paid leave a year.\n");
    let line = ["ask", "--from", "leave.md", "how", "many", "days", "of", "leave"];
    assert!(bench.home.twin(line).run().exits(0).stdout.contains("25 days"));
}

#[test]
fn help_and_version_are_results() {
    let home = Home::new();
    for line in [["--help"].as_slice(), &["--version"], &["ask", "-h"], &["kb", "list", "--help"]] {
        let ran = home.twin(line).run().exits(0);
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{line:?}: {ran:#?}");
    }
    for line in [[].as_slice(), &["kb"]] {
        let ran = home.twin(line).run().exits(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("Usage:"), "{line:?}: {ran:#?}");
    }
}
