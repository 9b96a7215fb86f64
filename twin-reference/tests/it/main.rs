//! The reference twin over real HTTP.

mod answers;
mod client;
mod contract;
mod faults;
mod limits;
mod storage;
mod webhooks;
