//! What a dry run shows beside its counts: one source as it would be uploaded, and what may be twice there.

use serde_json::json;

use crate::support::Home;

fn home() -> Home {
    let home = Home::new();
    home.write("wiki/leave.md", "# Leave\n\n25 days.\n");
    home.write("wiki/old/leave.md", "# LEAVE\n\n20 days.\n");
    let line =
        |n: usize| format!("Sentence number {n} says something of its own about topic {}.", n * 7919 % 1000);
    let long: Vec<String> = (0..2000).map(line).collect();
    home.write("wiki/long.md", format!("# Long\n\n{}\n", long.join("\n\n")));
    home.write("wiki/copy.md", format!("# Copy\n\n{}\n", long.join("\n\n")));
    home.write("wiki/empty.md", "");
    home
}

fn import<'a>(home: &Home, flags: impl IntoIterator<Item = &'a str>) -> crate::support::Twin {
    home.twin(["kb", "import", "wiki", "--dry-run"].into_iter().chain(flags))
}

#[test]
fn one_source_is_shown_as_it_would_be_uploaded_without_a_key_or_a_connection() {
    let home = home();
    let shown = import(&home, ["--show", "folder:wiki/leave.md"]).run().exits(0);
    assert_eq!(shown.stdout, "==> Leave <==\nLeave\n\n25 days.\n");
    let shown = import(&home, ["--show", "long", "--json"]).run().exits(0).json();
    let parts = shown["parts"].as_array().unwrap();
    let titles: Vec<_> = parts.iter().map(|part| part["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Long (1/3)", "Long (2/3)", "Long (3/3)"]);
    let whole: String = parts.iter().map(|part| part["content"].as_str().unwrap()).collect();
    assert!(whole.starts_with("Long\n\nSentence number 0 ") && whole.contains("Sentence number 1999 "));
    assert_eq!((&shown["key"], &shown["type"]), (&json!("folder:wiki/long.md"), &json!("note")));
    let rows = import(&home, ["--show", "Long"]).run().exits(0).stdout;
    assert!(rows.starts_with("==> Long (1/3) <==\n") && rows.contains("\n==> Long (3/3) <==\n"));
}

#[test]
fn what_cannot_be_shown_says_why() {
    let home = home();
    let ran = import(&home, ["--show", "leave"]).run().exits(2);
    assert!(
        ran.stderr.contains("2 sources have the title 'leave'")
            && ran.stderr.contains("folder:wiki/old/leave.md")
    );
    let ran = import(&home, ["--show", "empty.md"]).run().exits(5);
    assert!(ran.stderr.contains("empty.md becomes no document: empty"), "{ran:#?}");
    let ran = import(&home, ["--show", "folder:wiki/empty.md"]).run().exits(5);
    assert!(ran.stderr.contains("becomes no document: empty"), "{ran:#?}");
    let ran = import(&home, ["--show", "lon"]).run().exits(5);
    assert!(ran.stderr.contains("'Long' (folder:wiki/long.md)"), "{ran:#?}");
    assert_eq!(
        import(&home, ["--show", "x", "--json"]).run().exits(5).json_error()["code"],
        json!("not_found")
    );
    home.twin(["kb", "import", "wiki", "--show", "Long"]).run().exits(2);
    import(&home, ["--show", "Long", "--exit-code"]).run().exits(2);
}

#[test]
fn what_may_be_there_twice_is_told_and_left_alone() {
    let home = home();
    let report = import(&home, ["--local", "--local-data", ":memory:", "--json"]).run().exits(0).json();
    assert_eq!(report["created"], json!(4));
    let expected = json!([
        {"keys": ["folder:wiki/copy.md", "folder:wiki/long.md"], "title": "Copy", "likeness": "similar text", "percent": 99},
        {"keys": ["folder:wiki/leave.md", "folder:wiki/old/leave.md"], "title": "Leave", "likeness": "same title"},
    ]);
    let percent = report["nearDuplicates"][0]["percent"].as_u64().unwrap();
    assert!((90..100).contains(&percent), "{report:#}");
    let mut told = report["nearDuplicates"].clone();
    told[0]["percent"] = json!(99);
    assert_eq!(told, expected);
    let ran = import(&home, ["--local", "--local-data", ":memory:"]).run().exits(0);
    assert!(ran.stderr.contains("2 groups of near duplicates"), "{ran:#?}");
    let applied = home.twin(["--local", "kb", "import", "wiki", "--json"]).run().exits(0).json();
    assert_eq!((&applied["created"], applied.get("nearDuplicates")), (&json!(4), None));
}

#[cfg(unix)]
#[test]
fn a_program_that_reads_pictures_is_told_nothing_of_ours_and_no_shell_sees_its_line() {
    use std::os::unix::fs::PermissionsExt;

    let home = Home::new();
    home.write("wiki/plan.png", b"\x89PNG\r\n\x1A\n");
    let ocr = home.write(
        "o c r",
        "#!/bin/sh\necho \"text $2 ${TWIN_API_KEY-no key} ${TWIN_PROFILE-no profile} $HOME\"\n",
    );
    std::fs::set_permissions(&ocr, std::fs::Permissions::from_mode(0o755)).unwrap();
    let line = format!("'{}' {{}} $(id);", ocr.display());
    let twin = import(&home, ["--show", "plan", "--ocr-command", &line]).env("TWIN_API_KEY", "twin_live_x");
    let shown = twin.run().exits(0).stdout;
    assert_eq!(shown, format!("==> plan <==\ntext $(id); no key no profile {}\n", home.path().display()));
    for wrong in ["", "tesseract", "tesseract '{}", "/nowhere/ocr {}", "./wiki/plan.png {}"] {
        assert!(import(&home, ["--ocr-command", wrong]).run().exits(2).stderr.contains("--ocr-command"));
    }
}
