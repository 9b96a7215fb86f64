//! A tree that grows while its archive or folder is listed, within the run's budget.

use super::super::job::Budget;
use super::super::text::beginning;
use super::super::{Limits, reason};
use super::{Body, Entry, Tree, is_litter};

/// What is listed so far.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    pub(super) tree: Tree,
    pub(super) limits: &'a Limits,
    pub(super) budget: &'a Budget,
    /// Files that are named nowhere: there was no room for them.
    unnamed: u64,
    /// Files past the limit of their number.
    past: usize,
}

/// Bytes that an entry takes beside its path, and how many times a run holds the path in some form.
const ENTRY: usize = 112;
/// What a file that is named but not read takes beside its path, in lists and in the report.
const SKIPPED: usize = 300;
/// Files past the limit of their number that are named.
const MOST_PAST: usize = 10_000;
const COPIES: usize = 4;

/// No system has longer paths, and no person deeper folders.
const MOST_PATH: usize = 4096;
const MOST_FOLDERS: usize = 200;
/// How much of a longer one is shown.
const SHOWN: usize = 200;

impl<'a> Listing<'a> {
    pub(super) fn new(limits: &'a Limits, budget: &'a Budget) -> Self {
        Self { tree: Tree { whole: true, ..Tree::default() }, limits, budget, unnamed: 0, past: 0 }
    }

    /// Adds a file, or why it is none. Litter and folders are passed over.
    pub(super) fn add(&mut self, path: String, size: u64, body: Result<Body, &'static str>) {
        if path.ends_with('/') || path.is_empty() || is_litter(&path) {
            return;
        }
        if path.len() > MOST_PATH || path.bytes().filter(|&byte| byte == b'/').count() > MOST_FOLDERS {
            return self.skip(format!("{}…", beginning(&path, SHOWN)), reason::UNSAFE_NAME);
        }
        match body {
            Err(refused) => self.skip(path, refused),
            Ok(_) if self.tree.entries.len() >= self.limits.entries => self.skip(path, reason::TOO_MANY),
            Ok(_) if !self.keep(ENTRY, &path) => self.unnamed += 1,
            Ok(body) => self.tree.entries.push(Entry { path, size, body }),
        }
    }

    /// Names a file that is not read.
    pub(super) fn skip(&mut self, path: String, reason: &'static str) {
        self.past += usize::from(reason == reason::TOO_MANY);
        if self.past <= MOST_PAST && self.keep(SKIPPED, &path) {
            self.tree.skip(path, reason);
        } else {
            self.unnamed += 1;
        }
    }

    /// Leaves out a file, or a folder whose path ends in `/`, that is no part of the export.
    pub(super) fn leave_out(&mut self, path: String) {
        if self.keep(SKIPPED, &path) {
            self.tree.left_out.push(path);
        } else {
            self.unnamed += 1;
        }
    }

    fn keep(&self, cost: usize, path: &str) -> bool {
        self.unnamed == 0 && self.budget.keep(cost + COPIES * path.len(), self.limits)
    }

    /// Whether nothing more can be named.
    pub(super) fn is_full(&self) -> bool {
        self.unnamed > 0
    }

    /// The tree; `name` stands for the files that are not named in it.
    pub(super) fn finish(mut self, name: &str) -> Tree {
        if self.unnamed > 0 {
            self.tree.whole = false;
            self.tree.skip(name.to_owned(), reason::TOO_MANY);
        }
        self.tree
    }
}
