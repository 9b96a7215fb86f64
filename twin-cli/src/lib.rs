//! The rooms of the `twin` command; no stable API.

pub mod export;
