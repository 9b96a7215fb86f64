//! `twin escalations triage`, in a real terminal.

use serde_json::json;
use twin_reference::{Fault, Reference};

use crate::support::Bench;
use crate::terminal::Terminal;

const QUESTIONS: [&str; 3] = ["How do volcanoes form?", "Why is the sky blue?", "Who painted the Mona Lisa?"];

/// A twin that has escalated three questions, the first of them first on the screen.
async fn bench() -> Bench {
    let bench = Bench::of(Reference::new()).await;
    for question in QUESTIONS.iter().rev() {
        bench.twin(["ask", question, "--as", "Jordan M."]).run().exits(0);
    }
    bench
}

fn triage(bench: &Bench) -> Terminal {
    Terminal::start(bench.twin(["escalations", "triage"]), 80)
}

/// Triage with an "editor" that appends this to the file.
fn triage_writing(bench: &Bench, text: &str) -> Terminal {
    bench.home.write("text", text);
    let editor = "sh -c 'cat text >> \"$0\"'";
    Terminal::start(bench.twin(["escalations", "triage"]).env("EDITOR", editor), 80)
}

fn open(bench: &Bench) -> Vec<String> {
    let rows = bench.twin(["escalations", "list"]).run().exits(0).stdout;
    rows.lines().map(|row| row.split('\t').next_back().unwrap().to_owned()).collect()
}

fn drafts(bench: &Bench) -> Vec<String> {
    let dir = bench.home.path().join(".local/share/twin/answers");
    let files = std::fs::read_dir(dir).into_iter().flatten();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_resolve_skip_go_back_and_quit() {
    let bench = bench().await;
    let terminal = triage(&bench);
    terminal.shows("1 of 3").shows(QUESTIONS[0]).shows("Jordan M. · now · ").waits_for_a_key().types("x");
    terminal.types("r");
    terminal.shows("2 of 3").waits_for_a_key().types("s");
    terminal.shows("3 of 3").waits_for_a_key().types("b");
    terminal.shows_times("2 of 3", 2).waits_for_a_key().types("R");
    terminal.shows_times("3 of 3", 2).waits_for_a_key().types("q");
    let seen = terminal.ends(0);
    assert!(seen.screen.ends_with("2 resolved, 1 left.") && seen.is_restored, "{seen:#?}");
    assert_eq!(open(&bench), [QUESTIONS[2]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_and_ctrl_d_quit() {
    let bench = bench().await;
    for key in ["\u{1b}", "\u{4}"] {
        let terminal = triage(&bench);
        terminal.shows("1 of 3").waits_for_a_key().types(key);
        assert!(terminal.ends(0).screen.ends_with("\n3 left."));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_becomes_a_document_the_twin_answers_from() {
    let bench = bench().await;
    let terminal = triage_writing(&bench, "Volcanoes form where magma rises through the crust.\n");
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("Added ").shows("Confidence: ").shows("Source: How do volcanoes form?");
    terminal.shows("Resolve it? [y/N]").agrees(true);
    terminal.shows("2 of 3").waits_for_a_key().types("q");
    let seen = terminal.ends(0);
    assert!(seen.screen.ends_with("1 resolved, 1 answered, 2 left."), "{}", seen.screen);
    assert!(!open(&bench).contains(&QUESTIONS[0].to_owned()), "{:?}", open(&bench));
    let posted =
        bench.running.received().into_iter().find(|request| request.path == "/v1/kb").unwrap().json();
    let content = "Volcanoes form where magma rises through the crust.";
    assert_eq!(posted, json!({"title": QUESTIONS[0], "content": content, "type": "note"}));
    assert_eq!(drafts(&bench), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_kept_where_the_upload_fails_and_is_there_again() {
    let bench = bench().await;
    bench.running.fault(Fault::fails(503, 1).on("POST", "/v1/kb"));
    let terminal = triage_writing(&bench, "Magma rises.\n");
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("error: ").shows("your text was saved to");
    let [draft] = &drafts(&bench)[..] else { panic!("{:?}", drafts(&bench)) };
    assert!(draft.ends_with("\n# How do volcanoes form?\n\nMagma rises.\n"), "{draft}");
    terminal.waits_for_a_key().types("a");
    terminal.shows("Resolve it? [y/N]").waits_for_a_key().types("\n");
    terminal.waits_for_a_key().types("q");
    terminal.ends(0);
    let posted =
        bench.running.received().into_iter().rfind(|request| request.path == "/v1/kb").unwrap().json();
    assert_eq!(posted["content"], json!("Magma rises.\nMagma rises."));
    assert_eq!(drafts(&bench), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_fails_or_writes_nothing_adds_nothing() {
    let bench = bench().await;
    let before = bench.requests().len();
    let terminal = triage_writing(&bench, "");
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("No answer was written.").waits_for_a_key().types("q");
    terminal.ends(0);
    let failing = bench.twin(["escalations", "triage"]).env("EDITOR", "false").env("VISUAL", "");
    let terminal = Terminal::start(failing, 80);
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("the editor 'false' failed").waits_for_a_key().types("q");
    terminal.ends(0);
    assert!(bench.requests()[before..].iter().all(|request| request == "GET /v1/escalations"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twin_is_asked_again_in_the_name_of_who_asked() {
    let bench = bench().await;
    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key().types("t");
    terminal.shows("Confidence: ").waits_for_a_key().types("q");
    terminal.ends(0);
    let asked = bench.running.received().into_iter().rfind(|request| request.path == "/v1/twin");
    let asked = asked.unwrap().json();
    assert_eq!(asked, json!({"message": QUESTIONS[0], "askedBy": "Jordan M."}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_told_and_the_key_can_be_pressed_again() {
    let bench = bench().await;
    bench.running.fault(Fault::fails(503, 1).on("PATCH", "/v1/escalations"));
    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key().types("r");
    terminal.shows("error: ").waits_for_a_key().types("r");
    terminal.shows("2 of 3").waits_for_a_key().types("q");
    assert!(terminal.ends(0).screen.ends_with("1 resolved, 2 left."));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_and_a_signal_end_it_with_the_summary_and_the_terminal_as_it_was() {
    let bench = bench().await;
    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key().types("s");
    terminal.shows("2 of 3").waits_for_a_key().types("\u{3}");
    let seen = terminal.ends(130);
    assert!(seen.screen.ends_with("\n1 skipped, 2 left.\nerror: interrupted"), "{}", seen.screen);
    assert!(seen.is_restored, "{seen:#?}");

    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key();
    std::process::Command::new("kill").args(["-TERM", &terminal.id().to_string()]).status().unwrap();
    let seen = terminal.ends(143);
    assert!(seen.is_restored && seen.screen.contains("\n3 left."), "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_editor_is_the_editors() {
    let bench = bench().await;
    // An editor that saves on Ctrl-C and ends well.
    let editor = "sh -c 'trap \"echo Saved. >> \\$0; exit 0\" INT; echo ready; while :; do sleep 0.01; done'";
    let terminal = Terminal::start(bench.twin(["escalations", "triage"]).env("VISUAL", editor), 80);
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("ready").types("\u{3}");
    terminal.shows("Added ").shows("Resolve it? [y/N]").agrees(false);
    terminal.waits_for_a_key().types("q");
    terminal.ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_it_names_what_scripts_use() {
    let bench = bench().await;
    let before = bench.requests().len();
    let ran = bench.twin(["escalations", "triage"]).run().exits(2);
    assert!(ran.stderr.contains("twin escalations resolve"), "{ran:#?}");
    assert_eq!(bench.requests().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_open_there_is_nothing_to_do() {
    let bench = Bench::of(Reference::new()).await;
    assert_eq!(triage(&bench).ends(0).screen, "No open escalations.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_network_sends_cannot_steer_the_terminal() {
    let bench = Bench::of(Reference::new()).await;
    let hostile = "Why\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}?";
    bench.twin(["ask", hostile, "--as", "\u{1b}[31mMallory\nResolved already."]).run().exits(0);
    let terminal = triage(&bench);
    terminal
        .shows("1 of 1")
        .shows("Why␛]0;owned")
        .shows("␛[31mMallory Resolved already. · now")
        .waits_for_a_key();
    terminal.types("q");
    let seen = terminal.ends(0);
    assert!(!seen.raw.contains("\u{1b}]0;owned") && !seen.raw.contains("\u{1b}[2J"), "{}", seen.raw);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_mark_tells_what_the_keys_do() {
    let bench = bench().await;
    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key().types("?");
    terminal.shows("ask again now (counts as an answer)").waits_for_a_key().types("q");
    terminal.ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_leaves_no_second_escalation() {
    let bench = bench().await;
    let terminal = triage(&bench);
    terminal.shows("1 of 3").waits_for_a_key().types("t");
    terminal.shows("It was escalated again").waits_for_a_key().types("q");
    terminal.ends(0);
    assert_eq!(open(&bench), QUESTIONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_escalation_is_shown_and_answered_by_itself() {
    let bench = bench().await;
    let row = bench.twin(["escalations", "list"]).run().exits(0).stdout;
    let id = row.split('\t').next().unwrap();
    let shown = bench.twin(["escalations", "show", id]).run().exits(0).stdout;
    assert!(shown.contains(&format!("id\t{id}\nstatus\topen\n")) && shown.contains("\nreason\t"), "{shown}");
    let json = bench.twin(["escalations", "show", id, "--json"]).run().exits(0).json();
    assert_eq!((&json["question"], &json["askedBy"]), (&json!(QUESTIONS[0]), &json!("Jordan M.")));
    bench.twin(["escalations", "show", "esc_none"]).run().exits(5);
    bench.twin(["escalations", "answer", id]).run().exits(2);

    bench.home.write("text", "Magma rises and breaks through the crust: that is how volcanoes form.\n");
    let editor = "sh -c 'cat text >> \"$0\"'";
    let answer = bench.twin(["escalations", "answer", id]).env("EDITOR", editor);
    let terminal = Terminal::start(answer, 80);
    terminal.shows(QUESTIONS[0]).shows("Added ").shows("Resolve it? [y/N]").agrees(true);
    let seen = terminal.ends(0);
    assert!(seen.screen.ends_with("1 resolved, 1 answered."), "{seen:#?}");
    assert_eq!(open(&bench), QUESTIONS[1..]);
    let document = bench.twin(["kb", "get", QUESTIONS[0]]).run().exits(0).stdout;
    assert!(document.starts_with("Magma rises"), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_may_have_been_added_is_said_to_be_before_it_is_added_twice() {
    let bench = bench().await;
    bench.running.fault(Fault::applied_then_dropped().on("POST", "/v1/kb"));
    let terminal = triage_writing(&bench, "Magma rises.\n");
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("your text was saved to").shows("may have been added anyway").shows("'twin kb list'");
    terminal.waits_for_a_key().types("q");
    terminal.ends(0);
    assert_eq!(bench.twin(["kb", "list"]).run().exits(0).stdout.lines().count(), 1);

    // What was refused is not there, and nothing else is said.
    bench.running.fault(Fault::rate_limited(600).on("POST", "/v1/kb"));
    let terminal = triage_writing(&bench, "Magma rises.\n");
    terminal.shows("1 of 3").waits_for_a_key().types("a");
    terminal.shows("your text was saved to").waits_for_a_key().types("q");
    assert!(!terminal.ends(0).screen.contains("may have been added"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_that_ends_the_editor_ends_the_command_and_keeps_the_text() {
    let bench = bench().await;
    let id = bench.twin(["escalations", "list"]).run().exits(0).stdout.split('\t').next().unwrap().to_owned();
    let editor = "sh -c 'echo Half. >> \"$0\"; echo ready; exec sleep 60'";
    let answer = bench.twin(["escalations", "answer", &id]).env("EDITOR", editor);
    let terminal = Terminal::start(answer, 80);
    terminal.shows("ready").types("\u{3}");
    let seen = terminal.ends(130);
    assert!(seen.screen.contains("error: interrupted") && seen.screen.contains("was saved to"), "{seen:#?}");
    assert!(drafts(&bench)[0].ends_with("Half.\n"), "{:?}", drafts(&bench));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_that_is_resolved_is_not_resolved_again() {
    let bench = bench().await;
    let id = bench.twin(["escalations", "list"]).run().exits(0).stdout.split('\t').next().unwrap().to_owned();
    bench.twin(["escalations", "resolve", &id]).run().exits(0);
    bench.home.write("text", "Magma rises and breaks through the crust: that is how volcanoes form.\n");
    let answer = bench.twin(["escalations", "answer", &id]).env("EDITOR", "sh -c 'cat text >> \"$0\"'");
    let terminal = Terminal::start(answer, 80);
    let seen = terminal.ends(0);
    assert!(seen.screen.contains("Resolved already.") && !seen.screen.contains("Resolve it?"), "{seen:#?}");
    assert!(seen.screen.ends_with("\n1 answered."), "{seen:#?}");
}
