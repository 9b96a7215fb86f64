//! SDK x reference.
