//! The reference twin over real HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed, as it should")]

mod answers;
mod client;
mod compose;
mod contract;
mod faults;
mod limits;
mod quality;
mod server;
mod webhooks;
