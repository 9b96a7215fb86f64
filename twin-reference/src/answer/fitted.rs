//! What `table/fit.py` fitted. Written by it.

/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how
/// much of the question's words the passage covers, the cosine with the title, and with the best other passage of the
/// document, and whether the passage has a rule about a sum the question names, or a number it asks for.
pub(super) const WEIGHTS: [f64; 6] = [0.602, 0.746, 1.072, 0.410, 0.170, 0.200];

/// The constant of the confidence, and what each of its features counts: score, missing, named, margin, nearer, words, rule.
pub(super) const BASE: f64 = -3.36;
pub(super) const COEFFICIENTS: [f64; 7] = [1.77, -1.28, -1.95, 4.01, 3.48, 1.63, 2.80];
