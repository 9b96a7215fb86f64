//! What `table/fit.py` fitted. Written by it.

/// What the cosine, full text and the share of the question in the title count.
pub(super) const WEIGHTS: [f64; 3] = [1.000, 0.600, 0.100];

/// The constant of the confidence, and what each of its features counts.
pub(super) const BASE: f64 = -3.0;
pub(super) const COEFFICIENTS: [f64; 7] = [4.0, 1.5, 2.0, -2.0, -2.0, 1.0, 0.0];
