//! The rooms of the `twin` command; no stable API.

pub mod args;
pub mod command;
pub mod complete;
mod config;
pub mod context;
mod credentials;
mod duration;
mod embedded;
mod env;
pub mod error;
pub mod exit;
mod files;
mod flags;
#[doc(hidden)]
pub mod fuzz;
mod hints;
mod index_cache;
mod input;
mod key;
mod key_command;
mod precedence;
mod settings;
pub mod stop;
mod suggest;
pub mod ui;
mod words;
