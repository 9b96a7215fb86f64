//! [`ErrorKind`] and [`Outcome`]: how a call failed, and whether it took effect all the same.

/// What kind of failure an [`Error`](crate::Error) is.
///
/// The statuses are those of the API reference's table, and they count only if the API itself answered: with a
/// JSON object whose `error` is a string. Any other answer is [`ErrorKind::NotFromApi`], except that a 429 and a
/// 5xx mean the same from anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Refused by this crate before any request: a text too long, a base URL that cannot be used, no key.
    InvalidInput,
    /// 400: missing or invalid parameters.
    BadRequest,
    /// 401: the API key is missing or not valid.
    Unauthorized,
    /// 402: the monthly answer limit is reached; see [`Error::answers_used`](crate::Error::answers_used).
    AnswerLimit,
    /// 403: the plan does not include the feature.
    PlanLacksFeature,
    /// 404: no such document or escalation.
    NotFound,
    /// 422: the twin is not configured; its onboarding is not complete.
    NotConfigured,
    /// 429, or a rate-limit wait longer than allowed; see [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// 5xx: the service, or a gateway in front of it, failed.
    Server,
    /// Any other status with which the API refused.
    UnexpectedStatus,
    /// Something other than the API answered: a proxy, a gateway, a sign-in page, a redirect. Whatever its status
    /// says, nothing is known of the request; [`Error::responder`](crate::Error::responder) tells what it was.
    NotFromApi,
    /// No connection was made, so nothing was sent.
    Connect,
    /// No complete answer within the attempt's timeout, or the call's deadline passed.
    Timeout,
    /// The connection broke after the request may have been sent.
    Network,
    /// A success whose body is not what the contract says, or longer than 64 MiB.
    Decode,
}

/// Whether a failed request took effect on the server: what a caller must know before sending it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It did not: it was never sent, or the API refused it.
    NotApplied,
    /// It may have: it was sent, and no answer of the API tells.
    Unknown,
}
