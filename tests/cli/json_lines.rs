//! Documents as JSON Lines on standard input: any program can feed the sync.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Bench, Home};
use crate::wiki::assert_counts;

fn dry_run(home: &Home, lines: impl AsRef<[u8]>) -> Value {
    let line = ["kb", "sync", "-", "--dry-run", "--json", "--local", "--local-data", ":memory:"];
    home.twin(line).with_stdin(lines).exits(0).json()
}

/// The keys that would be created.
fn keys(report: &Value) -> Vec<&str> {
    report["actions"].as_array().unwrap().iter().map(|action| action["key"].as_str().unwrap()).collect()
}

#[test]
fn lines_are_read_whatever_a_program_makes_of_their_ends_and_beginnings() {
    let home = Home::new();
    let one = r#"{"key": "a", "title": "A", "content": "One."}"#;
    let two = r#"{"key": 2, "title": "B", "content": "Two.", "extra": {"x": [1]}}"#;
    for lines in [
        format!("{one}\n{two}\n"),
        format!("{one}\n{two}"),
        format!("\u{FEFF}{one}\r\n\r\n{two}\r\n"),
        format!("\n\n  {one}  \n\t\n{two}\n\n"),
    ] {
        let report = dry_run(&home, &lines);
        assert_eq!(
            (keys(&report), &report["skipped"]),
            (vec!["jsonl:a", "jsonl:2"], &json!([])),
            "{lines:?}"
        );
    }
}

#[test]
fn a_line_that_is_no_document_is_named_with_its_number() {
    let home = Home::new();
    let lines: Vec<Vec<u8>> = vec![
        br#"{"key": "a", "title": "A", "content": "One."}"#.to_vec(),
        b"not json".to_vec(),
        br#"{"key": "b", "content": "no title"}"#.to_vec(),
        br#"{"title": "no key", "content": "x"}"#.to_vec(),
        br#"{"key": "c", "title": "C"}"#.to_vec(),
        br#"{"key": " ", "title": "C", "content": "x"}"#.to_vec(),
        br#"{"key": "d", "title": "D", "content": "x", "type": "memo"}"#.to_vec(),
        br#"{"key": "a", "title": "A", "content": "Twice."}"#.to_vec(),
        b"\x00\x01\xFF\xFE\x80".to_vec(),
        br#"[{"key": "e", "title": "E", "content": "x"}]"#.to_vec(),
        br#"{"key": "f", "title": "F", "content": null}"#.to_vec(),
        br#"{"key": "g", "title": "G", "content": " "}"#.to_vec(),
        format!(r#"{{"key": "h", "title": "H", "content": "{}"}}"#, "x".repeat(200_000)).into_bytes(),
    ];
    let report = dry_run(&home, lines.join(&b'\n'));
    assert_eq!(keys(&report), ["jsonl:a", "jsonl:h"]);
    assert_eq!(report["actions"][1]["parts"], json!(4));
    let skipped = report["skipped"].as_array().unwrap().iter();
    let skipped: Vec<String> = skipped
        .map(|one| format!("{} {}", one["path"].as_str().unwrap(), one["reason"].as_str().unwrap()))
        .collect();
    let unreadable = |line: usize| format!("-:{line} unreadable");
    let mut expected: Vec<String> = (2..=11).filter(|line| *line != 8).map(unreadable).collect();
    expected.insert(6, "-:8 duplicate of jsonl:a".to_owned());
    expected.push("-:12 no text".to_owned());
    assert_eq!(skipped, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_a_line_cannot_be_read() {
    let bench = Bench::of(twin_reference::Reference::new().no_rate_limit()).await;
    let sync = |lines: &str| {
        let line = ["kb", "sync", "-", "--prune", "--yes", "--init", "--json", "--max-delete", "100%"];
        bench.twin(line).with_stdin(lines).exits(0)
    };
    let (a, b) =
        (r#"{"key": "a", "title": "A", "content": "1"}"#, r#"{"key": "b", "title": "B", "content": "2"}"#);
    assert_counts(&sync(&format!("{a}\n{b}\n")), &[("created", 2)]);
    let ran = sync(&format!("{a}\n{{\n"));
    assert_counts(&ran, &[("unchanged", 1), ("kept", 1)]);
    assert!(ran.stderr.contains("warning: cannot read line 2 of -"), "{ran:#?}");
    assert_counts(&sync(&format!("{a}\n")), &[("pruned", 1), ("unchanged", 1)]);
    let line = ["kb", "sync", "-", "--prune", "--yes"];
    let ran = bench.twin(line).with_stdin(format!("{a}\n{{\n")).exits(0);
    assert!(ran.stderr.contains("warning: cannot read line 2 of -"), "{ran:#?}");
    // An exporter that failed says nothing at all: that is no reason to delete everything.
    let line = ["kb", "sync", "-", "--prune", "--yes", "--json"];
    bench.twin(line).with_stdin("").exits(11);
    let file = bench.home.write("documents.ndjson", format!("{b}\n"));
    let ran = bench.twin(["kb", "import", file.to_str().unwrap(), "--json"]).run().exits(0);
    assert_counts(&ran, &[("created", 1), ("kept", 1)]);
}

/// The three exporters of the page run as they stand there.
#[cfg(unix)]
#[test]
fn the_exporters_of_the_page_do_what_it_says() {
    let is_there = |program: &str| {
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|folder| folder.join(program).exists())
    };
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/json-lines.md")).unwrap();
    let scripts: Vec<&str> =
        page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(scripts.len(), 3);
    let home = Home::new();
    home.write(
        "twin",
        format!(
            "#!/bin/sh\nexec '{}' \"$@\" --dry-run --json --local --local-data :memory:\n",
            env!("CARGO_BIN_EXE_twin")
        ),
    );
    let dump = json!({"articles": [
        {"id": 35001, "title": "Keys", "html_url": "https://x.example/1", "draft": false, "body": "<p>At the <b>desk</b> &amp; gate.</p>"},
        {"id": 35002, "title": "Draft", "html_url": "https://x.example/2", "draft": true, "body": "<p>zz</p>"},
        {"id": 35003, "title": "Bare", "html_url": "https://x.example/3", "draft": false, "body": null},
    ], "next_page": null});
    home.write("curl", format!("#!/bin/sh\ncat <<'EOF'\n{dump}\nEOF\n"));
    home.write("docs/exits.rst", "Exits\n=====\n\nLeave by *exit B*.\n");
    home.write("docs/deep/o'key \"s.rst", "Keys\n====\n\nAt the desk.\n");
    for (script, needs, expected) in [
        (scripts[0], &["sqlite3", "jq"][..], json!([["jsonl:1", "Keys?"], ["jsonl:2", "Gate 'A'?"]])),
        (scripts[1], &["jq"], json!([["jsonl:35001", "Keys"]])),
        (
            scripts[2],
            &["jq", "pandoc"],
            json!([["jsonl:docs/deep/o'key \"s.rst", "Keys"], ["jsonl:docs/exits.rst", "Exits"]]),
        ),
    ] {
        if !needs.iter().all(|program| is_there(program)) {
            continue;
        }
        let table = "sqlite3 help.db \"CREATE TABLE IF NOT EXISTS faq (id, question, answer); DELETE FROM faq; \
                     INSERT INTO faq VALUES (1, 'Keys?', 'At the desk.'), (2, 'Gate ''A''?', 'Two\nlines')\"";
        let table = if needs.contains(&"sqlite3") { table } else { "" };
        let script = home
            .write("script", format!("set -eu\nPATH=\"$PWD:$PATH\"\nchmod +x twin curl\n{table}\n{script}"));
        let mut shell = std::process::Command::new("/bin/sh");
        shell.arg(script).current_dir(home.path()).env("HOME", home.path());
        let ran = crate::support::Ran::new(shell.output().unwrap()).exits(0);
        let report = ran.json();
        let actions = report["actions"].as_array().unwrap().iter();
        let found: Vec<Value> = actions.map(|action| json!([action["key"], action["title"]])).collect();
        assert_eq!((json!(found), &report["skipped"]), (expected, &json!([])), "{ran:#?}");
    }
}
