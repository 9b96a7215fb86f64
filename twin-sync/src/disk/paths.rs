//! Where a state and the files beside it are, and which files may be used as such.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Unavailable;
use super::system::our_file;

/// What a directory is called that stands in the place of a file.
pub(crate) const DIRECTORY: &str = "a directory";

/// So many links lead to a file at most.
const MOST_LINKS: usize = 40;

/// Where a state and the files beside it are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    pub(crate) state: PathBuf,
    pub(crate) journal: PathBuf,
    /// The lock, where the file system has none.
    pub(crate) lock: PathBuf,
    /// A state that is not whole yet.
    pub(crate) new: PathBuf,
}

impl Paths {
    /// The files of a state at `path`. Links to it are followed, also to where nothing is yet; of several names
    /// (hard links) in one folder all lead to the first.
    pub(crate) fn of(path: &Path) -> Result<Self, Unavailable> {
        let io = |error| Unavailable::Io(path.to_owned(), error);
        let state = follow(path).map_err(io)?;
        match std::fs::metadata(&state) {
            Ok(present) if !present.is_file() => {
                return Err(Unavailable::Unfit(path.to_owned(), kind(&present)));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let folder = folder_of(&state);
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let state = first_name(state.file_name().map_or_else(|| state.clone(), |name| folder.join(name)));
        let beside = |ending: &str| {
            let mut name = state.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let (journal, lock, new) = (beside(".journal"), beside(".lock"), beside(".new"));
        Ok(Self { state, journal, lock, new })
    }

    /// The folder they are in.
    pub(crate) fn folder(&self) -> &Path {
        folder_of(&self.state)
    }

    /// What is in the state file; `None` where there is none. An empty file is none.
    pub(crate) fn read_state(&self) -> Result<Option<Vec<u8>>, Unavailable> {
        let bytes = read_if_there(&self.state)?;
        Ok(bytes.filter(|bytes| !bytes.trim_ascii().is_empty()))
    }

    /// What is in the journal, read without any claim to it.
    pub(crate) fn read_journal(&self) -> Result<Option<Vec<u8>>, Unavailable> {
        refuse_unfit(&self.journal)?;
        read_if_there(&self.journal)
    }
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a symbolic link leads to, whether anything is there or not.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !std::fs::symlink_metadata(&path).is_ok_and(|present| present.is_symlink()) {
            return Ok(path);
        }
        path = folder_of(&path).join(std::fs::read_link(&path)?);
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Refuses a journal or lock file that is a link, or none of ours: it is left as it is.
pub(crate) fn refuse_unfit(path: &Path) -> Result<(), Unavailable> {
    match std::fs::symlink_metadata(path) {
        Ok(present) => refuse(path, &present),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Unavailable::Io(path.to_owned(), error)),
    }
}

/// Refuses a file that a run must not write to.
pub(crate) fn refuse(path: &Path, file: &Metadata) -> Result<(), Unavailable> {
    let unfit = |what| Err(Unavailable::Unfit(path.to_owned(), what));
    if !file.is_file() {
        return unfit(kind(file));
    }
    if names(file) > 1 {
        return unfit("a hard link to another file");
    }
    if !is_trusted(path, file) {
        return unfit("another user's");
    }
    Ok(())
}

/// Bytes of a state or a journal: those of 200,000 documents take less.
pub(crate) const MOST: u64 = 128 << 20;
const TOO_LONG: &str = "over 128 MB long, which no state is";

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Unavailable> {
    let read = || {
        let mut bytes = Vec::new();
        our_file().open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
        io::Result::Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.len() as u64 > MOST => Err(Unavailable::Unfit(path.to_owned(), TOO_LONG)),
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Unavailable::Io(path.to_owned(), error)),
    }
}

fn kind(file: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = file.file_type();
        if kind.is_fifo() {
            return "a FIFO (named pipe), not a regular file";
        } else if kind.is_socket() {
            return "a socket, not a regular file";
        } else if kind.is_char_device() || kind.is_block_device() {
            return "a device, not a regular file";
        }
    }
    if file.is_symlink() {
        "a symbolic link"
    } else if file.is_dir() {
        DIRECTORY
    } else {
        "not a regular file"
    }
}

/// How many names a file has.
#[cfg(unix)]
pub(crate) fn names(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(file)
}

#[cfg(not(unix))]
pub(crate) fn names(_: &Metadata) -> u64 {
    1
}

/// Whether a file belongs to this user, or to the owner of the folder, who could replace it at any time.
#[cfg(unix)]
fn is_trusted(path: &Path, file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = file.uid();
    let owns_folder = || std::fs::metadata(folder_of(path)).is_ok_and(|folder| folder.uid() == owner);
    owner == rustix::process::geteuid().as_raw() || owner == 0 || owns_folder()
}

#[cfg(not(unix))]
fn is_trusted(_: &Path, _: &Metadata) -> bool {
    true
}

/// Of several names of a file in its folder, the first.
#[cfg(unix)]
fn first_name(path: PathBuf) -> PathBuf {
    use std::os::unix::fs::{DirEntryExt, MetadataExt};
    let Ok(present) = std::fs::metadata(&path) else { return path };
    if present.nlink() < 2 {
        return path;
    }
    let Ok(entries) = std::fs::read_dir(folder_of(&path)) else { return path };
    let is_same = |path: &PathBuf| is_file(path, &present);
    let entries = entries.flatten().filter(|entry| entry.ino() == present.ino());
    entries.map(|entry| entry.path()).filter(is_same).min().unwrap_or(path)
}

#[cfg(not(unix))]
fn first_name(path: PathBuf) -> PathBuf {
    path
}

/// Whether the open file is still the one at this path.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    file.metadata().is_ok_and(|open| is_file(path, &open))
}

/// Whether what is at the path, and no link to it, is this file.
#[cfg(unix)]
fn is_file(path: &Path, file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_same = |present: Metadata| (present.dev(), present.ino()) == (file.dev(), file.ino());
    std::fs::symlink_metadata(path).is_ok_and(is_same)
}

/// Elsewhere an open file cannot be taken away.
#[cfg(not(unix))]
fn is_file(_: &Path, _: &Metadata) -> bool {
    true
}
