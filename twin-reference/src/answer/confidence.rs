//! How sure an answer may be: a logistic function of a handful of features.
//!
//! `table/fit.py` fits the coefficients to questions over handbooks; `docs/offline-twin.md` tells to which.

use super::fitted::{BASE, COEFFICIENTS};
use super::question::Question;
use super::retrieve::Evidence;

pub(crate) const NAMES: [&str; 7] = ["score", "missing", "named", "margin", "nearer", "words", "rule"];
/// A lead over the next document past this tells nothing more.
const LEAD: f64 = 0.3;
/// From this share on, a question's own words are not what the answer is about.
const MOSTLY_MISSING: f64 = 0.7;
/// Too little for a passage to be quoted.
const UNSURE: f64 = 0.29;
/// So many words tell as much as more of them do.
const WORDS: usize = 6;
/// A question of one word that tells less than this could be about any page.
const EVERYDAY: f64 = 0.95;
/// The most that one word can tell.
const ONE_WORD: f64 = 0.7;
/// Two words this close do not stand for each other yet.
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
    // What was said before tells what "it" is. It answers no other question.
    let leans_on_context = question.terms.iter().any(|term| term.is_context);
    let is_another = features[1] + features[2] > MOSTLY_MISSING;
    // "What time is it?" is answered by a page of that name, if by any.
    let is_headed = evidence.first().is_some_and(|best| best.is_headed);
    let is_one_word = question.terms.len() <= 1 && !is_headed;
    let is_vague = is_one_word && question.terms.iter().all(|term| term.telling < EVERYDAY);
    let most = if leans_on_context && is_another || is_vague {
        UNSURE
    } else if is_one_word {
        ONE_WORD
    } else {
        1.0
    };
    let sure = sure.min(most);
    (sure.clamp(0.02, 0.97) * 100.0).round() / 100.0
}

/// What the confidence in an answer from this document is made of, in the order of `NAMES`.
pub(crate) fn features(
    question: &Question,
    evidence: &[Evidence],
    document: i64,
) -> Option<[f64; NAMES.len()]> {
    let best = evidence.iter().find(|evidence| evidence.document == document)?;
    let of_document: Vec<_> = evidence.iter().filter(|other| other.document == best.document).collect();
    let (mut weight, mut missing, mut named) = (0.0, 0.0, 0.0);
    for (at, term) in question.terms.iter().enumerate().filter(|(_, term)| !term.is_context) {
        let found = of_document.iter().map(|evidence| evidence.covered[at].exact).fold(0.0, f64::max);
        let alike = of_document.iter().take(2).map(|evidence| evidence.covered[at].alike);
        let meant = (alike.fold(UNLIKE, f64::max) - UNLIKE) / (1.0 - UNLIKE);
        weight += term.weight;
        *if term.is_name && !term.is_known { &mut named } else { &mut missing } +=
            term.weight * (1.0 - found.max(meant));
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
    let words = question.terms.iter().filter(|term| !term.is_context).count().min(WORDS);
    let words = words as f64 / WORDS as f64;
    let rule = of_document.iter().map(|evidence| evidence.signals[6]).fold(0.0, f64::max);
    let rule = if question.sums.is_empty() { 0.0 } else { rule };
    Some([best.score, share(missing), share(named), margin, nearer, words, rule])
}
