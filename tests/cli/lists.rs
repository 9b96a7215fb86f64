//! `twin kb list|get`, `twin escalations list|resolve` and `twin stats` in pipes and as JSON.

use serde_json::{Value, json};
use twin_reference::{Reference, Seed};

use crate::support::{Bench, SOURCE, UNKNOWN};

fn cells(row: &str) -> Vec<&str> {
    row.split('\t').collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_rows_in_a_pipe() {
    let bench = Bench::start().await;
    let ran = bench.twin(["kb", "list", "--type", "policy"]).run().exits(0);
    let rows: Vec<_> = ran.stdout.lines().map(cells).collect();
    assert_eq!(rows.len(), 2, "{ran:#?}");
    let expenses = rows.iter().find(|row| row[2] == SOURCE).unwrap();
    assert!(expenses[0].starts_with("doc_"), "{ran:#?}");
    assert_eq!((expenses[1], expenses[3]), ("policy", "0"));
    assert!(expenses[4].parse::<jiff::Timestamp>().is_ok(), "{ran:#?}");
    assert_eq!(ran.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_was_cut_says_so_with_both_numbers() {
    let seeds = (0..60).map(|n| Seed::new(format!("Page {n}"), "Text."));
    let bench = Bench::of(Reference::new().documents(seeds)).await;
    let ran = bench.twin(["kb", "list"]).run().exits(0);
    assert_eq!(ran.stdout.lines().count(), 50);
    assert!(ran.stderr.contains("50 of 60"), "{ran:#?}");

    let ran = bench.twin(["kb", "list", "--json", "--limit", "10"]).run().exits(0);
    let listing = ran.json();
    assert_eq!(listing["items"].as_array().unwrap().len(), 10);
    assert_eq!((&listing["total"], &listing["truncated"]), (&json!(60), &json!(true)));
    assert!(ran.stderr.contains("10 of 60"), "{ran:#?}");

    let ran = bench.twin(["kb", "list", "--json", "--limit", "200"]).run().exits(0);
    assert_eq!((&ran.json()["truncated"], ran.stderr.as_str()), (&json!(false), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_cannot_break_a_row() {
    let bench = Bench::of(Reference::new().document(Seed::new("a\tb\nc\u{1b}[2J", "Text."))).await;
    let ran = bench.twin(["kb", "list"]).run().exits(0);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert_eq!(cells(ran.stdout.trim_end())[2], "a␉b␊c␛[2J");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_document_is_its_content_in_a_pipe_and_bare_in_json() {
    let bench = Bench::start().await;
    let id = bench.running.seed(Seed::new("Title", "One.\n\n\tTwo.").of_type("faq")).await.unwrap();
    let ran = bench.twin(["kb", "get", &id]).run().exits(0);
    assert_eq!(ran.stdout, "One.\n\n\tTwo.\n");
    let document = bench.twin(["kb", "get", &id, "--json"]).run().exits(0).json();
    assert_eq!(document["content"], json!("One.\n\n\tTwo."));
    assert_eq!((&document["id"], &document["type"]), (&json!(id), &json!("faq")));
}

#[tokio::test(flavor = "multi_thread")]
async fn escalations_are_listed_and_resolved() {
    let bench = Bench::start().await;
    bench.twin(["ask", UNKNOWN, "--as", "Jordan M."]).run().exits(0);
    let ran = bench.twin(["escalations", "list"]).run().exits(0);
    let row = cells(ran.stdout.trim_end());
    let (id, question) = (row[0], row[5]);
    assert_eq!((row[1], row[3], question), ("open", "Jordan M.", UNKNOWN));
    assert!(row[2].parse::<f64>().is_ok() && row[4].parse::<jiff::Timestamp>().is_ok(), "{ran:#?}");

    let resolved = bench.twin(["escalations", "resolve", id]).run().exits(0);
    assert_eq!(resolved.stdout.trim_end(), id);
    bench.twin(["escalations", "resolve", id]).run().exits(0);
    assert_eq!(bench.twin(["escalations", "list"]).run().exits(0).stdout, "");
    let all = bench.twin(["escalations", "list", "--status", "all", "--json"]).run().exits(0).json();
    assert_eq!(all["items"][0]["status"], json!("resolved"));
    assert!(all["items"][0]["resolvedAt"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_piped_in_are_resolved_and_what_fails_is_reported() {
    let bench = Bench::start().await;
    bench.twin(["ask", UNKNOWN]).run().exits(0);
    let rows = bench.twin(["escalations", "list"]).run().exits(0).stdout;
    let id = cells(&rows)[0];
    let ran = bench
        .twin(["escalations", "resolve", "-", "--json"])
        .with_stdin(format!("{rows}\nesc_none\n"))
        .exits(3);
    let report = ran.json();
    assert_eq!(report["resolved"], json!([id]));
    assert_eq!(
        (&report["failed"][0]["id"], &report["failed"][0]["code"]),
        (&json!("esc_none"), &json!("not_found"))
    );
    assert_eq!(ran.json_error()["exitCode"], json!(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_ends_a_bulk_run_at_once() {
    let bench = Bench::start().await;
    let twin =
        bench.twin(["escalations", "resolve", "esc_1", "esc_2", "--json"]).env("TWIN_API_KEY", "wrong");
    let ran = twin.run().exits(4);
    assert_eq!(ran.json()["remaining"], json!(["esc_1", "esc_2"]));
    assert_eq!(bench.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_the_figures_of_the_api() {
    let bench = Bench::start().await;
    bench.twin(["ask", UNKNOWN]).run().exits(0);
    let stats = bench.twin(["stats", "--json"]).run().exits(0).json();
    let expected =
        ["avgConfidence", "handleRate", "kbDocCount", "totalAnswered", "totalEscalated", "totalSavedMinutes"];
    let mut fields: Vec<_> = stats.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!((&stats["totalAnswered"], &stats["totalEscalated"]), (&json!(1), &json!(1)));
    let rows = bench.twin(["stats"]).run().exits(0).stdout;
    for row in rows.lines().map(cells) {
        assert_eq!(row[1].parse::<f64>().ok(), stats[row[0]].as_f64(), "{row:?}");
    }
    assert_eq!(rows.lines().count(), expected.len());
    assert_ne!(stats, Value::Null);
}
