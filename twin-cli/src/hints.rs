//! What to do about the errors of the sync engine, in terms of this command line: the engine knows no flags.

use twin_sdk::Outcome;
use twin_sync::{JournalError, Limitation, OpenError, Refusal, StateError};

use crate::context::Context;
use crate::error::CliError;

/// Returns the error of a create. If no answer tells whether it took effect, the hint says to look first.
pub(crate) fn of_create(error: twin_sdk::Error) -> CliError {
    match error.outcome() {
        Outcome::Unknown => in_doubt(error.into()),
        _ => error.into(),
    }
}

/// Says that a create which was given up may have added its document.
pub(crate) fn in_doubt(error: CliError) -> CliError {
    error.hint("the document may have been added anyway: check 'twin kb list' before you add it again")
}

/// Returns the error of a question. If no answer tells whether it was answered, the hint says what it may have done.
pub(crate) fn of_question(error: &twin_sdk::Error, context: &Context) -> CliError {
    let explained = context.explain(error.into());
    if error.outcome() != Outcome::Unknown {
        return explained;
    }
    let doubt = "the question may count as an answer, and may have opened an escalation: check 'twin escalations list'";
    let hint = explained.hint_text().map_or_else(|| doubt.to_owned(), |hint| format!("{hint}; {doubt}"));
    explained.hint(hint)
}

/// Returns what to do about a refusal of a guard.
pub(crate) fn of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Empty { .. } => "check the path, or pass --allow-empty to accept an empty export",
        Refusal::TooManyDeletions { .. } => {
            "review them with --dry-run, and check that the export is complete; pass --max-delete N or N% to allow more"
        }
        Refusal::TooManyMissing { .. } => {
            "check the key and the base URL; pass --max-missing N or N% to recreate them"
        }
        Refusal::ForeignDocument { .. } => {
            "restore the state file; if the document was renamed by hand, run 'twin kb state forget KEY'"
        }
        Refusal::Truncated { .. } => "download the export again; everything else in it was synced",
        Refusal::OtherTwin { .. } => "pass --state to use a different file, or correct the base URL",
        Refusal::OtherKnowledgeBase { .. } => {
            "check the key; if the documents were deleted by hand, move the state file away and sync with --init"
        }
        Refusal::NoState { .. } => {
            "restore the state file, or pass --init to adopt equal documents (preview with --dry-run --init)"
        }
        Refusal::Unlistable { .. } => {
            "restore the state file, or pass --assume-new to treat unlisted documents as created by others"
        }
        _ => "run 'twin help kb sync' to see the guards",
    }
}

/// Returns what a file system cannot do, and what to do about it.
pub(crate) fn of_limitation(limitation: &Limitation) -> String {
    match limitation {
        Limitation::NoLocks(_) => format!("{limitation}; pass --no-lock to run without"),
        _ => limitation.to_string(),
    }
}

/// Returns what to do about a state file that cannot be opened.
pub(crate) fn of_open_error(error: &OpenError) -> String {
    let left_alone =
        "the file was not changed: move it away if it is not needed, or pass --state to use a different file";
    let hint = match error {
        OpenError::Busy(_, None) => "wait until it ends, or pass --state to use a different file",
        OpenError::Busy(_, Some(holder)) => {
            return format!("{holder}: wait until it ends, or remove that file if the process is gone");
        }
        OpenError::Io(..) => "check that the state file and its folder are writable",
        OpenError::NotAFile(..) => "pass --state to use a regular file",
        OpenError::ForeignFile(..) | OpenError::Journal(_, JournalError::ForeignFile) => left_alone,
        OpenError::Unreadable(_, StateError::Future(_)) | OpenError::Journal(_, JournalError::Future) => {
            "install the latest version of twin"
        }
        OpenError::Unreadable(path, StateError::Damaged(_)) => {
            return format!(
                "restore it from version control or a backup; otherwise remove {path} and sync with --init to \
                 adopt equal documents"
            );
        }
        OpenError::Journal(path, _) => {
            return format!(
                "restore the state file that belongs to it; or remove {path}, but then check for duplicate documents \
                 after the next sync"
            );
        }
        OpenError::OtherTwin(refusal) => of_refusal(refusal),
        _ => "pass --state to use a different file",
    };
    hint.to_owned()
}
