//! How sure an answer may be: how much of the question the best passage covers, weighed by how much each
//! word matters, and how far it stands above the next document.

use super::amounts::{self, Limits};
use super::retrieve::{Evidence, best_of_each};
use super::weigh::Weighted;

/// What a sum that the passage has a rule for counts, in the weight of a rare word.
const SUM: f64 = 0.4;
/// A question that says less than this, in the weight of its words, is hardly one a document can answer.
const LITTLE: f64 = 1.6;
/// What is lost where what is covered stands in many sentences and not together.
const SPREAD: f64 = 0.15;
/// What is lost where another document is as good.
const LEAD: f64 = 0.1;
/// What is won where the question names the whole title.
const TITLE: f64 = 0.15;

/// From 0.0 to 1.0, to two decimals.
///
/// `quoted` are the passages the answer is made of, the best first; `evidence` all that were found.
pub(crate) fn confidence(
    question: &str,
    terms: &[Weighted],
    quoted: &[&Evidence],
    evidence: &[Evidence],
) -> f64 {
    let Some(best) = quoted.first() else { return 0.0 };
    let of_the_best = quoted.iter().filter(|other| other.document == best.document);
    let covered = best_of_each(terms.len(), of_the_best.map(|evidence| &evidence.covered));
    let rarest = terms.iter().map(|t| t.weight).fold(0.0, f64::max);
    let (mut whole, mut part) = (0.0, 0.0);
    for (t, found) in terms.iter().zip(&covered) {
        whole += t.weight * t.term.focus;
        part += t.weight * t.term.focus * found;
    }
    if amounts::amounts(question).iter().any(|sum| Limits::of(&best.text, sum.unit).speaks_of(sum.value)) {
        whole += SUM * rarest;
        part += SUM * rarest;
    }
    let enough = (whole / LITTLE).min(1.0);
    let spread = (best.coverage - best.closeness).max(0.0) / best.coverage.max(f64::MIN_POSITIVE);
    let coverage = part / whole.max(f64::MIN_POSITIVE) * (1.0 - SPREAD * spread);
    let next = evidence.iter().find(|other| other.document != best.document).map_or(0.0, |other| other.score);
    let lead = (2.0 * (1.0 - next / best.score.max(f64::MIN_POSITIVE))).clamp(0.0, 1.0);
    let sure = coverage.powf(0.8) * (1.0 - LEAD + LEAD * lead) + TITLE * best.title_named * coverage;
    ((sure * enough).clamp(0.02, 0.97) * 100.0).round() / 100.0
}
