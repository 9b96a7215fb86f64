//! What `table/fit.py` fitted. Written by it.

/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how
/// much of the question's words the passage and its best sentence cover, the cosine with the title, and with the
/// best other passage of the document, and whether the passage has a rule about a sum the question names.
pub(super) const WEIGHTS: [f64; 7] = [0.476, 0.627, 0.817, 0.443, 0.368, 0.270, 0.191];

/// The constant of the confidence, and what each of its features counts: score, missing, named, margin, rule.
pub(super) const BASE: f64 = -3.86;
pub(super) const COEFFICIENTS: [f64; 7] = [1.67, -0.67, -1.53, 4.30, 3.67, 1.94, 2.19];
