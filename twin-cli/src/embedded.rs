//! The embedded twin: the reference server on loopback, inside this process.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use twin_reference::{Reference, Running, Seed, StartError};
use twin_sdk::ApiKey;

use crate::error::{CliError, Code};
use crate::files;
use crate::index_cache::IndexCache;
use crate::settings::LocalData;
use crate::ui::progress::Progress;
use crate::ui::{Notice, Ui};
use crate::words::count;
use twin_export::{self as export, Export, Summary};

/// Documents stored together, and bytes of text from which on they are fewer.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 4 << 20;
/// What a twin in memory has room for: bytes of text, and for each word what it takes in the index. Prose of 30 MB fits.
const ROOM_IN_MEMORY: usize = 80 << 20;
const WORD_IN_INDEX: usize = 10;
/// Bytes that reading may keep beside it.
const READING: u64 = 48 << 20;

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A running embedded twin; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Embedded(Running);

impl Embedded {
    /// Starts one on its data, without limits, under a key of its own.
    pub(crate) async fn start(data: &LocalData) -> Result<Self, CliError> {
        let reference = match data {
            LocalData::Memory => in_memory(),
            LocalData::File(_) => Reference::new().key(new_key()).no_rate_limit(),
        };
        Self::serve(with_data(reference, data)?, ANY_PORT).await
    }

    /// Starts one as configured, on this address.
    pub(crate) async fn serve(reference: Reference, address: SocketAddr) -> Result<Self, CliError> {
        Ok(Self(reference.serve(address).await.map_err(not_started)?))
    }

    /// Starts one in memory that knows these exports and nothing else. What was read of them is kept in the user's
    /// cache, if it may be, and taken from there until one of their files changes.
    pub(crate) async fn of_exports(paths: &[PathBuf], cached: bool, ui: &Ui) -> Result<Self, CliError> {
        let cache = if cached { in_background(paths, IndexCache::of).await? } else { None };
        let Some(cache) = cache.map(Arc::new) else {
            let embedded = Self::start(&LocalData::Memory).await?;
            embedded.fill(paths, Some(ROOM_IN_MEMORY), ui).await?;
            return Ok(embedded);
        };
        let kept = tokio::task::spawn_blocking({
            let cache = cache.clone();
            move || cache.load()
        });
        if let Some(kept) = kept.await.map_err(CliError::internal)? {
            let reference = in_memory().image(kept.image);
            if let Ok(embedded) = Self::serve(reference, ANY_PORT).await {
                ui.detail(1, "the exports have not changed: using their cached index");
                kept.told.show("Using the index of", ui);
                return Ok(embedded);
            }
        }
        let embedded = Self::start(&LocalData::Memory).await?;
        let told = embedded.fill(paths, Some(ROOM_IN_MEMORY), ui).await?;
        if let Ok(image) = embedded.0.image().await {
            let keeping = tokio::task::spawn_blocking(move || cache.keep(&image, told));
            if let Err(error) = keeping.await.map_err(CliError::internal)? {
                ui.detail(1, &format!("the index of the exports was not cached: {error}"));
            }
        }
        Ok(embedded)
    }

    /// Puts what the exports hold into the knowledge base, and says what was read; `room` is for how many bytes of
    /// text it has room.
    pub(crate) async fn fill(
        &self,
        paths: &[PathBuf],
        room: Option<usize>,
        ui: &Ui,
    ) -> Result<Told, CliError> {
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
        let told = Told::of(paths, &summary)?;
        told.show("Read", ui);
        Ok(told)
    }

    /// Where in a document of this title an answer was quoted from: its headings, outermost first.
    pub(crate) async fn headings_of(&self, title: &str, answer: &str) -> Vec<String> {
        self.0.headings_of(title, answer).await
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

/// A twin that ends with the command, so that nobody sees what it escalated.
fn in_memory() -> Reference {
    Reference::new().key(new_key()).no_rate_limit().unattended()
}

/// Looks at exports on a thread that may wait for the disk.
async fn in_background<T: Send + 'static>(
    paths: &[PathBuf],
    look: impl FnOnce(&[PathBuf]) -> T + Send + 'static,
) -> Result<T, CliError> {
    let paths = paths.to_owned();
    tokio::task::spawn_blocking(move || look(&paths)).await.map_err(CliError::internal)
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
    let mut options = export::Options::default();
    if room.is_some() {
        options.limits.index_bytes = READING;
    }
    let export = Export::open(paths, &options)?;
    let mut taken = 0;
    let summary = export.read(&progress, |document| {
        bytes += document.text.len();
        taken += document.text.len() + WORD_IN_INDEX * words(&document.text);
        if room.is_some_and(|room| taken > room) {
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
    if room.is_some_and(|room| taken > room) {
        return Err(no_room(paths, bytes));
    }
    // Whoever waited for it may be gone.
    let _ = batches.blocking_send(batch);
    Ok(summary)
}

/// How many words a text has, about.
fn words(text: &str) -> usize {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.as_bytes().windows(2).filter(|pair| is_letter(pair[0]) && !is_letter(pair[1])).count()
}

/// What to do with exports that memory has no room for; `bytes` of their text were read.
fn no_room(paths: &[PathBuf], bytes: usize) -> CliError {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let message = format!(
        "these exports contain more text than fits into memory: {} MB and more, while about 30 MB fit",
        bytes >> 20
    );
    CliError::invalid(message).hint(format!(
        "import them into a file instead: 'twin --local --local-data twin.db kb import {}', then 'twin \
         --local --local-data twin.db ask …'",
        paths.join(" ")
    ))
}

/// What there is to say of exports that were read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    skipped: Vec<String>,
    damaged: Vec<String>,
    /// How many documents there are, and how many files were skipped.
    documents: String,
}

impl Told {
    /// Exports without a document are a mistake to tell of, not an empty twin to ask.
    fn of(paths: &[PathBuf], summary: &Summary) -> Result<Self, CliError> {
        let (documents, skipped) = (summary.documents, summary.skipped.len());
        let mut told = Self {
            skipped: summary
                .skipped
                .iter()
                .map(|file| format!("skipped {}: {}", file.path, file.reason))
                .collect(),
            damaged: summary
                .roots
                .iter()
                .filter(|root| !root.whole)
                .map(|root| {
                    format!("{} is truncated or damaged: some documents may be missing", root.path.display())
                })
                .collect(),
            documents: count(documents, "document"),
        };
        if documents == 0 {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            let error = CliError::invalid(format!("nothing to read in {}", paths.join(", ")));
            return Err(if skipped == 0 {
                error
            } else {
                error.hint(format!("skipped {}: use -v to see why", count(skipped, "file")))
            });
        }
        if skipped > 0 {
            told.documents += &format!(", skipped {skipped} (use -v to see why)");
        }
        Ok(told)
    }

    fn show(&self, did: &str, ui: &Ui) {
        self.skipped.iter().for_each(|line| ui.detail(1, line));
        self.damaged.iter().for_each(|line| ui.notice(&Notice::warning(line.clone())));
        ui.remark(&format!("{did} {}", self.documents));
    }
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
