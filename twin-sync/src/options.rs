//! What a run is told to do.

use std::time::Duration;

use super::guard::MaxDelete;

/// What a run is to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Create what is not known yet, and nothing else.
    Import,
    /// Make the knowledge base mirror the export.
    Sync {
        /// Delete what is gone.
        prune: bool,
    },
}

/// What a run is to bring about, and how far it may go.
///
/// Begin with the default, and change what differs.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Options {
    /// What it is to bring about. By default a sync that deletes nothing.
    pub mode: Mode,
    /// The most documents it may delete.
    pub max_delete: MaxDelete,
    /// With [`verify`](Self::verify): the most known documents that may be missing; `None` for as many as may be
    /// deleted.
    pub max_missing: Option<MaxDelete>,
    /// Accepts that no documents are handed over though some are known.
    pub allow_empty: bool,
    /// Without a state file: adopts documents of the knowledge base that equal those handed over.
    pub adopt: bool,
    /// Creates documents also if it cannot be told whether they are there already.
    pub assume_new: bool,
    /// Asks for every known document, and makes anew what is missing.
    pub verify: bool,
    /// Replaces documents that another version of their converter rendered differently from the same bytes.
    pub rerender: bool,
    /// Plans only: claims no file and writes nothing.
    pub dry_run: bool,
    /// Does not keep other runs off the state file.
    pub no_lock: bool,
    /// Documents at once; 4 by default.
    pub concurrency: usize,
    /// How long a create that timed out is given to happen after all; 30 s by default.
    pub grace: Duration,
    /// Requests a minute, if fewer than the API allows.
    pub requests_per_minute: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Sync { prune: false },
            max_delete: MaxDelete::Default,
            max_missing: None,
            allow_empty: false,
            adopt: false,
            assume_new: false,
            verify: false,
            rerender: false,
            dry_run: false,
            no_lock: false,
            concurrency: 4,
            grace: Duration::from_secs(30),
            requests_per_minute: None,
        }
    }
}
