//! What `table/fit.py` fitted. Written by it.

/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how
/// much of the question's words the passage and its best sentence cover, the cosine with the title, and with the
/// best other passage of the document, and whether the passage has a rule about a sum the question names.
pub(super) const WEIGHTS: [f64; 7] = [0.552, 0.669, 0.739, 0.454, 0.408, 0.178, 0.200];

/// The constant of the confidence, and what each of its features counts: score, missing, named, margin, nearer, words, rule.
pub(super) const BASE: f64 = -3.89;
pub(super) const COEFFICIENTS: [f64; 7] = [1.89, -0.80, -1.62, 4.66, 3.27, 1.90, 2.80];
