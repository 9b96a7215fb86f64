//! What each command prints: to a person, into a pipe, and as JSON. To take over a change that is meant:
//! `INSTA_UPDATE=always cargo test -p twin-cli --test cli snapshots`.

use std::fmt::Write;
use std::sync::Arc;

use twin_reference::{ManualClock, Reference};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Bench, Home, KNOWN, Ran, UNKNOWN, documents};
use crate::terminal::Terminal;

const SECRET: &str = "whsec_test_0123456789abcdef";

/// A twin that always stands at the same point.
async fn bench() -> Bench {
    let clock = ManualClock::at("2024-03-14T10:32:00Z".parse().unwrap());
    let reference = Reference::new().key("twin_live_sk_0123456789abcdef").clock(Arc::new(clock));
    let bench = Bench::of(reference.documents(documents())).await;
    bench.twin(["ask", UNKNOWN, "--as", "Jordan M."]).run().exits(0);
    let fixtures = format!("{}/../fixtures/webhook", env!("CARGO_MANIFEST_DIR"));
    bench.home.write("body.json", std::fs::read(format!("{fixtures}/escalation-created.body")).unwrap());
    bench.home.write("leave.md", "# Parental leave\n\nSixteen weeks.\n");
    bench
        .home
        .write(".config/twin/config.toml", "[profiles.default]\napi_key_command = \"pass show twin\"\n");
    bench
}

/// The words of the line, with ids of this twin where they are asked for.
fn filled(bench: &Bench, line: &[&str]) -> Vec<String> {
    let first = |list: [&str; 2]| {
        let rows = bench.twin(list).run().exits(0).stdout;
        rows.split('\t').next().unwrap().to_owned()
    };
    let word = |word: &&str| match *word {
        "DOC" => first(["kb", "list"]),
        "ESC" => first(["escalations", "list"]),
        other => other.to_owned(),
    };
    line.iter().map(word).collect()
}

/// One command in its three forms, each on a twin of its own.
async fn forms(line: &[&str]) -> String {
    let mut text = format!("$ twin {}\n", line.join(" "));
    for (form, flags) in [("terminal", [].as_slice()), ("pipe", &[]), ("--json", &["--json"])] {
        let bench = bench().await;
        let words = filled(&bench, line);
        let twin = bench.twin(words.iter().map(String::as_str).chain(flags.iter().copied()));
        let twin = twin.env("TWIN_WEBHOOK_SECRET", SECRET);
        let _ = match form {
            "terminal" => {
                let (screen, code) = Terminal::start(twin, 80).looks();
                writeln!(text, "\n=== {form}: {code}\n{screen}")
            }
            _ => {
                let Ran { stdout, stderr, code } = twin.run();
                let stderr = if stderr.is_empty() { stderr } else { format!("--- stderr\n{stderr}") };
                writeln!(text, "\n=== {form}: {}\n{stdout}{stderr}", code.unwrap())
            }
        };
        text = text
            .replace(bench.home.path().to_str().unwrap(), "~")
            .replace(bench.running.url(), "http://twin");
    }
    text
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, instead) in [
        (r"doc_[0-9a-z]{16}", "doc_0123456789abcdef"),
        (r"esc_[0-9a-z]{16}", "esc_0123456789abcdef"),
        (r"esc_sample_[0-9a-f]+", "esc_sample_x"),
        (r"20\d\d-\d\d-\d\dT[0-9:]+\.\d+Z", "<now>"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
        (r"sha256=[0-9a-f]{64}", "sha256=<hex>"),
        (r"\d+ms", "<ms>"),
        (r#"("elapsedMs":|"resetsInSeconds":|for the next )\d+"#, "$1<n>"),
    ] {
        settings.add_filter(pattern, instead);
    }
    settings
}

/// The commands, each with the name of its snapshot.
const COMMANDS: [(&str, &[&str]); 23] = [
    ("ask", &["ask", KNOWN]),
    ("ask-escalated", &["ask", UNKNOWN, "--fail-on-escalate"]),
    ("kb-list", &["kb", "list"]),
    ("kb-list-cut", &["kb", "list", "--limit", "2"]),
    ("kb-get", &["kb", "get", "DOC"]),
    ("kb-get-unknown", &["kb", "get", "doc_none"]),
    ("kb-add", &["kb", "add", "leave.md", "--type", "policy"]),
    ("kb-delete", &["kb", "delete", "--yes", "DOC", "doc_none"]),
    ("kb-export", &["kb", "export", "backup"]),
    ("escalations-list", &["escalations", "list"]),
    ("escalations-resolve", &["escalations", "resolve", "ESC"]),
    ("stats", &["stats"]),
    ("webhook-verify", &["webhook", "verify", "body.json", "--signature", RIGHT]),
    ("webhook-verify-refused", &["webhook", "verify", "leave.md", "--signature", RIGHT]),
    ("whoami", &["whoami"]),
    ("login-asked-nothing", &["login", "--no-input"]),
    ("logout", &["logout"]),
    ("config-path", &["config", "path"]),
    ("config-list", &["config", "list"]),
    ("config-get", &["config", "get", "api_key_command"]),
    ("config-set", &["config", "set", "base_url", "https://twin.example"]),
    ("help-exit-codes", &["help", "exit-codes"]),
    ("help-environment", &["help", "environment"]),
];

const RIGHT: &str = "sha256=9376e9249369e7452019e25c9f5fffeab50b293b7f4eb1e76d7bd96da6e7d230";

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_what_it_did_before() {
    for (name, line) in COMMANDS {
        let text = forms(line).await;
        settings().bind(|| insta::assert_snapshot!(name, text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_event_prints_what_it_did_before() {
    let target = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&target).await;
    let text = forms(&["webhook", "trigger", "--to", &target.uri()]).await;
    settings().bind(|| insta::assert_snapshot!("webhook-trigger", text));
}

#[test]
fn without_a_key_it_prints_what_it_did_before() {
    let home = Home::new();
    let (screen, code) = Terminal::start(home.twin(["ask", KNOWN]), 60).looks();
    let piped = home.twin(["ask", KNOWN]).run();
    let json = home.twin(["ask", KNOWN, "--json"]).run();
    let text = format!("{code}\n{screen}\n\n=== pipe\n{}\n=== --json\n{}", piped.stderr, json.stderr);
    settings().bind(|| insta::assert_snapshot!("no-key", text));
}
