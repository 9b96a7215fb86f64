//! Pipes, signals, colour, and what goes to which stream.

use std::process::Stdio;
use std::time::Duration;

use twin_reference::{Fault, Reference, Seed};

use crate::support::{Bench, Home, KNOWN, UNKNOWN};

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_ends_the_command_quietly() {
    let text = "All work and no play. ".repeat(20_000);
    let bench = Bench::of(Reference::new().document(Seed::new("Long", text))).await;
    let id = bench.twin(["kb", "list"]).run().exits(0).stdout.split('\t').next().unwrap().to_owned();
    for flags in [[].as_slice(), &["--json"]] {
        let mut child = bench.twin(["kb", "get", &id].iter().chain(flags)).spawn();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_one_reads_the_result_what_failed_is_told_all_the_same() {
    let bench = Bench::start().await;
    let unread = |line: &[&str]| {
        let mut child = bench.twin(line).spawn();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let known = bench.twin(["kb", "list"]).run().exits(0).stdout;
    let known = known.split('\t').next().unwrap();
    let (code, told) = unread(&["kb", "delete", "doc_none", known, "--yes"]);
    assert!(code == 3 && told.contains("error: 1 of 2 documents could not be deleted"), "{code} {told}");
    let (code, told) = unread(&["ask", UNKNOWN, "--fail-on-escalate"]);
    assert_eq!((code, told.as_str()), (10, ""));
    assert_eq!(unread(&["kb", "list"]), (0, String::new()));
    let (code, told) = unread(&["kb", "get", "doc_none"]);
    assert!(code == 5 && told.starts_with("error: "), "{code} {told}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_cannot_be_written_hides_no_other_failure() {
    let bench = Bench::start().await;
    let mut twin = bench.twin(["kb", "delete", "doc_none", "doc_other", "--yes"]);
    twin.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let ran = twin.run();
    assert!(ran.stderr.contains("could not be deleted"), "{ran:#?}");
    assert!(ran.code == Some(3), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_an_error() {
    let bench = Bench::start().await;
    let mut twin = bench.twin(["stats"]);
    twin.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let ran = twin.run().exits(1);
    assert!(ran.stderr.contains("error: cannot write to standard output"), "{ran:#?}");

    let mut twin = bench.twin(["--version"]);
    twin.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let ran = twin.run().exits(1);
    assert!(ran.stderr.contains("error: cannot write to standard output"), "{ran:#?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_command_with_its_code() {
    let bench = Bench::start().await;
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        bench.running.fault(Fault::slow(Duration::from_secs(60)));
        let before = bench.requests().len();
        let child = bench.twin(["ask", KNOWN]).spawn();
        while bench.requests().len() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let id = child.id().to_string();
        std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), b"".as_slice()));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn printing_that_no_one_reads_hears_a_signal() {
    use std::io::Read;
    let text = "All work and no play. ".repeat(20_000);
    let bench = Bench::of(Reference::new().document(Seed::new("Long", text))).await;
    let id = bench.twin(["kb", "list"]).run().exits(0).stdout.split('\t').next().unwrap().to_owned();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = bench.twin(["kb", "get", &id]).spawn();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap(); // it has begun to print
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        drop(stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_rate_limit_is_told() {
    let bench = Bench::start().await;
    bench.running.fault(Fault::rate_limited(1));
    let ran = bench.twin(["ask", KNOWN]).run().exits(0);
    assert_eq!(ran.stderr, "rate limit: 1 s\n");
    for quiet in ["--json", "-q", "--no-progress"] {
        bench.running.fault(Fault::rate_limited(1));
        assert_eq!(bench.twin(["ask", KNOWN, quiet]).run().exits(0).stderr, "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_waits_for_standard_input_hears_a_signal() {
    let home = Home::new();
    let mut twin = home.twin(["--local", "ask", "-"]);
    let mut child = twin.command().stdin(Stdio::piped()).spawn().unwrap();
    let open = child.stdin.take();
    let id = child.id().to_string();
    while !catches_interrupts(&id) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(open);
}

/// Whether the process has its signal handler in place.
#[cfg(target_os = "linux")]
fn catches_interrupts(id: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
    u64::from_str_radix(caught, 16).unwrap() & (1 << (2 - 1)) != 0
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_read_only_where_a_dash_asks_for_it() {
    let bench = Bench::start().await;
    let mut twin = bench.twin(["ask", KNOWN]);
    let mut child = twin.command().stdin(Stdio::piped()).spawn().unwrap();
    let open = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(open);
}

#[test]
fn standard_input_is_for_one_argument() {
    for line in [
        ["ask", "-"].as_slice(),
        &["kb", "add", "-"],
        &["kb", "delete", "-", "--yes"],
        &["kb", "sync", "-", "--prune", "--yes", "--allow-empty"],
        &["kb", "import", "-"],
        &["escalations", "resolve", "-"],
        &["chat"],
        &["mcp"],
        &["serve", "--webhook-url", "http://127.0.0.1:9/", "--webhook-secret-file", "-"],
    ] {
        let home = Home::new();
        let ran = home.twin(line.iter().chain(&["--api-key-file", "-"])).run().exits(2);
        assert!(ran.stderr.contains("standard input cannot be used for two arguments"), "{ran:?}");
    }
}

#[test]
fn a_body_and_its_secret_do_not_both_come_from_standard_input() {
    let line = ["webhook", "verify", "-", "--signature", "sha256=00", "--secret-file", "-"];
    let ran = Home::new().twin(line).run().exits(2);
    assert!(ran.stderr.contains("standard input cannot be used for two arguments"), "{ran:?}");
}

#[test]
fn a_dash_is_no_file_to_write() {
    for line in [
        ["serve", "--record", "-"].as_slice(),
        &["eval", "questions.yaml", "--cache", "-"],
        &["eval", "questions.yaml", "--junit", "-"],
        &["kb", "sync", "wiki", "--report", "-"],
    ] {
        let ran = Home::new().twin(line).run().exits(2);
        assert!(ran.stderr.contains("standard output is taken"), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_off_a_terminal_comes_only_where_it_is_asked_for() {
    let bench = Bench::start().await;
    let plain = |ran: crate::support::Ran| !ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}');
    assert!(plain(bench.twin(["ask", UNKNOWN]).run().exits(0)));
    assert!(!plain(bench.twin(["ask", UNKNOWN, "--color", "always"]).run().exits(0)));
    assert!(!plain(bench.twin(["ask", UNKNOWN]).env("CLICOLOR_FORCE", "1").run().exits(0)));
    assert!(plain(bench.twin(["ask", UNKNOWN]).env("CLICOLOR_FORCE", "").run().exits(0)));
    let both = bench.twin(["ask", UNKNOWN]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    assert!(plain(both.run().exits(0)));
    assert!(plain(bench.twin(["--help"]).run().exits(0)));
    assert!(!plain(bench.twin(["--help", "--color", "always"]).run().exits(0)));
    assert!(!plain(bench.twin(["asc", "--color=always"]).run().exits(2)));
}
