//! The `twin` binary against the reference twin, over real HTTP, as scripts and people use it.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod account;
mod ask;
#[cfg(unix)]
mod chat;
#[cfg(unix)]
mod citizen;
mod crash;
#[cfg(unix)]
mod demo;
mod documents;
mod dry_run;
mod eval;
#[cfg(unix)]
mod examples;
mod exit_codes;
#[cfg(unix)]
#[path = "../faults/mod.rs"]
mod faults;
mod handbook;
#[cfg(target_os = "linux")]
mod hostile;
mod import;
mod json_lines;
mod lists;
mod mcp;
#[cfg(unix)]
mod other_languages;
mod pictures;
mod serve;
mod settings;
#[cfg(unix)]
mod shell;
#[cfg(unix)]
mod snapshots;
mod streams;
mod support;
mod sync;
#[cfg(unix)]
mod terminal;
mod threats;
mod tls;
#[cfg(unix)]
mod triage;
#[cfg(unix)]
mod waiting;
mod webhook_listen;
mod webhooks;
mod whose;
mod wiki;
