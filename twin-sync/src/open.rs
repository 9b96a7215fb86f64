//! Opening a state file: locking its files, and completing what the journal of a killed run says.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::disk::{DIRECTORY, Disk, Files, Limitations, Locking, Os, Paths, System, Unavailable};
use super::guard::Refusal;
use super::journal::{self, JournalError};
use super::ledger::{Ledger, Work};
use super::state::{State, StateError};
use super::store::{Found, Store};

/// How a state is opened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Access {
    /// Nothing is claimed or written.
    pub(crate) only_look: bool,
    /// Other runs are not kept out.
    pub(crate) no_lock: bool,
}

/// A state that is open for one run.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What is known; `None` if there was no state.
    pub(crate) state: Option<State>,
    /// Its files; `None` for a run that writes nothing.
    pub(crate) store: Option<Store<Files>>,
    /// What the file system turned out not to do; more may turn up until the end.
    pub(crate) limitations: Limitations,
    pub(crate) base_url: String,
}

/// Why a state file cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another run uses it. The second field describes the lock file, if there is one.
    #[error("another run is using the state file {0}")]
    Busy(String, Option<String>),
    /// Its files cannot be read or written.
    #[error("cannot use the state file {0}: {1}")]
    Io(String, io::Error),
    /// It is not a regular file.
    #[error("cannot use the state file {0}: it is {1}")]
    NotAFile(String, &'static str),
    /// The file in place of its journal or lock is not one of this crate.
    #[error("cannot use {0}: it is {1}")]
    ForeignFile(String, &'static str),
    /// This version cannot read it.
    #[error("cannot use the state file {0}: {1}")]
    Unreadable(String, StateError),
    /// Its journal cannot be replayed.
    #[error("cannot use the journal {0}: {1}")]
    Journal(String, JournalError),
    /// It belongs to another twin.
    #[error("{0}")]
    OtherTwin(Refusal),
}

impl OpenError {
    /// Returns whether the operating system reported the error.
    pub fn is_io(&self) -> bool {
        matches!(self, OpenError::Io(..))
            || matches!(self, OpenError::NotAFile(_, what) if *what == DIRECTORY)
    }

    /// Returns whether the path is not that of a state file.
    pub fn is_wrong_path(&self) -> bool {
        matches!(self, OpenError::NotAFile(..))
    }

    fn of(state: &Path, error: Unavailable) -> Self {
        let shown = state.display().to_string();
        match error {
            Unavailable::Busy(holder) => OpenError::Busy(shown, holder),
            Unavailable::Unfit(path, what) if path == state => OpenError::NotAFile(shown, what),
            Unavailable::Unfit(path, what) => OpenError::ForeignFile(path.display().to_string(), what),
            Unavailable::Io(path, error) if path == state => OpenError::Io(shown, error),
            Unavailable::Io(path, error) => {
                OpenError::Io(shown, io::Error::new(error.kind(), format!("{}: {error}", path.display())))
            }
        }
    }
}

/// A run that was killed while it started another process holds its lock for a moment longer.
const LOCK_TRIES: u32 = 5;
const LOCK_WAIT: Duration = Duration::from_millis(100);

/// Opens the state at `path` for work on the twin at `base_url`.
pub(crate) fn open(path: &Path, base_url: &str, access: Access) -> Result<Opened, OpenError> {
    let mut tries = 0..LOCK_TRIES;
    let (state, store, limitations) = loop {
        match open_on(Os, path, base_url, access) {
            Err(OpenError::Busy(_, None)) if tries.next().is_some() => std::thread::sleep(LOCK_WAIT),
            opened => break opened?,
        }
    };
    Ok(Opened { state, store, limitations, base_url: base_url.to_owned() })
}

type Open<S> = (Option<State>, Option<Store<Files<S>>>, Limitations);

/// Opens it on this system.
pub(crate) fn open_on<S: System>(
    system: S,
    path: &Path,
    base_url: &str,
    access: Access,
) -> Result<Open<S>, OpenError> {
    let unavailable = |error| OpenError::of(path, error);
    let paths = Paths::of(path).map_err(unavailable)?;
    let mut files = None;
    if !access.only_look {
        let locking = if access.no_lock { Locking::Off } else { Locking::On };
        files = Some(Files::claim(paths.clone(), locking, system).map_err(unavailable)?);
    } else if !access.no_lock {
        Files::check_free(&paths, &system).map_err(unavailable)?;
    }
    let bytes = paths.read_state().map_err(unavailable)?;
    let journal = match &mut files {
        Some(files) => {
            files.journal().map_err(|error| unavailable(Unavailable::Io(paths.journal.clone(), error)))?
        }
        None => paths.read_journal().map_err(unavailable)?.unwrap_or_default(),
    };
    let recovered = recover(&paths, bytes, &journal)?;
    let state = recovered.state.clone();
    if let Some(state) = &state
        && state.base_url.trim_end_matches('/') != base_url.trim_end_matches('/')
    {
        let (state, here) = (state.base_url.clone(), base_url.to_owned());
        return Err(OpenError::OtherTwin(Refusal::OtherTwin { state, here }));
    }
    let limitations = files.as_ref().map(Files::limitations).unwrap_or_default();
    let store = files.map(|files| take_over(recovered, base_url, files)).transpose();
    let store = store.map_err(|error| OpenError::Io(path.display().to_string(), error))?;
    Ok((state, store, limitations))
}

/// What the files say.
#[derive(Debug, Clone)]
pub(crate) struct Recovered {
    pub(crate) state: Option<State>,
    pub(crate) found: Found,
}

/// Brings the state file up to what a run that vanished left, so that its journal has nothing more to say.
pub(crate) fn take_over<D: Disk>(recovered: Recovered, base_url: &str, disk: D) -> io::Result<Store<D>> {
    let Recovered { state, found } = recovered;
    let is_left = found.length > 0 || found.torn;
    let base_url = state.as_ref().map_or(base_url, |state| &state.base_url);
    let mut store = Store::new(base_url, found, disk);
    match &state {
        Some(state) if is_left => store.write(state)?,
        None if is_left => store.empty()?,
        _ => {}
    }
    Ok(store)
}

/// The state with what its journal says.
fn recover(paths: &Paths, bytes: Option<Vec<u8>>, journal: &[u8]) -> Result<Recovered, OpenError> {
    let unreadable = |error| OpenError::Unreadable(paths.state.display().to_string(), error);
    let unusable = |error| OpenError::Journal(paths.journal.display().to_string(), error);
    match read(bytes, journal) {
        Ok(recovered) => Ok(recovered),
        Err(Wrong::State(error)) => Err(unreadable(error)),
        Err(Wrong::Journal(error)) => Err(unusable(error)),
    }
}

/// Which of the two files cannot be used, and why.
#[derive(Debug)]
pub(crate) enum Wrong {
    State(StateError),
    Journal(JournalError),
}

/// Reads a state and the journal beside it.
pub(crate) fn read(bytes: Option<Vec<u8>>, journal: &[u8]) -> Result<Recovered, Wrong> {
    let mut state = match bytes.as_deref().map(parse).transpose() {
        Ok(Some(state)) => Some(state),
        // One that was being written over may be empty.
        Ok(None) => journal::rescue(&[], journal),
        Err(error) => {
            Some(journal::rescue(bytes.as_deref().unwrap_or_default(), journal).ok_or(Wrong::State(error))?)
        }
    };
    let replayed = journal::replay(state.as_ref(), journal).map_err(Wrong::Journal)?;
    let torn = replayed.length < journal.len() as u64;
    let digest = state.as_ref().map(State::digest);
    let found = Found { bytes, digest, length: replayed.length, announced: replayed.announced, torn };
    state = replayed.state.or(state);
    Ok(Recovered { state, found })
}

fn parse(bytes: &[u8]) -> Result<State, StateError> {
    let text = std::str::from_utf8(bytes);
    State::parse(text.map_err(|_| StateError::Damaged("it is not UTF-8 text".into()))?)
}

/// Reads the state file at `path`, even during a run. Returns `None` if it does not exist.
pub fn read_state(path: &Path) -> Result<Option<State>, OpenError> {
    let unavailable = |error| OpenError::of(path, error);
    let paths = Paths::of(path).map_err(unavailable)?;
    let mut tries = 0;
    loop {
        // The journal first: if it is folded meanwhile, the state has what it said.
        let journal = paths.read_journal().map_err(unavailable)?.unwrap_or_default();
        let bytes = paths.read_state().map_err(unavailable)?;
        tries += 1;
        match recover(&paths, bytes, &journal) {
            Err(OpenError::Journal(_, JournalError::Foreign) | OpenError::Unreadable(..)) if tries < 3 => {}
            recovered => return Ok(recovered?.state),
        }
    }
}

/// Removes the entries with these keys from the state file at `path`, or all entries if there are no keys,
/// and returns their number. Does not change the knowledge base.
pub fn remove_entries(path: &Path, keys: Option<&[String]>) -> Result<usize, OpenError> {
    let Some(present) = read_state(path)? else { return Ok(0) };
    let opened = open(path, &present.base_url, Access::default())?;
    let (Some(mut state), Some(store)) = (opened.state, opened.store) else { return Ok(0) };
    let all = || state.entries().map(|entry| entry.key.clone()).collect::<Vec<_>>();
    let keys = keys.map_or_else(all, <[String]>::to_vec);
    let forgotten = keys.iter().filter(|key| state.remove(key).is_some()).count();
    Ledger::open(state, store, Work::None)
        .map_err(|error| OpenError::Io(path.display().to_string(), error))?;
    Ok(forgotten)
}
