//! Numbers in sentences.

/// `1 document`, `2 documents`.
pub(crate) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
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
    }
}
