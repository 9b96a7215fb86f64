//! Numbers in sentences.

/// `1 document`, `2 documents`.
pub(crate) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `1 document remains`, `2 documents remain`.
pub(crate) fn remaining(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(number, noun), if number == 1 { "remains" } else { "remain" })
}

/// The time so many requests take, rounded up as far as no one minds.
pub(crate) fn rough_time(requests: u64, rate: u64) -> String {
    rough_seconds((requests * 60).div_ceil(rate.max(1)))
}

/// A time, rounded up as far as no one minds.
pub(crate) fn rough_seconds(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..600 => {
            let rounded = seconds.div_ceil(10) * 10;
            match rounded % 60 {
                0 => format!("{}m", rounded / 60),
                rest => format!("{}m{rest}s", rounded / 60),
            }
        }
        600..7200 => format!("{}m", seconds.div_ceil(60)),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [count(0u64, "page"), count(1usize, "page"), count(2u8, "page")],
            ["0 pages", "1 page", "2 pages"]
        );
        assert_eq!([remaining(1u64, "page"), remaining(2u64, "page")], ["1 page remains", "2 pages remain"]);
    }
}
