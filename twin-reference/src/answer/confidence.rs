//! How sure an answer may be: a logistic function of a handful of features.
//!
//! `table/fit.py` fits the coefficients to questions over handbooks; `docs/offline-twin.md` tells to which.

use super::amounts::{Amount, Limits};
use super::fitted::{BASE, COEFFICIENTS};
use super::question::{Question, Term};
use super::retrieve::Evidence;
use super::table::Vector;
use super::words;

pub(crate) const NAMES: [&str; 5] = ["passage", "sentence", "missing", "named", "margin"];
/// What a passage with a rule about the sum that is asked for lacks all the same.
const A_RULE: f64 = 0.5;
/// A lead over the next document past this tells nothing more.
const LEAD: f64 = 0.3;
/// Two words this close have nothing to do with each other yet.
const UNLIKE: f64 = 0.4;

/// From 0.02 to 0.97, to two decimals; 0 when nothing was found.
pub(crate) fn confidence(question: &Question, evidence: &[Evidence]) -> f64 {
    let best = evidence.first();
    let Some(features) = best.and_then(|best| features(question, evidence, best.document)) else {
        return 0.0;
    };
    let weighed: f64 =
        features.iter().zip(COEFFICIENTS).map(|(value, coefficient)| value * coefficient).sum();
    let sure = 1.0 / (1.0 + (-BASE - weighed).exp());
    (sure.clamp(0.02, 0.97) * 100.0).round() / 100.0
}

/// What the confidence in an answer from this document is made of, in the order of `NAMES`.
pub(crate) fn features(
    question: &Question,
    evidence: &[Evidence],
    document: i64,
) -> Option<[f64; NAMES.len()]> {
    let best = evidence.iter().find(|evidence| evidence.document == document)?;
    let own = |term: &&Term| !term.is_context;
    let weight: f64 = question.terms.iter().filter(own).map(|term| term.weight).sum();
    let share = |part: f64| part / weight.max(f64::MIN_POSITIVE);
    let of_document = || evidence.iter().filter(|other| other.document == best.document);
    let vectors: Vec<Vector> = of_document().take(2).flat_map(vectors).collect();
    let (mut missing, mut named) = (0.0, 0.0);
    for (at, term) in question.terms.iter().enumerate().filter(|(_, term)| !term.is_context) {
        let found = of_document().map(|evidence| evidence.covered[at]).fold(0.0, f64::max);
        let alike = vectors.iter().map(|vector| f64::from(term.vector.dot(vector))).fold(0.0, f64::max);
        let meant = (alike - UNLIKE).max(0.0) / (1.0 - UNLIKE);
        let lacks = term.weight * (1.0 - found).min(1.0 - meant);
        *if term.is_name && !term.is_known { &mut named } else { &mut missing } += lacks;
    }
    // A rule about the very sum that is asked for stands for much of what it lacks.
    let is_rule = |sum: &Amount| Limits::of(&best.text, sum.unit).speaks_of(sum.value);
    if question.sums.iter().any(is_rule) {
        (missing, named) = (missing * A_RULE, named * A_RULE);
    }
    let next = evidence.iter().find(|other| other.document != best.document);
    let margin = next.map_or(LEAD, |next| (best.score - next.score).min(LEAD));
    let [passage, sentence, _] = best.signals;
    Some([passage, sentence, share(missing), share(named), margin])
}

/// The directions of a passage's words.
fn vectors(evidence: &Evidence) -> Vec<Vector> {
    let texts = [&evidence.title, &evidence.context, &evidence.text];
    texts.into_iter().flat_map(|text| words::words(text)).map(|word| Vector::of(word.text)).collect()
}
