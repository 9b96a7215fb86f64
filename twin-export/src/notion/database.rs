//! A database of Notion: its table, and the rows that only their pages tell.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::Filter;
use super::super::job::Job;
use super::super::tree::Entry;
use super::super::workers;
use super::held::Held;
use super::html::ReadPage;
use super::plan::is_csv;
use super::{Page, names};

#[derive(Debug, Default)]
pub(super) struct Database<'a> {
    pub(super) name: String,
    pub(super) headers: HashSet<String>,
    /// Of the first rows.
    pub(super) titles: HashSet<String>,
    /// Some cell of the table has a value, so that it becomes a document.
    pub(super) has_values: bool,
    /// Its page in an HTML export: it knows the full title, a description, and the right id.
    pub(super) page: Option<usize>,
    /// Its CSV, or the page that holds its rows.
    pub(super) source: Option<&'a Entry>,
    pub(super) held: OnceLock<Held>,
    /// Rows that only their pages tell, or tell in full: by the place of the page among the entries.
    pub(super) strays: Mutex<BTreeMap<usize, String>>,
}

impl Database<'_> {
    /// Takes in a row that its table does not hold. `false` where the table becomes no document of its own.
    pub(super) fn takes_in(&self, index: usize, page: &Page, job: &Job<'_>) -> bool {
        let filter: &Filter = &job.options().filter;
        let is_taken = |table: &Entry| filter.takes(&[&table.path, &names::clean_path(&table.path)]);
        if !self.has_values || !self.source.is_some_and(|table| is_csv(&table.path) && is_taken(table)) {
            return false;
        }
        let title = page.title.as_deref().unwrap_or_default();
        let row = std::iter::once(title).chain(page.properties.lines()).collect::<Vec<_>>().join(" | ");
        let has_room = job.budget().keep(row.len() + STRAY, job.limits());
        if has_room {
            self.strays.lock().unwrap_or_else(PoisonError::into_inner).insert(index, row);
        }
        has_room
    }

    /// The rows that were taken in, a line each.
    pub(super) fn strays(&self) -> String {
        let strays = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        strays.values().map(|row| format!("\n{row}")).collect()
    }

    /// Whether its table says all that the page of a row says.
    pub(super) fn holds(&self, page: &Page, job: &Job<'_>) -> bool {
        let read = || {
            let source = self.source?;
            let bytes = job.read_beside(source).ok()?;
            if is_csv(&source.path) {
                return Some(Held::in_csv(&bytes));
            }
            workers::run(ReadPage::default(), bytes, job).ok()?.map(|page| Held::in_lines(&page.body))
        };
        let kept = || {
            // One table at a time: each may be as large as any file.
            let _alone = HELD.lock().unwrap_or_else(PoisonError::into_inner);
            // Where there is no room for what a table holds, the pages of its rows stay.
            read().filter(|held| job.budget().keep(held.cost(), job.limits())).unwrap_or_default()
        };
        self.held.get_or_init(kept).holds(page)
    }
}

static HELD: Mutex<()> = Mutex::new(());
/// Bytes that a row takes beside its text.
const STRAY: usize = 64;
