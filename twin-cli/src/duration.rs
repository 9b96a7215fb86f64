//! Durations on the command line: `30s`, `2m`, `1h30m`, and a bare number for seconds.

use std::time::Duration;

/// Reads a duration; zero is allowed.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a duration such as 30s, 2m or 1h30m".to_owned();
    let text = text.trim();
    let seconds = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let spelled = if seconds { format!("{text}s") } else { text.to_owned() };
    let signed: jiff::SignedDuration = spelled.parse().map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| "it cannot be negative".to_owned())
}

/// Reads a duration that must leave some time.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, String> {
    let duration = parse(text)?;
    if duration.is_zero() { Err("it must be longer than zero".to_owned()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h30m", 5_400_000),
            ("500ms", 500),
            ("1.5s", 1_500),
            ("45", 45_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "soon", "-5s", "1e9s", "5 parsecs", "99999999999999999999s", "."] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_positive("0s").is_err());
    }
}
