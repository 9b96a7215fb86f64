//! The guards: what a run refuses to do to a knowledge base, judged before its first write. Pure.

use std::fmt;

use super::options::Mode;
use super::steps::Steps;
use crate::words::count;

/// The most documents a run may delete, or find missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaxDelete {
    /// The larger of five and a tenth of the known documents.
    #[default]
    Default,
    /// This many.
    Count(usize),
    /// This part of the known documents, in percent.
    Percent(usize),
}

impl MaxDelete {
    fn of(self, known: usize) -> usize {
        match self {
            MaxDelete::Default => (known / 10).max(5),
            MaxDelete::Count(count) => count,
            MaxDelete::Percent(percent) => known.saturating_mul(percent) / 100,
        }
    }
}

/// Why a run is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The export has no documents while the state has some.
    Empty {
        /// Documents the state knows.
        known: usize,
    },
    /// More documents would be deleted than allowed.
    TooManyDeletions {
        /// Documents that would be deleted.
        deletions: usize,
        /// How many may be.
        allowed: usize,
        /// Documents the state knows.
        known: usize,
    },
    /// More known documents are missing than could have been deleted.
    TooManyMissing {
        /// Documents that are missing.
        missing: usize,
        /// How many may be.
        allowed: usize,
        /// Documents the state knows.
        known: usize,
    },
    /// A document that the state has as a source's is another's by its title: what would delete it is not done. The
    /// rest of the plan may go on.
    NotItsOwn {
        /// The source.
        key: String,
        /// The document.
        id: String,
        /// What it is called in the knowledge base.
        title: String,
        /// How many more sources have such a document.
        others: usize,
    },
    /// An archive is cut short: nothing of its reader is deleted. The rest of the plan may go on.
    Cut {
        /// Known documents that are not deleted for that reason.
        kept: usize,
    },
    /// The state is about another twin.
    OtherTwin {
        /// What the state names.
        state: String,
        /// What the run is for.
        here: String,
    },
    /// None of the known documents is in this knowledge base.
    OtherKnowledgeBase {
        /// How many were asked for.
        asked: usize,
    },
    /// There is no state, there are documents, and no one to ask what to make of them.
    NoState {
        /// Documents in the knowledge base.
        documents: u64,
    },
    /// There is no state, and not every document can be listed.
    Unlistable {
        /// The type.
        kind: String,
        /// How many are listed.
        listed: usize,
        /// How many there are.
        total: u64,
    },
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Refusal::Empty { .. } => "is it the right path? --allow-empty accepts an empty export",
            Refusal::TooManyDeletions { .. } => {
                "look at them with --dry-run; --max-delete N or N% allows more, and a missing part of the export would explain them"
            }
            Refusal::TooManyMissing { .. } => {
                "is it the right key, and is it Twin that answers? --max-missing N or N% makes them anew"
            }
            Refusal::NotItsOwn { .. } => {
                "restore the state file; if the document was renamed by hand, 'twin kb state forget KEY' lets go of it"
            }
            Refusal::Cut { .. } => "fetch the export again; what it held was brought in",
            Refusal::OtherTwin { .. } => {
                "name the state file of this twin with --state, or correct the base URL"
            }
            Refusal::OtherKnowledgeBase { .. } => {
                "is it the right key? If they were deleted by hand, move the state file away and sync with --init"
            }
            Refusal::NoState { .. } => {
                "restore the state file, or adopt the documents that equal the export's with --init (--dry-run --init shows them)"
            }
            Refusal::Unlistable { .. } => {
                "restore the state file; --assume-new takes what cannot be listed for documents of others"
            }
        }
    }

    /// Whether the rest of the plan may go on.
    pub fn lets_the_rest_go_on(&self) -> bool {
        matches!(self, Refusal::Cut { .. } | Refusal::NotItsOwn { .. })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty { known } => {
                write!(f, "the export has no documents, while the state knows {known}")
            }
            Refusal::TooManyDeletions { deletions, allowed, known } => {
                let known = count(*known, "known document");
                write!(f, "{deletions} of {known} would be deleted; {allowed} are allowed")
            }
            Refusal::TooManyMissing { missing, allowed, known } => {
                let known = count(*known, "known document");
                write!(f, "{missing} of {known} are missing from the knowledge base; {allowed} are allowed")
            }
            Refusal::NotItsOwn { key, id, title, others } => {
                write!(f, "the state has {id} as a document of {key}, but its title is \"{title}\"")?;
                if *others > 0 {
                    write!(f, " ({others} more such)")?;
                }
                f.write_str(": it was left as it is")
            }
            Refusal::Cut { kept } => {
                let missing = count(*kept, "known document");
                write!(f, "an archive is cut short: nothing of its reader is deleted ({missing} not in it)")
            }
            Refusal::OtherTwin { state, here } => write!(f, "the state belongs to {state}, not to {here}"),
            Refusal::OtherKnowledgeBase { asked } => {
                let asked = count(*asked, "document");
                write!(f, "this is another knowledge base: none of {asked} that the state knows is in it")
            }
            Refusal::NoState { documents } => {
                let documents = count(*documents, "document");
                write!(f, "there is no state file, and the knowledge base has {documents} already")
            }
            Refusal::Unlistable { kind, listed, total } => write!(
                f,
                "there is no state file, and the API lists only {listed} of {total} documents of type {kind}: \
                 it cannot be told which ones the export's are"
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
        refusals.push(Refusal::NotItsOwn { key: first.key, id: first.id, title: first.title, others });
    }
    if cut && mode == (Mode::Sync { prune: true }) {
        refusals.push(Refusal::Cut { kept: plan.held_back });
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
        assert_eq!(refusals, [Refusal::Cut { kept: 2 }]);
        assert!(refusals.iter().all(Refusal::lets_the_rest_go_on));
        assert!(judge(&plan(0, 0), Facts { mode: Mode::Sync { prune: false }, ..cut }).is_empty());
    }
}
