//! How sure an answer may be: a logistic function of how much of the question the best document covers, of
//! how much it leaves out that no document knows, and of how well its best passage fits.
//!
//! The coefficients are fitted to the questions under `tests/it/kb`, which only ask for facts: 1 where the
//! knowledge base answers, 0 where it does not, the latter counting three times since they are fewer.
//! `confidence/fit.rs` fits them anew.

#[cfg(test)]
mod fit;

use super::amounts::{self, Limits};
use super::retrieve::{Evidence, best_of_each};
use super::weigh::Weighted;

/// Set above what is fitted (-2.8): of questions nobody had in mind when the vocabulary was written, more are
/// escalated needlessly than answered wrongly.
const BASE: f64 = -2.5;
/// Of the share of the question's weight that is covered, of the share of it in words that are telling and that
/// no document knows, and of the score of the best passage, which also tells whether the title and the kind of
/// thing wanted fit.
const COEFFICIENTS: [f64; 3] = [2.54, -1.8, 3.79];

/// What a sum that the passage has a rule for counts, in the weight of a rare word.
const SUM: f64 = 0.4;
/// A question that says less than this, in the weight of its words, is hardly one a document can answer.
const LITTLE: f64 = 1.6;
/// A word that weighs this much where no document knows it names a thing.
const TELLING: f64 = 0.8;

/// From 0.0 to 1.0, to two decimals.
///
/// `quoted` are the passages the answer is made of, the best first.
pub(crate) fn confidence(question: &str, terms: &[Weighted], quoted: &[&Evidence]) -> f64 {
    let Some(features) = Features::of(question, terms, quoted) else { return 0.0 };
    let weighed = features.values.iter().zip(COEFFICIENTS).map(|(value, coefficient)| value * coefficient);
    let sure = 1.0 / (1.0 + (-BASE - weighed.sum::<f64>()).exp());
    ((features.enough * sure).clamp(0.02, 0.97) * 100.0).round() / 100.0
}

/// What an answer's confidence is made of.
struct Features {
    /// In the order of the coefficients.
    values: [f64; 3],
    /// How much the question says at all, 0 to 1.
    enough: f64,
}

impl Features {
    fn of(question: &str, terms: &[Weighted], quoted: &[&Evidence]) -> Option<Self> {
        let best = quoted.first()?;
        let of_the_best = quoted.iter().filter(|other| other.document == best.document);
        let covered = best_of_each(terms.len(), of_the_best.map(|evidence| &evidence.covered));
        let rarest = terms.iter().map(|t| t.weight).fold(0.0, f64::max);
        let (mut whole, mut part, mut unheard_of) = (0.0, 0.0, 0.0);
        for (t, found) in terms.iter().zip(&covered) {
            let weight = t.weight * t.term.focus;
            whole += weight;
            part += weight * found;
            if !t.is_known && t.term.unknown >= TELLING {
                unheard_of += weight * (1.0 - found);
            }
        }
        if amounts::amounts(question).iter().any(|sum| Limits::of(&best.text, sum.unit).speaks_of(sum.value))
        {
            whole += SUM * rarest;
            part += SUM * rarest;
        }
        let enough = (whole / LITTLE).min(1.0);
        let share = |weight: f64| weight / whole.max(f64::MIN_POSITIVE);
        let values = [share(part), share(unheard_of), best.score];
        Some(Self { values, enough })
    }
}
