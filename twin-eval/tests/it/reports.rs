//! Reports as others read them.

use proptest::prelude::*;
use quick_junit::{Report as Junit, TestCaseStatus};
use twin_eval::{Baseline, Case, Eval, Format, Report, Status, Suite};

use crate::asker::{Reply, Scripted};

const HOSTILE: &str =
    "]]></failure><script>&\u{1b}[31m\u{202e}\u{0} | a\n```\n@team ![x](http://evil) \"quoted\"";

fn suite(text: &str) -> Suite {
    Suite::parse(text, Format::Yaml, "handbook.yaml").unwrap()
}

/// One case of each status.
async fn one_of_each() -> Report {
    let suite = suite(
        "cases:\n- {id: good, ask: Good?, expect: {contains: yes}}\n- {id: bad, ask: Bad?, expect: {contains: yes, source: X}}\n\
         - {id: flaky, ask: Flaky?, expect: {contains: yes}}\n- {id: broken, ask: Broken?, expect: {contains: yes}}\n\
         - {id: late, ask: Late?, expect: {contains: yes}}\n",
    );
    let twin = Scripted::new([
        ("Bad?", vec![Reply::Says(HOSTILE)]),
        ("Flaky?", vec![Reply::Says("No."), Reply::Says("Yes.")]),
        ("Broken?", vec![Reply::Status(500)]),
        ("Late?", vec![Reply::Stops]),
    ]);
    Eval::new(&twin).concurrency(1).retries(1).run(&suite).await
}

/// Retries come after the first round, which here ends before them.
async fn with_retries() -> Report {
    let twin = Scripted::new([("Flaky?", vec![Reply::Says("No."), Reply::Says("Yes.")])]);
    let text = "cases:\n- {id: flaky, ask: Flaky?, expect: {contains: yes}}\n- {id: good, ask: Good?, expect: {contains: yes}}\n";
    Eval::new(&twin).retries(1).run(&suite(text)).await
}

#[tokio::test]
async fn junit_is_read_by_a_parser_nobody_here_wrote() {
    let report = one_of_each().await;
    let xml = report.to_junit();
    let junit = Junit::deserialize_from_str(&xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    let name = junit.name.as_ref().map(quick_junit::XmlString::as_str);
    assert_eq!((name, junit.tests, junit.failures, junit.errors), (Some("twin eval"), 5, 2, 1));
    let [suite] = junit.test_suites.as_slice() else { panic!("{xml}") };
    assert_eq!((suite.name.as_str(), suite.tests), ("handbook.yaml", 5));
    let statuses: Vec<&TestCaseStatus> = suite.test_cases.iter().map(|case| &case.status).collect();
    assert!(
        matches!(
            statuses.as_slice(),
            [
                TestCaseStatus::Success { .. },
                TestCaseStatus::NonSuccess { .. },
                TestCaseStatus::NonSuccess { .. },
                TestCaseStatus::NonSuccess { .. },
                TestCaseStatus::Skipped { .. }
            ]
        ),
        "{statuses:#?}"
    );
    let TestCaseStatus::NonSuccess { message, .. } = statuses[1] else { unreachable!() };
    assert!(message.as_ref().unwrap().as_str().starts_with("source: expected X, got Policy"), "{message:?}");
}

#[tokio::test]
async fn a_flaky_case_is_a_failure_of_its_own_type() {
    let report = with_retries().await;
    assert_eq!(report.tally(), "1 passed, 1 flaky");
    assert!(report.to_junit().contains("type=\"flaky\""), "{}", report.to_junit());
    assert!(report.to_markdown("").contains("| flaky | flaky | contains | yes | No. |"));
}

#[tokio::test]
async fn the_summary_shows_expected_beside_got_and_nothing_in_it_is_markup() {
    let markdown = one_of_each().await.to_markdown("1 case does not pass");
    assert!(
        markdown.starts_with("## ❌ twin eval: 1 passed, 2 failed, 1 not answered, 1 not asked\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| bad | failed | source | X | Policy |\n|  |  | contains | yes | "),
        "{markdown}"
    );
    assert!(markdown.contains("<details><summary>bad · handbook.yaml&#58;3</summary>"), "{markdown}");
    assert!(markdown.contains("\n````text\n") || markdown.contains("\n```text\n"), "{markdown}");
    let table: String = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(!table.contains("<script>") && !table.contains("@team") && !table.contains("![x]"), "{table}");
    assert!(!markdown.contains(['\u{1b}', '\u{202e}', '\0']), "{markdown}");
}

#[tokio::test]
async fn json_tells_what_failed_of_which_line() {
    let report = one_of_each().await;
    let bad = serde_json::to_value(&report.cases[1]).unwrap();
    assert_eq!((bad["status"].as_str(), bad["line"].as_u64()), (Some("failed"), Some(3)));
    assert_eq!(bad["failures"][0]["expectation"], "source");
    assert_eq!(bad["answer"]["sources"][0], "Policy");
}

async fn report_of(statuses: &[(String, bool)]) -> Report {
    let cases =
        statuses.iter().map(|(id, passes)| Case::new(id).id(id).contains(if *passes { "yes" } else { "no" }));
    Eval::new(Scripted::default()).run(&Suite::new(cases)).await
}

#[tokio::test]
async fn a_baseline_accepts_what_failed_and_tells_what_got_worse() {
    let all = |passes: [bool; 4]| {
        ["c", "a", "d", "b"].into_iter().map(String::from).zip(passes).collect::<Vec<_>>()
    };
    let mut baseline = Baseline::default();
    baseline.bless(&report_of(&all([true, false, true, false])).await, true);
    let text = baseline.to_string();
    assert_eq!(
        text,
        "{\"schema\": 1, \"cases\": [\n{\"id\": \"a\", \"status\": \"failed\"},\n{\"id\": \"b\", \"status\": \"failed\"},\n\
         {\"id\": \"c\", \"status\": \"passed\"},\n{\"id\": \"d\", \"status\": \"passed\"}\n]}\n"
    );
    let baseline = Baseline::parse(&text).unwrap();
    let worse = |report: &Report| {
        baseline.regressions(report).iter().map(|found| found.outcome.case.id.clone()).collect::<Vec<_>>()
    };
    assert!(worse(&report_of(&all([true, false, true, true])).await).is_empty(), "better is no regression");
    assert_eq!(worse(&report_of(&all([true, false, false, false])).await), ["d"]);
    assert_eq!(worse(&report_of(&[("new".to_owned(), false)]).await), ["new"], "a new case must pass");
    assert!(Baseline::parse("{\"schema\": 2, \"cases\": []}").unwrap_err().contains("schema 2"));
}

proptest! {
    #[test]
    fn a_blessed_report_has_no_regressions_and_the_file_reads_back(
        statuses in prop::collection::btree_map("[a-z\" é]{1,8}", any::<bool>(), 1..12),
        before in prop::collection::btree_map("[a-z\" é]{1,8}", any::<bool>(), 1..12),
        whole: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let report = |cases: std::collections::BTreeMap<String, bool>| {
            runtime.block_on(report_of(&cases.into_iter().collect::<Vec<_>>()))
        };
        let (old, new) = (report(before), report(statuses));
        let mut baseline = Baseline::default();
        baseline.bless(&old, true);
        baseline.bless(&new, whole);
        prop_assert!(baseline.regressions(&new).is_empty());
        prop_assert_eq!(&Baseline::parse(&baseline.to_string()).unwrap(), &baseline);
        let ids = baseline.to_string().lines().count() - 2;
        prop_assert_eq!(!whole || ids == new.cases.len(), true);
    }

    #[test]
    fn no_answer_breaks_the_xml(text in any::<String>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let case = Case::new(&text).id(&text).contains(&text).not_contains("Yes").source(text.clone());
        let report = runtime.block_on(Eval::new(Scripted::default()).run(&Suite::new([case])));
        prop_assert_eq!(report.cases[0].status, Status::Failed);
        let xml = report.to_junit();
        prop_assert!(Junit::deserialize_from_str(&xml).is_ok(), "{}", xml);
    }
}
