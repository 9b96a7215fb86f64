//! Telling someone of each request, for a log.

use std::time::Duration;

use http::Method;

/// One request the twin took, as [`Reference::on_request`](crate::Reference::on_request) tells of it: nothing
/// of its key, query or text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Handled<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, percent-encoded as it came.
    pub path: &'a str,
    /// The answer's status; `None` where a fault closed the connection.
    pub status: Option<u16>,
    /// How long the twin took.
    pub elapsed: Duration,
    /// Requests left in the key's window; `None` where the answer does not say.
    pub remaining: Option<u64>,
}

/// Who is told.
pub(crate) struct Observer(Box<dyn Fn(&Handled<'_>) + Send + Sync>);

impl Observer {
    pub(crate) fn new(observer: impl Fn(&Handled<'_>) + Send + Sync + 'static) -> Self {
        Self(Box::new(observer))
    }

    pub(crate) fn tell(&self, handled: &Handled<'_>) {
        (self.0)(handled);
    }
}
