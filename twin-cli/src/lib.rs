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
mod files;
#[doc(hidden)]
pub mod fuzz;
mod input;
mod key;
mod settings;
pub mod stop;
pub mod ui;
mod words;
