//! What lies below a sync: the state file and what stands beside it, on file systems of every kind.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wiremock::{Match, Mock, Request, ResponseTemplate};

use super::guards::zip_by;
use crate::wiki::{Wiki, assert_counts, counts};

const FILES: [&str; 1] = ["twin-kb.lock.json"];

fn beside(wiki: &Wiki, ending: &str) -> PathBuf {
    wiki.bench.home.path().join(format!("twin-kb.lock.json{ending}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_state_file_is_no_state() {
    let wiki = Wiki::start().await;
    std::fs::write(wiki.state_path(), "").unwrap();
    wiki.write("a", "Text.");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1)]);
    std::fs::write(wiki.state_path(), "\n").unwrap();
    assert!(wiki.sync([]).exits(11).stderr.contains("there is no state file"));
    assert_counts(&wiki.sync(["--init"]).exits(0), &[("adopted", 1)]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_where_no_state_is_yet_is_followed_and_stays() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    std::fs::create_dir(wiki.bench.home.path().join("cache")).unwrap();
    std::os::unix::fs::symlink("cache/state.json", wiki.state_path()).unwrap();
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1)]);
    assert!(wiki.state_path().is_symlink());
    assert!(wiki.bench.home.path().join("cache/state.json").is_file());
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 1)]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_regular_file_is_refused_at_once_as_a_state() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let home = wiki.bench.home.path();
    let fifo = home.join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(home.join("socket")).unwrap();
    for (state, what) in [("fifo", "FIFO"), ("socket", "socket"), ("/dev/zero", "device")] {
        for command in ["sync wiki --yes", "sync wiki --dry-run", "state show"] {
            let args = ["kb"].into_iter().chain(command.split(' ')).chain(["--state", state]);
            let ran = wiki.bench.twin(args).run_within("", Duration::from_secs(60)).await.unwrap().exits(2);
            assert!(ran.stderr.contains(what), "{ran:#?}");
        }
    }
    assert!(wiki.titles().await.is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_a_link_or_something_else_is_refused_and_left_as_it_is() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.write("b", "Text.");
    let (journal, victim) =
        (beside(&wiki, ".journal"), wiki.bench.home.write("wiki/victim.txt", "Precious."));
    let refused = || {
        for flags in [&[][..], &["--dry-run"]] {
            let ran = wiki.sync(flags.iter().copied()).exits(11);
            assert!(ran.stderr.contains("twin-kb.lock.json.journal"), "{ran:#?}");
        }
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "Precious.");
        assert!(std::fs::symlink_metadata(&journal).is_ok());
    };
    std::os::unix::fs::symlink(&victim, &journal).unwrap();
    refused();
    std::fs::remove_file(&journal).unwrap();
    std::fs::hard_link(&victim, &journal).unwrap();
    refused();
    std::fs::remove_file(&journal).unwrap();
    for foreign in ["Dear diary", "Dear diary\n", "{\"a\":1}\n"] {
        std::fs::write(&journal, foreign).unwrap();
        refused();
        assert_eq!(std::fs::read_to_string(&journal).unwrap(), foreign);
    }
    std::fs::remove_file(&journal).unwrap();
    assert_counts(&wiki.sync(["--exclude", "*.txt"]).exits(0), &[("created", 1), ("unchanged", 1)]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_state_are_one_state() {
    let wiki = Wiki::synced(&["a"]).await;
    let other = wiki.bench.home.path().join("other.json");
    std::fs::hard_link(wiki.state_path(), &other).unwrap();
    wiki.write("b", "Text.");
    assert_counts(&wiki.sync(["--state", "other.json"]).exits(0), &[("created", 1), ("unchanged", 1)]);
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 2)]);
    let held = std::fs::File::open(&other).unwrap();
    held.lock().unwrap();
    assert!(wiki.sync([]).exits(11).stderr.contains("another run is using"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_temporary_files_that_is_missing_is_named_with_what_to_do() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    let ran = wiki.twin("sync", ["--yes"]).env("TMPDIR", "/nowhere/at/all").run().exits(1);
    let error = ran.json_error();
    assert!(error["message"].as_str().unwrap().contains("/nowhere/at/all"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("TMPDIR"), "{error}");
}

/// A part of an export that cannot be laid out there is no damaged part.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_not_called_damaged_where_temporary_files_cannot_be_written() {
    let wiki = Wiki::start().await;
    let page = ("Leave 152bb52ee2b580179846fd78b2b60ea9.md", &b"# Leave\n\nThirty days."[..]);
    let part = zip_by(zip::CompressionMethod::Stored, &[page]);
    let name = "Export-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-Part-1.zip";
    wiki.bench.home.write("export.zip", zip_by(zip::CompressionMethod::Deflated, &[(name, &part)]));
    for line in
        [&["kb", "import", "export.zip", "--assume-new"][..], &["ask", "--from", "export.zip", "Leave?"]]
    {
        let ran =
            wiki.bench.twin(line.iter().chain(&["--json"])).env("TMPDIR", "/nowhere/at/all").run().exits(1);
        let error = ran.json_error();
        assert!(error["message"].as_str().unwrap().contains("/nowhere/at/all"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("TMPDIR"), "{error}");
    }
    assert_eq!(
        counts(&wiki.bench.twin(["kb", "import", "export.zip", "--json"]).run().exits(0)),
        [("created".to_owned(), 1)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_can_be_done_without() {
    let wiki = Wiki::synced(&["a"]).await;
    let held = std::fs::File::create(beside(&wiki, ".journal")).unwrap();
    held.lock().unwrap();
    wiki.sync([]).exits(11);
    assert_counts(&wiki.sync(["--no-lock"]).exits(0), &[("unchanged", 1)]);
}

/// Takes a file away when the first write reaches the twin.
struct Thief(PathBuf, AtomicBool);

impl Match for Thief {
    fn matches(&self, request: &Request) -> bool {
        if request.method != "GET" && !self.1.swap(true, Ordering::Relaxed) {
            std::fs::remove_file(&self.0).unwrap();
        }
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_vanishes_under_a_run_stops_it_and_no_document_is_doubled() {
    let wiki = Wiki::synced(&["a"]).await;
    let thief =
        Mock::given(Thief(beside(&wiki, ".journal"), false.into())).respond_with(ResponseTemplate::new(500));
    wiki.bench.running.mock_server().register(thief.with_priority(1)).await;
    ["b", "c", "d"].iter().for_each(|page| wiki.write(page, "Text."));
    let ran = wiki.sync(["--concurrency", "1"]).exits(1);
    assert!(ran.stderr.contains("was removed or replaced"), "{ran:#?}");
    assert_eq!(wiki.titles().await, ["a", "b"], "it stops");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 2), ("unchanged", 2)]);
    assert_eq!(wiki.titles().await, ["a", "b", "c", "d"]);
}

#[cfg(target_os = "linux")]
mod poor_file_systems {
    use super::*;

    /// Calls that a file system may not have, answered as one without them does.
    const SHIM: &str = r#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        static int refuse(const char *call, int error) {
            const char *calls = getenv("REFUSED_CALLS");
            if (!calls || !strstr(calls, call)) return 0;
            errno = error;
            return -1;
        }
        int flock(int file, int how) {
            if (refuse("flock", EOPNOTSUPP)) return -1;
            return ((int (*)(int, int)) dlsym(RTLD_NEXT, "flock"))(file, how);
        }
        int fsync(int file) {
            if (refuse("fsync", EINVAL)) return -1;
            return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(file);
        }
        int fdatasync(int file) {
            if (refuse("fsync", EINVAL)) return -1;
            return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(file);
        }
        int fchmod(int file, mode_t mode) {
            if (refuse("chmod", EPERM)) return -1;
            return ((int (*)(int, mode_t)) dlsym(RTLD_NEXT, "fchmod"))(file, mode);
        }
        int rename(const char *from, const char *to) {
            if (strstr(to, ".lock.json") && refuse("rename", EBUSY)) return -1;
            return ((int (*)(const char *, const char *)) dlsym(RTLD_NEXT, "rename"))(from, to);
        }
    "#;

    fn shim(folder: &Path) -> PathBuf {
        let (source, shim) = (folder.join("shim.c"), folder.join("shim.so"));
        std::fs::write(&source, SHIM).unwrap();
        let mut compiler = std::process::Command::new("cc");
        let compiled = compiler.args(["-shared", "-fPIC", "-o"]).args([&shim, &source]).arg("-ldl").status();
        assert!(compiled.unwrap().success());
        shim
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keys_and_settings_are_kept_there_too_with_one_warning() {
        let folder = tempfile::tempdir().unwrap();
        let shim = shim(folder.path());
        let bench = crate::support::Bench::start().await;
        for (calls, warnings) in [
            ("flock", &["no locks"][..]),
            ("fsync", &["cannot sync"]),
            ("flock fsync", &["no locks", "cannot sync"]),
        ] {
            for line in [&["login", "--with-key"][..], &["config", "set", "timeout", "9s"], &["logout"]] {
                let twin = bench.twin(line).env("LD_PRELOAD", &shim).env("REFUSED_CALLS", calls);
                let ran = twin.with_stdin(twin_reference::DEFAULT_KEY).exits(0);
                assert_eq!(
                    ran.stderr.matches("warning: the file system").count(),
                    warnings.len(),
                    "{ran:#?}"
                );
                assert!(warnings.iter().all(|warning| ran.stderr.contains(warning)), "{ran:#?}");
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_system_that_lacks_a_call_is_worked_on_with_one_warning_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let shim = shim(folder.path());
        let cases = [
            ("flock", "does not support locks", 1),
            ("fsync", "does not support syncing", 1),
            ("chmod", "permissions", 1),
            ("rename", "warning", 0),
            ("flock fsync chmod rename", "warning", 3),
        ];
        for (calls, warning, warnings) in cases {
            let wiki = Wiki::synced(&["a", "b", "c"]).await;
            wiki.write("a", "Other text.");
            wiki.write("d", "New.");
            wiki.remove("b");
            let poor = |flags: &[&'static str]| {
                let twin = wiki.twin("sync", ["--yes", "--prune"].into_iter().chain(flags.iter().copied()));
                twin.env("LD_PRELOAD", &shim).env("REFUSED_CALLS", calls).run()
            };
            let ran = poor(&[]).exits(0);
            assert_counts(&ran, &[("created", 1), ("replaced", 1), ("pruned", 1), ("unchanged", 1)]);
            assert_eq!(ran.stderr.matches("warning").count(), warnings, "{calls}: {ran:#?}");
            assert!(warnings == 0 || ran.stderr.contains(warning), "{calls}: {ran:#?}");
            assert_eq!(wiki.files(), FILES, "{calls}");
            assert_counts(&poor(&["--no-lock"]).exits(0), &[("unchanged", 3)]);
            assert_eq!(wiki.titles().await, ["a", "c", "d"]);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn where_there_are_no_locks_a_file_names_the_run_that_is_at_work() {
        let folder = tempfile::tempdir().unwrap();
        let shim = shim(folder.path());
        let wiki = Wiki::synced(&["a"]).await;
        let lock = beside(&wiki, ".lock");
        let poor =
            || wiki.twin("sync", ["--yes"]).env("LD_PRELOAD", &shim).env("REFUSED_CALLS", "flock").run();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let holder = |pid: u32, host: &str| {
            serde_json::json!({"pid": pid, "host": host.trim(), "boot": "", "started": "1"}).to_string()
        };
        std::fs::write(&lock, holder(7, "elsewhere.example")).unwrap();
        let ran = poor().exits(11);
        assert!(ran.stderr.contains("process 7 on elsewhere.example"), "{ran:#?}");
        std::fs::write(&lock, holder(4_194_305, &host)).unwrap();
        poor().exits(0);
        assert_eq!(wiki.files(), FILES, "one that is gone gives way");
    }

    /// Runs the command in a mount namespace of its own in which the state is a mount of one file.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_state_that_is_a_mount_of_one_file_is_written_in_place() {
        let can_mount = std::process::Command::new("unshare").args(["-rm", "true"]).output();
        if !can_mount.is_ok_and(|ran| ran.status.success()) {
            return; // the one before shows the same where mounts are forbidden
        }
        let wiki = Wiki::synced(&["a"]).await;
        wiki.write("b", "New.");
        let volume = wiki.bench.home.write("wiki/.volume", wiki.state_text());
        let mut twin = wiki.twin("sync", ["--yes"]);
        let (program, args) = (twin.command().get_program().to_owned(), twin.command().get_args());
        let args: Vec<_> = args.map(std::ffi::OsStr::to_owned).collect();
        let script = "mount --bind wiki/.volume twin-kb.lock.json && exec \"$@\"";
        let mut command = std::process::Command::new("unshare");
        command.args(["-rm", "sh", "-c", script, "sh"]).arg(program).args(args);
        command.env_clear().envs(twin.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = command.current_dir(wiki.bench.home.path()).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let written = std::fs::read_to_string(volume).unwrap();
        assert!(written.contains("folder:wiki/b.md"), "{written}");
        assert_eq!(wiki.files(), FILES);
    }
}
