//! How sure an answer may be: how much of the question the best passage covers, weighed by how much each
//! word matters, and how far it stands above the next document.

use super::amounts::{self, Limits};
use super::retrieve::{Evidence, Weighted};

/// What a sum that the passage has a rule for counts, in the weight of a rare word.
const SUM: f64 = 0.5;

/// From 0.0 to 1.0, to two decimals.
pub(crate) fn confidence(question: &str, terms: &[Weighted], evidence: &[Evidence]) -> f64 {
    let Some(best) = evidence.first() else { return 0.0 };
    let rarest = terms.iter().map(|t| t.weight).fold(0.0, f64::max);
    let (mut whole, mut part) = (0.0, 0.0);
    for (t, covered) in terms.iter().zip(&best.covered) {
        whole += t.weight * t.term.focus;
        part += t.weight * t.term.focus * covered;
    }
    if amounts::amounts(question).iter().any(|sum| Limits::of(&best.text, sum.unit).speaks_of(sum.value)) {
        whole += SUM * rarest;
        part += SUM * rarest;
    }
    let coverage = part / whole.max(f64::MIN_POSITIVE);
    let next = evidence.iter().find(|other| other.document != best.document).map_or(0.0, |other| other.score);
    let lead = 1.0 - (next / best.score.max(f64::MIN_POSITIVE)).min(1.0);
    let sure = coverage.powf(0.8) * (0.9 + 0.1 * lead.min(0.5) * 2.0) + 0.15 * best.title_named * coverage;
    (sure.clamp(0.02, 0.97) * 100.0).round() / 100.0
}
