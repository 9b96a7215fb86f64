//! Where `twin` keeps its files, and how it replaces them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use etcetera::BaseStrategy;

use crate::error::{CliError, Code};
use crate::ui::{Notice, Ui};

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
        CliError::new(Code::Io, "cannot determine your home directory")
            .hint("set the HOME environment variable")
    })
}

/// Reads the path of a file to write; `-`, which stands for standard output elsewhere, is refused.
pub(crate) fn output_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Err("expected a file: standard output is taken (for a file of that name, use './-')"),
        false => Ok(path),
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

/// Names of files that are about to take the place of another begin with it.
const UNFINISHED: &str = ".twin-";

/// What a file system cannot do, and is worked on all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    Locks,
    Sync,
}

impl Lack {
    /// What follows for a file there.
    pub(crate) fn warning(self, path: &Path) -> String {
        match self {
            Self::Locks => format!(
                "the file system has no locks: if another run changes {} at the same time, one change is lost",
                path.display()
            ),
            Self::Sync => {
                format!("the file system cannot sync: after a power failure {} may be lost", path.display())
            }
        }
    }
}

/// Warns of what the file system of a file lacks.
pub(crate) fn tell(lacks: &[Lack], path: &Path, ui: &Ui) {
    for lack in lacks {
        ui.notice(&Notice::warning(lack.warning(path)));
    }
}

/// Replaces a settings file by `change` while no other run does; what a run that was killed left beside it goes.
pub(crate) fn update_private(
    path: &Path,
    change: impl FnOnce() -> Result<String, CliError>,
) -> Result<Vec<Lack>, CliError> {
    let held = hold(path);
    let is_without_locks = held.as_ref().is_some_and(|(_, locked)| !locked);
    let lacks_sync = replace_private(path, &change()?)
        .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))?;
    Ok(is_without_locks.then_some(Lack::Locks).into_iter().chain(lacks_sync).collect())
}

/// Keeps other runs out until the result is dropped, and tells whether it does.
fn hold(path: &Path) -> Option<(File, bool)> {
    let dir = path.parent()?;
    create_private_dir(dir).ok()?;
    let lock = File::create(dir.join(".lock")).ok()?;
    if lock.lock().is_err() {
        return Some((lock, false));
    }
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Some((lock, true))
}

/// Replaces a file in one step with one that only its owner may read. A symbolic link stays one. Whoever is
/// killed meanwhile leaves nothing behind: until it is whole the new file has no name.
pub(crate) fn replace_private(path: &Path, content: &str) -> io::Result<Option<Lack>> {
    let path = target_of(path);
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_private_dir(dir)?;
    #[cfg(target_os = "linux")]
    if let Ok(mut file) = unnamed_in(dir) {
        let lack = write_whole(&mut file, content)?;
        if name_file(&file, &path).is_ok() {
            return Ok(lack);
        }
        let name = dir.join(format!("{UNFINISHED}{}", std::process::id()));
        if name_file(&file, &name).is_ok() {
            std::fs::rename(&name, &path).inspect_err(|_| drop(std::fs::remove_file(&name)))?;
            return Ok(lack);
        }
    }
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(dir)?;
    let lack = write_whole(file.as_file_mut(), content)?;
    file.persist(&path)?;
    Ok(lack)
}

/// Replaces a file in one step with one that whoever may by the umask can read.
pub(crate) fn replace(path: &Path, content: &str) -> io::Result<()> {
    let path = target_of(path);
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(dir)?;
    write_whole(file.as_file_mut(), content)?;
    file.persist(&path)?;
    Ok(())
}

/// Where a path leads in the end, even if there is nothing yet.
fn target_of(path: &Path) -> PathBuf {
    if let Ok(target) = path.canonicalize() {
        return target;
    }
    match std::fs::read_link(path) {
        Ok(target) => path.parent().unwrap_or(Path::new(".")).join(target),
        Err(_) => path.to_owned(),
    }
}

/// A file system that cannot promise to keep what was written, with no network say, is written to all the same.
fn write_whole(file: &mut File, content: &str) -> io::Result<Option<Lack>> {
    file.write_all(content.as_bytes())?;
    match file.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {
            Ok(Some(Lack::Sync))
        }
        result => result.map(|()| None),
    }
}

#[cfg(target_os = "linux")]
fn unnamed_in(dir: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(dir, flags, Mode::RUSR | Mode::WUSR)?.into())
}

/// Gives an unnamed file its first name, unless another has it.
#[cfg(target_os = "linux")]
fn name_file(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd;
    let file = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, file, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// A warning if anyone may put another file in the place of this one.
pub(crate) fn loose_folder(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let dir = path.parent()?;
        let folder = std::fs::metadata(dir).ok()?;
        let (mode, dir) = (folder.mode() & 0o7777, dir.display());
        (mode & 0o002 != 0).then(|| {
            format!(
                "other users may change your settings and keys: {dir} has mode {mode:04o}; run: chmod 700 '{dir}'"
            )
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Whether a file of this owner is someone else's: neither this user's nor the administrator's.
#[cfg(unix)]
pub(crate) fn is_foreign(owner: u32) -> bool {
    owner != 0 && owner != rustix::process::geteuid().as_raw()
}

/// The text of a file, or nothing where there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::io(format_args!("cannot read {}", path.display()), &error)),
    }
}
