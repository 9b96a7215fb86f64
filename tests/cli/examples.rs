//! Every example of the help and of the README does what it says: each is read by the command line, and run by
//! a shell.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::{CommandFactory, Parser};
use serde_json::json;
use twin_cli::args::Cli;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Bench, Home, Ran};

/// What an example ends with that does not end with 0: no one is there to ask, no such place, no state yet.
const OTHERWISE: [(&str, i32); 16] = [
    ("twin --local escalations triage", 2),
    ("twin login", 2),
    ("twin login --profile staging --base-url https://staging.twin.example", 2),
    ("twin kb delete doc_abc123", 2),
    ("twin kb state show", 2),
    ("twin kb state show --state drive.lock.json --json", 2),
    ("twin kb state forget 'notion:6d2c1f7a9b3e4f508a7c6d5e4f3a2b1c'", 2),
    ("twin kb state forget --all --yes", 2),
    ("twin escalations triage", 2),
    ("twin escalations answer esc_xyz789", 2),
    ("EDITOR='code --wait' twin escalations answer esc_xyz789", 2),
    ("EDITOR='code --wait' twin escalations triage", 2),
    ("twin webhook verify body.json --signature sha256=8d5a… --secret-file secret.txt", 12),
    ("twin webhook trigger --to http://localhost:4242", 7),
    ("twin webhook trigger --to http://localhost:4242 --secret-file secret.txt", 7),
    ("twin webhook trigger --to https://hooks.example.com/twin --question 'May I?' --confidence 0.1", 7),
];

/// Each command of the tree with its help.
fn helps(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    found.push((path.to_owned(), help));
    for sub in command.get_subcommands() {
        helps(sub, &format!("{path} {}", sub.get_name()), found);
    }
}

fn all_helps() -> Vec<(String, String)> {
    let mut found = Vec::new();
    helps(&Cli::command(), "twin", &mut found);
    found
}

fn examples() -> Vec<String> {
    let of_help = |help: &str| {
        let part = help.split("\n\n").find_map(|part| part.strip_prefix("Examples:\n")).unwrap_or_default();
        part.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let mut examples: Vec<String> = all_helps().iter().flat_map(|(_, help)| of_help(help)).collect();
    let readme = std::fs::read_to_string(format!("{}/../README.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.replace("cargo run -p twin-cli --", "twin"));
    examples.extend(lines.filter(|line| line.starts_with("twin ")));
    examples.dedup();
    examples
}

#[test]
fn every_commands_help_has_an_example_and_its_exit_codes() {
    for (path, help) in all_helps() {
        assert!(help.contains("Examples:\n  ") && help.contains("\n\nExit codes:\n  "), "{path}: {help}");
        assert!(help.contains(&path), "{path}: {help}");
    }
}

/// The words of each `twin` in a shell line, as the shell takes them apart.
fn command_lines(example: &str) -> Vec<Vec<String>> {
    let home = furnished();
    let twin = home.path().join("bin/twin");
    std::fs::remove_file(&twin).unwrap();
    let log = home.path().join("log");
    // One write a line: both ends of a pipe write to the log.
    let note =
        format!("line=$(printf '%s\\037' twin \"$@\"); printf '%s\\n' \"$line\" >> '{}'", log.display());
    program(&twin, &note);
    shell(example, &home).output().unwrap();
    let words = |line: &str| line.split_terminator('\u{1f}').map(str::to_owned).collect();
    std::fs::read_to_string(log).unwrap_or_default().lines().map(words).collect()
}

#[test]
fn every_example_is_a_line_that_twin_understands() {
    let examples = examples();
    assert!(examples.len() > 40, "{examples:#?}");
    for example in examples {
        let lines = command_lines(&example);
        assert!(!lines.is_empty(), "{example}");
        for line in lines {
            if let Err(error) = Cli::try_parse_from(&line) {
                panic!("{example}: {error}");
            }
        }
    }
}

fn program(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Programs that examples use beside `twin`, and which need not be there.
fn stand_ins(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    let body = format!("{}/../fixtures/webhook/escalation-created.body", env!("CARGO_MANIFEST_DIR"));
    for (name, script) in [
        ("jq", "cat > /dev/null"),
        ("git", "echo A change"),
        ("curl", &format!("cat '{body}'")),
        ("man", ":"),
    ] {
        program(&dir.join(name), script);
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_twin"), dir.join("twin")).unwrap();
}

/// A home with the files the examples name.
fn furnished() -> Home {
    let home = Home::new();
    let fixtures = format!("{}/../fixtures", env!("CARGO_MANIFEST_DIR"));
    let copy = |from: &str, to: &str| home.write(to, std::fs::read(format!("{fixtures}/{from}")).unwrap());
    for name in ["handbook.zip", "fixtures/handbook.zip"] {
        copy("handbook.zip", name);
    }
    copy("handbook.eval.yaml", "handbook.eval.yaml");
    for name in ["export.zip", "Export-3f2a.zip"] {
        copy("exports/notion-flat-2024.zip", name);
    }
    for part in ["001", "002"] {
        copy(&format!("exports/takeout-20260302T093000Z-{part}.zip"), &format!("takeout-{part}.zip"));
    }
    home.write("drive/leave.md", "# Leave\n\n25 days.");
    home.write("leave.md", "# Leave\n\n25 days.");
    copy("office/minutes.docx", "expenses.docx");
    copy("webhook/escalation-created.body", "body.json");
    copy("webhook/secret.txt", "secret.txt");
    home.write("key.txt", twin_reference::DEFAULT_KEY);
    for dir in [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"] {
        std::fs::create_dir_all(home.path().join(dir)).unwrap();
    }
    stand_ins(&home.path().join("bin"));
    home
}

/// The example in a shell, in this home.
fn shell(example: &str, home: &Home) -> Command {
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", example]).env_clear().current_dir(home.path()).stdin(Stdio::null());
    command.env("HOME", home.path()).env("PATH", format!("{}:{path}", home.path().join("bin").display()));
    command
}

fn run(example: &str, bench: &Bench) -> Ran {
    let home = furnished();
    let signature =
        format!("{}/../fixtures/webhook/escalation-created.signature", env!("CARGO_MANIFEST_DIR"));
    let mut command = shell(example, &home);
    command.env("TWIN_BASE_URL", bench.running.url()).env("TWIN_API_KEY", bench.running.key());
    command.env("TWIN_WEBHOOK_SECRET", "whsec_test_0123456789abcdef");
    command.env("signature", std::fs::read_to_string(signature).unwrap().trim());
    // No example reaches the network.
    command.env("HTTPS_PROXY", "http://127.0.0.1:9");
    Ran::new(command.output().unwrap())
}

/// An empty twin that has the document and the escalation the examples name.
async fn bench() -> Bench {
    let bench = Bench::of(twin_reference::Reference::new().no_rate_limit()).await;
    let document = json!({"doc": {
        "id": "doc_abc123", "title": "T", "type": "policy", "content": "text", "source": "manual", "hits": 1,
        "createdAt": "2026-03-01T10:00:00Z"
    }});
    let escalation = json!({
        "id": "esc_xyz789", "question": "May I?", "askedBy": "Jordan M.", "confidence": 0.22, "reason": "No",
        "status": "open", "createdAt": "2026-03-14T10:32:00Z", "resolvedAt": null
    });
    for (verb, place, body) in [
        ("GET", "/v1/escalations", json!({"escalations": [escalation], "total": 1})),
        ("GET", "/v1/kb/doc_abc123", document),
        ("DELETE", "/v1/kb/doc_abc123", json!({"deleted": true})),
        ("PATCH", "/v1/escalations/esc_xyz789", json!({})),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        let mock = Mock::given(method(verb)).and(path(place)).respond_with(answer);
        mock.mount(bench.running.mock_server()).await;
    }
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let runs_for_ever = |example: &str| example.contains("twin serve") || example.contains("webhook listen");
    for example in examples().iter().filter(|example| !runs_for_ever(example)) {
        let bare = example.split("  #").next().unwrap_or_default().trim();
        let expected = OTHERWISE.iter().find(|(line, _)| *line == bare).map_or(0, |(_, code)| *code);
        let ran = run(example, &bench().await);
        assert_eq!(ran.code, Some(expected), "{example}\n{ran:#?}");
    }
}
