//! Every example runs offline and prints what it promises.

use std::process::Command;

use twin_examples::ANY_PORT;
use twin_reference::Reference;

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env_remove("TWIN_API_KEY")
        .env_remove("TWIN_BASE_URL")
        .env_remove("TWIN_WEBHOOK_SECRET")
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}

#[test]
fn ask_prints_the_answer_with_its_source() {
    let printed = run(env!("CARGO_BIN_EXE_ask"), &["How many days of annual leave do I have?"]);
    assert!(printed.contains("28 days") && printed.contains("from Annual leave"), "{printed}");
}

#[test]
fn the_thread_bot_answers_in_threads_and_passes_on_what_is_for_a_person() {
    let printed = run(env!("CARGO_BIN_EXE_thread_bot"), &[]);
    assert!(printed.contains("[t1] twin:") && printed.contains("I passed this on to a person."), "{printed}");
}

#[test]
fn the_nightly_report_lists_what_waits_for_a_person() {
    let printed = run(env!("CARGO_BIN_EXE_nightly_report"), &[]);
    assert!(printed.contains("2 questions answered, 1 of them passed on"), "{printed}");
    assert!(printed.contains("**Can you approve the $15k contract with Acme?** (Jordan M.)"), "{printed}");
}

#[test]
fn the_webhook_receiver_gets_the_event_of_an_escalation() {
    let printed = run(env!("CARGO_BIN_EXE_webhook_receiver"), &[]);
    assert!(printed.contains("escalation.created from Jordan M.: Can you approve"), "{printed}");
}

#[test]
fn the_bulk_load_creates_every_document() {
    let printed = run(env!("CARGO_BIN_EXE_bulk_load"), &[]);
    assert_eq!(printed, "25 of 25 created\n");
}

#[tokio::test]
async fn the_bulk_load_goes_to_the_twin_of_the_environment() {
    let running = Reference::new().serve(ANY_PORT).await.unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_bulk_load"));
    program.env("TWIN_API_KEY", running.key()).env("TWIN_BASE_URL", running.url());
    let output = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(running.document_count().await, 25);
}
