//! Times as people say them.

use jiff::Timestamp;

/// How long ago `then` was: `now`, `5m ago`, `3h ago`, `12d ago`, and from a month on the date. Nothing if no one
/// knows.
pub(crate) fn age(then: Option<Timestamp>, now: Timestamp) -> String {
    let Some(then) = then else { return String::new() };
    let seconds = now.as_second() - then.as_second();
    match seconds {
        -60..60 => "now".to_owned(),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..86_400 => format!("{}h ago", seconds / 3_600),
        86_400..2_592_000 => format!("{}d ago", seconds / 86_400),
        _ => then.strftime("%Y-%m-%d").to_string(),
    }
}

/// A time as scripts read it; nothing if no one knows it.
pub(crate) fn rfc3339(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_people_say_them() {
        let now: Timestamp = "2026-03-14T12:00:00Z".parse().unwrap();
        for (then, expected) in [
            ("2026-03-14T11:59:30Z", "now"),
            ("2026-03-14T12:00:20Z", "now"),
            ("2026-03-14T11:55:00Z", "5m ago"),
            ("2026-03-14T09:00:00Z", "3h ago"),
            ("2026-03-02T12:00:00Z", "12d ago"),
            ("2025-12-31T12:00:00Z", "2025-12-31"),
            ("2026-04-01T12:00:00Z", "2026-04-01"),
        ] {
            assert_eq!(age(Some(then.parse().unwrap()), now), expected);
        }
    }
}
