//! Eval files, runs and reports, by the crate's public face.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod asker;
mod cache;
mod formats;
mod proposals;
mod reports;
mod runs;
mod schema;
