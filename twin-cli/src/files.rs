//! Where `twin` keeps its files, and how it replaces them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::error::{CliError, Code};

/// The folder of `config.toml` and `credentials.toml`.
pub(crate) fn config_dir() -> Result<PathBuf, CliError> {
    Ok(base_dirs()?.config_dir().join("twin"))
}

/// The folder of the embedded twin's data.
pub(crate) fn data_dir() -> Result<PathBuf, CliError> {
    Ok(base_dirs()?.data_dir().join("twin"))
}

/// The folder of what can be had again: answers that were paid for, above all.
pub(crate) fn cache_dir() -> Result<PathBuf, CliError> {
    Ok(base_dirs()?.cache_dir().join("twin"))
}

fn base_dirs() -> Result<impl BaseStrategy, CliError> {
    etcetera::choose_base_strategy().map_err(|_| {
        CliError::new(Code::Io, "your home directory is unknown").hint("set the HOME environment variable")
    })
}

/// Creates a folder that only its owner may enter, with its parents.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Keeps other runs from changing files beside this one until the result is dropped. Where the file system has
/// no locks, nothing does.
pub(crate) fn hold(path: &Path) -> Option<File> {
    let dir = path.parent()?;
    create_private_dir(dir).ok()?;
    let lock = File::create(dir.join(".lock")).ok()?;
    lock.lock().ok()?;
    Some(lock)
}

/// Replaces a file in one step with one that only its owner may read. A symbolic link stays one.
pub(crate) fn replace_private(path: &Path, content: &str) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let dir = path.parent().unwrap_or(Path::new("."));
    create_private_dir(dir)?;
    let mut file = tempfile::Builder::new().prefix(".twin-").tempfile_in(dir)?;
    file.write_all(content.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

/// The text of a file, or nothing where there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::io(format_args!("cannot read {}", path.display()), &error)),
    }
}
