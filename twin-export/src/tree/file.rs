//! Files of the disk, opened as what they were when they were listed: no link is followed, nothing is waited for.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that was listed.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    path: PathBuf,
    identity: Identity,
}

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

impl Listed {
    pub(super) fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Self { path, identity: identity(metadata) }
    }

    /// The regular file that is at `path`, which is no link to one.
    pub(super) fn of(path: PathBuf) -> Option<Self> {
        let metadata = std::fs::symlink_metadata(&path).ok()?;
        metadata.is_file().then(|| Self::new(path, &metadata))
    }

    /// Opens the very file that was listed.
    pub(super) fn open(&self) -> io::Result<File> {
        let file = options(false).open(&self.path)?;
        let metadata = file.metadata()?;
        if metadata.is_file() && identity(&metadata) == self.identity {
            return Ok(file);
        }
        Err(io::Error::other("another file stands in its place"))
    }
}

/// Opens what somebody named: a regular file, maybe by a link to it.
pub(super) fn open_named(path: &Path) -> io::Result<(File, Metadata)> {
    let file = options(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(no_file()) }
}

/// Tells a folder from a file; anything else is refused before it is opened, since that alone may wait or act.
pub(super) fn is_folder(path: &Path) -> io::Result<bool> {
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_file() || kind.is_dir() { Ok(kind.is_dir()) } else { Err(no_file()) }
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is neither a file nor a folder")
}

fn options(follow: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;

        let flags = if follow { OFlags::NONBLOCK } else { OFlags::NONBLOCK | OFlags::NOFOLLOW };
        // All flags fit.
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    #[cfg(not(unix))]
    let _ = follow;
    options
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_exchanged_after_it_was_listed_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.md"), folder.path().join("b.md"));
        std::fs::write(&path, "listed").unwrap();
        std::fs::write(&other, "other").unwrap();
        let listed = Listed::new(path.clone(), &std::fs::symlink_metadata(&path).unwrap());
        assert!(listed.open().is_ok());
        std::fs::rename(&other, &path).unwrap();
        assert!(listed.open().is_err(), "another file");
        std::fs::rename(&path, &other).unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(
            Listed::new(path.clone(), &std::fs::metadata(&other).unwrap()).open().is_err(),
            "a link to it"
        );
    }
}
