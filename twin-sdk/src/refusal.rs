//! What a refusal of the API says, in the words of this crate: its kind, its line for a person, its figures.

use crate::error::ErrorKind;

/// The longest text of the API that `Display` shows, in characters.
const SHOWN_LIMIT: usize = 500;

/// The `error` text of an API error body; `None` for anything else, such as a proxy's page.
pub(crate) fn api_message(body: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        error: String,
    }
    serde_json::from_str::<ErrorBody>(body).ok().map(|body| body.error).filter(|text| !text.trim().is_empty())
}

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

/// Whether the request may have taken effect all the same: a 408 or a 5xx may come from something in front of
/// the API after the API did its work.
pub(crate) fn leaves_doubt(status: u16) -> bool {
    status == 408 || status >= 500
}

pub(crate) fn describe(kind: ErrorKind, status: u16, message: Option<&str>, key: &str) -> String {
    let what = match kind {
        ErrorKind::BadRequest => "the API refused the request",
        ErrorKind::Unauthorized => return unauthorized(message, key),
        ErrorKind::AnswerLimit => "the monthly answer limit is reached",
        ErrorKind::PlanLacksFeature => "the plan does not include this feature",
        ErrorKind::NotFound => "not found",
        ErrorKind::NotConfigured => "the twin is not configured yet; complete its onboarding",
        ErrorKind::RateLimited => "the rate limit is exceeded",
        ErrorKind::Server => "the API failed",
        _ if (300..400).contains(&status) => "the API answered with a redirect, which is not followed",
        _ => "the API answered with an unexpected status",
    };
    with_message(format!("{what} ({status})"), message)
}

/// Adds what the API said, cut where it says too much for one line.
fn with_message(what: String, message: Option<&str>) -> String {
    let Some(message) = message else { return what };
    format!("{what}: {}", shortened(message.to_owned()))
}

/// A text as long as is shown of one.
pub(crate) fn shortened(text: String) -> String {
    match text.char_indices().nth(SHOWN_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn unauthorized(message: Option<&str>, key: &str) -> String {
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
