//! Sums of money and percentages: read from questions and documents, and held against each other.

use super::words::{self, Word};

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

pub(super) const SYMBOLS: [char; 4] = ['$', '€', '£', '¥'];
const CURRENCIES: &str = "usd eur gbp chf dollar dollars euro euros pound pounds bucks cad aud francs yen";

/// The amounts in a text, in order. `$15k`, `$15,000`, `15000 USD`, `EUR 2.5m`, `10k` and `20 %` all count,
/// and both ends of `$50–500`; a bare number does not.
pub(crate) fn amounts(text: &str) -> Vec<Amount> {
    let words: Vec<Word<'_>> = words::words(text).collect();
    let mut found: Vec<Amount> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (number, suffix) =
            word.text.split_at(word.text.find(char::is_alphabetic).unwrap_or(word.text.len()));
        let (Ok(value), Some(own)) = (words::fold(number).parse::<f64>(), factor(suffix)) else { continue };
        if word.text.eq_ignore_ascii_case("401k") {
            continue; // the pension plan
        }
        let next = words.get(at + 1).filter(|next| text[word.end()..next.start].trim().is_empty());
        // `4 m` is a length.
        let next = next.filter(|next| suffix.is_empty() && next.text.len() > 1);
        let scaled = next.and_then(|next| Some((factor(next.text)?, next.end())));
        let (factor, end) = scaled.unwrap_or((own, word.end()));
        let range = found.last().filter(|last| is_dash(&text[last.end..word.start])).map(|last| last.unit);
        let scaled = (factor > 1.0).then_some(Unit::Money);
        if let Some(unit) = unit(&text[..word.start], &text[end..]).or(scaled).or(range) {
            found.push(Amount { value: value * factor, unit, start: word.start, end });
        }
    }
    found
}

fn is_dash(between: &str) -> bool {
    let between = between.trim_end_matches(SYMBOLS);
    !between.contains('\n') && matches!(between.trim(), "-" | "–" | "—" | "to" | "and" | "bis")
}

fn factor(word: &str) -> Option<f64> {
    match word.to_ascii_lowercase().as_str() {
        "" => Some(1.0),
        "k" | "thousand" => Some(1e3),
        "m" | "mio" | "mn" | "million" => Some(1e6),
        "bn" | "billion" => Some(1e9),
        _ => None,
    }
}

/// The unit a number has by what stands before and after it.
fn unit(before: &str, after: &str) -> Option<Unit> {
    let (before, after) = (before.trim_end(), after.trim_start());
    let word_before = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let word_after = after.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let is_currency = |word: &str| CURRENCIES.split(' ').any(|known| word.eq_ignore_ascii_case(known));
    let is_money = before.ends_with(SYMBOLS) || after.starts_with(SYMBOLS);
    if after.starts_with('%') || word_after == "percent" {
        return Some(Unit::Percent);
    }
    (is_money || is_currency(word_before) || is_currency(word_after)).then_some(Unit::Money)
}

/// How a document limits sums of one unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limits {
    /// From and to: `$50–$500`, from nothing the 75 of `up to $75`, and without end the 500 of `above $500`.
    rules: Vec<(f64, f64)>,
    /// The largest sum it names.
    most: Option<f64>,
}

impl Limits {
    /// Reads the limits a text sets on sums of this unit.
    pub(crate) fn of(text: &str, unit: Unit) -> Self {
        let mut limits = Self { rules: Vec::new(), most: None };
        let mut last: Option<Amount> = None;
        for amount in amounts(text).into_iter().filter(|amount| amount.unit == unit) {
            limits.most = Some(limits.most.map_or(amount.value, |most| most.max(amount.value)));
            let since = last.map_or(0, |last| last.start);
            let before = text[since..amount.start].trim_end_matches(SYMBOLS).trim_end().to_lowercase();
            match last.filter(|last| is_dash(&text[last.end..amount.start])) {
                Some(from) => limits.rules.push((from.value, amount.value)),
                None if ends_with_any(&before, UNDER) => limits.rules.push((0.0, amount.value)),
                None if ends_with_any(&before, OVER) => limits.rules.push((amount.value, f64::INFINITY)),
                None => {}
            }
            last = Some(amount);
        }
        limits
    }

    /// Whether one of its rules is about this sum.
    pub(crate) fn has_rule_for(&self, value: f64) -> bool {
        self.rules.iter().any(|(from, to)| (*from..=*to).contains(&value))
    }

    /// The highest bound the sum is past.
    pub(crate) fn bound_below(&self, value: f64) -> Option<f64> {
        let bounds = self.rules.iter().filter(|(_, to)| to.is_infinite()).map(|(from, _)| *from);
        bounds.filter(|bound| *bound < value).reduce(f64::max)
    }

    /// Whether sums are capped, and this one is past every cap.
    pub(crate) fn caps_below(&self, value: f64) -> bool {
        let mut caps = self.rules.iter().map(|(_, to)| *to).filter(|to| to.is_finite()).peekable();
        caps.peek().is_some() && caps.all(|cap| cap < value)
    }

    /// Whether sums are named, and this one is larger than all of them.
    pub(crate) fn tops(&self, value: f64) -> bool {
        self.most.is_some_and(|most| most < value)
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
    match whole {
        1e6.. => format!("${}m", whole / 1e6),
        1e4.. if whole % 1e3 == 0.0 => format!("${}k", whole / 1e3),
        1e3.. => format!("${},{:03}", (whole / 1e3).floor(), whole % 1e3),
        _ => format!("${whole}"),
    }
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
        assert!(limits.has_rule_for(200.0) && limits.has_rule_for(20.0) && limits.has_rule_for(15_000.0));
        assert!(!limits.has_rule_for(5_000.0));
        assert_eq!(limits.bound_below(15_000.0), Some(10_000.0));
        assert_eq!(limits.bound_below(9_000.0), None);
        assert!(limits.tops(10_001.0) && !limits.tops(10_000.0));
        let caps = Limits::of("Leads refund up to $40, managers up to $200.", Unit::Money);
        assert!(caps.caps_below(350.0) && !caps.caps_below(150.0));
        assert!(!Limits::of("The fee is $20.", Unit::Money).caps_below(350.0), "a price caps nothing");
        assert!(!Limits::of("no sums", Unit::Money).tops(1.0));
        assert!(!Limits::of("- $40\n- $500", Unit::Money).has_rule_for(200.0), "a list is no range");
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
