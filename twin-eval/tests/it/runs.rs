//! What a run asks, and what becomes of the cases.

use twin_eval::{Case, Ended, Eval, Report, Status, Suite};

use crate::asker::{Reply, Scripted};

fn cases(count: usize) -> Suite {
    Suite::new((0..count).map(|number| Case::new(format!("Question {number}?")).contains("yes")))
}

fn statuses(report: &Report) -> Vec<&'static str> {
    report.cases.iter().map(|outcome| outcome.status.name()).collect()
}

#[tokio::test]
async fn every_case_is_judged_and_the_cases_keep_their_order() {
    let twin = Scripted::new([("B?", vec![Reply::Says("No.")]), ("C?", vec![Reply::Escalates("Not sure")])]);
    let suite = Suite::new([
        Case::new("A?").contains("yes"),
        Case::new("B?").contains("yes"),
        Case::new("C?").escalates(true).reason("sure"),
    ]);
    let report = Eval::new(&twin).run(&suite).await;
    assert_eq!(statuses(&report), ["passed", "failed", "passed"]);
    assert!(!report.holds() && report.is_complete());
    assert_eq!(report.tally(), "2 passed, 1 failed");
    let shown = report.to_string();
    assert!(shown.contains("failed b\n  B?\n  contains\n    expected: yes\n    got:      No."), "{shown}");
}

#[tokio::test]
async fn a_question_that_stands_in_several_cases_is_asked_once() {
    let twin = Scripted::default();
    let suite = Suite::new([
        Case::new("A?").id("one").contains("yes"),
        Case::new("A?").id("two").source("Policy"),
        Case::new("A?").id("three").context("Other background").contains("yes"),
    ]);
    let report = Eval::new(&twin).run(&suite).await;
    assert!(report.holds(), "{report}");
    assert_eq!((twin.asked().len(), report.asked, suite.questions()), (2, 2, 2));
}

#[tokio::test]
async fn what_passes_when_asked_again_is_flaky_and_not_passed() {
    let twin = Scripted::new([
        ("Flaky?", vec![Reply::Says("No."), Reply::Says("No."), Reply::Says("Yes.")]),
        ("Never?", vec![Reply::Says("No.")]),
    ]);
    let suite = Suite::new(["Flaky?", "Never?", "Always?"].map(|ask| Case::new(ask).contains("yes")));
    let report = Eval::new(&twin).retries(2).run(&suite).await;
    assert_eq!(statuses(&report), ["flaky", "failed", "passed"]);
    assert_eq!(report.cases.iter().map(|outcome| outcome.attempts.len()).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(report.cases[0].mismatches[0].got, "No.", "the first answer is what is shown");
    assert!(!report.holds());
}

#[tokio::test]
async fn no_more_questions_are_sent_than_allowed() {
    for concurrency in [1, 4] {
        let twin = Scripted::default();
        let report = Eval::new(&twin).concurrency(concurrency).max_asks(3).run(&cases(7)).await;
        assert_eq!(
            (twin.asked().len(), report.count(Status::Passed), report.count(Status::Unasked)),
            (3, 3, 4)
        );
        assert!(matches!(report.ended, Some(Ended::MaxAsks)));
    }
    let report = Eval::new(Scripted::default()).max_asks(7).run(&cases(7)).await;
    assert!(report.holds() && report.ended.is_none(), "{report}");
}

#[tokio::test]
async fn what_every_other_question_would_meet_ends_the_run() {
    for (status, asked) in [(402, 3), (429, 3), (401, 3), (403, 3), (422, 3), (404, 3)] {
        let twin = Scripted::new([("Question 2?", vec![Reply::Status(status)])]);
        let report = Eval::new(&twin).concurrency(1).run(&cases(6)).await;
        assert_eq!(twin.asked().len(), asked, "{status}");
        assert_eq!(
            statuses(&report),
            ["passed", "passed", "unasked", "unasked", "unasked", "unasked"],
            "{status}"
        );
        assert!(matches!(report.ended, Some(Ended::Refused(_))), "{status}");
    }
}

#[tokio::test]
async fn a_question_on_which_the_service_fails_is_that_cases_alone() {
    let twin = Scripted::new([("Question 1?", vec![Reply::Status(500)])]);
    let report = Eval::new(&twin).run(&cases(4)).await;
    assert_eq!(statuses(&report), ["passed", "error", "passed", "passed"]);
    assert!(report.cases[1].error.is_some() && report.ended.is_none() && !report.is_complete());
}

#[tokio::test]
async fn five_failures_of_the_service_in_a_row_end_the_run() {
    let failing = ["Question 1?", "Question 2?", "Question 3?", "Question 4?", "Question 5?"];
    let twin = Scripted::new(failing.map(|ask| (ask, vec![Reply::Status(500)])));
    let report = Eval::new(&twin).concurrency(1).run(&cases(9)).await;
    assert_eq!((report.count(Status::Error), report.count(Status::Unasked)), (5, 3));
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_keeps_what_it_has() {
    let twin = Scripted::new([("Question 2?", vec![Reply::Stops])]);
    let report = Eval::new(&twin).concurrency(1).run(&cases(5)).await;
    assert_eq!(statuses(&report), ["passed", "passed", "unasked", "unasked", "unasked"]);
    assert!(matches!(report.ended, Some(Ended::Stopped)));
}

#[tokio::test]
async fn progress_ends_with_all_that_was_done() {
    let mut seen = Vec::new();
    let retried = Scripted::new([("Question 0?", vec![Reply::Says("No."), Reply::Says("Yes.")])]);
    let observed = |progress: twin_eval::Progress| seen.push((progress.done, progress.total));
    Eval::new(retried).retries(1).observe(observed).run(&cases(3)).await;
    assert_eq!((seen.first(), seen.last(), seen.len()), (Some(&(0, 3)), Some(&(3, 3)), 5));
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_and_a_new_case_changes_at_most_one() {
    let chosen = |count: usize, seed: u64| {
        let mut suite = cases(count);
        suite.sample(10, seed);
        suite.cases().iter().map(|case| case.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(chosen(60, 1), chosen(60, 1));
    assert_ne!(chosen(60, 1), chosen(60, 2));
    let (before, after) = (chosen(60, 1), chosen(61, 1));
    assert_eq!((before.len(), after.len()), (10, 10));
    assert!(after.iter().filter(|id| !before.contains(id)).count() <= 1, "{before:?} {after:?}");
    assert_eq!(chosen(4, 1).len(), 4, "a small suite is taken whole");
}
