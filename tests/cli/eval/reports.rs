//! What `twin eval` writes for other programs: JUnit, summaries.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn junit_and_summary_are_written_whatever_the_result() {
    let bench = Bench::start().await;
    bench.home.write("checks.yaml", checks());
    let line = ["eval", "checks.yaml", "--junit", "eval.xml", "--summary", "eval.md"];
    bench.twin(line).run().exits(13);
    let read = |name: &str| std::fs::read_to_string(bench.home.path().join(name)).unwrap();
    assert!(
        read("eval.xml").contains("<testsuite name=\"checks.yaml\" tests=\"3\" failures=\"1\""),
        "{}",
        read("eval.xml")
    );
    assert!(read("eval.md").contains("| wrong | failed | source | On-call | Leave |"), "{}", read("eval.md"));
    assert!(
        !read("eval.xml").contains(bench.running.key()) && !read("eval.md").contains(bench.running.key())
    );
    let before = asks(&bench);
    bench.twin(["eval", "checks.yaml", "--cache", "off", "--junit", "no/such/eval.xml"]).run().exits(2);
    assert_eq!(asks(&bench), before, "it is known before anything is paid for");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_github_actions_the_summary_of_the_job_is_added_to() {
    let bench = Bench::start().await;
    bench.home.write("good.yaml", good());
    let job = bench.home.write("job.md", "before\n");
    let twin = || bench.twin(["eval", "good.yaml"]).env("GITHUB_STEP_SUMMARY", &job);
    twin().run().exits(0);
    assert_eq!(std::fs::read_to_string(&job).unwrap(), "before\n");
    twin().env("GITHUB_ACTIONS", "true").run().exits(0);
    let summary = std::fs::read_to_string(&job).unwrap();
    assert!(summary.starts_with("before\n## ✅ twin eval: 2 passed\n"), "{summary}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_takes_nothing_from_the_result() {
    let bench = Bench::start().await;
    bench.home.write("good.yaml", good());
    std::os::unix::fs::symlink("/dev/full", bench.home.path().join("eval.xml")).unwrap();
    let ran = bench.twin(["eval", "good.yaml", "--json", "--junit", "eval.xml"]).run().exits(1);
    assert_eq!(ran.json()["passed"], 2, "{ran:#?}");
    assert!(ran.json_error()["message"].as_str().unwrap().starts_with("cannot write eval.xml"), "{ran:#?}");
    for flag in ["--junit", "--summary"] {
        let ran = bench.twin(["eval", "good.yaml", flag, "-"]).run().exits(2);
        assert!(ran.stderr.contains("standard output") && !bench.home.path().join("-").exists(), "{ran:#?}");
    }
}
