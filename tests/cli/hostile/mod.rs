//! Small files made to take a reader's memory, time or life, through the binary: each is skipped or read within the
//! bounds, and the good file beside it comes in.
//!
//! Making, inflating and parsing so much takes minutes without optimization, so all but a few run only when asked for:
//! `cargo test --release --workspace --test cli hostile -- --include-ignored --test-threads 1`.

mod made;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::Home;

/// What all processes of a run may take together.
const MOST_MEMORY: u64 = 300 << 20;
/// What a run may take; far more than it takes where nothing else runs.
const MOST_TIME: Duration = Duration::from_secs(60);

/// The dry run of an import of `hostile` and of a good file, with the most memory that its processes took.
fn imported(home: &Home, hostile: &Path) -> (Value, u64) {
    let good = home.write("good.md", "# Good\n\nThe good file.\n");
    let output = home.path().join("output.json");
    let mut run = Command::new(env!("CARGO_BIN_EXE_twin"))
        .args(["kb", "import", "--dry-run", "--json", "--local", "--local-data", ":memory:", "--assume-new"])
        .args([hostile, &good])
        .env_clear()
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&output).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (began, mut most) = (Instant::now(), 0);
    let status = loop {
        if let Some(status) = run.try_wait().unwrap() {
            break status;
        }
        most = most.max(memory(run.id()));
        if began.elapsed() > 4 * MOST_TIME {
            run.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(0), "{status}");
    (serde_json::from_slice(&std::fs::read(output).unwrap()).unwrap(), most)
}

/// Bytes that a process and those it started hold in memory.
fn memory(process: u32) -> u64 {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let resident = read("status").lines().find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes << 10)
    });
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children =
        threads.map(|thread| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    let children: u64 = children
        .flat_map(|children| {
            children.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()
        })
        .map(memory)
        .sum();
    resident.unwrap_or(0) + children
}

/// Imports the file: the good one comes in, within the bounds, and nothing is left behind.
fn holds(file: &str, make: impl FnOnce(&Path)) {
    let home = Home::new();
    let path = home.path().join(file);
    make(&path);
    let before = std::fs::read_dir(home.path()).unwrap().count();
    let (report, memory) = imported(&home, &path);
    let took = Duration::from_millis(report["elapsedMs"].as_u64().unwrap());
    let mib = memory >> 20;
    assert!(memory < MOST_MEMORY, "{file} took {mib} MiB");
    assert!(took < MOST_TIME, "{file} took {took:?}");
    let actions = report["actions"].as_array().unwrap();
    assert!(actions.iter().any(|action| action["key"] == "folder:good.md"), "{file}: {report}");
    // The good file and the output.
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), before + 2, "{file} left files behind");
}

macro_rules! attacks {
    ($(#[$when:meta])* $($test:ident: $file:literal,)+) => {
        attacks!(@ [$(#[$when])*] $($test: $file,)+);
    };
    (@ $when:tt $($test:ident: $file:literal,)+) => {
        $(attacks!(@@ $when $test: $file);)+
    };
    (@@ [$(#[$when:meta])*] $test:ident: $file:literal) => {
        #[test]
        $(#[$when])*
        fn $test() {
            holds($file, made::$test);
        }
    };
}

attacks! {
    paragraphs_within_paragraphs_of_a_docx: "a.docx",
    tags_without_end_in_markdown: "tags.zip",
    parts_within_parts: "parts.zip",
    names_of_sixty_thousand_letters: "names.zip",
    folders_within_folders: "folders.zip",
}

attacks! {
    #[ignore = "minutes without optimization"]
    tables_within_tables_of_a_docx: "tables.docx",
    a_docx_with_a_directory_of_a_million: "directory.docx",
    lists_within_lists_of_markdown: "list.zip",
    quotes_within_quotes_of_markdown: "quotes.zip",
    front_matter_without_end: "front.zip",
    strings_that_a_workbook_only_claims: "claims.xlsx",
    titles_as_long_as_a_page: "titles.zip",
    files_that_share_one_name: "shared.zip",
    lines_without_number: "lines.jsonl",
    a_key_that_is_a_list: "key.jsonl",
    notes_that_embed_one_another: "vault.zip",
    a_long_string_in_every_cell: "cells.xlsx",
    a_sheet_of_empty_cells: "empty.xlsx",
    elements_within_elements_of_a_page: "deep.zip",
    attributes_without_number: "attributes.zip",
    a_page_of_nothing_but_elements: "elements.zip",
    a_table_of_one_endless_row: "row.zip",
    messages_within_messages: "messages.zip",
    headers_without_number: "headers.zip",
    references_without_number: "references.zip",
    an_mbox_of_separators: "separators.zip",
    an_mbox_of_messages_without_ids: "nameless.zip",
    a_long_name_in_a_tar: "long.tgz",
    attributes_of_a_tar_without_end: "pax.tgz",
    a_tar_of_a_million_files: "many.tgz",
    a_directory_of_two_million_in_a_part_of_notions: "directory.zip",
    headers_that_hold_one_another: "overlap.zip",
    slack_replies_from_later_days: "late.zip",
    slack_marks_without_end: "marks.zip",
    slack_users_without_number: "users.zip",
    slack_names_that_grow: "grow.zip",
    tables_of_notion_without_number: "tables.zip",
    text_that_grows_when_it_is_composed: "composed.zip",
}

#[test]
fn a_file_that_aborts_its_converter_is_skipped_and_the_next_one_comes_in() {
    holds("claims.xlsx", made::strings_that_a_workbook_only_claims);
}

#[test]
fn what_is_neither_a_file_nor_a_folder_is_refused_at_once() {
    let home = Home::new();
    let fifo = home.path().join("fifo.md");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let socket = home.path().join("socket.md");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [fifo.as_path(), &socket, Path::new("/dev/zero"), Path::new("/dev/null")] {
        let ran = home
            .twin(
                ["kb", "import", "--dry-run", "--local", "--local-data", ":memory:", "--assume-new"]
                    .iter()
                    .map(Path::new)
                    .chain([path]),
            )
            .run();
        assert_eq!(ran.code, Some(2), "{}", path.display());
        assert!(ran.stderr.contains("neither a file nor a folder"), "{ran:?}");
    }
    // Within a folder they are skipped as any file of an unknown kind.
    home.write("good.md", "# Good\n\nText");
    let (report, _) = imported(&home, home.path());
    assert!(report["skipped"].as_array().unwrap().iter().any(|skipped| skipped["path"] == "fifo.md"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_leaves_no_temporary_file() {
    let home = Home::new();
    let folder = home.path().join("temporary");
    std::fs::create_dir(&folder).unwrap();
    let line = ["kb", "import", "--dry-run", "--local", "--local-data", ":memory:", "--assume-new", "-"];
    let mut twin = home.twin(line).env("TMPDIR", folder.as_os_str());
    twin.command().stdin(Stdio::piped());
    let mut child = twin.spawn();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"{\"key\": \"a\", \"title\": \"A\", \"content\": \"Text.\"}\n").unwrap();
    // Until what comes in is written aside.
    let open = || std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().flatten();
    let is_aside =
        |link: std::io::Result<std::path::PathBuf>| link.is_ok_and(|file| file.starts_with(&folder));
    while !open().any(|file| is_aside(std::fs::read_link(file.path()))) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
#[ignore = "minutes without optimization"]
fn exports_that_memory_has_no_room_for_are_refused_with_the_way_to_keep_them_in_a_file() {
    let home = Home::new();
    made::text_of_many_megabytes(&home.path().join("large.zip"));
    let ran = home.twin(["ask", "--from", "large.zip", "What is said?"]).run();
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("twin --local --local-data twin.db kb import large.zip"), "{ran:?}");
}
