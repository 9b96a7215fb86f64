//! Documents put into the twin without a request.

use jiff::Timestamp;

/// A document to add to the knowledge base from code, without the limits of the API.
///
/// ```
/// use twin_reference::Seed;
///
/// let seed = Seed::new("Leave policy", "Everyone has 25 days of paid leave a year.").of_type("policy");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    pub(crate) title: String,
    pub(crate) content: String,
    pub(crate) kind: String,
    pub(crate) source: String,
    pub(crate) created_at: Option<Timestamp>,
}

impl Seed {
    /// Creates a document of type `sop` and source `manual`, whose creation time is when it is added.
    pub fn new(title: impl Into<String>, content: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            content: content.into(),
            kind: "sop".to_owned(),
            source: "manual".to_owned(),
            created_at: None,
        }
    }

    /// Sets the type. Any text is taken, so that a client can be tested with types it does not know.
    #[must_use]
    pub fn of_type(mut self, kind: impl Into<String>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Sets the source (`manual` by default).
    #[must_use]
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Sets `createdAt`, which decides the place in a listing (newest first). Kept to the millisecond.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.created_at = Some(at);
        self
    }
}
