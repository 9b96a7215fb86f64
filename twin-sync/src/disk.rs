//! The state file and the journal beside it on disk: one run at a time, nothing half written.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Where a run keeps what it must not lose. [`Files`] is the one outside of tests.
pub trait Disk: Send {
    /// Adds a line to the journal; it is on the disk when this returns.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;

    /// Puts a state file in the place of the one that is there, in one step.
    fn replace(&mut self, state: &[u8]) -> io::Result<()>;

    /// Empties the journal.
    fn reset(&mut self) -> io::Result<()>;
}

/// Where a state and its journal are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    pub state: PathBuf,
    pub journal: PathBuf,
}

impl Paths {
    /// The files of a state at `path`; where that is a symbolic link, those it leads to.
    pub fn of(path: &Path) -> Self {
        let state = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let journal = beside(&state, ".journal");
        Self { state, journal }
    }

    /// What is in the state file; `None` where there is none.
    pub fn read_state(&self) -> io::Result<Option<Vec<u8>>> {
        read_if_there(&self.state)
    }

    /// What is in the journal, read without any claim to it.
    pub fn read_journal(&self) -> io::Result<Option<Vec<u8>>> {
        read_if_there(&self.journal)
    }
}

/// Why the files cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// Another run has them.
    #[error("another run works with this state")]
    Busy,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The files of a run. The operating system's lock on the journal keeps others out, and goes with the
/// process however that ends.
#[derive(Debug)]
pub struct Files {
    paths: Paths,
    journal: File,
}

impl Files {
    /// Claims the files; the journal is made where there is none.
    pub fn claim(paths: Paths) -> Result<Self, Unavailable> {
        loop {
            let journal = OpenOptions::new().read(true).append(true).create(true).open(&paths.journal)?;
            if !journal.metadata()?.is_file() {
                return Err(io::Error::other("the journal is not a file").into());
            }
            lock(&journal)?;
            // A run that ended meanwhile has taken away the file that was opened.
            if is_at(&journal, &paths.journal) {
                sync_folder(&paths.journal);
                remove_if_there(&beside(&paths.state, ".new"))?;
                return Ok(Self { paths, journal });
            }
        }
    }

    /// Whether no run has the files now.
    pub fn check_free(paths: &Paths) -> Result<(), Unavailable> {
        match File::open(&paths.journal) {
            Ok(journal) => lock_shared(&journal),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What is in the journal.
    pub fn journal(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.journal.rewind()?;
        self.journal.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Disk for Files {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.journal.write_all(line)?;
        self.journal.sync_data()
    }

    fn replace(&mut self, state: &[u8]) -> io::Result<()> {
        replace(&self.paths.state, state)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.journal.set_len(0)?;
        self.journal.sync_data()
    }
}

impl Drop for Files {
    /// An empty journal has nothing to say: it goes with the run. The lock is still held.
    fn drop(&mut self) {
        if self.journal.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            let _ = std::fs::remove_file(&self.paths.journal);
        }
    }
}

/// Puts a file in the place of the one that is there, in one step. Unlike secrets it is readable by whom the
/// system's defaults, or the present file, allow. The new file has a fixed name until it is whole, so that
/// processes that are killed do not leave many.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|present| !present.is_file()) {
        return std::fs::write(path, content); // a pipe or a device, say: it stays what it is
    }
    let new = beside(path, ".new");
    remove_if_there(&new)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
    if let Ok(present) = std::fs::metadata(path) {
        file.set_permissions(present.permissions())?;
    }
    let written = file.write_all(content).and_then(|()| file.sync_all());
    drop(file);
    if let Err(error) = written.and_then(|()| std::fs::rename(&new, path)) {
        let _ = remove_if_there(&new);
        return Err(error);
    }
    sync_folder(path);
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn lock(file: &File) -> Result<(), Unavailable> {
    file.try_lock().map_err(unavailable)
}

fn lock_shared(file: &File) -> Result<(), Unavailable> {
    file.try_lock_shared().map_err(unavailable)
}

fn unavailable(error: TryLockError) -> Unavailable {
    match error {
        TryLockError::WouldBlock => Unavailable::Busy,
        TryLockError::Error(error) => Unavailable::Io(error),
    }
}

/// Whether the open file is still the one at this path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, present) = (file.metadata().map(identity), std::fs::metadata(path).map(identity));
    matches!((open, present), (Ok(open), Ok(present)) if open == present)
}

/// Elsewhere an open file cannot be taken away.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Makes a new name in a folder durable, where the system can.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> (tempfile::TempDir, Paths) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(&folder.path().join("twin-kb.lock.json"));
        (folder, paths)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let names = std::fs::read_dir(folder.path()).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_second_run_is_kept_out_until_the_first_ends_and_nothing_is_left_behind() {
        let (folder, paths) = paths();
        let first = Files::claim(paths.clone()).unwrap();
        assert!(matches!(Files::claim(paths.clone()), Err(Unavailable::Busy)));
        assert!(matches!(Files::check_free(&paths), Err(Unavailable::Busy)));
        drop(first);
        assert!(names(&folder).is_empty());
        Files::check_free(&paths).unwrap();
        Files::claim(paths).unwrap();
    }

    #[test]
    fn a_journal_with_something_to_say_outlives_its_run_and_lets_the_next_one_in() {
        let (folder, paths) = paths();
        Files::claim(paths.clone()).unwrap().append(b"line\n").unwrap();
        assert_eq!(names(&folder), ["twin-kb.lock.json.journal"]);
        let mut next = Files::claim(paths).unwrap();
        assert_eq!(next.journal().unwrap(), b"line\n");
        next.reset().unwrap();
        drop(next);
        assert!(names(&folder).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_state_file_keeps_its_mode_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, paths) = paths();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        replace(&paths.state, b"one").unwrap();
        assert_eq!(mode(&paths.state) & 0o600, 0o600);
        std::fs::set_permissions(&paths.state, PermissionsExt::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&paths.state, &link).unwrap();
        replace(&Paths::of(&link).state, b"two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(
            (std::fs::read(&paths.state).unwrap().as_slice(), mode(&paths.state)),
            (&b"two"[..], 0o640)
        );
    }
}
