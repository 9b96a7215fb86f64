//! Exports become documents: archives and folders of Notion, Google Drive, Slack, mail or plain files
//! are read one document at a time, and every file that becomes none is named with its reason.
//!
//! Nothing here knows of terminals, of the network or of what is already in a knowledge base.

#[cfg(feature = "readers")]
mod confluence;
#[cfg(feature = "readers")]
mod convert;
#[cfg(feature = "readers")]
mod detect;
mod document_type;
#[cfg(feature = "readers")]
mod drive;
#[cfg(feature = "readers")]
mod filter;
#[cfg(feature = "readers")]
mod folder;
#[cfg(feature = "readers")]
mod job;
#[cfg(feature = "readers")]
mod jsonl;
#[cfg(all(test, unix, feature = "readers"))]
mod linear;
#[cfg(feature = "readers")]
mod mail;
#[cfg(feature = "readers")]
mod notion;
#[cfg(feature = "readers")]
mod pool;
#[cfg_attr(not(feature = "readers"), allow(dead_code))]
pub mod reason;
pub mod remark;
#[cfg(feature = "readers")]
mod run;
#[cfg(feature = "readers")]
mod slack;
mod split;
#[cfg_attr(not(feature = "readers"), allow(dead_code))] // the readers use more of it
mod text;
#[cfg(feature = "readers")]
mod tree;
#[cfg(feature = "readers")]
mod vault;
#[cfg(feature = "readers")]
mod workers;

use std::io;
#[cfg(feature = "readers")]
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use document_type::DocumentType;
#[cfg(feature = "readers")]
pub use filter::{Filter, Glob};
#[cfg(feature = "readers")]
pub use job::Cancellation;
pub use split::{MOST_UNITS, Part, split};
#[cfg(feature = "readers")]
pub use workers::use_worker_processes;

/// A document that an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its identity, such as `notion:<page id>` or `folder:<root name>/<path>`: the same in every export.
    pub key: String,
    /// Never blank, and one line unless a backup of a knowledge base says otherwise.
    pub title: String,
    /// By the source's kind, or as the options say.
    pub document_type: DocumentType,
    /// Plain text, never blank, of any length: see [`split`].
    pub text: String,
    /// SHA-256 of the bytes it came from, in hexadecimal.
    pub source: String,
    /// What rendered the text, and its version, such as `notion-md/1`.
    pub converter: String,
    /// Where it is in the export, for people.
    pub path: String,
}

/// A file of an export that became no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is in the export.
    pub path: String,
    /// A short phrase, one of [`reason`]'s (`duplicate of …` aside).
    pub reason: String,
}

/// What is said of a file whose text came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where it is in the export.
    pub path: String,
    /// A short phrase, one of [`remark`]'s.
    pub text: String,
}

/// Which reader reads an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The one that fits the export's content.
    #[default]
    Auto,
    /// Notion, as Markdown & CSV or HTML.
    Notion,
    /// Google Drive, by Takeout or downloaded from its pages.
    Drive,
    /// Slack.
    Slack,
    /// Mail: `.eml`, mbox and Maildirs.
    Mail,
    /// Confluence, as an HTML export of a space.
    Confluence,
    /// Documents as JSON Lines.
    Jsonl,
    /// Any tree of documents.
    Folder,
}

#[cfg(feature = "readers")]
/// How exports are read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The reader.
    pub format: Format,
    /// The type of every document; by the source's kind where it is not given.
    pub type_override: Option<DocumentType>,
    /// The type of a plain file that does not say its own; `note` where it is not given.
    pub file_type: Option<DocumentType>,
    /// The type of the files that a glob matches, before `type_override`; the first match counts.
    pub type_map: Vec<(Glob, DocumentType)>,
    /// Which files are taken.
    pub filter: Filter,
    /// Whether Slack's private conversations (direct messages, groups) are taken.
    pub include_private: bool,
    /// The name of a folder's root, in place of its own: a checkout is called differently on every machine.
    pub root: Option<String>,
    /// What is too large to be read.
    pub limits: Limits,
    /// Stops reading before its end.
    pub cancellation: Cancellation,
}

/// What is too large to be read. Past a limit an entry is skipped with that reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// Inflated bytes of one document's file.
    pub entry_bytes: u64,
    /// Inflated bytes of all that a run reads, and bytes that it writes to temporary files.
    pub run_bytes: u64,
    /// Bytes that a run keeps in memory to its end: names of files, threads of mail, tables of Notion.
    pub index_bytes: u64,
    /// Files of one archive or folder.
    pub entries: usize,
    /// Elements within elements of a page.
    pub html_depth: usize,
    /// Elements and pieces of text of a page.
    pub html_nodes: usize,
    /// How long one file's conversion may take; less once several took as long.
    pub conversion: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: 50 << 20,
            run_bytes: 5 << 30,
            index_bytes: 112 << 20,
            entries: 200_000,
            html_depth: 512,
            html_nodes: 600_000,
            conversion: Duration::from_secs(30),
        }
    }
}

/// Is told how reading goes on.
pub trait Observer {
    /// After every file: how far the run is.
    fn progress(&self, progress: &Progress<'_>) {
        let _ = progress;
    }
}

/// Observes nothing.
impl Observer for () {}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Files dealt with so far, and files known so far.
    pub files: u64,
    /// All files of the exports that were listed so far.
    pub listed: u64,
    /// Documents handed out.
    pub documents: u64,
    /// Bytes of text in them.
    pub bytes: u64,
    /// The file just dealt with.
    pub current: &'a str,
}

/// What a run has read.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Documents handed out.
    pub documents: u64,
    /// Files listed, operating-system litter aside: each became a document, a part of one, or is skipped.
    pub files: u64,
    /// Files that are part of another document, such as rows of a database or messages of a thread.
    pub merged: u64,
    /// Every file that became no document, and every part (a sheet, a slide) that is not in its document's text:
    /// its path is the file's with the part's name below it.
    pub skipped: Vec<Skipped>,
    /// Keys of what the options left out: not gone. A key that ends in `:` stands for all that begin so.
    pub filtered: Vec<String>,
    /// Keys of what could not be converted this time: not gone. A key that ends in `:` as above.
    pub unconverted_keys: Vec<String>,
    /// What is said of files whose text came in.
    pub remarks: Vec<Remark>,
    /// What was read, for each PATH.
    pub roots: Vec<Root>,
}

/// What one PATH covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The PATH as given.
    pub path: PathBuf,
    /// The reader that read it; never [`Format::Auto`].
    pub reader: Format,
    /// The keys it speaks for: all that begin with this where it ends in `:` or `/` (`notion:`,
    /// `folder:<root>/`), all there are where it is empty (an archive so damaged that its reader is not
    /// known), this very key otherwise (a single file).
    pub scope: String,
    /// False when the archive is cut short or damaged: what is missing may have been in it.
    pub whole: bool,
}

/// Why a PATH could not be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The PATH does not exist or cannot be opened.
    #[error("cannot read {}: {source}", path.display())]
    Open {
        /// The PATH as given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder for temporary files is missing or full.
    #[error("cannot write temporary files in {}: {source}", folder.display())]
    Temporary {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The PATH is a backup that holds no pages to read.
    #[error("{} is an XML backup of Confluence, which has no readable pages", path.display())]
    Backup {
        /// The PATH as given.
        path: PathBuf,
    },
    /// [`Options::root`] names one folder, and these PATHs hold several, or none.
    #[error("one root name was given for {folders} folders")]
    Root {
        /// How many trees of documents the PATHs hold.
        folders: usize,
    },
}

impl ReadError {
    /// What to do about it, as a sentence without its end.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => "pass a zip or tar archive, a folder or a file",
            Self::Temporary { .. } => "make room there, or set TMPDIR to a folder that exists and has room",
            Self::Backup { .. } => "export the space as HTML: Space settings > Export space > HTML",
            Self::Root { .. } => "pass one folder, or files only",
        }
    }
}

#[cfg(feature = "readers")]
/// Makes a document of a single file's bytes, as [`read`] makes it of the file; `name` tells its kind where the bytes
/// do not, and its title where it has no heading.
///
/// # Errors
/// When the bytes hold no document: with the reason.
pub fn from_bytes(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Document, Skipped> {
    folder::from_bytes(name, bytes, limits)
}

#[cfg(feature = "readers")]
/// Reads every PATH (a zip, a tar or tgz, a folder or a single file) and hands each document to `sink`
/// as soon as it is made, in an order that depends on the exports alone. Memory does not grow with
/// the number of documents. `sink` may stop the run with [`ControlFlow::Break`].
///
/// # Errors
/// When a PATH does not exist or cannot be opened. A file inside that cannot be read is skipped instead.
pub fn read(
    paths: &[PathBuf],
    options: &Options,
    observer: &dyn Observer,
    sink: &mut dyn FnMut(Document) -> ControlFlow<()>,
) -> Result<Summary, ReadError> {
    let budget = job::Budget::default();
    let exports = detect::exports(paths, options, &budget);
    budget.check_room()?;
    let mut run = run::Run::new(options, budget.clone(), observer, sink);
    for export in exports? {
        if export.read(&mut run).is_break() {
            break;
        }
        budget.check_room()?;
    }
    Ok(run.finish())
}
