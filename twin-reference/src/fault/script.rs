//! Faults as a line of text, for a command line: `POST /v1/kb: 429 Retry-After 2, once`.

use std::str::FromStr;
use std::time::Duration;

use super::Fault;

/// Why a line does not describe a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(String);

fn invalid(what: impl Into<String>) -> InvalidFault {
    InvalidFault(what.into())
}

/// Reads `[METHOD PATH:] WHAT[, WHEN]...`.
///
/// `METHOD` may be `*`; a request matches when its path begins with `PATH`. Without them any request matches.
///
/// | WHAT | what happens |
/// |---|---|
/// | `429 [Retry-After SECONDS]` | rate limited, not applied |
/// | `STATUS` | that status with the API's error body, not applied |
/// | `STATUS html` | a proxy's HTML page with that status, not applied |
/// | `STATUS applied` | applied, then that status |
/// | `drop` | read, then closed without an answer, not applied |
/// | `drop applied` | applied, then closed without an answer |
/// | `slow DURATION` | applied, and answered after `500ms`, `2s` |
///
/// | WHEN | which requests |
/// |---|---|
/// | `once` (the default), `twice`, `N times`, `always` | how many matching requests |
/// | `after N` | lets the first N matching requests pass |
///
/// ```
/// use twin_reference::Fault;
///
/// let fault: Fault = "POST /v1/kb: 429 Retry-After 2, 3 times, after 1".parse()?;
/// assert!("POST /v1/kb: 299".parse::<Fault>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(line: &str) -> Result<Self, InvalidFault> {
        let (target, rest) = match line.split_once(": ") {
            Some((target, rest)) => (Some(target), rest),
            None => (None, line),
        };
        let mut clauses = rest.split(',').map(str::trim);
        let mut fault = what(clauses.next().unwrap_or_default())?;
        if let Some(target) = target {
            let (method, path) = target
                .trim()
                .split_once(' ')
                .ok_or_else(|| invalid(format!("'{target}' is no method and path, such as 'POST /v1/kb'")))?;
            let path = path.trim();
            if !path.starts_with('/')
                || method.is_empty()
                || method.contains(|c: char| !c.is_ascii_alphabetic() && c != '*')
            {
                return Err(invalid(format!("'{target}' is no method and path, such as 'POST /v1/kb'")));
            }
            fault = fault.on(method, path);
        }
        clauses.try_fold(fault, when)
    }
}

fn what(clause: &str) -> Result<Fault, InvalidFault> {
    let words: Vec<&str> = clause.split_whitespace().collect();
    let fault = match words.as_slice() {
        ["429"] => Fault::rate_limited(1),
        ["429", name, seconds] if name.trim_end_matches(':').eq_ignore_ascii_case("retry-after") => {
            let seconds = seconds.parse();
            Fault::rate_limited(seconds.map_err(|_| invalid("Retry-After takes whole seconds"))?)
        }
        ["drop"] => Fault::dropped_after_read(),
        ["drop", "applied"] => Fault::applied_then_dropped(),
        ["slow", delay] => Fault::slow(duration(delay)?),
        [code] => Fault::fails(status(code, 400)?, 1),
        [code, "html"] => Fault::html(status(code, 200)?),
        [code, "applied"] => Fault::applied_then_fails(status(code, 400)?),
        _ => return Err(unknown(clause)),
    };
    Ok(fault)
}

fn unknown(clause: &str) -> InvalidFault {
    invalid(format!(
        "'{clause}' is no fault: use '429 Retry-After 2', '503', '502 html', '500 applied', 'drop', \
         'drop applied' or 'slow 2s'"
    ))
}

fn status(text: &str, least: u16) -> Result<u16, InvalidFault> {
    let code: u16 = text.parse().map_err(|_| unknown(text))?;
    if !(least..600).contains(&code) {
        return Err(invalid(format!("{code} is no status of a failure")));
    }
    Ok(code)
}

fn duration(text: &str) -> Result<Duration, InvalidFault> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 =
        number.parse().map_err(|_| invalid(format!("'{text}' is no duration: use '500ms' or '2s'")))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(invalid(format!("'{text}' is no duration: use '500ms' or '2s'"))),
    }
}

fn when(fault: Fault, clause: &str) -> Result<Fault, InvalidFault> {
    let count = |text: &str| {
        let number = text.parse::<u32>().ok().filter(|number| *number > 0);
        number.ok_or_else(|| invalid(format!("'{clause}' takes a whole number from 1")))
    };
    Ok(match clause.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["once"] => fault.times(1),
        ["twice"] => fault.times(2),
        ["always"] => fault.times(u32::MAX),
        [number, "times"] => fault.times(count(number)?),
        ["after", number] => fault.after(count(number)?),
        _ => {
            return Err(invalid(format!(
                "'{clause}' does not say when: use 'once', 'twice', '3 times', 'always' or 'after 2'"
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads_as(line: &str, expected: Fault) {
        assert_eq!(format!("{:?}", line.parse::<Fault>().unwrap()), format!("{expected:?}"), "{line}");
    }

    #[test]
    fn every_fault_can_be_written_as_a_line() {
        reads_as("POST /v1/kb: 429 Retry-After 2, once", Fault::rate_limited(2).on("POST", "/v1/kb"));
        reads_as("429", Fault::rate_limited(1));
        reads_as("503, 3 times, after 2", Fault::fails(503, 3).after(2));
        reads_as("* /v1/kb: 404 html, always", Fault::html(404).times(u32::MAX).on("*", "/v1/kb"));
        reads_as(
            "get /v1/kb/doc_1: 500 applied, twice",
            Fault::applied_then_fails(500).times(2).on("GET", "/v1/kb/doc_1"),
        );
        reads_as("drop", Fault::dropped_after_read());
        reads_as("DELETE /v1/kb: drop applied", Fault::applied_then_dropped().on("DELETE", "/v1/kb"));
        reads_as("slow 1500ms", Fault::slow(Duration::from_millis(1500)));
    }

    #[test]
    fn what_is_no_fault_is_refused_with_what_would_be() {
        for (line, told) in [
            ("", "is no fault"),
            ("teapot", "is no fault"),
            ("299", "no status of a failure"),
            ("700", "no status of a failure"),
            ("slow 2h", "no duration"),
            ("429 Retry-After soon", "whole seconds"),
            ("kb: 503", "no method and path"),
            ("POST v1/kb: 503", "no method and path"),
            ("503, sometimes", "does not say when"),
            ("503, 0 times", "from 1"),
        ] {
            let error = line.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(told), "{line}: {error}");
        }
    }
}
