//! Opening a state: claiming its files, and finishing what the journal of a run that vanished says.

use std::io;
use std::path::Path;

use super::disk::{Files, Paths, Unavailable};
use super::guard::Refusal;
use super::journal::{self, Unusable};
use super::ledger::Ledger;
use super::state::{State, Unreadable};

/// A state that is open for one run.
#[derive(Debug)]
pub struct Opened {
    /// What is known; `None` where there was no state.
    pub state: Option<State>,
    /// The state file as it is.
    pub on_disk: Option<String>,
    /// The claim to the files; `None` for a run that writes nothing.
    pub files: Option<Files>,
    pub base_url: String,
}

/// Why a state cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another run has it.
    #[error("another run works with {0}")]
    Busy(String),
    /// Its files cannot be read or written.
    #[error("cannot use the state file {0}: {1}")]
    Io(String, io::Error),
    /// It cannot be read by this version.
    #[error("cannot use the state file {0}: {1}")]
    Unreadable(String, Unreadable),
    /// Its journal cannot be replayed.
    #[error("cannot use the journal {0}: {1}")]
    Journal(String, Unusable),
    /// It is about another twin.
    #[error("{0}")]
    OtherTwin(Refusal),
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            OpenError::Busy(_) => {
                "wait until it ends, or give each run a state file of its own with --state".into()
            }
            OpenError::Io(..) => "the state and a journal beside it must be writable".into(),
            OpenError::Unreadable(_, Unreadable::Future(_)) => "install the latest version of twin".into(),
            OpenError::Unreadable(path, Unreadable::Damaged(_)) => format!(
                "restore it from version control or a backup; without one, remove {path} and sync with --init, \
                 which adopts the documents that equal the export's"
            ),
            OpenError::Journal(_, Unusable::Future) => "install the latest version of twin".into(),
            OpenError::Journal(path, _) => format!(
                "restore the state file it was written beside; or remove {path}, and the next sync knows nothing \
                 of what the run that left it did: look for doubled documents then"
            ),
            OpenError::OtherTwin(refusal) => refusal.hint().into(),
        }
    }

    /// Whether it is the system that says no.
    pub fn is_io(&self) -> bool {
        matches!(self, OpenError::Io(..))
    }
}

/// Opens the state at `path` for work on the twin at `base_url`. `only_look` claims and writes nothing.
pub fn open(path: &Path, base_url: &str, only_look: bool) -> Result<Opened, OpenError> {
    let paths = Paths::of(path);
    let unavailable = |error| match error {
        Unavailable::Busy => OpenError::Busy(path.display().to_string()),
        Unavailable::Io(error) => OpenError::Io(path.display().to_string(), error),
    };
    let mut files = None;
    if only_look {
        Files::check_free(&paths).map_err(unavailable)?;
    } else {
        files = Some(Files::claim(paths.clone()).map_err(unavailable)?);
    }
    let io = |error| OpenError::Io(path.display().to_string(), error);
    let on_disk = paths.read_state().map_err(io)?;
    let journal = match &mut files {
        Some(files) => files.journal().map_err(io)?,
        None => paths.read_journal().map_err(io)?.unwrap_or_default(),
    };
    let (state, on_disk) = recover(&paths, on_disk, &journal)?;
    if let Some(state) = &state
        && state.base_url.trim_end_matches('/') != base_url.trim_end_matches('/')
    {
        let (state, here) = (state.base_url.clone(), base_url.to_owned());
        return Err(OpenError::OtherTwin(Refusal::OtherTwin { state, here }));
    }
    Ok(Opened { state, on_disk, files, base_url: base_url.to_owned() })
}

/// The state with what its journal says, and the text of its file.
fn recover(
    paths: &Paths,
    on_disk: Option<Vec<u8>>,
    journal: &[u8],
) -> Result<(Option<State>, Option<String>), OpenError> {
    let unreadable = |error| OpenError::Unreadable(paths.state.display().to_string(), error);
    let text = on_disk.map(String::from_utf8).transpose();
    let text = text.map_err(|_| unreadable(Unreadable::Damaged("it is not UTF-8 text".into())))?;
    let state = text.as_deref().map(State::parse).transpose().map_err(unreadable)?;
    let replayed = journal::replay(state.as_ref(), journal);
    let replayed =
        replayed.map_err(|error| OpenError::Journal(paths.journal.display().to_string(), error))?;
    Ok((replayed.or(state), text))
}

/// The state at `path` as it is now, also while a run works with it; `None` where there is none.
pub fn peek(path: &Path) -> Result<Option<State>, OpenError> {
    let paths = Paths::of(path);
    let io = |error| OpenError::Io(path.display().to_string(), error);
    for _ in 0..3 {
        // The journal first: where it is folded meanwhile, the state has what it said.
        let journal = paths.read_journal().map_err(io)?.unwrap_or_default();
        let on_disk = paths.read_state().map_err(io)?;
        match recover(&paths, on_disk, &journal) {
            Err(OpenError::Journal(_, Unusable::Foreign)) => {}
            recovered => return Ok(recovered?.0),
        }
    }
    Err(OpenError::Journal(paths.journal.display().to_string(), Unusable::Foreign))
}

/// Drops entries of the state at `path`, every one where no keys are given; answers how many. The knowledge
/// base is not touched.
pub fn forget(path: &Path, keys: Option<&[String]>) -> Result<usize, OpenError> {
    let Some(present) = peek(path)? else { return Ok(0) };
    let opened = open(path, &present.base_url, false)?;
    let (Some(mut state), Some(files)) = (opened.state, opened.files) else { return Ok(0) };
    let all = || state.entries().map(|entry| entry.key.clone()).collect::<Vec<_>>();
    let keys = keys.map_or_else(all, <[String]>::to_vec);
    let forgotten = keys.iter().filter(|key| state.remove(key).is_some()).count();
    Ledger::open(state, opened.on_disk, files)
        .map_err(|error| OpenError::Io(path.display().to_string(), error))?;
    Ok(forgotten)
}
