//! How to assert on a knowledge base in `cargo test`: cases in code or in an eval file, and a report that says what
//! does not hold. Against your own twin, if `TWIN_API_KEY` is set; else offline.

use twin_eval::{Case, Eval, Format, Suite};
use twin_examples::connect;

#[tokio::test]
async fn the_twin_answers_what_people_ask() {
    let (twin, _running) = connect().await.unwrap();
    let suite = Suite::new([
        Case::new("What is the expense policy for a $200 SaaS tool?")
            .source("Expense reimbursement policy")
            .contains("manager"),
        Case::new("How many days of annual leave do I have?").source("Annual leave").min_confidence(0.5),
        Case::new("Can you approve the $15k contract with Acme?").escalates(true),
    ]);
    let report = Eval::new(&twin).run(&suite).await;
    assert!(report.holds(), "{report}");
}

#[tokio::test]
async fn a_file_of_questions_will_do_as_well() {
    let (twin, _running) = connect().await.unwrap();
    // In a program of yours: Suite::open(&["handbook.eval.yaml"])
    let file =
        "cases:\n- ask: Whom do I tell of a lost laptop?\n  expect: {source: Laptops and lost devices}\n";
    let suite = Suite::parse(file, Format::Yaml, "handbook.eval.yaml").unwrap();
    let report = Eval::new(&twin).retries(1).run(&suite).await;
    assert!(report.holds(), "{report}");
}
