//! The guards, which refuse plans that would do harm, before the first write. Pure.

use std::fmt;

use super::options::{MaxDelete, Mode};
use super::steps::Steps;
use crate::words::count;

/// Why a guard refuses a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There are no documents, although the state file has entries.
    Empty {
        /// Number of known documents.
        known: usize,
    },
    /// More documents would be deleted than [`Options::max_delete`](crate::Options::max_delete) allows.
    TooManyDeletions {
        /// Number of documents that would be deleted.
        deletions: usize,
        /// Number that is allowed.
        allowed: usize,
        /// Number of known documents.
        known: usize,
    },
    /// More known documents are missing than [`Options::max_missing`](crate::Options::max_missing) allows.
    TooManyMissing {
        /// Number of missing documents.
        missing: usize,
        /// Number that is allowed.
        allowed: usize,
        /// Number of known documents.
        known: usize,
    },
    /// A document in the state file has a title that its source never had, so it is not deleted. The rest of
    /// the plan can be applied.
    ForeignDocument {
        /// The source.
        key: String,
        /// The document.
        id: String,
        /// Its title in the knowledge base.
        title: String,
        /// Number of other sources with such a document.
        others: usize,
    },
    /// An archive is truncated, so nothing that its reader produced is deleted. The rest of the plan can be
    /// applied.
    Truncated {
        /// Number of known documents that are not deleted for this reason.
        kept: usize,
    },
    /// The state file belongs to another twin.
    OtherTwin {
        /// The twin named in the state file.
        state: String,
        /// The twin of this run.
        here: String,
    },
    /// None of the known documents exists in this knowledge base.
    OtherKnowledgeBase {
        /// Number of documents that were requested.
        asked: usize,
    },
    /// There is no state file, but the knowledge base has documents.
    NoState {
        /// Number of documents in the knowledge base.
        documents: u64,
    },
    /// There is no state file, and the API does not list all documents.
    Unlistable {
        /// The type.
        document_type: String,
        /// Number of listed documents.
        listed: usize,
        /// Number of existing documents.
        total: u64,
    },
}

impl Refusal {
    /// Returns whether the rest of the plan can be applied.
    pub fn lets_the_rest_go_on(&self) -> bool {
        matches!(self, Refusal::Truncated { .. } | Refusal::ForeignDocument { .. })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty { known } => {
                write!(f, "the export has no documents, but the state file has {known}")
            }
            Refusal::TooManyDeletions { deletions, allowed, known } => {
                let known = count(*known, "known document");
                write!(f, "{deletions} of {known} would be deleted, but at most {allowed} are allowed")
            }
            Refusal::TooManyMissing { missing, allowed, known } => {
                let known = count(*known, "known document");
                write!(
                    f,
                    "{missing} of {known} are missing from the knowledge base, but at most {allowed} are allowed"
                )
            }
            Refusal::ForeignDocument { key, id, title, others } => {
                write!(f, "the state file lists {id} as a document of {key}, but its title is \"{title}\"")?;
                if *others > 0 {
                    write!(f, " ({others} more such)")?;
                }
                f.write_str(": it was not changed")
            }
            Refusal::Truncated { kept } => {
                f.write_str("an archive is truncated: documents missing from it are not deleted")?;
                match kept {
                    0 => Ok(()),
                    kept => write!(f, " ({})", count(*kept, "known document")),
                }
            }
            Refusal::OtherTwin { state, here } => {
                write!(f, "the state file belongs to {state}, not to {here}")
            }
            Refusal::OtherKnowledgeBase { asked } => {
                let asked = count(*asked, "document");
                write!(
                    f,
                    "the state file belongs to another knowledge base: none of {asked} that it lists exists"
                )
            }
            Refusal::NoState { documents } => {
                let documents = count(*documents, "document");
                write!(f, "there is no state file, but the knowledge base already has {documents}")
            }
            Refusal::Unlistable { document_type, listed, total } => write!(
                f,
                "there is no state file, and the API lists only {listed} of {total} documents of type {document_type}: cannot tell which ones came from the export"
            ),
        }
    }
}

/// What a plan is judged by, beside itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// How many documents the export holds.
    pub(crate) documents: usize,
    /// How many documents the state knew.
    pub(crate) known: usize,
    /// How many of them are not there, as far as they were asked for.
    pub(crate) missing: usize,
    pub(crate) max_missing: MaxDelete,
    /// Whether an archive is cut short.
    pub(crate) cut: bool,
    pub(crate) mode: Mode,
    pub(crate) allow_empty: bool,
    pub(crate) max_delete: MaxDelete,
}

/// Judges a plan.
pub(crate) fn judge(plan: &Steps, facts: Facts) -> Vec<Refusal> {
    let Facts { documents, known, missing, max_missing, cut, mode, allow_empty, max_delete } = facts;
    let mut refusals = Vec::new();
    if documents == 0 && known > 0 && !allow_empty && mode != Mode::Import {
        refusals.push(Refusal::Empty { known });
    }
    let allowed = max_delete.of(known);
    if plan.deletions > allowed {
        refusals.push(Refusal::TooManyDeletions { deletions: plan.deletions, allowed, known });
    }
    let allowed = max_missing.of(known);
    if missing > allowed {
        refusals.push(Refusal::TooManyMissing { missing, allowed, known });
    }
    if let Some(first) = plan.disowned.first().cloned() {
        let others = plan.disowned.len() - 1;
        refusals.push(Refusal::ForeignDocument { key: first.key, id: first.id, title: first.title, others });
    }
    if cut && mode == (Mode::Sync { prune: true }) {
        refusals.push(Refusal::Truncated { kept: plan.held_back });
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::super::state::State;
    use super::*;

    const PRUNE: Mode = Mode::Sync { prune: true };

    fn plan(deletions: usize, held_back: usize) -> Steps {
        Steps {
            state: State::new("http://a"),
            tasks: Vec::new(),
            unchanged: 0,
            kept: 0,
            rerendered: 0,
            held_back,
            gone: deletions,
            deletions,
            disowned: Vec::new(),
            unresolved: Vec::new(),
        }
    }

    fn facts(known: usize) -> Facts {
        Facts {
            documents: 1,
            known,
            missing: 0,
            max_missing: MaxDelete::Default,
            cut: false,
            mode: PRUNE,
            allow_empty: false,
            max_delete: MaxDelete::Default,
        }
    }

    fn is_refused(gone: usize, known: usize, max_delete: MaxDelete) -> bool {
        !judge(&plan(gone, 0), Facts { max_delete, ..facts(known) }).is_empty()
    }

    #[test]
    fn five_deletions_or_a_tenth_are_allowed_by_default() {
        for (gone, known, refused) in [
            (5, 5, false),
            (6, 6, true),
            (6, 59, true),
            (6, 60, false),
            (10, 109, false),
            (11, 109, true),
            (11, 110, false),
        ] {
            assert_eq!(is_refused(gone, known, MaxDelete::Default), refused, "{gone} of {known}");
        }
    }

    #[test]
    fn max_delete_is_a_number_or_a_percentage() {
        assert!(is_refused(1, 100, MaxDelete::Count(0)));
        assert!(!is_refused(7, 7, MaxDelete::Count(7)));
        assert!(is_refused(2, 15, MaxDelete::Percent(10)));
        assert!(!is_refused(15, 15, MaxDelete::Percent(100)));
        assert!(!is_refused(0, 0, MaxDelete::Percent(0)));
    }

    #[test]
    fn more_missing_documents_than_could_be_deleted_are_another_knowledge_base() {
        let judged = |missing, max_missing| judge(&plan(0, 0), Facts { missing, max_missing, ..facts(20) });
        assert!(judged(5, MaxDelete::Default).is_empty());
        let refused = Refusal::TooManyMissing { missing: 6, allowed: 5, known: 20 };
        assert_eq!(judged(6, MaxDelete::Default), [refused]);
        assert!(judged(20, MaxDelete::Percent(100)).is_empty());
    }

    #[test]
    fn an_empty_export_is_refused_where_something_is_known() {
        let is_refused = |known, allow_empty, mode| {
            let facts = Facts { documents: 0, allow_empty, mode, ..facts(known) };
            !judge(&plan(0, 0), facts).is_empty()
        };
        assert!(is_refused(1, false, PRUNE));
        assert!(is_refused(1, false, Mode::Sync { prune: false }));
        assert!(!is_refused(1, true, PRUNE));
        assert!(!is_refused(0, false, PRUNE));
        assert!(!is_refused(1, false, Mode::Import));
    }

    #[test]
    fn a_cut_archive_forbids_its_deletions_and_nothing_else() {
        let cut = Facts { cut: true, ..facts(9) };
        let refusals = judge(&plan(0, 2), cut);
        assert_eq!(refusals, [Refusal::Truncated { kept: 2 }]);
        assert!(refusals.iter().all(Refusal::lets_the_rest_go_on));
        assert!(judge(&plan(0, 0), Facts { mode: Mode::Sync { prune: false }, ..cut }).is_empty());
    }
}
