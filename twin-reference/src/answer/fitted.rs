//! What `table/fit.py` fitted. Written by it.

/// What the cosine, full text and the share of the question in the title count.
pub(super) const WEIGHTS: [f64; 3] = [1.000, 1.431, 1.122];

/// The constant of the confidence, and what each of its features counts: passage, sentence, missing, named, margin.
pub(super) const BASE: f64 = -1.17;
pub(super) const COEFFICIENTS: [f64; 5] = [1.54, 3.07, -2.80, -3.03, 5.03];
