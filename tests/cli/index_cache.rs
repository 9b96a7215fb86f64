//! What `--from` keeps of exports between runs, and what it must never do with it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Home, Ran};

const QUESTION: &str = "When does the office open?";
const FROM_CACHE: &str = "using their cached index";

fn pages(opens: &str) -> String {
    format!("# Office hours\n\nThe office opens at {opens} and closes at six in the evening.\n")
}

/// A home, and beside it a folder of pages.
fn home_and_pages() -> (Home, Home) {
    let (home, exports) = (Home::new(), Home::new());
    exports.write("wiki/office.md", pages("seven"));
    exports.write("wiki/team/leave.md", "# Annual leave\n\nEveryone has 25 days of paid leave a year.\n");
    (home, exports)
}

fn ask(home: &Home, exports: &Home, flags: &[&str]) -> Ran {
    let wiki = exports.path().join("wiki").display().to_string();
    let line =
        ["ask", "-v", "--from", &wiki].into_iter().chain(flags.iter().copied()).chain(["--", QUESTION]);
    home.twin(line).run().exits(0)
}

fn folder(home: &Home) -> PathBuf {
    home.path().join(".cache/twin/exports")
}

fn kept(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(home)).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect()
}

fn is_cached(ran: &Ran) -> bool {
    ran.stderr.contains(FROM_CACHE)
}

#[test]
fn the_second_question_to_the_same_exports_is_answered_from_the_cache_and_alike() {
    let (home, exports) = home_and_pages();
    let (first, second) = (ask(&home, &exports, &[]), ask(&home, &exports, &[]));
    assert!(!is_cached(&first) && is_cached(&second), "{first:#?} {second:#?}");
    assert_eq!(first.stdout, second.stdout);
    assert!(second.stdout.contains("opens at seven"), "{second:#?}");
    assert_eq!(kept(&home).len(), 1);
}

#[test]
fn a_page_that_changed_came_or_went_is_never_answered_from_what_was_kept() {
    let (home, exports) = home_and_pages();
    ask(&home, &exports, &[]);
    // The same size, in a file of the same name, and with the old time.
    let page = exports.path().join("wiki/office.md");
    let written = fs::metadata(&page).unwrap().modified().unwrap();
    fs::write(&page, pages("eight")).unwrap();
    fs::File::options().append(true).open(&page).unwrap().set_modified(written).unwrap();
    let changed = ask(&home, &exports, &[]);
    assert!(!is_cached(&changed) && changed.stdout.contains("opens at eight"), "{changed:#?}");
    exports.write("wiki/team/new.md", "# Parking\n\nBikes go into the yard.\n");
    assert!(!is_cached(&ask(&home, &exports, &[])));
    fs::remove_file(exports.path().join("wiki/team/leave.md")).unwrap();
    assert!(!is_cached(&ask(&home, &exports, &[])));
    assert!(is_cached(&ask(&home, &exports, &[])));
}

#[test]
fn with_no_cache_nothing_is_kept_and_nothing_kept_is_used() {
    let (home, exports) = home_and_pages();
    ask(&home, &exports, &["--no-cache"]);
    assert_eq!(kept(&home), [] as [PathBuf; 0]);
    ask(&home, &exports, &[]);
    assert!(!is_cached(&ask(&home, &exports, &["--no-cache"])));
}

#[test]
fn a_cache_that_is_damaged_or_cannot_be_written_costs_time_and_nothing_else() {
    let (home, exports) = home_and_pages();
    let good = ask(&home, &exports, &[]).stdout;
    for damage in [cut as fn(&Path), turn, empty] {
        damage(&kept(&home)[0]);
        let ran = ask(&home, &exports, &[]);
        assert!(!is_cached(&ran) && ran.stdout == good, "{ran:#?}");
        assert!(is_cached(&ask(&home, &exports, &[])), "it is kept anew");
    }
    fs::remove_dir_all(folder(&home)).unwrap();
    fs::write(folder(&home), "a file in its place").unwrap();
    let ran = ask(&home, &exports, &[]);
    assert!(ran.stdout == good && ran.stderr.contains("was not cached"), "{ran:#?}");
}

fn cut(path: &Path) {
    let content = fs::read(path).unwrap();
    fs::write(path, &content[..content.len() / 2]).unwrap();
}

fn turn(path: &Path) {
    let mut content = fs::read(path).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(path, content).unwrap();
}

fn empty(path: &Path) {
    fs::write(path, "").unwrap();
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owners_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (home, exports) = home_and_pages();
    ask(&home, &exports, &[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder(&home)), mode(&kept(&home)[0])), (0o700, 0o600));
}

#[test]
fn an_eval_of_the_same_exports_uses_what_was_kept_unless_its_cache_is_off() {
    let (home, exports) = home_and_pages();
    let cases = format!("cases:\n  - {{id: a, ask: {QUESTION:?}, expect: {{source: Office hours}}}}\n");
    let file = exports.write("office.eval.yaml", cases).display().to_string();
    let wiki = exports.path().join("wiki").display().to_string();
    ask(&home, &exports, &[]);
    for (cache, uses) in [("answers.jsonl", true), ("off", false)] {
        let ran = home.twin(["eval", "-v", &file, "--from", &wiki, "--cache", cache]).run().exits(0);
        assert_eq!(is_cached(&ran), uses, "{ran:#?}");
    }
}
