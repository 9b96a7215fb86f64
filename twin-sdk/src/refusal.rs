//! What a refusal says, in the words of this crate: its kind, its line for a person, its figures.

use crate::error::ErrorKind;
use crate::responder::Responder;

/// The longest text of the API that `Display` shows, in characters.
const SHOWN_LIMIT: usize = 500;

pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthorized,
        402 => ErrorKind::AnswerLimit,
        403 => ErrorKind::PlanLacksFeature,
        404 => ErrorKind::NotFound,
        422 => ErrorKind::NotConfigured,
        429 => ErrorKind::RateLimited,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::UnexpectedStatus,
    }
}

/// The kind of an answer that is not the API's. A 429 and a 5xx ask for the same, whoever sends them.
pub(crate) fn kind_of_other(status: u16) -> ErrorKind {
    match kind_of_status(status) {
        kind @ (ErrorKind::RateLimited | ErrorKind::Server) => kind,
        _ => ErrorKind::NotFromApi,
    }
}

/// Whether the request may have taken effect although the API itself refused it: a 408 or a 5xx may come after
/// the work was done.
pub(crate) fn leaves_doubt(status: u16) -> bool {
    !(400..500).contains(&status) || status == 408
}

/// The line for a refusal of the API.
pub(crate) fn describe(kind: ErrorKind, status: u16, message: &str, key: &str) -> String {
    let what = match kind {
        ErrorKind::BadRequest => "the API refused the request",
        ErrorKind::Unauthorized => return unauthorized(message, key),
        ErrorKind::AnswerLimit => "the monthly answer limit is reached",
        ErrorKind::PlanLacksFeature => "the plan does not include this feature",
        ErrorKind::NotFound => "not found",
        ErrorKind::NotConfigured => "the twin is not configured yet; complete its onboarding",
        ErrorKind::RateLimited => "the rate limit is exceeded",
        ErrorKind::Server => "the API failed",
        _ => "the API answered with an unexpected status",
    };
    with_message(format!("{what} ({status})"), message)
}

/// The line for an answer that is not the API's.
pub(crate) fn describe_other(kind: ErrorKind, responder: &Responder) -> String {
    match kind {
        ErrorKind::RateLimited => format!("the rate limit is exceeded ({})", responder.status),
        ErrorKind::Server => format!("the API, or a gateway in front of it, failed: {responder}"),
        _ => format!("something other than the Twin API answered: {responder}"),
    }
}

/// Adds what the API said, cut if it says too much for one line.
fn with_message(what: String, message: &str) -> String {
    match message.trim() {
        "" => what,
        message => format!("{what}: {}", shortened(message.to_owned())),
    }
}

/// A text as long as is shown of one.
pub(crate) fn shortened(text: String) -> String {
    cut(text, SHOWN_LIMIT)
}

/// A text of at most so many characters, with an ellipsis if it was longer.
pub(crate) fn cut(text: String, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn unauthorized(message: &str, key: &str) -> String {
    let kind = if key == "…" {
        "the key sent, which has no twin_ prefix,".to_owned()
    } else {
        format!("the {key} key sent")
    };
    with_message(format!("{kind} was refused (401)"), message)
}

/// The `(used/limit)` of a text such as `Monthly answer limit reached (500/500).`
pub(crate) fn answers_in(message: &str) -> Option<(u64, u64)> {
    let (used, limit) = message.split('(').find_map(|part| part.split(')').next()?.split_once('/'))?;
    let number = |text: &str| text.trim().replace(',', "").parse().ok();
    Some((number(used)?, number(limit)?))
}
