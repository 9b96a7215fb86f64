//! [`RateLimit`]: what a response's headers say of the key's window. Pure: headers in, values out.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The state of the key's rate-limit window as a response told it (`X-RateLimit-*`).
///
/// Each part is `None` if its header is missing or makes no sense, as may happen behind a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// `X-RateLimit-Limit`: requests per window.
    pub limit: Option<u64>,
    /// `X-RateLimit-Remaining`: requests left in this window.
    pub remaining: Option<u64>,
    /// `X-RateLimit-Reset`: when the window ends, by the server's clock.
    pub reset: Option<Timestamp>,
    /// Time from the response to the reset. Computed from the response's own `Date`, so that a wrong local
    /// clock does no harm; zero if the reset has passed. `Date` has whole seconds, so it may be up to a second too long.
    /// Without a `Date`, the local clock is used. No more than the minute that a window lasts is believed.
    pub resets_in: Option<Duration>,
}

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);

impl RateLimit {
    /// Reads the headers; `None` if none of them is there. `wall` stands in for a missing `Date`.
    pub(crate) fn from_headers(headers: &HeaderMap, wall: impl FnOnce() -> SystemTime) -> Option<Self> {
        let limit = number(headers, "x-ratelimit-limit");
        let remaining = number(headers, "x-ratelimit-remaining");
        let reset_seconds = number(headers, "x-ratelimit-reset");
        let reset = reset_seconds
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        if limit.is_none() && remaining.is_none() && reset.is_none() {
            return None;
        }
        let resets_in = reset.and(reset_seconds).map(|seconds| {
            let server_time = server_time(headers, wall).duration_since(SystemTime::UNIX_EPOCH);
            let resets_in = Duration::from_secs(seconds).saturating_sub(server_time.unwrap_or_default());
            let longest = if date(headers).is_some() { WINDOW + Duration::from_secs(1) } else { WINDOW };
            resets_in.min(longest)
        });
        Some(Self { limit, remaining, reset, resets_in })
    }
}

/// The wait a response asks for with `Retry-After`: seconds, or a date (compared with the response's own
/// `Date`; zero if it has passed). `None` if the header is missing or makes no sense.
pub(crate) fn retry_after(headers: &HeaderMap, wall: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than fit are still a wait.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(server_time(headers, wall)).unwrap_or_default())
}

/// The moment of the response by the server's own clock (`Date`, whole seconds).
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    headers
        .get(DATE)
        .and_then(|date| date.to_str().ok())
        .and_then(|date| httpdate::parse_http_date(date).ok())
}

fn server_time(headers: &HeaderMap, wall: impl FnOnce() -> SystemTime) -> SystemTime {
    date(headers).unwrap_or_else(wall)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_time_to_reset_is_taken_from_the_servers_own_clock() {
        let headers = headers(&[
            ("x-ratelimit-reset", "1710423600"),
            ("date", "Thu, 14 Mar 2024 13:39:18 GMT"), // 42 s before the reset
        ]);
        let wrong_clock = || SystemTime::UNIX_EPOCH;
        let limit = RateLimit::from_headers(&headers, wrong_clock).unwrap();
        assert_eq!(limit.resets_in, Some(Duration::from_secs(42)));
    }

    #[test]
    fn a_reset_far_away_is_believed_for_a_minute() {
        let headers =
            headers(&[("x-ratelimit-reset", "4102444800"), ("date", "Thu, 14 Mar 2024 13:39:18 GMT")]);
        let limit = RateLimit::from_headers(&headers, SystemTime::now).unwrap();
        assert_eq!(limit.resets_in, Some(Duration::from_secs(61)));
    }

    #[test]
    fn without_the_servers_clock_no_more_than_a_minute_is_waited_for() {
        let headers = headers(&[("x-ratelimit-reset", "1710423600")]);
        let behind_by = |seconds: u64| {
            let wall = || SystemTime::UNIX_EPOCH + Duration::from_secs(1_710_423_600 - seconds);
            RateLimit::from_headers(&headers, wall).unwrap().resets_in
        };
        assert_eq!(behind_by(20), Some(Duration::from_secs(20)));
        assert_eq!(behind_by(3_600), Some(Duration::from_secs(60)));
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let wall = || SystemTime::UNIX_EPOCH;
        assert_eq!(retry_after(&headers(&[("retry-after", "30")]), wall), Some(Duration::from_secs(30)));
        let endless = Some(Duration::from_secs(u64::MAX));
        assert_eq!(retry_after(&headers(&[("retry-after", "99999999999999999999")]), wall), endless);
        let dated = headers(&[
            ("retry-after", "Thu, 14 Mar 2024 13:40:00 GMT"),
            ("date", "Thu, 14 Mar 2024 13:39:18 GMT"),
        ]);
        assert_eq!(retry_after(&dated, wall), Some(Duration::from_secs(42)));
        let past = headers(&[
            ("retry-after", "Thu, 14 Mar 2024 13:39:00 GMT"),
            ("date", "Thu, 14 Mar 2024 13:39:18 GMT"),
        ]);
        assert_eq!(retry_after(&past, wall), Some(Duration::ZERO));
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")]), wall), None);
        assert_eq!(retry_after(&headers(&[("retry-after", "-3")]), wall), None);
    }

    proptest! {
        #[test]
        fn no_header_value_breaks_the_readers(value in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(value) = reqwest::header::HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "date"] {
                    headers.insert(name, value.clone());
                }
                let _ = RateLimit::from_headers(&headers, || SystemTime::UNIX_EPOCH);
                let _ = retry_after(&headers, || SystemTime::UNIX_EPOCH);
            }
        }
    }
}
