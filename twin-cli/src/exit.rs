//! What the exit code of `twin` means: the one table.

/// The exit codes scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Anything that has no code of its own.
    Failed = 1,
    /// Usage, bad input, or a prompt was needed.
    Usage = 2,
    /// A bulk command finished in part.
    Partial = 3,
    /// No key, or the key was refused.
    NoKey = 4,
    /// No such document, escalation or setting.
    NotFound = 5,
    /// Rate limited beyond `--max-wait`.
    RateLimited = 6,
    /// Network failure, timeout or 5xx.
    Unreachable = 7,
    /// Changes are pending (`kb sync --dry-run --exit-code`).
    Pending = 8,
    /// The monthly answer limit is reached, or the plan lacks the feature.
    Plan = 9,
    /// Escalated, or below `--min-confidence`.
    Escalated = 10,
    /// A guard of `kb sync` refused.
    Guard = 11,
    /// The signature of a webhook does not match.
    Signature = 12,
    /// An expectation of `eval` does not hold.
    Expectation = 13,
    /// Interrupted (Ctrl-C).
    Interrupted = 130,
    /// Terminated (SIGTERM).
    Terminated = 143,
}

impl Exit {
    /// Every one, by its number.
    pub const ALL: [Exit; 16] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Partial,
        Exit::NoKey,
        Exit::NotFound,
        Exit::RateLimited,
        Exit::Unreachable,
        Exit::Pending,
        Exit::Plan,
        Exit::Escalated,
        Exit::Guard,
        Exit::Signature,
        Exit::Expectation,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "success",
            Exit::Failed => "any other failure",
            Exit::Usage => "invalid usage or input, or a prompt was needed",
            Exit::Partial => "a bulk command was only partly done",
            Exit::NoKey => "no API key, or the key was refused",
            Exit::NotFound => "no such document, escalation or setting",
            Exit::RateLimited => "rate limited for longer than --max-wait",
            Exit::Unreachable => "network failure, timeout, or server error (5xx)",
            Exit::Pending => "changes are pending (kb sync --dry-run --exit-code)",
            Exit::Plan => "answer limit reached, or feature not in your plan",
            Exit::Escalated => "escalated (--fail-on-escalate), or below --min-confidence",
            Exit::Guard => "a guard of kb sync refused",
            Exit::Signature => "the webhook's signature does not match",
            Exit::Expectation => "an expectation of eval does not hold",
            Exit::Interrupted => "interrupted (Ctrl-C)",
            Exit::Terminated => "terminated (SIGTERM)",
        }
    }

    /// The number the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}
