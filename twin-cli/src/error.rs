//! What can go wrong, what to do about it, and which exit code says so: one table.

use std::fmt;
use std::time::Duration;

use serde_json::json;
use twin_sdk::ErrorKind;

use crate::exit::Exit;
use crate::hints;
use twin_sync::OpenError;

/// Names of errors that scripts may rely on (`error.code` in `--json`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The command line is not right.
    Usage,
    /// A file, a value or a text that cannot be used.
    InvalidInput,
    /// Only a person could have answered, and no one could be asked.
    PromptNeeded,
    /// Someone was asked, and said no.
    Declined,
    /// The API called the request invalid (400).
    BadRequest,
    /// No key was found.
    NoKey,
    /// The API refused the key (401).
    KeyRefused,
    /// No such document or escalation (404), or nothing of that name on this machine.
    NotFound,
    /// The rate limit asks for a longer wait than allowed (429).
    RateLimited,
    /// The server could not be reached, or the connection broke.
    Network,
    /// No answer in time.
    Timeout,
    /// The service failed (5xx).
    ServerError,
    /// The monthly answer limit is reached (402).
    MonthlyLimit,
    /// The plan lacks the feature (403).
    Plan,
    /// The twin is not set up yet (422).
    NotConfigured,
    /// The server's answer is not what the API promises.
    UnexpectedAnswer,
    /// Something other than the API answered: a proxy, a gateway, a sign-in page.
    NotFromApi,
    /// A bulk command finished in part.
    Partial,
    /// A guard of `kb sync` refused.
    Guard,
    /// The signature of a webhook does not match.
    Signature,
    /// An expectation of `eval` does not hold.
    Expectation,
    /// Reading or writing on this machine failed.
    Io,
    /// Interrupted (Ctrl-C).
    Interrupted,
    /// Terminated (SIGTERM).
    Terminated,
    /// A fault in this program.
    Internal,
}

impl Code {
    /// The name and the exit code.
    const fn row(self) -> (&'static str, Exit) {
        match self {
            Code::Usage => ("usage", Exit::Usage),
            Code::InvalidInput => ("invalid_input", Exit::Usage),
            Code::PromptNeeded => ("prompt_needed", Exit::Usage),
            Code::Declined => ("declined", Exit::Failed),
            Code::BadRequest => ("bad_request", Exit::Usage),
            Code::NoKey => ("no_key", Exit::NoKey),
            Code::KeyRefused => ("key_refused", Exit::NoKey),
            Code::NotFound => ("not_found", Exit::NotFound),
            Code::RateLimited => ("rate_limited", Exit::RateLimited),
            Code::Network => ("network", Exit::Unreachable),
            Code::Timeout => ("timeout", Exit::Unreachable),
            Code::ServerError => ("server_error", Exit::Unreachable),
            Code::MonthlyLimit => ("monthly_limit", Exit::Plan),
            Code::Plan => ("plan", Exit::Plan),
            Code::NotConfigured => ("not_configured", Exit::Failed),
            Code::UnexpectedAnswer => ("unexpected_answer", Exit::Failed),
            Code::NotFromApi => ("not_from_api", Exit::Unreachable),
            Code::Partial => ("partial", Exit::Partial),
            Code::Guard => ("guard", Exit::Guard),
            Code::Signature => ("signature", Exit::Signature),
            Code::Expectation => ("expectation", Exit::Expectation),
            Code::Io => ("io", Exit::Failed),
            Code::Interrupted => ("interrupted", Exit::Interrupted),
            Code::Terminated => ("terminated", Exit::Terminated),
            Code::Internal => ("internal", Exit::Failed),
        }
    }

    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The exit code it leads to.
    pub fn exit(self) -> Exit {
        self.row().1
    }
}

/// Why a command ended without its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    code: Code,
    message: String,
    hint: Option<String>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
}

impl CliError {
    /// An error: what happened, in one line without a final full stop.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, http_status: None, retry_after: None }
    }

    /// Something given on the command line, in a file or on standard input that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidInput, message)
    }

    /// A fault in this program.
    pub fn internal(error: impl fmt::Display) -> Self {
        Self::new(Code::Internal, error.to_string())
    }

    /// Reading or writing `what` failed on this machine.
    pub fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(Code::Io, format!("{what}: {error}"))
    }

    /// Says what to do about it, in place of what was said before.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the status the API answered with.
    pub fn status(mut self, status: Option<u16>) -> Self {
        self.http_status = status;
        self
    }

    /// Adds how long the API asks to wait.
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Names the thing that was not found.
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Says of a wait which by itself is allowed that earlier ones of the same call used up `allowed`.
    pub fn after_waiting(self, allowed: Duration) -> Self {
        match self.retry_after {
            Some(wait) if self.code == Code::RateLimited && wait <= allowed => {
                let (wait, allowed) = (whole_seconds(wait), whole_seconds(allowed));
                self.hint(format!(
                    "the {allowed}s of --max-wait are used up: wait {wait}s, or pass a longer --max-wait"
                ))
            }
            _ => self,
        }
    }

    /// Adds a hint where there is none yet.
    pub fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.hint(hint) }
    }

    /// Whether the next item of a bulk command would fail the same way.
    pub fn ends_a_bulk_run(&self) -> bool {
        !matches!(self.code, Code::NotFound | Code::BadRequest | Code::InvalidInput)
    }

    /// Its name.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What happened, as it came: not yet fit for a terminal.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The exit code of a command that ends with it.
    pub fn exit(&self) -> Exit {
        self.code.exit()
    }

    /// The one line that stands for it on standard error under `--json`.
    pub fn json_line(&self) -> String {
        let error = json!({
            "code": self.code.name(),
            "message": self.message,
            "hint": self.hint,
            "httpStatus": self.http_status,
            "retryAfter": self.retry_after.map(whole_seconds),
            "exitCode": self.exit().code(),
        });
        json!({ "error": error }).to_string()
    }
}

impl From<twin_sdk::Error> for CliError {
    fn from(error: twin_sdk::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&twin_sdk::Error> for CliError {
    /// The API's own text where there is one, and what to do about each kind of failure.
    fn from(error: &twin_sdk::Error) -> Self {
        // A 408 is a timeout, whichever end of the connection measured it.
        let kind = if error.status() == Some(408) { ErrorKind::Timeout } else { error.kind() };
        let (code, hint) = what_to_do(kind);
        let own = match (error.kind(), error.message()) {
            (ErrorKind::BadRequest, Some(text)) => format!("the API refused the request: {text}"),
            (ErrorKind::Server, Some(text)) => format!("the API failed: {text}"),
            (_, Some(text)) => text.to_owned(),
            (_, None) => error.to_string(),
        };
        let mut converted = CliError::new(code, own).status(error.status()).retry_after(error.retry_after());
        converted.hint = match (code, error.retry_after()) {
            (Code::RateLimited, Some(wait)) if wait > A_YEAR => {
                Some("the API asks to wait for more than a year: check with whoever runs it".to_owned())
            }
            (Code::RateLimited, Some(wait)) => {
                let seconds = whole_seconds(wait);
                Some(format!("wait {seconds}s, or pass --max-wait {seconds}s"))
            }
            (Code::NotFromApi, _) if error.responder().is_some_and(|it| it.location.is_some()) => Some(
                "pass the API's own address with --base-url, or sign in at the address it redirects to"
                    .to_owned(),
            ),
            _ => hint.map(str::to_owned),
        };
        converted
    }
}

impl From<twin_export::ReadError> for CliError {
    fn from(error: twin_export::ReadError) -> Self {
        let code = match error {
            twin_export::ReadError::Temporary { .. } | twin_export::ReadError::Threads { .. } => Code::Io,
            _ => Code::InvalidInput,
        };
        CliError::new(code, error.to_string()).hint(error.hint())
    }
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        let code = match error {
            _ if error.is_io() => Code::Io,
            _ if error.is_wrong_path() => Code::InvalidInput,
            _ => Code::Guard,
        };
        CliError::new(code, error.to_string()).hint(hints::of_open_error(&error))
    }
}

fn what_to_do(kind: ErrorKind) -> (Code, Option<&'static str>) {
    match kind {
        ErrorKind::InvalidInput => (Code::InvalidInput, None),
        ErrorKind::BadRequest => {
            (Code::BadRequest, Some("correct the value it names; see --help for the limits"))
        }
        ErrorKind::Unauthorized => {
            (Code::KeyRefused, Some("check the API key, or run 'twin login' with a new one"))
        }
        ErrorKind::AnswerLimit => (Code::MonthlyLimit, Some("upgrade the plan, or wait for the next month")),
        ErrorKind::PlanLacksFeature => (Code::Plan, Some("upgrade the plan to use this")),
        ErrorKind::NotFound => (Code::NotFound, Some("check that the base URL is that of the Twin API")),
        ErrorKind::NotConfigured => {
            (Code::NotConfigured, Some("complete the twin's onboarding in the Twin web app, then try again"))
        }
        ErrorKind::RateLimited => (Code::RateLimited, Some("try again later, or pass a longer --max-wait")),
        ErrorKind::Server => (Code::ServerError, Some("try again later")),
        ErrorKind::Connect | ErrorKind::Network => (Code::Network, None),
        ErrorKind::Timeout => (Code::Timeout, Some("try again later, or pass a longer --timeout")),
        ErrorKind::NotFromApi => (Code::NotFromApi, None),
        _ => (
            Code::UnexpectedAnswer,
            Some("check that the base URL is that of the Twin API; use -v to see each request"),
        ),
    }
}

/// No one waits longer.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Seconds, rounded up: waiting that long is enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_one_line_with_every_field() {
        let error = CliError::new(Code::RateLimited, "rate limited\nfor a while")
            .status(Some(429))
            .retry_after(Some(Duration::from_millis(1_200)));
        let line = error.json_line();
        assert!(!line.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            value,
            json!({"error": {
                "code": "rate_limited", "message": "rate limited\nfor a while", "hint": null,
                "httpStatus": 429, "retryAfter": 2, "exitCode": 6,
            }})
        );
    }
}
