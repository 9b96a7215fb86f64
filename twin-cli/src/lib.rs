//! The rooms of the `twin` command; no stable API.

pub mod args;
pub mod command;
mod config;
pub mod context;
mod credentials;
mod duration;
mod embedded;
mod env;
pub mod error;
pub mod exit;
pub mod export;
mod files;
#[doc(hidden)]
pub mod fuzz;
mod input;
mod key;
mod settings;
pub mod stop;
mod sync;
pub mod ui;
mod words;
