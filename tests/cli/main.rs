//! The `twin` binary against the reference twin, over real HTTP, as scripts and people use it.

mod ask;
mod exit_codes;
mod handbook;
mod lists;
mod serve;
mod settings;
mod streams;
mod support;
