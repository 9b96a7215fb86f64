//! Sums of money and percentages: read from questions and documents, and held against each other.

use super::words;

/// A number that is money or a share. Currencies are not told apart: a policy is written in one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Amount {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    /// Where it begins and ends in its text, in bytes.
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Money,
    Percent,
}

const SYMBOLS: [char; 4] = ['$', '€', '£', '¥'];
const CURRENCIES: &str = "usd eur gbp chf dollar dollars euro euros pound pounds bucks cad aud francs yen";

/// The amounts in a text, in order. `$15k`, `$15,000`, `15000 USD`, `EUR 2.5m`, `10k` and `20 %` all count,
/// and both ends of `$50–500`; a bare number does not.
pub(crate) fn amounts(text: &str) -> Vec<Amount> {
    let mut found: Vec<Amount> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + offset;
        at = start + number_length(&text[start..]);
        if text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let Ok(value) = words::fold(&text[start..at]).parse::<f64>() else { continue };
        let (factor, length) = scale(&text[at..]);
        if &text[start..at] == "401" && factor > 1.0 && length == 1 {
            continue; // the pension plan
        }
        let end = at + length;
        let range = found.last().filter(|last| is_dash(&text[last.end..start])).map(|last| last.unit);
        if let Some(unit) =
            unit(&text[..start], &text[end..]).or((factor > 1.0).then_some(Unit::Money)).or(range)
        {
            found.push(Amount { value: value * factor, unit, start, end });
            at = end;
        }
    }
    found
}

fn is_dash(between: &str) -> bool {
    !between.contains('\n') && matches!(between.trim(), "-" | "–" | "—" | "to" | "and" | "bis")
}

/// Digits with separators that stand between digits.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |n: usize| bytes.get(n).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while is_digit(length) || (matches!(bytes.get(length), Some(b',' | b'.' | b'\'')) && is_digit(length + 1))
    {
        length += 1;
    }
    length
}

/// What stands after a number and multiplies it, and how many bytes that takes.
fn scale(after: &str) -> (f64, usize) {
    let word: &str = after.trim_start_matches(' ');
    let spaces = after.len() - word.len();
    let length = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let factor = match word[..length].to_ascii_lowercase().as_str() {
        "k" | "thousand" => 1e3,
        "m" if spaces == 0 => 1e6,
        "mio" | "mn" | "million" => 1e6,
        "bn" | "billion" => 1e9,
        _ => return (1.0, 0),
    };
    (factor, spaces + length)
}

/// The unit a number has by what stands before and after it.
fn unit(before: &str, after: &str) -> Option<Unit> {
    let (before, after) = (before.trim_end_matches(' '), after.trim_start_matches(' '));
    let word_after: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
    let word_before = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_currency = |word: &str| CURRENCIES.split(' ').any(|known| word.eq_ignore_ascii_case(known));
    if after.starts_with('%') || word_after == "percent" {
        Some(Unit::Percent)
    } else if before.ends_with(SYMBOLS)
        || after.starts_with(SYMBOLS)
        || is_currency(&word_after)
        || is_currency(word_before)
    {
        Some(Unit::Money)
    } else {
        None
    }
}

impl Amount {
    /// How much a rule of this text is about it: all of a tier it lies in, a part of any other bound.
    pub(crate) fn ruled_by(self, text: &str) -> f64 {
        let limits = Limits::of(text, self.unit);
        let is_of_its_tier = limits.has_tier_for(self.value) || limits.bound_below(self.value).is_some();
        match is_of_its_tier {
            true => 1.0,
            false if limits.speaks_of(self.value) => 0.25,
            false => 0.0,
        }
    }
}

/// How a document limits sums of one unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limits {
    /// The bounds past which another rule holds: the 500 of `above $500`.
    over: Vec<f64>,
    /// Every sum it names.
    named: Vec<f64>,
    /// From and to: `$50–$500`, and from nothing the 75 of `up to $75`.
    tiers: Vec<(f64, f64)>,
}

impl Limits {
    /// Reads the limits a text sets on sums of this unit.
    pub(crate) fn of(text: &str, unit: Unit) -> Self {
        let mut limits = Self { over: Vec::new(), named: Vec::new(), tiers: Vec::new() };
        let mut last: Option<Amount> = None;
        for amount in amounts(text).into_iter().filter(|amount| amount.unit == unit) {
            limits.named.push(amount.value);
            let since = last.map_or(0, |last| last.start);
            let before = text[since..amount.start].trim_end_matches(SYMBOLS).trim_end().to_lowercase();
            match last.filter(|last| is_dash(text[last.end..amount.start].trim_end_matches(SYMBOLS))) {
                Some(from) => limits.tiers.push((from.value, amount.value)),
                None if ends_with_any(&before, UNDER) => limits.tiers.push((0.0, amount.value)),
                None if ends_with_any(&before, OVER) => limits.over.push(amount.value),
                None => {}
            }
            last = Some(amount);
        }
        limits
    }

    /// Whether one of its rules is about this sum.
    pub(crate) fn speaks_of(&self, value: f64) -> bool {
        self.has_tier_for(value)
            || self.tiers.iter().any(|(_, to)| value <= *to)
            || self.bound_below(value).is_some()
    }

    /// Whether the sum lies between the ends of a tier such as `$50–$500`.
    pub(crate) fn has_tier_for(&self, value: f64) -> bool {
        self.tiers.iter().any(|(from, to)| *from > 0.0 && (*from..=*to).contains(&value))
    }

    /// The highest bound the sum is past.
    pub(crate) fn bound_below(&self, value: f64) -> Option<f64> {
        self.over.iter().copied().filter(|bound| *bound < value).reduce(f64::max)
    }

    /// Whether sums are capped, and this one is past every cap.
    pub(crate) fn caps_below(&self, value: f64) -> bool {
        !self.tiers.is_empty() && self.tiers.iter().all(|(_, to)| *to < value)
    }

    /// Whether sums are named, and this one is larger than all of them.
    pub(crate) fn tops(&self, value: f64) -> bool {
        !self.named.is_empty() && self.named.iter().all(|named| *named < value)
    }
}

const OVER: &str = "over, above, more than, exceeding, exceeds, exceed, beyond, greater than, larger than, >, über, \
    mehr als";
const UNDER: &str = "up to, under, below, less than, at most, maximum of, max, limit of, no more than, not more \
    than, not exceeding, not exceed, within, <, bis, bis zu";

fn ends_with_any(text: &str, endings: &str) -> bool {
    endings.split(", ").any(|ending| {
        let rest = text.strip_suffix(ending);
        rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    })
}

/// A sum the way a person says it: `$10k`, `$2,500`.
pub(crate) fn spoken(value: f64) -> String {
    let whole = value.round().max(0.0);
    if whole >= 1e6 && whole % 1e5 == 0.0 {
        return format!("${}m", whole / 1e6);
    }
    if whole >= 10_000.0 && whole % 1000.0 == 0.0 {
        return format!("${}k", whole / 1000.0);
    }
    let digits = format!("{whole}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("${}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        amounts(text).into_iter().map(|amount| amount.value).collect()
    }

    #[test]
    fn sums_are_read_however_they_are_written() {
        for text in
            ["$15k", "$15,000", "15000 USD", "USD 15.000", "€15,000", "15k", "15 thousand dollars", "£15'000"]
        {
            assert_eq!(values(text), [15_000.0], "{text}");
        }
        assert_eq!(values("€2.5m and $1.25"), [2_500_000.0, 1.25]);
        assert_eq!(values("$1,234.50, 1.234,50 EUR or 2,5 %"), [1_234.5, 1_234.5, 2.5]);
        assert_eq!(values("$50–500 or 10 %"), [50.0, 500.0, 10.0]);
    }

    #[test]
    fn what_is_no_sum_is_not_read_as_one() {
        for text in ["the 20th", "in 2026", "SEV1", "3 weeks", "v2.5", "4 m of cable", "5 km", "our 401k"] {
            assert_eq!(values(text), [] as [f64; 0], "{text}");
        }
    }

    #[test]
    fn tiers_bounds_and_caps_are_told_apart() {
        let limits = Limits::of(
            "Under $50 none. $50–$500 by mail. Anything above $10,000 goes to the founder.",
            Unit::Money,
        );
        assert!(limits.speaks_of(200.0) && limits.speaks_of(20.0) && limits.speaks_of(15_000.0));
        assert!(!limits.speaks_of(5_000.0));
        assert_eq!(limits.bound_below(15_000.0), Some(10_000.0));
        assert_eq!(limits.bound_below(9_000.0), None);
        assert!(limits.tops(10_001.0) && !limits.tops(10_000.0));
        let caps = Limits::of("Leads refund up to $40, managers up to $200.", Unit::Money);
        assert!(caps.caps_below(350.0) && !caps.caps_below(150.0));
        assert!(!Limits::of("The fee is $20.", Unit::Money).caps_below(350.0), "a price caps nothing");
        assert!(!Limits::of("no sums", Unit::Money).tops(1.0));
        assert!(!Limits::of("- $40\n- $500", Unit::Money).speaks_of(200.0), "a list is no range");
        assert_eq!(Limits::of("no more than $75", Unit::Money).bound_below(80.0), None);
    }

    #[test]
    fn sums_are_spoken_as_people_do() {
        assert_eq!(
            [500.0, 2_500.0, 10_000.0, 250_000.0, 1.5e6].map(spoken),
            ["$500", "$2,500", "$10k", "$250k", "$1.5m"]
        );
    }
}
