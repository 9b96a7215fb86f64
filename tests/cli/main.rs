//! The binary x the reference.
