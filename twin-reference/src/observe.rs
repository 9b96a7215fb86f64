//! Telling someone of each request, for a log.

use std::time::Duration;

use http::Method;

/// A handled request, as passed to [`Reference::on_request`](crate::Reference::on_request), without its key,
/// query and text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Handled<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, percent-encoded as it came.
    pub path: &'a str,
    /// The status of the response; `None` if a fault closed the connection.
    pub status: Option<u16>,
    /// The time it took.
    pub elapsed: Duration,
    /// Number of requests left in the key's window; `None` if the response does not state it.
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
