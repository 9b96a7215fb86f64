//! Reads exports as documents of plain text: archives and folders of Notion, Google Drive, Slack, Confluence, mail or any
//! files. Every file that does not become a document is reported, with the reason.
//!
//! ```no_run
//! # #[cfg(feature = "readers")]
//! # fn main() -> Result<(), twin_export::ReadError> {
//! use std::ops::ControlFlow;
//! use twin_export::{Export, Options};
//!
//! // Files are converted in worker processes of this program, bounded in memory, stack and time.
//! twin_export::use_worker_processes();
//!
//! let export = Export::open(&["Export-3f2a.zip"], &Options::default())?;
//! let summary = export.read(&(), |document| {
//!     println!("{} ({})\n{}\n", document.title, document.key, document.text);
//!     ControlFlow::Continue(())
//! })?;
//! for skipped in &summary.skipped {
//!     println!("skipped {}: {}", skipped.path, skipped.reason);
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "readers"))]
//! # fn main() {}
//! ```
//!
//! [`Export::open`] opens the paths and recognises the kind of export, and [`Export::read`] passes the documents on, one
//! at a time. [`split`] cuts a long text into parts that the Twin API accepts. The crate uses no network, and prints
//! nothing.
//!
//! # Limits
//!
//! [`Limits`] bounds what a run reads and keeps, in bytes, files, nesting and time; a file beyond a limit is skipped.
//! [`use_worker_processes`] in addition bounds the memory and the stack of converters, so that a hostile file only costs
//! itself.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `readers` | yes | archives and folders, Google Drive, JSON Lines, text, Markdown and CSV; every other feature needs it |
//! | `evernote` | yes | notebooks of Evernote (enex) |
//! | `html` | yes | HTML pages, HTML exports of Confluence, and articles of Zendesk and Intercom |
//! | `mail` | yes | messages, mboxes and Maildirs |
//! | `notion` | yes | exports of Notion, as Markdown or HTML |
//! | `office` | yes | Word, PowerPoint and Excel files (docx, pptx, xlsx, xlsb, xls) |
//! | `pdf` | yes | PDF files with text |
//! | `slack` | yes | exports of Slack |
//!
//! Without a reader, its exports are read as folders, and [`Options::format`] refuses its name. Without a converter, its
//! files are skipped as [not supported by this build](reason::NOT_SUPPORTED). Without any feature, [`Document`] and
//! [`split`] remain.

#![cfg_attr(
    not(all(
        feature = "evernote",
        feature = "html",
        feature = "mail",
        feature = "notion",
        feature = "office",
        feature = "pdf",
        feature = "slack"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "some parts serve some features only")
)]

#[cfg(feature = "html")]
mod articles;
#[cfg(feature = "html")]
mod confluence;
#[cfg(feature = "readers")]
mod convert;
#[cfg(feature = "readers")]
mod detect;
mod document_type;
#[cfg(feature = "readers")]
mod drive;
#[cfg(feature = "evernote")]
mod evernote;
#[cfg(feature = "readers")]
mod export;
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
#[cfg(feature = "notion")]
mod notion;
#[cfg(feature = "readers")]
mod ocr;
#[cfg(feature = "readers")]
mod outcome;
#[cfg(feature = "readers")]
mod pool;
#[cfg(feature = "readers")]
mod private_key;
pub mod reason;
pub mod remark;
#[cfg(feature = "readers")]
mod run;
mod similar;
#[cfg(feature = "readers")]
mod site;
#[cfg(feature = "slack")]
mod slack;
mod split;
mod text;
#[cfg(feature = "readers")]
mod tree;
#[cfg(feature = "readers")]
mod vault;
#[cfg(feature = "readers")]
mod workers;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use document_type::DocumentType;
#[cfg(feature = "readers")]
pub use export::{Export, from_bytes};
#[cfg(feature = "readers")]
pub use filter::{Filter, Glob};
#[cfg(feature = "readers")]
pub use job::Cancellation;
#[cfg(feature = "readers")]
pub use ocr::OcrCommand;
pub use similar::{Alike, Likeness, Similar};
pub use split::{MOST_UNITS, Part, split};
#[cfg(feature = "readers")]
pub use workers::use_worker_processes;

/// A document of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The key that identifies it, such as `notion:<page id>` or `folder:<root name>/<path>`; the same in
    /// every export.
    pub key: String,
    /// The title. Never blank, and one line unless it comes from a backup of a knowledge base.
    pub title: String,
    /// The type, by the kind of source or as set in [`Options`].
    pub document_type: DocumentType,
    /// The plain text. Never blank, and of any length; see [`split`].
    pub text: String,
    /// SHA-256 digest of the bytes it was converted from, in hexadecimal.
    pub source: String,
    /// The converter of the text and its version, such as `notion-md/1`.
    pub converter: String,
    /// The path in the export, for display.
    pub path: String,
}

/// A file of an export that did not become a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The path in the export.
    pub path: String,
    /// A short phrase from [`reason`], or `duplicate of …`.
    pub reason: String,
}

/// A remark about a converted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The path in the export.
    pub path: String,
    /// A short phrase from [`remark`].
    pub text: String,
}

/// A kind of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Detect the kind by content.
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
    /// Articles of a Zendesk help center, as its API returns them.
    Zendesk,
    /// Articles of Intercom, as its API returns them.
    Intercom,
    /// Evernote, as `.enex`.
    Evernote,
    /// Documents as JSON Lines.
    Jsonl,
    /// Any folder, archive or file.
    Folder,
}

#[cfg(feature = "readers")]
/// Options for reading exports.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The kind of export.
    pub format: Format,
    /// The type of all documents. By default, it depends on the kind of source.
    pub type_override: Option<DocumentType>,
    /// The type of plain files that do not state their own; `note` by default.
    pub file_type: Option<DocumentType>,
    /// The types of files that match a glob; the first match counts, and takes precedence over
    /// `type_override`.
    pub type_map: Vec<(Glob, DocumentType)>,
    /// Which files are read.
    pub filter: Filter,
    /// Whether private Slack conversations (direct messages and groups) are read.
    pub include_private: bool,
    /// The name of a folder in document keys, instead of its own name. Use it if the folder has different
    /// names on different machines.
    pub root: Option<String>,
    /// A program that reads pictures and PDFs without text, which are skipped by default.
    pub ocr: Option<OcrCommand>,
    /// Limits on what is read.
    pub limits: Limits,
    /// Cancels reading.
    pub cancellation: Cancellation,
}

/// Limits on what is read. Files beyond a limit are skipped, with the reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// Maximum uncompressed size of one file, in bytes.
    pub entry_bytes: u64,
    /// Maximum uncompressed size of everything that a run reads, plus what it writes to temporary files, in
    /// bytes.
    pub run_bytes: u64,
    /// Maximum size of what a run keeps in memory until its end (file names, mail threads, Notion tables), in
    /// bytes.
    pub index_bytes: u64,
    /// Maximum number of files in one archive or folder.
    pub entries: usize,
    /// Maximum nesting depth of HTML elements.
    pub html_depth: usize,
    /// Maximum number of elements and pieces of text in an HTML page.
    pub html_nodes: usize,
    /// Maximum time to convert one file. It decreases after several files have used it up.
    pub conversion: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: 50 << 20,
            run_bytes: 5 << 30,
            index_bytes: 96 << 20,
            entries: 200_000,
            html_depth: 512,
            html_nodes: 600_000,
            conversion: Duration::from_secs(30),
        }
    }
}

/// Observes the progress of reading.
pub trait Observer {
    /// Called after every file.
    fn progress(&self, progress: &Progress<'_>) {
        let _ = progress;
    }
}

/// Observes nothing.
impl Observer for () {}

/// The progress of a run.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Number of files processed so far.
    pub files: u64,
    /// Number of files listed so far.
    pub listed: u64,
    /// Number of documents passed on.
    pub documents: u64,
    /// Number of bytes of text in them.
    pub bytes: u64,
    /// The file that was just processed.
    pub current: &'a str,
}

/// What a run read.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Number of documents passed on.
    pub documents: u64,
    /// Number of files, without those that operating systems leave behind. Each became a document, became
    /// part of one, or was skipped.
    pub files: u64,
    /// Number of files that became part of another document, such as rows of a database or messages of a
    /// thread.
    pub merged: u64,
    /// Every file that did not become a document, and every part (such as a sheet or a slide) that is missing
    /// from the text of its document. The path of a part is that of the file, followed by the name of the
    /// part.
    pub skipped: Vec<Skipped>,
    /// Keys of files that the options exclude, which are not gone. A key that ends in `:` stands for all keys
    /// with that prefix.
    pub filtered: Vec<String>,
    /// Keys of files that could not be converted this time, which are not gone. A key that ends in `:` stands
    /// for all keys with that prefix.
    pub unconverted_keys: Vec<String>,
    /// Remarks about converted files.
    pub remarks: Vec<Remark>,
    /// What each path covers.
    pub roots: Vec<Root>,
}

/// What one path covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The path, as given.
    pub path: PathBuf,
    /// The kind of export; never [`Format::Auto`].
    pub reader: Format,
    /// The keys that it covers: all with this prefix if it ends in `:` or `/` (`notion:`, `folder:<root>/`),
    /// all keys if it is empty (for an archive so damaged that its kind is unknown), or otherwise exactly
    /// this key (for a single file).
    pub scope: String,
    /// Whether it was read completely. If not, because the archive is truncated or damaged, missing documents
    /// may have been in it.
    pub whole: bool,
}

/// Why a path cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The path does not exist or cannot be opened.
    #[error("cannot read {}: {source}", path.display())]
    Open {
        /// The path, as given.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The folder for temporary files is missing or full.
    #[error("cannot write temporary files in {}: {source}", folder.display())]
    Temporary {
        /// The folder.
        folder: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The machine has no thread to read with, for want of memory, say.
    #[error("cannot start a thread: {source}")]
    Threads {
        /// The error of the operating system.
        source: io::Error,
    },
    /// The path is a backup without readable pages.
    #[error("{} is an XML backup of Confluence, which has no readable pages", path.display())]
    Backup {
        /// The path, as given.
        path: PathBuf,
    },
    /// [`Options::format`] is a kind of export that this build cannot read.
    #[error("this build of twin-export cannot read {0:?} exports")]
    NotSupported(Format),
    /// [`Options::root`] was given for several folders, or for none.
    #[error("one root name was given for {folders} folders")]
    Root {
        /// Number of folders.
        folders: usize,
    },
}

impl ReadError {
    /// Returns what to do about it, as a hint for users.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => "pass a zip or tar archive, a folder or a file",
            Self::Temporary { .. } => "free up space there, or set TMPDIR to another folder",
            Self::Threads { .. } => "raise the limits on memory and processes (ulimit -v, ulimit -u)",
            Self::Backup { .. } => "export the space as HTML: Space settings > Export space > HTML",
            Self::NotSupported(_) => "enable the feature for it, or read it as a folder",
            Self::Root { .. } => "pass one folder, or files only",
        }
    }
}
