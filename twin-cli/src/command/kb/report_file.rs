//! The file that the report of a bulk command is written to.

use std::io::{self, Write};
use std::path::Path;

use crate::error::CliError;

/// Fails if a report could not be written, before there is anything to report.
pub(super) fn check(path: &Path) -> Result<(), CliError> {
    let probe = if path.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        tempfile::tempfile_in(folder(path)).map(drop)
    };
    probe.map_err(|error: io::Error| {
        let error = io::Error::from(error.kind()); // the probe's own name says nothing
        CliError::invalid(format!("cannot write the report {}: {error}", path.display()))
            .hint("name a file in an existing folder that you can write to")
    })
}

/// Writes a report in one step, where that can be done.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let written = match std::fs::metadata(path) {
        Ok(present) if !present.is_file() => std::fs::write(path, text), // a pipe or a device stays one
        _ => replace(path, text).or_else(|_| std::fs::write(path, text)), // as where one file is a mount
    };
    written.map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".twin-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
