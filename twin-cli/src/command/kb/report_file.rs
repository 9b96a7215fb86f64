//! The file that the report of a bulk command is written to.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{CliError, Code};

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

/// Fails if the report would take the place of the state file, of what lies beside that or of what is to be read.
pub(super) fn overwrites_nothing(path: &Path, state: &Path, sources: &[PathBuf]) -> Result<(), CliError> {
    let Some(report) = whole(path) else { return Ok(()) };
    let is = |other: &Path| whole(other).is_some_and(|other| other == report);
    let is_source = |source: &PathBuf| {
        let within =
            || path.exists() && source.is_dir() && whole(source).is_some_and(|root| report.starts_with(root));
        // A report of an earlier run may lie in the folder.
        is(source) || (report.extension().is_none_or(|ending| ending != "json") && within())
    };
    let is_of_state = |ending: &str| {
        let mut file = state.as_os_str().to_owned();
        file.push(ending);
        is(Path::new(&file))
    };
    let what = if ["", ".journal", ".lock"].into_iter().any(is_of_state) {
        "the state file"
    } else if sources.iter().any(is_source) {
        "a file that is to be read"
    } else {
        return Ok(());
    };
    let message = format!("the report {} would replace {what}", path.display());
    Err(CliError::new(Code::Usage, message).hint("name another file with --report"))
}

/// The path without links, also of a file that is not there yet.
fn whole(path: &Path) -> Option<PathBuf> {
    let of_new = || Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(of_new)
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
