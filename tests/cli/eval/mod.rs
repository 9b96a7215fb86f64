//! `twin eval`: every flag and every exit code.

mod reports;
mod stop;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twin_reference::{Fault, Feature, ManualClock, Reference, Seed};
use twin_sdk::{ApiKey, StatusFilter, Twin};

use crate::support::{Bench, Home, KNOWN, SOURCE, UNKNOWN, documents};
use crate::terminal::Terminal;

/// Two cases that hold and one that does not.
fn checks() -> String {
    format!(
        "cases:\n- {{id: known, ask: '{KNOWN}', expect: {{source: {SOURCE}, contains: manager, escalates: false}}}}\n\
         - {{id: unknown, ask: '{UNKNOWN}', expect: {{escalates: true}}}}\n\
         - {{id: wrong, ask: How many days of leave do I have?, expect: {{source: On-call}}}}\n"
    )
}

fn good() -> String {
    format!(
        "cases:\n- {{id: known, ask: '{KNOWN}', expect: {{source: {SOURCE}}}}}\n- {{id: unknown, ask: '{UNKNOWN}', expect: {{escalates: true}}}}\n"
    )
}

/// Questions of which each is another.
fn many(count: usize) -> String {
    let case = |number| {
        format!(
            "- {{id: q{number}, ask: 'What is the expense policy, time {number}?', expect: {{max-confidence: 1}}}}\n"
        )
    };
    format!("cases:\n{}", (0..count).map(case).collect::<String>())
}

fn asks(bench: &Bench) -> usize {
    bench.requests().iter().filter(|request| *request == "POST /v1/twin").count()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_is_0_and_what_does_not_is_13_with_expected_and_got() {
    let bench = Bench::start().await;
    bench.home.write("good.yaml", good());
    bench.home.write("checks.yaml", checks());
    let ran = bench.twin(["eval", "good.yaml"]).run().exits(0);
    assert!(ran.stdout.ends_with("2 passed\n"), "{ran:#?}");
    let ran = bench.twin(["eval", "checks.yaml"]).run().exits(13);
    assert!(ran.stdout.contains("failed wrong  checks.yaml:4\n"), "{ran:#?}");
    assert!(ran.stdout.contains("    source: expected: On-call\n    got: Leave\n"), "{ran:#?}");
    assert!(ran.stdout.ends_with("2 passed, 1 failed, 2 from cache\n"), "{ran:#?}");
    assert!(ran.stderr.contains("error: 1 of 3 cases does not pass\n"), "{ran:#?}");
    let ran = bench.twin(["eval", "checks.yaml", "--json"]).run().exits(13);
    assert_eq!(ran.json_error()["code"], "expectation", "{ran:#?}");
    let document = ran.json();
    assert_eq!(
        (&document["passed"], &document["failed"], &document["fromCache"]),
        (&json!(2), &json!(1), &json!(3))
    );
    assert_eq!(
        document["cases"][2]["failures"][0],
        json!({"expectation": "source", "expected": "On-call", "got": "Leave"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_expected_and_got_side_by_side() {
    let bench = Bench::start().await;
    bench.home.write("checks.yaml", checks());
    let (screen, code) = Terminal::start(bench.twin(["eval", "checks.yaml"]), 80).looks();
    assert_eq!(code, 13, "{screen}");
    let row = screen.lines().find(|line| line.contains('│') && line.contains("On-call")).unwrap();
    assert!(row.split('│').nth(1).unwrap().contains("Leave"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cost_is_told_before_the_first_request_and_a_dry_run_sends_none() {
    let bench = Bench::start().await;
    bench.home.write("many.yaml", many(200));
    let cost = "200 cases: 200 answers, about 3m20s at 60/min\n";
    let ran = bench.twin(["eval", "many.yaml", "--dry-run"]).run().exits(0);
    assert_eq!((ran.stdout.as_str(), bench.requests().len()), (cost, 0), "{ran:#?}");
    let unreachable = bench.home.twin(["eval", "many.yaml", "--base-url", "http://127.0.0.1:9"]);
    let ran = unreachable.env("TWIN_API_KEY", "twin_live_x").run().exits(7);
    assert!(ran.stderr.starts_with(cost), "{ran:#?}");
    assert!(
        ran.stderr.contains("open escalations as 'twin eval'; pass --resolve to resolve them"),
        "{ran:#?}"
    );
    let ran =
        bench.home.twin(["eval", "many.yaml", "--dry-run", "--json", "--max-asks", "50"]).run().exits(0);
    assert_eq!(ran.json()["answers"], 50, "{ran:#?}");
}

#[test]
fn without_a_key_it_is_4_as_elsewhere() {
    let home = Home::new();
    home.write("good.yaml", good());
    let ran = home.twin(["eval", "good.yaml"]).run().exits(4);
    assert!(ran.stderr.contains("twin login"), "{ran:#?}");
}

#[test]
fn mistakes_in_a_file_are_2_before_anything_else_with_line_and_nearest_word() {
    let home = Home::new();
    home.write(
        "bad.yaml",
        "cases:\n- ask: A?\n  exepct: {escalates: true}\n- ask: B?\n  expect: {escalate: true}\n",
    );
    let ran = home.twin(["eval", "bad.yaml"]).run().exits(2);
    assert!(
        ran.stderr.starts_with("error: bad.yaml:3: unknown field 'exepct'; did you mean 'expect'?\n"),
        "{ran:#?}"
    );
    assert!(
        ran.stderr.contains("bad.yaml:5: unknown field 'escalate'; did you mean 'escalates'?"),
        "{ran:#?}"
    );
    for line in [&["eval"][..], &["eval", "none.yaml"], &["eval", "bad.toml"], &["eval", "--from", "a.zip"]] {
        let ran = home.twin(line).run().exits(2);
        assert!(ran.stderr.starts_with("error: "), "{line:?}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_and_csv_are_read_by_their_endings() {
    let bench = Bench::start().await;
    let line = json!({"id": "known", "ask": KNOWN, "expect": {"source": SOURCE}});
    bench.home.write("a.jsonl", line.to_string());
    bench.home.write("b.csv", format!("id,ask,escalates\nunknown,{UNKNOWN},true\n"));
    let ran = bench.twin(["eval", "a.jsonl", "b.csv"]).run().exits(0);
    assert!(ran.stdout.ends_with("2 passed\n"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_from_the_cache_until_the_knowledge_base_changes() {
    let bench = Bench::start().await;
    bench.home.write("good.yaml", good());
    bench.twin(["eval", "good.yaml"]).run().exits(0);
    let ran = bench.twin(["eval", "good.yaml"]).run().exits(0);
    assert!(ran.stdout.ends_with("2 passed, 2 from cache\n") && asks(&bench) == 2, "{ran:#?}");
    assert!(ran.stderr.contains("2 more are cached if the knowledge base is unchanged"), "{ran:#?}");
    bench.running.seed(Seed::new("Another", "Page.")).await.unwrap();
    bench.twin(["eval", "good.yaml"]).run().exits(0);
    assert_eq!(asks(&bench), 4);
    bench.twin(["eval", "good.yaml", "--cache", "off"]).run().exits(0);
    assert_eq!(asks(&bench), 6);
    bench.twin(["eval", "good.yaml", "--cache", "mine.jsonl"]).run().exits(0);
    bench.twin(["eval", "good.yaml", "--cache", "mine.jsonl"]).run().exits(0);
    assert_eq!(asks(&bench), 8);
    bench.twin(["eval", "good.yaml", "--cache", "off", "--only-failed"]).run().exits(2);
    bench.twin(["eval", "good.yaml", "--cache", "no/such/folder"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_limit_ends_it_in_part_and_the_next_run_goes_on() {
    let clock = ManualClock::at("2026-03-14T10:32:00Z".parse().unwrap());
    let reference = Reference::new().documents(documents()).monthly_limit(5).no_rate_limit();
    let bench = Bench::of(reference.clock(Arc::new(clock.clone()))).await;
    bench.home.write("many.yaml", many(8));
    let ran = bench.twin(["eval", "many.yaml", "--json"]).run().exits(3);
    let document = ran.json();
    assert_eq!((&document["asked"], &document["unasked"]), (&json!(5), &json!(3)), "{document:#}");
    let error = ran.json_error();
    assert_eq!(error["code"], "partial");
    assert!(error["message"].as_str().unwrap().contains("Monthly answer limit reached (5/5)"), "{error}");
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    let ran = bench.twin(["eval", "many.yaml", "--json"]).run().exits(0);
    assert_eq!((&ran.json()["asked"], &ran.json()["fromCache"]), (&json!(3), &json!(5)), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_beyond_max_wait_ends_it_in_part_and_the_next_run_goes_on() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(8));
    bench.running.fault(Fault::rate_limited(600));
    let ran = bench.twin(["eval", "many.yaml", "--max-wait", "1s", "--json"]).run().exits(3);
    assert_eq!(ran.json()["unasked"], 8, "the first request was refused: {ran:#?}");
    let ran = bench.twin(["eval", "many.yaml", "--json"]).run().exits(0);
    assert_eq!((&ran.json()["asked"], asks(&bench)), (&json!(8), 8), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_max_asks_are_asked_and_the_next_run_goes_on() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(10));
    for (code, left) in [(3, 6), (3, 2), (0, 0)] {
        let ran = bench.twin(["eval", "many.yaml", "--max-asks", "4", "--json"]).run().exits(code);
        assert_eq!(ran.json()["unasked"], left, "{ran:#?}");
    }
    assert_eq!(asks(&bench), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails_on_one_question_is_3_and_the_next_run_asks_that_one() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(6));
    bench.running.fault(Fault::fails(500, 1).on("POST", "/v1/twin"));
    let ran = bench.twin(["eval", "many.yaml", "--json"]).run().exits(3);
    assert_eq!((&ran.json()["errors"], &ran.json()["passed"]), (&json!(1), &json!(5)), "{ran:#?}");
    let ran = bench.twin(["eval", "many.yaml", "--json"]).run().exits(0);
    assert_eq!(ran.json()["asked"], 1, "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_every_command_ends_this_one_with_its_own_code() {
    for (reference, code) in
        [(Reference::new().plan_lacks(Feature::Ask), 9), (Reference::new().onboarding_incomplete(), 1)]
    {
        let bench = Bench::of(reference.documents(documents())).await;
        bench.home.write("good.yaml", good());
        bench.twin(["eval", "good.yaml"]).run().exits(code);
    }
    let bench = Bench::start().await;
    bench.home.write("good.yaml", good());
    bench.twin(["eval", "good.yaml"]).env("TWIN_API_KEY", "twin_live_wrong").run().exits(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_did_not_pass_is_checked_again() {
    let bench = Bench::start().await;
    bench.home.write("checks.yaml", checks());
    bench.twin(["eval", "checks.yaml"]).run().exits(13);
    let ran = bench.twin(["eval", "checks.yaml", "--only-failed", "--json"]).run().exits(13);
    assert_eq!((&ran.json()["total"], &ran.json()["cases"][0]["id"]), (&json!(1), &json!("wrong")));
    bench.home.write("checks.yaml", checks().replace("On-call", "Leave"));
    bench.twin(["eval", "checks.yaml", "--only-failed"]).run().exits(0);
    let ran = bench.twin(["eval", "checks.yaml", "--only-failed", "--json"]).run().exits(0);
    assert_eq!(ran.json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_seeded() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(30));
    let sample = |seed: &str| {
        let ran = bench.twin(["eval", "many.yaml", "--sample", "5", "--seed", seed, "--json"]).run().exits(0);
        let cases = ran.json()["cases"].as_array().unwrap().clone();
        cases.iter().map(|case| case["id"].clone()).collect::<Vec<Value>>()
    };
    let first = sample("1");
    assert_eq!((first.len(), &sample("1")), (5, &first));
    assert_ne!(sample("2"), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_when_asked_again_is_flaky_and_13() {
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, ResponseTemplate};
    let bench = Bench::start().await;
    let wrong = json!({"response": "No.", "confidence": 0.9, "shouldEscalate": false, "sources": ["Other"]});
    let mock = Mock::given(method("POST"))
        .and(path("/v1/twin"))
        .respond_with(ResponseTemplate::new(200).set_body_json(wrong));
    mock.up_to_n_times(1).with_priority(1).mount(bench.running.mock_server()).await;
    bench.home.write(
        "one.yaml",
        format!("cases:\n- {{id: known, ask: '{KNOWN}', expect: {{source: {SOURCE}}}}}\n"),
    );
    let ran = bench.twin(["eval", "one.yaml", "--retries", "2", "--json"]).run().exits(13);
    let document = ran.json();
    assert_eq!(
        (&document["flaky"], &document["passed"], &document["asked"]),
        (&json!(1), &json!(0), &json!(2))
    );
    assert_eq!(document["cases"][0]["attempts"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_fails_on_regressions_alone() {
    let bench = Bench::start().await;
    bench.home.write("checks.yaml", checks());
    let line = ["eval", "checks.yaml", "--baseline", "base.json"];
    let ran = bench.twin(line).run().exits(2);
    assert!(ran.stderr.contains("hint: create it with --bless"), "{ran:#?}");
    bench.twin(line.iter().chain(&["--bless"])).run().exits(0);
    let blessed = std::fs::read_to_string(bench.home.path().join("base.json")).unwrap();
    assert_eq!(
        blessed,
        "{\"schema\": 1, \"cases\": [\n{\"id\": \"known\", \"status\": \"passed\"},\n\
         {\"id\": \"unknown\", \"status\": \"passed\"},\n{\"id\": \"wrong\", \"status\": \"failed\"}\n]}\n"
    );
    bench.twin(line).run().exits(0);
    bench.home.write("checks.yaml", checks().replace("manager", "director"));
    let ran = bench.twin(line.iter().chain(&["--json"])).run().exits(13);
    assert_eq!(ran.json()["regressions"], json!(["known"]), "{ran:#?}");
    assert_eq!(ran.json_error()["message"], "1 regression against the baseline: known");
    bench.twin(["eval", "checks.yaml", "--bless"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_passes_may_be_enough() {
    let bench = Bench::start().await;
    bench.home.write("checks.yaml", checks());
    bench.twin(["eval", "checks.yaml", "--min-pass", "66%"]).run().exits(0);
    let ran = bench.twin(["eval", "checks.yaml", "--min-pass", "67%"]).run().exits(13);
    assert!(ran.stderr.contains("2 of 3 cases passed, which is below 67%"), "{ran:#?}");
    bench.twin(["eval", "checks.yaml", "--min-pass", "some"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_escalations_it_opened_are_resolved_and_no_others() {
    let bench = Bench::start().await;
    bench.twin(["ask", UNKNOWN, "--as", "Jordan M."]).run().exits(0);
    bench.twin(["ask", "Who owns the moon?", "--as", "twin eval"]).run().exits(0);
    // An earlier run asked the same.
    bench.twin(["ask", UNKNOWN, "--as", "twin eval"]).run().exits(0);
    bench.home.write("good.yaml", good());
    let ran = bench.twin(["eval", "good.yaml", "--resolve", "--json"]).run().exits(0);
    assert_eq!(ran.json()["resolved"].as_array().unwrap().len(), 1, "{ran:#?}");
    let twin = Twin::builder(ApiKey::new(bench.running.key()).unwrap())
        .base_url(bench.running.url())
        .build()
        .unwrap();
    let open = twin.escalations().list().status(StatusFilter::Open).await.unwrap().items;
    let mut askers: Vec<_> = open.iter().map(|escalation| escalation.asked_by.as_str()).collect();
    askers.sort_unstable();
    assert_eq!(askers, ["Jordan M.", "twin eval", "twin eval"]);
}

#[test]
fn exports_answer_for_free_and_offline() {
    let home = Home::new();
    home.write(
        "docs/expenses.md",
        format!("# {SOURCE}\n\nUnder $50 no pre-approval needed. Above, ask your manager."),
    );
    home.write("good.yaml", good());
    for line in [&["eval", "good.yaml", "--from", "docs"][..], &["eval", "--from", "docs", "good.yaml"]] {
        let ran = home.twin(line).env("HTTPS_PROXY", "http://127.0.0.1:9").run().exits(0);
        assert!(ran.stderr.contains("2 cases: 2 answers from this machine, free"), "{ran:#?}");
    }
    home.write("docs/expenses.md", "# Travel\n\nUnder $50 no pre-approval needed. Above, ask your manager.");
    let ran = home.twin(["eval", "good.yaml", "--from", "docs", "--json"]).run().exits(13);
    assert_eq!(
        (&ran.json()["fromCache"], &ran.json()["failed"]),
        (&json!(0), &json!(1)),
        "content is judged as it is"
    );
}

#[test]
fn a_proposed_file_holds_for_what_it_was_made_of() {
    let home = Home::new();
    let handbook = fixture("handbook.zip");
    let handbook = handbook.to_str().unwrap();
    let ran = home.twin(["eval", "init", "--from", handbook]).run().exits(0);
    for title in ["Leave and public holidays", "Travel", "Code review"] {
        assert!(ran.stdout.contains(title), "{ran:#?}");
    }
    home.write("first.eval.yaml", &ran.stdout);
    let ran = home.twin(["eval", "first.eval.yaml", "--from", handbook, "--json"]).run().exits(0);
    assert!(ran.json()["passed"].as_u64().unwrap() >= 20, "{ran:#?}");
    let json = home.twin(["eval", "init", "--from", handbook, "--json"]).run().exits(0).json();
    assert_eq!(json["version"], 1);
}
