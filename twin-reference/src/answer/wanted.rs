//! What kind of thing a question wants to be told, and whether a passage has it.

use super::amounts::{self, Amount, Limits};
use super::words;

/// What lifts a passage that has a rule for a sum the question names.
const A_RULE: f64 = 0.05;
/// What lifts one that has a tier for it, where it covers the whole question: such a tier mostly is the answer.
const A_TIER: f64 = 0.5;
/// What lifts a passage with a number, a sum or a time where the question asks for one.
const A_NUMBER: f64 = 0.06;
/// What lifts the first passage of a document, which mostly says what it is about.
const OPENING: f64 = 0.03;

const FOR_A_SUM: &str = "how much|cost|price|fee|pay|paid|max|discount|bonus|allowance|budget";
const FOR_A_TIME: &str = "when|what time|what day|which day|how early|how late|wann";
const FOR_A_NUMBER: &str = "how many|how much|how long|how often|how old|how fast|how quickly|how soon|by what|max|minim|\
                            wie viel|wie lang|wie oft";
const TIMES: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|\
                     august|september|october|november|december|noon|midnight|am|pm";

/// What a question wants.
pub(super) struct Wanted {
    /// The sums it names, which a rule should be about.
    sums: Vec<Amount>,
    sum: bool,
    time: bool,
    number: bool,
}

impl Wanted {
    pub(super) fn by(question: &str) -> Self {
        let lower = question.to_lowercase();
        let has = |words: &str| words.split('|').any(|word| lower.contains(word));
        let time = has(FOR_A_TIME);
        Self {
            sums: amounts::amounts(question),
            sum: has(FOR_A_SUM),
            time,
            number: time || has(FOR_A_NUMBER),
        }
    }

    /// How much a passage gains for having it. `coverage` says how much of the question it covers otherwise.
    pub(super) fn lift(&self, text: &str, coverage: f64, is_first: bool) -> f64 {
        let limits: Vec<_> = self.sums.iter().map(|sum| (Limits::of(text, sum.unit), sum.value)).collect();
        let lifts = [
            (A_TIER * coverage, limits.iter().any(|(limits, sum)| limits.has_tier_for(*sum))),
            (A_RULE, limits.iter().any(|(limits, sum)| limits.speaks_of(*sum))),
            (A_NUMBER, self.number && text.contains(|c: char| c.is_ascii_digit())),
            (A_NUMBER, self.sum && !amounts::amounts(text).is_empty()),
            (A_NUMBER, self.time && tells_a_time(text)),
            (OPENING, is_first),
        ];
        lifts.iter().filter(|(_, holds)| *holds).map(|(lift, _)| lift).sum()
    }
}

/// Whether a text names a time of day, a day of the week or a month.
fn tells_a_time(text: &str) -> bool {
    let is_digit = u8::is_ascii_digit;
    let clock = |w: &[u8]| is_digit(&w[0]) && w[1] == b':' && is_digit(&w[2]) && is_digit(&w[3]);
    let named = |word: &str| {
        let word = word.trim_start_matches(|c: char| c.is_ascii_digit()).trim_end_matches('s');
        TIMES.split('|').any(|time| time == word)
    };
    text.as_bytes().windows(4).any(clock) || words::words(text).any(|word| named(&word.text.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_the_clock_the_day_or_the_month() {
        assert!(["at 9:30", "10am", "on Mondays", "by 31 March"].into_iter().all(tells_a_time));
        assert!(!["ratio 3:2", "am7", "a monitor", "spam"].into_iter().any(tells_a_time));
    }
}
