//! What `table/fit.py` fitted. Written by it.

/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how
/// much of the question's words the passage and its best sentence cover, the cosine with the title, and with the
/// best other passage of the document, and whether the passage has a rule about a sum the question names.
pub(super) const WEIGHTS: [f64; 7] = [0.549, 0.671, 0.703, 0.473, 0.455, 0.149, 0.088];

/// The constant of the confidence, and what each of its features counts: score, missing, named, margin, nearer, words, rule.
pub(super) const BASE: f64 = -4.11;
pub(super) const COEFFICIENTS: [f64; 7] = [2.02, -0.51, -1.25, 4.17, 3.25, 1.80, 2.04];
