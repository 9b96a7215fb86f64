//! `twin chat`.

use serde_json::{Value, json};
use twin_reference::{Fault, Reference};

use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Bench, Home, KNOWN, SOURCE, UNKNOWN, documents};
use crate::terminal::Terminal;

/// What was sent with each question.
fn questions(bench: &Bench) -> Vec<Value> {
    let received = bench.running.received();
    let asked = received.iter().filter(|request| request.path == "/v1/twin");
    asked.map(|request| request.json()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pipe_each_line_is_a_question_and_the_thread_its_context() {
    let bench = Bench::start().await;
    let ran = bench
        .twin(["chat", "--as", "Jordan M."])
        .with_stdin(format!("{KNOWN}\n\nAnd by when?\n{UNKNOWN}\n"))
        .exits(0);
    assert!(ran.stdout.contains("$50"), "{ran:#?}");
    assert!(!ran.stdout.contains("Confidence") && ran.stderr.contains("escalated: "), "{ran:#?}");
    let asked = questions(&bench);
    assert_eq!(
        (asked.len(), &asked[0]["context"], &asked[0]["askedBy"]),
        (3, &Value::Null, &json!("Jordan M."))
    );
    let context = asked[1]["context"].as_str().unwrap();
    assert!(context.starts_with(&format!("Jordan M.: {KNOWN}\nTwin: Under $50")), "{context}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thread_stays_within_the_limit_and_that_is_said_once() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    let long = format!("{KNOWN} {}", "x".repeat(1_500));
    let ran = bench.twin(["chat"]).with_stdin(format!("{long}\n").repeat(5)).exits(0);
    assert_eq!(ran.stderr.matches("its oldest messages are no longer sent").count(), 1, "{ran:#?}");
    for question in questions(&bench) {
        assert!(question["context"].as_str().unwrap_or_default().encode_utf16().count() <= 4_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_show_sources_and_escalations_and_begin_anew() {
    let bench = Bench::start().await;
    let lines = format!(
        "/sources\n{KNOWN}\n/sources\n{UNKNOWN}\n/escalations\n/new\n{KNOWN}\n/help\n/sorces\n/quit\nnever asked\n"
    );
    let ran = bench.twin(["chat"]).with_stdin(lines).exits(2);
    assert!(ran.stdout.contains(&format!("\n{SOURCE}\n")), "{ran:#?}");
    assert!(ran.stdout.contains(UNKNOWN) && ran.stdout.contains("/escalations"), "{ran:#?}");
    assert!(ran.stderr.contains("unknown command /sorces") && ran.stderr.contains("/sources"), "{ran:#?}");
    let asked = questions(&bench);
    assert_eq!((asked.len(), &asked[2]["context"]), (3, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_line_would_meet_ends_it_with_its_own_code() {
    let bench = Bench::of(Reference::new().documents(documents()).monthly_limit(1)).await;
    let ran = bench.twin(["chat"]).with_stdin(format!("{KNOWN}\n{KNOWN}\n{KNOWN}\n")).exits(9);
    assert!(
        ran.stderr.contains("Monthly answer limit reached (1/1)") && questions(&bench).len() == 2,
        "{ran:#?}"
    );
    let home = Home::new();
    let ran = home.twin(["chat"]).with_stdin("Who?\n").exits(4);
    assert!(ran.stderr.contains("twin login"), "{ran:#?}");
    let ran = bench.twin(["chat"]).with_stdin(format!("{}\n", "x".repeat(2_001))).exits(2);
    assert!(ran.stderr.contains("too long"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_it_prompts_answers_and_leaves_with_ctrl_d() {
    let bench = Bench::start().await;
    let terminal = Terminal::start(bench.twin(["ask"]), 80);
    terminal.shows("Ctrl-D exits.\n>");
    terminal.types(&format!("{KNOWN}\r"));
    terminal.shows("Confidence:");
    terminal.types("/sources\r");
    terminal.shows(&format!("\n{SOURCE}\n>"));
    terminal.types("\u{4}");
    terminal.ends(0);
    let history = bench.home.path().join(".local/share/twin/chat-history");
    let kept = std::fs::read_to_string(&history).unwrap();
    assert!(kept.contains(KNOWN), "{kept}");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_the_question_and_not_the_conversation() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::slow(std::time::Duration::from_secs(20)).on("POST", "/v1/twin"));
    let terminal = Terminal::start(bench.twin(["chat", "--no-history"]), 80);
    terminal.shows("Ctrl-D exits.\n>");
    terminal.types("How do volcanoes form?\r");
    while questions(&bench).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    terminal.types("\u{3}");
    terminal.shows("Cancelled");
    terminal.types(&format!("{KNOWN}\r"));
    terminal.shows("Confidence:");
    terminal.types("/quit\r");
    terminal.ends(0);
    assert!(!bench.home.path().join(".local/share/twin/chat-history").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_written_in_the_editor_is_asked() {
    let bench = Bench::start().await;
    let editor = format!("sh -c 'echo \"{KNOWN}\" > \"$0\"'");
    let twin = bench.twin(["chat", "--no-history"]).env("EDITOR", editor);
    let terminal = Terminal::start(twin, 80);
    terminal.shows("Ctrl-D exits.\n>").types("/edit\r");
    terminal.shows("Confidence:").types("/quit\r");
    terminal.ends(0);
    assert_eq!(questions(&bench)[0]["message"], KNOWN);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_pasted_at_once_are_one_question() {
    let bench = Bench::start().await;
    let terminal = Terminal::start(bench.twin(["chat", "--no-history"]), 80);
    terminal.shows("Ctrl-D exits.\n>").types("\u{1b}[200~How are expenses\napproved?\u{1b}[201~\r");
    terminal.shows("Confidence:").types("/quit\r");
    terminal.ends(0);
    let asked = questions(&bench);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["message"].as_str().unwrap().replace('\r', "\n"), "How are expenses\napproved?");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_the_month_is_told_where_an_answer_tells_it() {
    let bench = Bench::start().await;
    let answer = serde_json::json!({
        "response": "Yes.", "confidence": 0.9, "shouldEscalate": false, "escalateReason": null, "sources": [],
    });
    let template =
        ResponseTemplate::new(200).set_body_json(answer).insert_header("x-answers-remaining", "12");
    let mock = Mock::given(method("POST")).and(path("/v1/twin")).respond_with(template).with_priority(1);
    bench.running.mock_server().register(mock).await;
    let terminal = Terminal::start(bench.twin(["chat", "--no-history"]), 80);
    terminal.shows("Ctrl-D exits.\n>").types("Really?\r");
    terminal.shows("12 answers left this month").types("/quit\r");
    terminal.ends(0);
}
