//! Reads exports, on a thread of its own, and hands over their documents to be synced.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::CliError;
use twin_export::{
    self as export, Alike, Export, Likeness, Observer, ReadError, Remark, Root, Similar, Skipped,
};
use twin_sync::{Cancellation, Documents, NearDuplicates, Report};

/// What was read.
pub(super) struct Reading {
    pub(super) documents: Documents,
    pub(super) about: About,
}

/// What is to be said of what was read.
#[derive(Default)]
pub(super) struct About {
    /// Files, and parts of files, that became no document.
    pub(super) skipped: Vec<Skipped>,
    /// What is worth knowing of the files.
    pub(super) remarks: Vec<Remark>,
    /// What each PATH is.
    pub(super) roots: Vec<Root>,
    /// Archives that are cut short.
    pub(super) cut: Vec<PathBuf>,
    /// Documents that may be one, where that is asked for.
    pub(super) alike: Vec<Alike>,
}

/// Why an export was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadingError {
    /// A PATH cannot be opened.
    #[error(transparent)]
    Path(#[from] ReadError),
    /// What was read cannot be kept.
    #[error(transparent)]
    Kept(#[from] io::Error),
    /// The run was stopped.
    #[error("stopped")]
    Stopped,
}

/// How long a stopped reading may take to notice. One that waits for standard input never does, and ends with the
/// program.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Reads these exports. `compare` looks for documents that are alike.
pub(super) async fn read(
    documents: Documents,
    paths: Vec<PathBuf>,
    options: export::Options,
    compare: bool,
    observer: impl Observer + Send + 'static,
    cancellation: &Cancellation,
) -> Result<Reading, ReadingError> {
    let stop = options.cancellation.clone();
    let (done, mut reading) = oneshot::channel();
    // Where the machine has no thread more, this says so.
    std::thread::Builder::new().spawn(move || {
        // Nobody may wait for it any more.
        let _ = done.send(read_now(documents, &paths, &options, compare, &observer));
    })?;
    let read = tokio::select! {
        read = &mut reading => read,
        () = cancellation.stopped() => {
            stop.cancel();
            match tokio::time::timeout(LAST_LOOK, reading).await {
                Ok(read) => read,
                Err(_) => return Err(ReadingError::Stopped),
            }
        }
    };
    match read {
        Ok(_) if cancellation.is_stopped() => Err(ReadingError::Stopped),
        Ok(read) => read,
        Err(died) => Err(ReadingError::Kept(io::Error::other(died))),
    }
}

fn read_now(
    mut documents: Documents,
    paths: &[PathBuf],
    options: &export::Options,
    compare: bool,
    observer: &dyn Observer,
) -> Result<Reading, ReadingError> {
    let mut failed = None;
    let mut similar = compare.then(Similar::default);
    let summary = Export::open(paths, options)?.read(observer, |document| {
        if let Some(similar) = &mut similar {
            similar.add(&document);
        }
        failed = documents.add(document).err();
        let stop = failed.is_some() || options.cancellation.is_cancelled();
        if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    for root in &summary.roots {
        documents.covers(&root.scope, root.whole);
    }
    for key in summary.filtered.into_iter().chain(summary.unconverted_keys) {
        documents.not_gone(key);
    }
    let roots = summary.roots;
    let cut = roots.iter().filter(|root| !root.whole).map(|root| root.path.clone()).collect();
    let alike = similar.map(Similar::finish).unwrap_or_default();
    let about = About { skipped: summary.skipped, remarks: summary.remarks, roots, cut, alike };
    Ok(Reading { documents, about })
}

/// Folders of one name, whose files of one path are told apart by the order of the folders alone.
pub(super) fn namesakes(roots: &[Root]) -> Vec<String> {
    let is_first = |at: usize| roots[..at].iter().all(|other| other.scope != roots[at].scope);
    let is_folder = |root: &Root| root.scope.starts_with("folder:") && root.scope.ends_with('/');
    let name = |root: &Root| root.scope["folder:".len()..].trim_end_matches('/').to_owned();
    (0..roots.len())
        .filter(|&at| is_folder(&roots[at]) && !is_first(at))
        .map(|at| {
            let path = roots[at].path.display();
            format!(
                "{path}: another folder is named {} as well, and their order tells them apart",
                name(&roots[at])
            )
        })
        .collect()
}

/// The error of a PATH that cannot be read.
pub(super) fn unreadable(error: ReadError) -> CliError {
    match error {
        ReadError::Root { .. } => CliError::invalid(format!("--root: {error}")).hint(error.hint()),
        error => error.into(),
    }
}

impl About {
    /// Adds the files that became no document to a report.
    pub(super) fn tell(&self, mut report: Report) -> Report {
        let line =
            |file: &Skipped| twin_sync::Skipped { path: file.path.clone(), reason: file.reason.clone() };
        report.skipped = self.skipped.iter().map(line).collect();
        report
    }

    /// Adds what is worth knowing of the files as well.
    pub(super) fn tell_all(&self, report: Report) -> Report {
        let line = |of: &Remark| twin_sync::Remark { path: of.path.clone(), remark: of.text.clone() };
        let mut report = self.tell(report);
        report.remarks = self.remarks.iter().map(line).collect();
        report.near_duplicates = self.alike.iter().map(near_duplicates).collect();
        report
    }
}

fn near_duplicates(alike: &Alike) -> NearDuplicates {
    let (likeness, percent) = match alike.likeness {
        Likeness::SameText => ("same text", None),
        Likeness::SimilarText(percent) => ("similar text", Some(percent)),
        _ => ("same title", None),
    };
    NearDuplicates { keys: alike.keys.clone(), title: alike.title.clone(), likeness, percent }
}
