//! The system calls under a state, one by one: tests refuse each of them in turn, or let the process die around it.

use std::fmt;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// What the system is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Write,
    Truncate,
    Sync,
    Lock,
    SetMode,
    Rename,
    Remove,
}

/// The operating system, as far as the files of a state need it. [`Os`] is the one outside of tests.
pub(crate) trait System: Clone + Send + fmt::Debug {
    /// Makes a call.
    fn call<T>(&self, call: Call, act: impl FnOnce() -> io::Result<T>) -> io::Result<T>;

    /// Writes all of these bytes at the end of a file.
    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        self.call(Call::Write, || {
            file.seek(SeekFrom::End(0))?;
            file.write_all(bytes)
        })
    }

    fn open(&self, path: &Path, options: &OpenOptions) -> io::Result<File> {
        self.call(Call::Open, || options.open(path))
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        self.call(Call::Truncate, || file.set_len(length))
    }

    /// Makes the bytes of a file durable.
    fn sync(&self, file: &File) -> io::Result<()> {
        self.call(Call::Sync, || file.sync_all())
    }

    fn lock(&self, file: &File) -> io::Result<()> {
        self.call(Call::Lock, || file.try_lock().map_err(io::Error::from))
    }

    fn lock_shared(&self, file: &File) -> io::Result<()> {
        self.call(Call::Lock, || file.try_lock_shared().map_err(io::Error::from))
    }

    fn set_mode(&self, file: &File, mode: Permissions) -> io::Result<()> {
        self.call(Call::SetMode, || file.set_permissions(mode))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(Call::Rename, || std::fs::rename(from, to))
    }

    /// Removes a file, if it is there.
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call(Call::Remove, || match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    /// Makes a new name in a folder durable, where the system can.
    fn sync_folder(&self, folder: &Path) {
        let _ = self.call(Call::Sync, || File::open(folder).and_then(|folder| folder.sync_all()));
    }
}

/// The operating system itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Os;

impl System for Os {
    fn call<T>(&self, _: Call, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        act()
    }
}

/// How to open a file of ours: never through a link, and never waiting for the other end of a pipe.
pub(crate) fn our_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    options
}
