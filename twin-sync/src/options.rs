//! Options of a run.

use std::time::Duration;

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Creates documents that are not known yet, and nothing else.
    Import,
    /// Makes the knowledge base mirror the documents.
    Sync {
        /// Deletes documents that are gone.
        prune: bool,
    },
}

/// The maximum number of documents that a run may delete, or find missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaxDelete {
    /// 5 documents or 10 % of the known documents, whichever is more.
    #[default]
    Default,
    /// This number of documents.
    Count(usize),
    /// This percentage of the known documents.
    Percent(usize),
}

impl MaxDelete {
    /// Returns the number for so many known documents.
    pub(crate) fn of(self, known: usize) -> usize {
        match self {
            MaxDelete::Default => (known / 10).max(5),
            MaxDelete::Count(count) => count,
            MaxDelete::Percent(percent) => known.saturating_mul(percent) / 100,
        }
    }
}

/// Options of a run.
///
/// Start with the default, and change what differs.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Options {
    /// What the run does. By default, it syncs without deleting.
    pub mode: Mode,
    /// Maximum number of documents to delete.
    pub max_delete: MaxDelete,
    /// With [`verify`](Self::verify), the maximum number of known documents that may be missing; `None` for
    /// the same as [`max_delete`](Self::max_delete).
    pub max_missing: Option<MaxDelete>,
    /// Accepts that there are no documents, although some are known.
    pub allow_empty: bool,
    /// Without a state file, adopts documents of the knowledge base that equal those to mirror.
    pub adopt: bool,
    /// Creates documents even if they may exist already.
    pub assume_new: bool,
    /// Checks that every known document exists, and recreates missing ones.
    pub verify: bool,
    /// Replaces documents whose source is unchanged but that another version of their converter rendered
    /// differently.
    pub rerender: bool,
    /// Only plans: locks no file and writes nothing.
    pub dry_run: bool,
    /// Does not lock the state file.
    pub no_lock: bool,
    /// Number of documents to process at once; 4 by default.
    pub concurrency: usize,
    /// Time that a create which timed out is given to take effect; 30 s by default.
    pub grace: Duration,
    /// Maximum requests per minute, if fewer than the API allows.
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
