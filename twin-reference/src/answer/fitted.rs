//! What `table/fit.py` fitted. Written by it.

/// What the cosine, full text and the share of the question in the title count.
pub(super) const WEIGHTS: [f64; 3] = [1.000, 1.210, 1.010];

/// The constant of the confidence, and what each of its features counts.
pub(super) const BASE: f64 = -0.8;
pub(super) const COEFFICIENTS: [f64; 5] = [2.3, 3.1, -3.2, -3.3, 4.3];
