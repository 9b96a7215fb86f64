//! Remarks about converted files: phrases that stay the same from version to version.

/// Comments are left out: they may be private.
pub const COMMENTS: &str = "comments left out";
/// Running headers and footers are left out: they repeat on every page.
pub const HEADERS: &str = "headers and footers left out";
/// Text that its program does not show is left out.
pub const HIDDEN_TEXT: &str = "hidden text left out";
/// A quote in a table opens and never closes: the rows go on with the next line.
pub const OPEN_QUOTE: &str = "a quote is not closed";
/// Files and folders that are no documents are left out: after their number.
pub const LEFT_OUT: &str =
    "left out: hidden folders, packages, keys, programs, and what .gitignore and .twinignore name";
