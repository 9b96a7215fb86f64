//! The guards: what a run refuses to do to a knowledge base, judged before its first write. Pure.

use std::fmt;

use super::plan::{Mode, Plan};

/// The most deletions of sources a run may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MaxDelete {
    /// The larger of five and a tenth of the known sources.
    #[default]
    Default,
    /// This many.
    Count(usize),
    /// This part of the known sources, in percent.
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
pub(crate) enum Refusal {
    /// The export has no documents while the state has some.
    Empty { known: usize },
    /// More sources would be deleted than allowed.
    TooManyDeletions { deletions: usize, allowed: usize, known: usize },
    /// An archive is cut short: nothing of its reader is deleted. The rest of the plan may go on.
    Cut { kept: usize },
    /// The state is about another twin.
    OtherTwin { state: String, here: String },
    /// None of the known documents is in this knowledge base.
    OtherKnowledgeBase { asked: usize },
    /// There is no state, there are documents, and no one to ask what to make of them.
    NoState { documents: u64 },
    /// There is no state, and not every document can be listed.
    Unlistable { kind: String, listed: usize, total: u64 },
}

impl Refusal {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Refusal::Empty { .. } => "is it the right path? --allow-empty accepts an empty export",
            Refusal::TooManyDeletions { .. } => {
                "look at them with --dry-run; --max-delete N or N% allows more, and a missing part of the export would explain them"
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
    pub(crate) fn lets_the_rest_go_on(&self) -> bool {
        matches!(self, Refusal::Cut { .. })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty { known } => {
                write!(f, "the export has no documents, while the state knows {known}")
            }
            Refusal::TooManyDeletions { deletions, allowed, known } => {
                write!(f, "{deletions} of {known} known documents would be deleted; {allowed} are allowed")
            }
            Refusal::Cut { kept } => {
                write!(f, "an archive is cut short: {kept} documents it does not show were not deleted")
            }
            Refusal::OtherTwin { state, here } => write!(f, "the state belongs to {state}, not to {here}"),
            Refusal::OtherKnowledgeBase { asked } => {
                write!(
                    f,
                    "this is another knowledge base: none of {asked} documents that the state knows is in it"
                )
            }
            Refusal::NoState { documents } => {
                write!(f, "there is no state file, and the knowledge base has {documents} documents already")
            }
            Refusal::Unlistable { kind, listed, total } => write!(
                f,
                "there is no state file, and the API lists only {listed} of {total} documents of type {kind}: \
                 it cannot be told which ones the export's are"
            ),
        }
    }
}

/// Judges a plan. `documents` is what the export holds, `known` what the state knew.
pub(crate) fn judge(
    plan: &Plan,
    documents: usize,
    known: usize,
    mode: Mode,
    allow_empty: bool,
    max_delete: MaxDelete,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if documents == 0 && known > 0 && !allow_empty && mode != Mode::Import {
        refusals.push(Refusal::Empty { known });
    }
    let allowed = max_delete.of(known);
    if plan.gone > allowed {
        refusals.push(Refusal::TooManyDeletions { deletions: plan.gone, allowed, known });
    }
    if plan.held_back > 0 {
        refusals.push(Refusal::Cut { kept: plan.held_back });
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::super::state::State;
    use super::*;

    const PRUNE: Mode = Mode::Sync { prune: true };

    fn plan(gone: usize, held_back: usize) -> Plan {
        Plan {
            state: State::new("http://a"),
            tasks: Vec::new(),
            unchanged: 0,
            kept: 0,
            rerendered: 0,
            held_back,
            gone,
            unresolved: Vec::new(),
        }
    }

    fn is_refused(gone: usize, known: usize, most: MaxDelete) -> bool {
        !judge(&plan(gone, 0), 1, known, PRUNE, false, most).is_empty()
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
    fn an_empty_export_is_refused_where_something_is_known() {
        let empty =
            |known, allow, mode| !judge(&plan(0, 0), 0, known, mode, allow, MaxDelete::Default).is_empty();
        assert!(empty(1, false, PRUNE));
        assert!(empty(1, false, Mode::Sync { prune: false }));
        assert!(!empty(1, true, PRUNE));
        assert!(!empty(0, false, PRUNE));
        assert!(!empty(1, false, Mode::Import));
    }

    #[test]
    fn a_cut_archive_holds_its_deletions_back_and_nothing_else() {
        let refusals = judge(&plan(0, 2), 1, 9, PRUNE, false, MaxDelete::Default);
        assert_eq!(refusals, [Refusal::Cut { kept: 2 }]);
        assert!(refusals.iter().all(Refusal::lets_the_rest_go_on));
    }
}
