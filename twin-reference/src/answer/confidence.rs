//! How sure an answer may be: a logistic function of a handful of features.
//!
//! `table/fit.py` fits the coefficients to questions over handbooks; `docs/offline-twin.md` tells to which.

use super::fitted::{BASE, COEFFICIENTS};
use super::question::Question;
use super::retrieve::Evidence;

/// A lead over the next document past this tells nothing more.
const LEAD: f64 = 0.3;
/// Too little for a passage to be quoted.
const UNSURE: f64 = 0.29;
/// So many words tell as much as more of them do.
const WORDS: usize = 6;
/// A question of one word that tells less than this could be about any page.
const EVERYDAY: f64 = 0.95;
/// The cosine of a question with a title that says the same.
const SAME: f64 = 0.7;

/// From 0.02 to 0.97, to two decimals; 0 when nothing was found.
pub(crate) fn confidence(question: &Question, evidence: &[Evidence]) -> f64 {
    let best = evidence.first();
    let Some(features) = best.and_then(|best| features(question, evidence, best.document)) else {
        return 0.0;
    };
    let weighed: f64 =
        features.iter().zip(COEFFICIENTS).map(|(value, coefficient)| value * coefficient).sum();
    let sure = 1.0 / (1.0 + (-BASE - weighed).exp());
    // "What time is it?" is answered by a page of that name, if by any.
    let is_titled = best.is_some_and(|best| best.signals[3] > SAME);
    let is_everyday = question.terms.len() <= 1 && question.terms.iter().all(|term| term.telling < EVERYDAY);
    let sure = sure.clamp(0.02, if is_everyday && !is_titled { UNSURE } else { 0.97 });
    (sure * 100.0).round() / 100.0
}

/// What the confidence in an answer from this document is made of, in the order that `dump.rs` names.
pub(crate) fn features(question: &Question, evidence: &[Evidence], document: i64) -> Option<[f64; 7]> {
    let best = evidence.iter().find(|evidence| evidence.document == document)?;
    let of_document: Vec<_> = evidence.iter().filter(|other| other.document == best.document).collect();
    let (mut weight, mut missing, mut named) = (0.0, 0.0, 0.0);
    for (at, term) in question.terms.iter().enumerate() {
        let found = of_document.iter().map(|evidence| evidence.covered[at]).fold(0.0, f64::max);
        weight += term.weight;
        *if term.is_name && !term.is_known { &mut named } else { &mut missing } +=
            term.weight * (1.0 - found);
    }
    let share = |part: f64| part / f64::max(weight, f64::MIN_POSITIVE);
    let next = evidence.iter().find(|other| other.document != best.document);
    let margin = next.map_or(LEAD, |next| (best.score - next.score).min(LEAD));
    // By the vectors alone another document may come first.
    let nearest = |is_of: bool| {
        let others = evidence.iter().filter(|other| (other.document == best.document) == is_of);
        others.map(|other| (other.signals[0] + other.signals[1]) / 2.0).fold(f64::MIN, f64::max)
    };
    let nearer = (nearest(true) - nearest(false)).clamp(-LEAD, LEAD);
    let words = question.terms.len().min(WORDS) as f64 / WORDS as f64;
    let rule = of_document.iter().map(|evidence| evidence.signals[5]).fold(0.0, f64::max);
    Some([best.score, share(missing), share(named), margin, nearer, words, rule])
}
