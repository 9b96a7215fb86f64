//! Waits in words.

use std::fmt;
use std::time::Duration;

/// A wait as a person reads it: `12 s`, `0.4 s`.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > Duration::from_secs(365 * 24 * 60 * 60) {
            f.write_str("more than a year")
        } else if self.0 < Duration::from_secs(10) && self.0.subsec_millis() > 0 {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        } else {
            write!(f, "{} s", self.0.as_secs())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_as_finely_as_it_matters() {
        let told = [0.4, 3.0, 12.6, 4e9].map(|wait| Seconds(Duration::from_secs_f64(wait)).to_string());
        assert_eq!(told, ["0.4 s", "3 s", "12 s", "more than a year"]);
    }
}
