//! The embedded twin: the reference server on loopback, inside this process.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::path::PathBuf;

use tokio::sync::mpsc;
use twin_reference::{Reference, Running, Seed, StartError};
use twin_sdk::ApiKey;

use crate::error::{CliError, Code};
use crate::files;
use crate::settings::LocalData;
use crate::ui::progress::Progress;
use crate::ui::{Notice, Ui};
use crate::words::count;
use twin_export::{self as export, Export, Summary};

/// Documents stored together, and bytes of text from which on they are fewer.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of text that a twin in memory has room for: with its index they take some three times as much.
pub(crate) const ROOM_IN_MEMORY: usize = 40 << 20;

/// A running embedded twin; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Embedded(Running);

impl Embedded {
    /// Starts one on its data, without limits, under a key of its own.
    pub(crate) async fn start(data: &LocalData) -> Result<Self, CliError> {
        let reference = Reference::new().key(new_key()).no_rate_limit();
        // In memory it ends with the command, and nobody sees what it escalated.
        let reference = if matches!(data, LocalData::Memory) { reference.unattended() } else { reference };
        Self::serve(with_data(reference, data)?, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts one as configured, on this address.
    pub(crate) async fn serve(reference: Reference, address: SocketAddr) -> Result<Self, CliError> {
        Ok(Self(reference.serve(address).await.map_err(not_started)?))
    }

    /// Puts what the exports hold into the knowledge base; `room` is for how many bytes of text it has room.
    pub(crate) async fn fill(&self, paths: &[PathBuf], room: Option<usize>, ui: &Ui) -> Result<(), CliError> {
        let (batches, mut read) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking({
            let (paths, ui) = (paths.to_owned(), *ui);
            move || read_exports(&paths, room, &ui, &batches)
        });
        while let Some(batch) = read.recv().await {
            let stored = self.0.seed_all(batch).await;
            stored.map_err(|error| CliError::new(Code::Io, error.to_string()))?;
        }
        let summary = reading.await.map_err(CliError::internal)??;
        report(paths, &summary, ui)
    }

    /// How many documents it knows.
    pub(crate) async fn document_count(&self) -> u64 {
        self.0.document_count().await
    }

    /// Finishes the requests in flight, then ends.
    pub(crate) async fn shutdown(self) {
        self.0.shutdown().await;
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    pub(crate) fn key(&self) -> Result<ApiKey, CliError> {
        Ok(ApiKey::new(self.0.key())?)
    }
}

/// Reads exports and hands their documents on, as whole as they are: the twin's store has no limit.
fn read_exports(
    paths: &[PathBuf],
    room: Option<usize>,
    ui: &Ui,
    batches: &mpsc::Sender<Vec<Seed>>,
) -> Result<Summary, CliError> {
    let progress = Progress::start(ui, "Reading");
    let (mut batch, mut batch_bytes, mut bytes) = (Vec::new(), 0, 0);
    let export = Export::open(paths, &export::Options::default())?;
    let summary = export.read(&progress, |document| {
        bytes += document.text.len();
        if room.is_some_and(|room| bytes > room) {
            return ControlFlow::Break(());
        }
        batch_bytes += document.text.len();
        let seed = Seed::new(document.title, document.text).of_type(document.document_type.as_str());
        batch.push(seed.from_source("import"));
        if batch.len() < BATCH && batch_bytes < BATCH_BYTES {
            return ControlFlow::Continue(());
        }
        batch_bytes = 0;
        let sent = batches.blocking_send(std::mem::take(&mut batch));
        if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if let Some(room) = room.filter(|room| bytes > *room) {
        return Err(no_room(paths, room));
    }
    // Whoever waited for it may be gone.
    let _ = batches.blocking_send(batch);
    Ok(summary)
}

/// What to do with exports that memory has no room for.
fn no_room(paths: &[PathBuf], room: usize) -> CliError {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let message = format!(
        "these exports contain more than {} MB of text, the limit for reading into memory",
        room >> 20
    );
    CliError::invalid(message).hint(format!(
        "import them into a file instead: 'twin --local --local-data twin.db kb import {}', then 'twin \
         --local --local-data twin.db ask …'",
        paths.join(" ")
    ))
}

/// Says what was read. Exports without a document are a mistake to tell of, not an empty twin to ask.
fn report(paths: &[PathBuf], summary: &Summary, ui: &Ui) -> Result<(), CliError> {
    for skipped in &summary.skipped {
        ui.detail(1, &format!("skipped {}: {}", skipped.path, skipped.reason));
    }
    for root in summary.roots.iter().filter(|root| !root.whole) {
        let path = root.path.display();
        ui.notice(&Notice::warning(format!("{path} is truncated or damaged: some documents may be missing")));
    }
    let (documents, skipped) = (summary.documents, summary.skipped.len());
    if documents == 0 {
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let error = CliError::invalid(format!("nothing to read in {}", paths.join(", ")));
        return Err(if skipped == 0 {
            error
        } else {
            error.hint(format!("skipped {}: use -v to see why", count(skipped, "file")))
        });
    }
    let mut text = format!("Read {}", count(documents, "document"));
    if skipped > 0 {
        text += &format!(", skipped {skipped} (use -v to see why)");
    }
    ui.remark(&text);
    Ok(())
}

/// Keeps the twin's data where it belongs.
pub(crate) fn with_data(reference: Reference, data: &LocalData) -> Result<Reference, CliError> {
    let LocalData::File(path) = data else { return Ok(reference) };
    if path.starts_with(files::data_dir().unwrap_or_default())
        && let Some(dir) = path.parent()
    {
        files::create_private_dir(dir)
            .map_err(|error| CliError::io(format_args!("cannot create {}", dir.display()), &error))?;
    }
    Ok(reference.data(path))
}

/// What to do where a twin does not start.
fn not_started(error: StartError) -> CliError {
    let message = error.to_string();
    match error {
        StartError::Data { .. } | StartError::Webhook(_) | StartError::Model(_) => CliError::invalid(message),
        StartError::Listen { .. } => {
            CliError::new(Code::Io, message).hint("pass another --port, or 0 to select a free port")
        }
        _ => CliError::new(Code::Io, message),
    }
}

/// A key no one can guess, so that other users of this machine stay out. Its bits are those the operating
/// system seeds the standard library's hash maps with, behind their keyed hash.
pub(crate) fn new_key() -> String {
    let bits = || RandomState::new().build_hasher().finish();
    format!("twin_test_{:016x}{:016x}", bits(), bits())
}

impl LocalData {
    /// What tells this data from others: `local:` and the path.
    pub(crate) fn label(&self) -> Result<String, CliError> {
        match self {
            LocalData::Memory => Ok("local::memory:".to_owned()),
            LocalData::File(path) => {
                let path = std::path::absolute(path)
                    .map_err(|error| CliError::invalid(format!("{}: {error}", path.display())))?;
                Ok(format!("local:{}", path.display()))
            }
        }
    }
}

impl fmt::Display for LocalData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalData::Memory => f.write_str(":memory:"),
            LocalData::File(path) => write!(f, "{}", path.display()),
        }
    }
}
