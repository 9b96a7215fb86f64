//! Dates at the start of a line, which CommonMark takes for items: `12. 5. 2024`.

/// The number with which an item begins, where it is the day of a date. Items are counted otherwise, whatever numbers
/// they have.
pub(super) fn day(item: &str) -> Option<i64> {
    let (day, rest) = number(item.trim_start())?;
    let is_month =
        number(rest).is_some_and(|(month, _)| (1..=12).contains(&month)) || begins_with_month(rest);
    ((1..=31).contains(&day) && is_month).then_some(day)
}

/// A number before a full stop and a blank, and what follows it.
fn number(text: &str) -> Option<(i64, &str)> {
    let (number, rest) = text.split_once('.')?;
    let is_number = number.len() <= 2 && number.bytes().all(|digit| digit.is_ascii_digit());
    let rest = rest.strip_prefix(' ').filter(|_| is_number)?;
    Some((number.parse().ok()?, rest.trim_start_matches(' ')))
}

/// Whether a text begins with a word before a year: `Mai 2024`.
fn begins_with_month(text: &str) -> bool {
    let Some((word, rest)) = text.split_once(' ') else { return false };
    let year: String = rest.chars().take_while(char::is_ascii_digit).collect();
    word.trim_end_matches('.').chars().all(char::is_alphabetic)
        && word.chars().count() > 2
        && year.len() == 4
        && year.starts_with(['1', '2'])
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, to_text};
    use super::*;

    #[test]
    fn days_are_told_from_other_numbers() {
        for (item, expected) in [
            ("12. 5. 2024 ist Stichtag", Some(12)),
            ("3. Mai 2024", Some(3)),
            ("3. Mai frei", None),
            ("1. Call 2024 times", Some(1)),
            ("2. 13. x", None),
            ("40. 5. 2024", None),
            ("1) 5. 2024", None),
            ("- 3. 4. 2024", None),
        ] {
            assert_eq!(day(item), expected, "{item}");
        }
    }

    #[test]
    fn dates_at_the_start_of_lines_stay_as_they_are() {
        for text in [
            "12. 5. 2024 ist Stichtag.",
            "12. 5. 2024 Beginn\n7. 6. 2024 Ende",
            "3. Mai 2024 Beginn\n7. Juni 2024 Ende",
            "- 3. 4. 2024 Abgabe\n- 1. Mai frei",
            "1. a\n2. 12. 5. 2024 kickoff\n3. - sub",
            "2. 1. 2024\n3. 1. 2024",
        ] {
            assert_eq!(to_text(text, Dialect::Common).1, text);
        }
        assert_eq!(to_text("1. a\n1. b\n1. c", Dialect::Common).1, "1. a\n2. b\n3. c");
        assert_eq!(to_text("- - deep", Dialect::Common).1, "  - deep");
    }
}
