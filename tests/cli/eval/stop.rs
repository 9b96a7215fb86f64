//! Runs of `twin eval` that are ended, and the next ones, which go on.

use super::*;

/// The server is slow enough that the run is under way when it is killed.
async fn slow_bench(count: usize) -> Bench {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(count));
    bench.running.fault(Fault::slow(Duration::from_millis(500)).on("POST", "/v1/twin").times(10_000));
    bench
}

fn wait_for_asks(bench: &Bench, count: usize) {
    let begun = Instant::now();
    while asks(bench) < count {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is asked");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_end_is_gone_on_with_and_nothing_is_asked_twice() {
    for (signal, code) in [(rustix::process::Signal::TERM, 143), (rustix::process::Signal::INT, 130)] {
        let bench = slow_bench(40).await;
        let mut child = bench.twin(["eval", "many.yaml", "--json"]).spawn();
        wait_for_asks(&bench, 9);
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        let mut text = String::new();
        child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(status.code(), Some(code), "{text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert!(document["unasked"].as_u64().unwrap() > 0, "{document:#}");
        bench.running.clear_faults();
        bench.twin(["eval", "many.yaml"]).run().exits(0);
        assert_eq!(asks(&bench), 40, "each question once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_gone_on_with_and_no_answer_it_had_is_asked_for_again() {
    let bench = slow_bench(40).await;
    let mut child = bench.twin(["eval", "many.yaml", "--cache", "c.jsonl"]).spawn();
    wait_for_asks(&bench, 9);
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = std::fs::read_to_string(bench.home.path().join("c.jsonl")).unwrap().lines().count();
    assert!(kept > 0, "answers are kept as they come");
    bench.running.clear_faults();
    let ran = bench.twin(["eval", "many.yaml", "--cache", "c.jsonl", "--json"]).run().exits(0);
    assert_eq!(
        (&ran.json()["fromCache"], &ran.json()["asked"]),
        (&json!(kept), &json!(40 - kept)),
        "{ran:#?}"
    );
    let asked = asks(&bench);
    assert!(
        (40..=44).contains(&asked),
        "only what was at the server when it was killed is asked again: {asked}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cache_no_run_is_said_to_go_on() {
    let bench = Bench::of(Reference::new().documents(documents()).no_rate_limit()).await;
    bench.home.write("many.yaml", many(4));
    bench.running.fault(Fault::fails(500, 1).on("POST", "/v1/twin"));
    for more in [[].as_slice(), &["--max-asks", "2"]] {
        let line = ["eval", "many.yaml", "--cache", "off", "--json"];
        let error = bench.twin(line.iter().chain(more)).run().exits(3).json_error();
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("with --cache off the next run asks every question again"), "{error:#}");
    }
    let before = asks(&bench);
    bench.twin(["eval", "many.yaml", "--cache", "off"]).run().exits(0);
    assert_eq!(asks(&bench) - before, 4, "which is true");
}
