//! Why a file did not become a document: phrases that stay the same from version to version.

/// Without bytes, or with nothing but white space.
pub const EMPTY: &str = "empty";
/// Protected by a password.
pub const ENCRYPTED: &str = "encrypted";
/// Nothing to read in it, as in a scanned PDF.
pub const NO_TEXT: &str = "no text";
/// Damaged, or packed in a way we do not know.
pub const UNREADABLE: &str = "unreadable";
/// No kind of file that holds a document.
pub const UNKNOWN_KIND: &str = "unknown kind";
/// A kind of file whose converter is not part of this build.
pub const NOT_SUPPORTED: &str = "not supported by this build";
/// A link to another file: never followed.
pub const SYMLINK: &str = "symlink";
/// A picture, sound or video.
pub const MEDIA: &str = "media";
/// A Notion page without a body and without properties.
pub const TITLE_ONLY: &str = "title only";
/// A Notion database without a value.
pub const NO_VALUES: &str = "database without values";
/// A view of a Notion database whose rows are in another file.
pub const LINKED_VIEW: &str = "linked view";
/// The table of contents of an export.
pub const INDEX: &str = "index";
/// Data about another file or about the export.
pub const METADATA: &str = "metadata";
/// A link to a file elsewhere in Drive.
pub const SHORTCUT: &str = "shortcut";
/// In Spam or Trash.
pub const SPAM_OR_TRASH: &str = "spam or trash";
/// A private conversation, which [`Options::include_private`](crate::Options::include_private) would include.
pub const PRIVATE: &str = "private";
/// Notices of joining and leaving only.
pub const NO_MESSAGES: &str = "no messages";
/// Excluded by [`Options::filter`](crate::Options::filter).
pub const FILTERED: &str = "filtered out";
/// A name that leads out of its archive.
pub const UNSAFE_NAME: &str = "unsafe name";
/// A hidden file, or in a hidden folder.
pub const HIDDEN: &str = "hidden";
/// Over the limit for one file.
pub const TOO_LARGE: &str = "too large";
/// Elements nested beyond the limit.
pub const TOO_DEEP: &str = "nested too deep";
/// An archive within an archive.
pub const NESTED_ARCHIVE: &str = "archive inside an archive";
/// Past the limit of bytes for one run.
pub const RUN_TOO_LARGE: &str = "past the run's size limit";
/// Past the limit of files for one archive.
pub const TOO_MANY: &str = "past the limit of files";
/// Its conversion was given up after a while.
pub const TOO_SLOW: &str = "took too long";

/// A private key: never a document.
pub const PRIVATE_KEY: &str = "private key";
/// An article that is not published.
pub const DRAFT: &str = "draft";
/// The program that reads pictures failed on it.
pub const OCR_FAILED: &str = "the OCR command failed";
/// The program that reads pictures was given up after a while.
pub const OCR_TOO_SLOW: &str = "the OCR command took too long";

/// Damaged from some point on: what stands before is in the text.
pub const CUT_SHORT: &str = "damaged: its rest is missing";
/// A sheet that its workbook does not show.
pub const HIDDEN_SHEET: &str = "hidden sheet";
/// Rows of a sheet that somebody hid; a filter or a closed group hides none for good.
pub const HIDDEN_ROWS: &str = "hidden rows";
/// Columns of a sheet that somebody hid.
pub const HIDDEN_COLUMNS: &str = "hidden columns";
/// A slide that is passed over when its presentation is shown.
pub const HIDDEN_SLIDE: &str = "hidden slide";
/// A formula that nobody has reckoned out yet, where its text cannot be told.
pub const NO_RESULT: &str = "formula without a result";
/// A frame of a saved web page.
pub const FRAME: &str = "frame of a saved page";
/// A file within a file, for another program to open.
pub const EMBEDDED: &str = "embedded file";
/// A document of Word before 2007.
pub const OLD_WORD: &str = "old Word format (.doc)";
/// A presentation of PowerPoint before 2007.
pub const OLD_POWERPOINT: &str = "old PowerPoint format (.ppt)";
/// A message that Outlook saved.
pub const OUTLOOK: &str = "Outlook message (.msg)";

/// Whether a file that was skipped for this reason may hold a document all the same.
pub(crate) fn hides_content(reason: &str) -> bool {
    [ENCRYPTED, UNREADABLE, SYMLINK, TOO_MANY, RUN_TOO_LARGE].contains(&reason)
}

/// A reason that came as text from another process.
pub(crate) fn known(told: &str) -> &'static str {
    ALL.into_iter().find(|reason| *reason == told).unwrap_or(UNREADABLE)
}

const ALL: [&str; 40] = [
    EMPTY,
    ENCRYPTED,
    NO_TEXT,
    UNREADABLE,
    UNKNOWN_KIND,
    NOT_SUPPORTED,
    SYMLINK,
    MEDIA,
    TITLE_ONLY,
    NO_VALUES,
    LINKED_VIEW,
    INDEX,
    METADATA,
    SHORTCUT,
    SPAM_OR_TRASH,
    PRIVATE,
    NO_MESSAGES,
    FILTERED,
    UNSAFE_NAME,
    HIDDEN,
    TOO_LARGE,
    TOO_DEEP,
    NESTED_ARCHIVE,
    RUN_TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
    PRIVATE_KEY,
    DRAFT,
    OCR_FAILED,
    OCR_TOO_SLOW,
    CUT_SHORT,
    HIDDEN_SHEET,
    HIDDEN_ROWS,
    HIDDEN_COLUMNS,
    HIDDEN_SLIDE,
    NO_RESULT,
    EMBEDDED,
    OLD_WORD,
    OLD_POWERPOINT,
    OUTLOOK,
];
