//! `Retry-After`, `X-RateLimit-*` and `Date`: a line with the status, then header lines.

use std::time::Duration;

use twin_sdk::{ErrorKind, Pacing};

use crate::loopback::{Head, LONGEST_WAIT, answered};

/// Whatever the headers say, a call waits no longer than allowed and tells the longer wait; a reset is reckoned from
/// the response's own `Date`.
pub fn rate_limit(input: &[u8]) {
    let line_end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let status = String::from_utf8_lossy(&input[..line_end]).trim().parse().unwrap_or(429);
    let head = Head::parse(status, input.get(line_end + 1..).unwrap_or_default());
    let body = br#"{"totalAnswered":284,"totalEscalated":34,"avgConfidence":0.81,"handleRate":0.88,"totalSavedMinutes":852,"kbDocCount":12}"#;
    for pacing in [Pacing::Off, Pacing::Window] {
        let paced = pacing == Pacing::Window;
        let (result, requests, waited) = answered(&head, body, pacing, |twin| async move {
            let first = twin.stats().with_meta().await;
            if paced {
                // The gate acts on what the first answer said.
                let _ = twin.stats().await;
            }
            first
        });
        let calls = if paced { 2 } else { 1 };
        assert!(waited <= (LONGEST_WAIT + Duration::from_secs(16)) * calls, "{waited:?}");
        assert!(requests <= 40 * calls, "{requests} requests");
        let limit = match &result {
            Ok(answer) => answer.meta.rate_limit(),
            Err(error) => error.rate_limit(),
        };
        if let (Some(expected), Some(limit)) = (resets_in(&head), limit) {
            assert_eq!(limit.resets_in, Some(expected));
        }
        if let (Err(error), 429, Some(seconds)) = (&result, head.status, seconds(&head, "retry-after")) {
            assert_eq!(error.kind(), ErrorKind::RateLimited);
            let asked = Duration::from_secs(seconds);
            let told = error.retry_after();
            assert!(asked <= LONGEST_WAIT || paced || told == Some(asked), "{told:?} in place of {asked:?}");
        }
    }
}

fn seconds(head: &Head, name: &str) -> Option<u64> {
    head.only(name)?.trim().parse().ok()
}

/// The time to the reset as the headers mean it, where they are well formed.
fn resets_in(head: &Head) -> Option<Duration> {
    let reset = seconds(head, "x-ratelimit-reset").filter(|&reset| reset < 200_000_000_000)?;
    let date = httpdate::parse_http_date(head.only("date")?).ok()?;
    let now = date.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    // A window lasts a minute, and `Date` has whole seconds.
    Some(Duration::from_secs(reset).saturating_sub(now).min(Duration::from_secs(61)))
}
