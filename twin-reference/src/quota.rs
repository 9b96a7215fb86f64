//! Rate-limit windows: fixed, aligned to Unix multiples of their length, one count per key.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The limit the headers state where none is enforced: larger than any client spends in a window.
pub(crate) const NO_LIMIT: u32 = 1_000_000;

/// How many requests each key has made in the present window.
#[derive(Debug)]
pub(crate) struct Quota {
    limit: Option<u32>,
    window_seconds: i64,
    /// Per key: the window it was last seen in, and the requests it made there.
    used: Vec<(i64, u32)>,
}

/// What the headers of a reply say, and whether the request may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Unix seconds.
    pub(crate) reset: i64,
    /// Whole seconds to wait, where the window is spent.
    pub(crate) refused_for: Option<u64>,
}

impl Quota {
    /// `window` is taken in whole seconds, at least one.
    pub(crate) fn new(limit: Option<u32>, window: Duration, keys: usize) -> Self {
        let window_seconds = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        Self { limit, window_seconds, used: vec![(0, 0); keys] }
    }

    /// Counts one request of the key at this place in the list of keys. A refused one does not count.
    pub(crate) fn charge(&mut self, key: usize, now: Timestamp) -> Standing {
        let (start, limit) = (self.window_start(now), self.limit);
        let mut standing = self.standing(Some(key), now);
        if let Some(used) = self.used.get_mut(key) {
            if used.0 != start {
                *used = (start, 0);
            }
            match limit {
                Some(limit) if used.1 >= limit => {
                    let wait_ms = standing.reset.saturating_mul(1000).saturating_sub(now.as_millisecond());
                    standing.refused_for = Some(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000).max(1));
                }
                Some(limit) => {
                    used.1 += 1;
                    standing.remaining = limit - used.1;
                }
                None => {}
            }
        }
        standing
    }

    /// How a key stands without being charged; a caller without a valid key has spent nothing.
    pub(crate) fn standing(&self, key: Option<usize>, now: Timestamp) -> Standing {
        let start = self.window_start(now);
        let limit = self.limit.unwrap_or(NO_LIMIT);
        let used =
            key.and_then(|key| self.used.get(key)).filter(|used| used.0 == start).map_or(0, |used| used.1);
        Standing {
            limit,
            remaining: limit.saturating_sub(used),
            reset: start.saturating_add(self.window_seconds),
            refused_for: None,
        }
    }

    fn window_start(&self, now: Timestamp) -> i64 {
        let second = now.as_millisecond().div_euclid(1000);
        second - second.rem_euclid(self.window_seconds)
    }
}

impl Standing {
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn a_window_ends_at_the_next_multiple_of_its_length() {
        let quota = Quota::new(Some(60), Duration::from_secs(60), 1);
        assert_eq!(quota.standing(None, at(59_999)).reset, 60);
        assert_eq!(quota.standing(None, at(60_000)).reset, 120);
        assert_eq!(quota.standing(None, at(-1)).reset, 0);
    }

    #[test]
    fn a_refused_request_does_not_count_and_is_told_when_the_window_ends() {
        let mut quota = Quota::new(Some(2), Duration::from_secs(60), 1);
        assert_eq!(quota.charge(0, at(0)).remaining, 1);
        assert_eq!(quota.charge(0, at(1_000)).remaining, 0);
        let refused = quota.charge(0, at(12_900));
        assert_eq!((refused.remaining, refused.refused_for), (0, Some(48)));
        assert_eq!(quota.charge(0, at(59_999)).refused_for, Some(1));
        assert_eq!(quota.charge(0, at(60_000)).refused_for, None);
    }

    #[test]
    fn keys_are_counted_apart() {
        let mut quota = Quota::new(Some(1), Duration::from_secs(60), 2);
        quota.charge(0, at(0));
        assert_eq!(quota.charge(1, at(0)).refused_for, None);
        assert!(quota.charge(0, at(0)).refused_for.is_some());
    }

    #[test]
    fn without_a_limit_nothing_is_refused_and_the_headers_state_a_large_one() {
        let mut quota = Quota::new(None, Duration::from_secs(60), 1);
        let standing = quota.charge(0, at(0));
        assert_eq!((standing.limit, standing.remaining, standing.refused_for), (NO_LIMIT, NO_LIMIT, None));
    }
}
