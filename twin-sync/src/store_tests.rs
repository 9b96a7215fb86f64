//! The state file and its journal under a process that dies around any of its system calls, and around any of those
//! of the recoveries after it, on file systems of every kind: what was acknowledged is known, and nothing is wedged.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::disk::system::Call;
use super::disk::test_system::{Fault, Refused, TestSystem};
use super::entry::tests::entry;
use super::ledger::{Ledger, Work};
use super::open::{Access, OpenError, open_on, read_state};
use super::state::State;

const URL: &str = "http://a";

/// File systems by what they do not have.
const FILE_SYSTEMS: [(&str, Refused); 6] = [
    ("plain", &[]),
    ("without locks", &[(Call::Lock, ErrorKind::Unsupported)]),
    ("without fsync", &[(Call::Sync, ErrorKind::InvalidInput)]),
    ("without chmod", &[(Call::SetMode, ErrorKind::PermissionDenied)]),
    ("a mount of one file", &[(Call::Rename, ErrorKind::ResourceBusy)]),
    (
        "without any of it",
        &[
            (Call::Lock, ErrorKind::Unsupported),
            (Call::Sync, ErrorKind::Unsupported),
            (Call::SetMode, ErrorKind::Unsupported),
            (Call::Rename, ErrorKind::ResourceBusy),
        ],
    ),
];

/// The files of a state, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// The states a run goes through, one change after another.
fn states() -> Vec<State> {
    let mut state = State::new(URL);
    for (key, id) in [("a", "doc_1"), ("b", "doc_2"), ("c", "doc_3")] {
        state.put(entry(key, "h1", &[id]));
    }
    let mut states = vec![state];
    let changes: [fn(&mut State); 5] = [
        |state| drop(state.put(entry("a", "h2", &["doc_4"]))),
        |state| drop(state.put(entry("d", "h1", &["doc_5", "doc_6"]))),
        |state| drop(state.remove("b")),
        |state| drop(state.put(entry("a", "h3", &["doc_7"]))),
        |state| drop(state.put(entry("b", "h9", &["doc_8"]))),
    ];
    for change in changes {
        let mut next = states.last().unwrap().clone();
        change(&mut next);
        states.push(next);
    }
    states
}

/// A run that makes one change after another, and folds between two of them; how many it was told are kept.
fn run(path: &Path, system: &TestSystem) -> usize {
    let states = states();
    let Ok((state, store, _)) = open_on(system.clone(), path, URL, Access::default()) else { return 0 };
    let Ok(mut ledger) = Ledger::open(state.unwrap(), store.unwrap(), Work::Ahead) else { return 0 };
    let mut kept = 0;
    for (before, after) in states.iter().zip(&states[1..]) {
        let changed = after.entries().find(|entry| before.get(&entry.key) != Some(entry)).cloned();
        let done = match changed {
            Some(entry) => ledger.put(entry),
            None => ledger.remove("b"),
        };
        if done.is_err() {
            break;
        }
        kept += 1;
        if kept == 3 && ledger.close().is_err() {
            break;
        }
    }
    let _ = ledger.close();
    kept
}

/// A run that only takes over what another left.
fn recover(path: &Path, system: &TestSystem) -> Result<Option<State>, OpenError> {
    open_on(system.clone(), path, URL, Access::default()).map(|(state, ..)| state)
}

/// A folder with these files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &Files) -> Self {
        // In memory where that can be: there are thousands of them.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = Self(folder.unwrap());
        files.iter().for_each(|(name, bytes)| std::fs::write(folder.0.path().join(name), bytes).unwrap());
        folder
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state.json")
    }

    /// What a process that died leaves: its lock file names it, and it is no more.
    fn files(&self) -> Files {
        let entries = std::fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap());
        let read = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), path);
        let files = entries.map(|entry| read(entry.path())).map(|(name, path)| {
            let bytes = std::fs::read(path).unwrap();
            match serde_json::from_slice::<serde_json::Value>(&bytes) {
                Ok(mut holder) if name.ends_with(".lock") => {
                    (holder["pid"], holder["started"]) = (4_194_305.into(), "gone".into());
                    (name, holder.to_string().into_bytes())
                }
                _ => (name, bytes),
            }
        });
        files.collect()
    }

    /// A lock file in which no name stands gives way when it is some time old.
    fn age(&self) {
        let lock = std::fs::File::options().write(true).open(self.0.path().join("state.json.lock"));
        if let Ok(lock) = lock {
            lock.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }
    }
}

/// What is on the disk when a process dies before any of its calls, which is after the one before, or within one.
fn deaths(
    files: &Files,
    refused: Refused,
    live: impl Fn(&Path, &TestSystem) -> usize,
) -> Vec<(usize, Files)> {
    let mut left = Vec::new();
    for n in 0.. {
        let died = [Fault::DeathBefore(n), Fault::DeathWithin(n)].map(|fault| {
            let (folder, system) = (Folder::with(files), TestSystem::new(refused, fault));
            folder.age();
            let kept = live(&folder.state(), &system);
            left.push((kept, folder.files()));
            system.went_wrong()
        });
        if died == [false; 2] {
            break;
        }
    }
    left
}

/// Everything that may be on the disk after any number of deaths, with the most changes that were acknowledged.
fn reachable(refused: Refused) -> BTreeMap<Files, usize> {
    let base: Files = [("state.json".to_owned(), states()[0].to_text().into_bytes())].into();
    let mut seen: BTreeMap<Files, usize> = BTreeMap::new();
    let mut todo = deaths(&base, refused, run);
    while let Some((kept, files)) = todo.pop() {
        let known = seen.insert(files.clone(), kept);
        if known.is_some_and(|known| known >= kept) {
            seen.insert(files, known.unwrap());
            continue;
        }
        assert!(seen.len() < 2_000, "every death leaves something new");
        todo.extend(deaths(&files, refused, |path, system| {
            let _ = recover(path, system);
            kept
        }));
    }
    seen
}

#[test]
fn a_process_that_dies_around_any_system_call_of_a_run_or_of_its_recoveries_wedges_and_loses_nothing() {
    let states = states();
    for (name, refused) in FILE_SYSTEMS {
        let reachable = reachable(refused);
        assert!(reachable.len() > 20, "{name}: {}", reachable.len());
        for (files, kept) in reachable {
            let folder = Folder::with(&files);
            folder.age();
            let shown =
                || files.iter().map(|(name, bytes)| format!("{name}: {}", String::from_utf8_lossy(bytes)));
            let shown = || format!("{name}, {kept} kept\n{}", shown().collect::<Vec<_>>().join("\n"));
            let looked = read_state(&folder.state()).unwrap_or_else(|error| panic!("{error}: {}", shown()));
            let system = TestSystem::new(refused, Fault::Nothing);
            let state =
                recover(&folder.state(), &system).unwrap_or_else(|error| panic!("{error}: {}", shown()));
            assert_eq!(looked, state, "{}", shown());
            let state = state.unwrap();
            assert!(states[kept..].contains(&state), "{}\n{}", shown(), state.to_text());
            let left = folder.files();
            assert_eq!(left.keys().collect::<Vec<_>>(), ["state.json"], "{}", shown());
            assert_eq!(left["state.json"], state.to_text().into_bytes(), "{}", shown());
        }
    }
}

#[test]
fn a_disk_that_is_full_from_some_call_on_keeps_what_was_acknowledged() {
    let (states, base) = (states(), [("state.json".to_owned(), states()[0].to_text().into_bytes())].into());
    for (name, refused) in FILE_SYSTEMS {
        for n in 0.. {
            let (folder, system) = (Folder::with(&base), TestSystem::new(refused, Fault::FullFrom(n)));
            let kept = run(&folder.state(), &system);
            if !system.went_wrong() {
                assert!(n > 20, "{name}");
                break;
            }
            let system = TestSystem::new(refused, Fault::Nothing);
            let state = recover(&folder.state(), &system).unwrap().unwrap();
            assert!(
                states[kept..].contains(&state),
                "{name}, full from {n}, {kept} kept: {}",
                state.to_text()
            );
        }
    }
}

#[test]
fn what_cannot_be_written_is_known_before_there_is_work() {
    let base = [("state.json".to_owned(), states()[0].to_text().into_bytes())].into();
    for call in [Call::Write, Call::Rename, Call::Truncate] {
        let folder = Folder::with(&base);
        let refused: Refused = Box::leak(Box::new([(call, ErrorKind::PermissionDenied)]));
        let system = TestSystem::new(refused, Fault::Nothing);
        let (state, store, _) = open_on(system, &folder.state(), URL, Access::default()).unwrap();
        let error = Ledger::open(state.unwrap(), store.unwrap(), Work::Ahead).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{call:?}");
    }
}

#[test]
fn every_shortcoming_of_a_file_system_is_told_once() {
    let base = [("state.json".to_owned(), states()[0].to_text().into_bytes())].into();
    for (name, refused) in FILE_SYSTEMS {
        let (folder, system) = (Folder::with(&base), TestSystem::new(refused, Fault::Nothing));
        let (state, store, limitations) = open_on(system, &folder.state(), URL, Access::default()).unwrap();
        let mut ledger = Ledger::open(state.unwrap(), store.unwrap(), Work::Ahead).unwrap();
        ledger.put(entry("z", "h", &["doc_9"])).unwrap();
        ledger.close().unwrap();
        let expected = refused.iter().filter(|(call, _)| *call != Call::Rename).count();
        let expected = if name == "without any of it" { expected } else { expected.min(1) };
        assert_eq!(limitations.list().len(), expected, "{name}: {:?}", limitations.list());
    }
}

#[test]
fn without_system_locks_a_second_run_is_kept_out_by_a_file_that_goes_with_the_first() {
    let folder = Folder::with(&Files::default());
    let system = TestSystem::new(FILE_SYSTEMS[1].1, Fault::Nothing);
    let open =
        |no_lock, only_look| open_on(system.clone(), &folder.state(), URL, Access { only_look, no_lock });
    let first = open(false, false).unwrap();
    for only_look in [false, true] {
        let error = open(false, only_look).map(drop).unwrap_err();
        assert!(
            matches!(&error, OpenError::Busy(_, Some(by)) if by.contains("state.json.lock")),
            "{error:?}"
        );
    }
    open(true, true).unwrap();
    drop(first);
    open(false, false).unwrap();
    assert!(folder.files().is_empty());
}
