//! What is fuzzed: for each reader of bytes from outside one entry, a function that takes any bytes, hands them
//! to the reader and holds what comes back against the reader's laws. It panics where a law is broken.
//!
//! `fuzz_targets/` drives the entries by libFuzzer, `tests/mutants.rs` by the seeds and their mutants.

mod base_url;
mod convert;
mod export;
mod files;
mod limits;
mod loopback;
pub mod mutate;
mod pack;
mod panics;
mod responses;
mod scratch;
pub mod seeds;
mod split;
mod terminal;
mod tree;
mod webhook;

pub use base_url::base_url;
pub use convert::{csv, docx, epub, flat, html, mail_file, markdown, pdf, pptx, xls, xlsx};
pub use export::{
    archive, confluence, drive, evernote, folder, intercom, jsonl, mail, notion, slack, tar, vault, zendesk,
};
pub use files::{config, credentials, duration, state};
pub use limits::rate_limit;
pub use responses::responses;
pub use split::split;
pub use terminal::terminal;
pub use webhook::webhook;

use seeds::Seeds;

/// An entry with what it is begun with.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name, which is its libFuzzer target's and its test's too.
    pub name: &'static str,
    /// Reads any bytes; panics where a law is broken.
    pub run: fn(&[u8]),
    /// What to begin with.
    pub seeds: fn() -> Seeds,
    /// How many mutants of the seeds the tests try.
    pub mutants: u32,
}

macro_rules! entries {
    ($($name:ident: $mutants:literal,)+) => {
        /// Every entry.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            name: stringify!($name),
            run: $name,
            seeds: seeds::$name,
            mutants: $mutants,
        }),+];
    };
}

entries! {
    webhook: 2_000,
    responses: 800,
    rate_limit: 800,
    base_url: 2_000,
    duration: 2_000,
    config: 800,
    credentials: 800,
    state: 600,
    terminal: 600,
    split: 60,
    markdown: 300,
    html: 300,
    csv: 300,
    mail_file: 300,
    docx: 60,
    pptx: 40,
    xlsx: 60,
    xls: 200,
    epub: 60,
    flat: 100,
    pdf: 200,
    notion: 30,
    drive: 20,
    slack: 60,
    mail: 60,
    folder: 20,
    vault: 60,
    confluence: 20,
    zendesk: 100,
    intercom: 100,
    evernote: 100,
    jsonl: 200,
    archive: 30,
    tar: 30,
}
