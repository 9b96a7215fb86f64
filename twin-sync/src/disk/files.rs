//! The files of a run, claimed for it alone.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use super::limitation::{Limitation, Limitations};
use super::lock::Lock;
use super::paths::{MOST, Paths, is_at, names, refuse, refuse_unfit};
use super::system::{Os, System, our_file};
use super::{Disk, Unavailable};

/// Whether other runs are kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Locking {
    /// They are.
    #[default]
    On,
    /// Whoever asked for this sees to it.
    Off,
}

/// The files of a run.
#[derive(Debug)]
pub(crate) struct Files<S: System = Os> {
    system: S,
    paths: Paths,
    journal: File,
    lock: Lock,
    /// Where the state has other names: the claim to it under any of them.
    _shared: Option<File>,
    limitations: Limitations,
}

impl<S: System> Files<S> {
    /// Claims the files; the journal is made where there is none.
    pub(crate) fn claim(paths: Paths, locking: Locking, system: S) -> Result<Self, Unavailable> {
        let limitations = Limitations::default();
        loop {
            let journal = open_journal(&system, &paths, true)?;
            let lock = match locking {
                Locking::On => Lock::take(&system, &journal, &paths.lock)?,
                Locking::Off => Lock::None,
            };
            if let Lock::File(..) = lock {
                limitations.add(Limitation::NoLocks(paths.lock.clone()));
            }
            // A run that ended meanwhile has taken away the file that was opened.
            if is_at(&journal, &paths.journal) {
                let shared = match locking {
                    Locking::On => lock_names(&system, &paths)?,
                    Locking::Off => None,
                };
                system.sync_folder(paths.folder());
                system.remove(&paths.new).map_err(|error| Unavailable::Io(paths.new.clone(), error))?;
                return Ok(Self { system, paths, journal, lock, _shared: shared, limitations });
            }
            lock.give_up(&system);
        }
    }

    /// Whether no run has the files now.
    pub(crate) fn check_free(paths: &Paths, system: &S) -> Result<(), Unavailable> {
        refuse_unfit(&paths.journal)?;
        match our_file().open(&paths.journal) {
            Ok(journal) => Lock::check_free(system, &journal, &paths.lock)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Unavailable::Io(paths.journal.clone(), error)),
        }
        lock_names(system, paths).map(drop)
    }

    /// What is in the journal.
    pub(crate) fn journal(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.journal.rewind()?;
        (&mut self.journal).take(MOST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is over 128 MB long, which no journal is",
            ));
        }
        Ok(bytes)
    }

    /// What the file system turned out not to do; more is added as it is found.
    pub(crate) fn limitations(&self) -> Limitations {
        self.limitations.clone()
    }

    /// Makes what a file holds durable, where the file system can.
    fn sync(&self, file: &File) -> io::Result<()> {
        match self.system.sync(file) {
            Err(error) if is_unsupported(&error) => {
                self.limitations.add(Limitation::NoSync(self.paths.folder().to_owned()));
                Ok(())
            }
            result => result,
        }
    }

    /// What was written to a journal that is no longer there would be read by no one.
    fn check_claim(&self) -> io::Result<()> {
        if is_at(&self.journal, &self.paths.journal) && self.lock.stands() {
            return Ok(());
        }
        let journal = self.paths.journal.display();
        Err(io::Error::other(format!("{journal} was removed or replaced during the run")))
    }

    fn write_new(&self, state: &[u8]) -> io::Result<()> {
        let new = &self.paths.new;
        self.system.remove(new)?;
        let file = self.system.open(new, our_file().write(true).create_new(true))?;
        if let Ok(present) = std::fs::metadata(&self.paths.state)
            && let Err(error) = self.system.set_mode(&file, present.permissions())
        {
            if !is_unsupported(&error) && error.kind() != io::ErrorKind::PermissionDenied {
                return Err(error);
            }
            self.limitations.add(Limitation::NoModes(self.paths.state.clone()));
        }
        self.system.write(&file, state)?;
        self.sync(&file)
    }
}

impl<S: System> Disk for Files<S> {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.check_claim()?;
        self.system.write(&self.journal, line)?;
        self.sync(&self.journal)
    }

    fn trim(&mut self, length: u64) -> io::Result<u64> {
        let vanished = std::fs::symlink_metadata(&self.paths.journal)
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if vanished {
            let journal = self.system.open(&self.paths.journal, our_file().write(true).create_new(true))?;
            if let Lock::System = self.lock {
                self.system.lock(&journal)?;
            }
            self.journal = journal;
            self.system.sync_folder(self.paths.folder());
        }
        self.check_claim()?;
        let length = if vanished { 0 } else { length };
        self.system.truncate(&self.journal, length)?;
        self.sync(&self.journal)?;
        Ok(length)
    }

    /// The new file has a fixed name until it is whole, so that processes that are killed do not leave many.
    fn replace(&mut self, state: &[u8]) -> io::Result<()> {
        self.check_claim()?;
        if std::fs::metadata(&self.paths.state).is_ok_and(|present| names(&present) > 1) {
            return Err(io::ErrorKind::ResourceBusy.into()); // its other names would keep the old one
        }
        let written = self.write_new(state);
        if let Err(error) = written.and_then(|()| self.system.rename(&self.paths.new, &self.paths.state)) {
            let _ = self.system.remove(&self.paths.new);
            return Err(match error.kind() {
                io::ErrorKind::CrossesDevices => io::ErrorKind::ResourceBusy.into(),
                _ => error,
            });
        }
        self.system.sync_folder(self.paths.folder());
        Ok(())
    }

    fn overwrite(&mut self, state: &[u8]) -> io::Result<()> {
        self.check_claim()?;
        let file = self.system.open(&self.paths.state, our_file().write(true).create(true))?;
        self.system.truncate(&file, 0)?;
        self.system.write(&file, state)?;
        self.sync(&file)
    }

    fn state(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.paths.read_state().map_err(io::Error::other)
    }
}

impl<S: System> Drop for Files<S> {
    /// An empty journal has nothing to say: it goes with the run. The claim is still held.
    fn drop(&mut self) {
        let is_empty = self.journal.metadata().is_ok_and(|metadata| metadata.len() == 0);
        if is_empty && self.check_claim().is_ok() {
            let _ = self.system.remove(&self.paths.journal);
        }
        self.lock.give_up(&self.system);
    }
}

/// Opens the journal, which must be a file of this run's own making, or of one before.
fn open_journal(system: &impl System, paths: &Paths, create: bool) -> Result<File, Unavailable> {
    let path = &paths.journal;
    refuse_unfit(path)?;
    let io = |error| Unavailable::Io(path.clone(), error);
    let journal = system.open(path, our_file().write(true).create(create)).map_err(io)?;
    // Whatever came in its place meanwhile, what was opened is what is judged.
    let opened = journal.metadata().map_err(io)?;
    refuse(path, &opened)?;
    Ok(journal)
}

/// Claims a state that has other names, under which other runs could come to it.
fn lock_names(system: &impl System, paths: &Paths) -> Result<Option<File>, Unavailable> {
    if !std::fs::metadata(&paths.state).is_ok_and(|present| names(&present) > 1) {
        return Ok(None);
    }
    let Ok(state) = open_quietly(&paths.state) else { return Ok(None) };
    match system.lock(&state) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(Unavailable::Busy(None)),
        _ => Ok(Some(state)),
    }
}

fn open_quietly(path: &Path) -> io::Result<File> {
    our_file().write(true).open(path)
}

/// Whether it is the file system that has no such thing, rather than something being wrong.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn paths() -> (tempfile::TempDir, Paths) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(&folder.path().join("twin-kb.lock.json")).unwrap();
        (folder, paths)
    }

    fn claim(paths: &Paths) -> Result<Files, Unavailable> {
        Files::claim(paths.clone(), Locking::On, Os)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let names = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_second_run_is_kept_out_until_the_first_ends_and_nothing_is_left_behind() {
        let (folder, paths) = paths();
        let first = claim(&paths).unwrap();
        assert!(matches!(claim(&paths), Err(Unavailable::Busy(_))));
        assert!(matches!(Files::check_free(&paths, &Os), Err(Unavailable::Busy(_))));
        drop(Files::claim(paths.clone(), Locking::Off, Os).unwrap());
        drop(first);
        assert!(names(&folder).is_empty());
        Files::check_free(&paths, &Os).unwrap();
        claim(&paths).unwrap();
    }

    #[test]
    fn a_journal_with_something_to_say_outlives_its_run_and_lets_the_next_one_in() {
        let (folder, paths) = paths();
        claim(&paths).unwrap().append(b"line\n").unwrap();
        assert_eq!(names(&folder), ["twin-kb.lock.json.journal"]);
        let mut next = claim(&paths).unwrap();
        assert_eq!(next.journal().unwrap(), b"line\n");
        assert_eq!(next.trim(0).unwrap(), 0);
        drop(next);
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn a_journal_that_vanishes_is_noticed_before_the_next_line() {
        let (folder, paths) = paths();
        let mut files = claim(&paths).unwrap();
        files.append(b"one\n").unwrap();
        std::fs::remove_file(&paths.journal).unwrap();
        let error = files.append(b"two\n").unwrap_err().to_string();
        assert!(error.contains("was removed or replaced"), "{error}");
        assert!(files.replace(b"state").is_err());
        assert!(names(&folder).is_empty());
        assert_eq!(files.trim(4).unwrap(), 0, "a new one is made, and is empty");
        files.append(b"three\n").unwrap();
        assert!(matches!(claim(&paths), Err(Unavailable::Busy(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_state_file_keeps_its_mode_and_a_link_stays_one_also_to_where_nothing_is_yet() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, paths) = paths();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
        let link = folder.path().join("link.json");
        symlink("elsewhere/state.json", &link).unwrap();
        let through = |link: &Path| Files::claim(Paths::of(link).unwrap(), Locking::On, Os).unwrap();
        through(&link).replace(b"one").unwrap();
        let target = folder.path().join("elsewhere/state.json");
        assert!(link.is_symlink() && std::fs::read(&target).unwrap() == b"one");
        std::fs::set_permissions(&target, PermissionsExt::from_mode(0o640)).unwrap();
        through(&link).replace(b"two").unwrap();
        assert!(link.is_symlink() && !paths.state.exists());
        assert_eq!((std::fs::read(&target).unwrap(), mode(&target)), (b"two".to_vec(), 0o640));
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_that_is_a_link_is_refused_and_left_as_it_is() {
        use std::os::unix::fs::symlink;
        let (folder, paths) = paths();
        let victim = folder.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        let link: [fn(&PathBuf, &PathBuf) -> io::Result<()>; 2] =
            [|to, at| symlink(to, at), |to, at| std::fs::hard_link(to, at)];
        for link in link {
            link(&victim, &paths.journal).unwrap();
            assert!(matches!(claim(&paths), Err(Unavailable::Unfit(..))));
            assert!(matches!(Files::check_free(&paths, &Os), Err(Unavailable::Unfit(..))));
            assert!(matches!(paths.read_journal(), Err(Unavailable::Unfit(..))));
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
            assert!(std::fs::symlink_metadata(&paths.journal).is_ok());
            std::fs::remove_file(&paths.journal).unwrap();
        }
        symlink(&victim, &paths.new).unwrap();
        claim(&paths).unwrap().replace(b"state").unwrap();
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    }

    #[cfg(unix)]
    #[test]
    fn names_of_one_state_are_one_state() {
        let (folder, paths) = paths();
        std::fs::write(&paths.state, "one").unwrap();
        let below = folder.path().join("below");
        std::fs::create_dir(&below).unwrap();
        for other in [folder.path().join("a.json"), below.join("b.json")] {
            std::fs::hard_link(&paths.state, &other).unwrap();
            let files = claim(&Paths::of(&paths.state).unwrap()).unwrap();
            assert!(matches!(claim(&Paths::of(&other).unwrap()), Err(Unavailable::Busy(_))));
            drop(files);
            let mut files = claim(&Paths::of(&other).unwrap()).unwrap();
            assert_eq!(files.replace(b"two").unwrap_err().kind(), io::ErrorKind::ResourceBusy);
            files.overwrite(b"two").unwrap();
            assert_eq!(std::fs::read(&paths.state).unwrap(), b"two");
        }
        assert_eq!(Paths::of(&paths.state).unwrap().state.file_name().unwrap(), "a.json");
    }
}
