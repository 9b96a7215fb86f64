//! What `table/fit.py` fitted. Written by it.

/// What each signal of a passage counts: the cosine of the question with the passage and with its best sentence, how
/// much of the question's words the passage and its best sentence cover, the cosine with the title, and with the
/// best other passage of the document, and whether the passage has a rule about a sum the question names, or a number it
/// asks for.
pub(super) const WEIGHTS: [f64; 7] = [0.553, 0.668, 0.737, 0.463, 0.411, 0.168, 0.203];

/// The constant of the confidence, and what each of its features counts: score, missing, named, margin, nearer, words, rule.
pub(super) const BASE: f64 = -4.12;
pub(super) const COEFFICIENTS: [f64; 7] = [1.99, -0.64, -1.43, 4.53, 3.22, 1.91, 2.82];
