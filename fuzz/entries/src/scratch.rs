//! A folder of each thread's own, for readers that read files.

use std::path::Path;

use tempfile::TempDir;

thread_local! {
    static FOLDER: Option<TempDir> = tempfile::tempdir().ok();
}

/// Calls `then` with an empty folder of this thread's.
pub(crate) fn in_scratch(then: impl FnOnce(&Path)) {
    FOLDER.with(|folder| {
        let Some(folder) = folder else { panic!("no temporary folder can be made") };
        then(folder.path());
    });
}

/// Writes a file, or takes it away.
pub(crate) fn put(path: &Path, content: Option<&[u8]>) {
    let done = match content {
        Some(content) => std::fs::write(path, content),
        None => std::fs::remove_file(path).or(Ok(())),
    };
    assert!(done.is_ok(), "{} cannot be written: {done:?}", path.display());
}
