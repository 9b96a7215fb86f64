//! What `table/fit.py` fitted. Written by it.

/// What the cosine with the passage, with its best sentence, and full text count.
pub(super) const WEIGHTS: [f64; 3] = [1.000, 1.384, 1.127];

/// The constant of the confidence, and what each of its features counts: passage, sentence, missing, named, margin.
pub(super) const BASE: f64 = -0.55;
pub(super) const COEFFICIENTS: [f64; 5] = [1.28, 2.50, -2.80, -2.75, 3.58];
