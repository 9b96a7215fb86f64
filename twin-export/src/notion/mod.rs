//! Notion exports: pages and databases, as Markdown & CSV or as HTML.

mod database;
mod held;
mod html;
mod markdown;
pub(crate) mod names;
mod plan;
mod table;
mod values;

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::DocumentType;

use super::convert::{self, Aside, Converted, Kind};
use super::job::Job;
use super::outcome::{Draft, Outcome, Place};
use super::run::{Digest256, Run, digest};
use super::tree::{Entry, Roots, file_name, stem};
use super::workers;
use super::{Format, Root, pool, reason};
use database::Database;
pub(crate) use html::ReadPage as ReadHtml;
pub(crate) use markdown::ReadPage as ReadMarkdown;
use plan::{Plan, Role};

/// A page in text: what [`markdown`] and [`html`] make of a file.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    /// The id that the page itself tells.
    id: Option<String>,
    title: Option<String>,
    /// `Key: Value` lines.
    properties: String,
    body: String,
    /// It has blocks, though maybe none with text.
    has_blocks: bool,
    /// Its body is the table of a database and nothing else.
    is_table: bool,
    /// No row of that table has a value.
    is_blank: bool,
}

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let scope = match tree.entries.first() {
            Some(entry) if tree.single => plan::single_key(file_name(&entry.path)),
            _ => "notion:".to_owned(),
        };
        let root = Root { path: path.clone(), reader: Format::Notion, scope, whole: tree.whole };
        run.begin(root, tree, plan::named_key);
    }
    let entries: Vec<&Entry> = roots.iter().flat_map(|(_, tree)| &tree.entries).collect();
    let (options, budget) = (run.options, run.budget.clone());
    let plan = Plan::new(&entries, &options.limits, &budget);
    // Tables last: what their rows' pages say beyond them is known by then.
    let (tables, others): (Vec<_>, Vec<_>) =
        entries.iter().enumerate().partition(|(index, _)| matches!(plan.role(*index), Role::Table(_)));
    [others, tables].into_iter().try_for_each(|entries| {
        pool::ordered(
            entries.into_iter(),
            |(_, entry)| entry.size,
            (options, &budget),
            |(index, entry), job| Reader { plan: &plan, job }.outcome(*index, entry),
            |outcome| run.take(outcome),
        )
    })
}

struct Reader<'a> {
    plan: &'a Plan<'a>,
    job: &'a Job<'a>,
}

impl Reader<'_> {
    fn outcome(&self, index: usize, entry: &Entry) -> Outcome {
        let role = self.plan.role(index);
        let key = self.plan.key(index);
        let path = entry.path.as_str();
        match role {
            Role::Index => return Outcome::skipped(path, reason::INDEX),
            Role::View => return Outcome::skipped(path, reason::LINKED_VIEW),
            _ => {}
        }
        if !self.job.options().filter.takes(&[path, &names::clean_path(path)]) {
            return Outcome::filtered(self.plan.true_key(index).unwrap_or(key), path);
        }
        let bytes = match self.job.read(entry) {
            Ok(bytes) => bytes,
            Err(reason) => return self.unconverted(index, key, path, reason),
        };
        match role {
            Role::Page => self.page(index, entry, key, bytes),
            Role::Table(database) => self.table(database, key, path, &bytes),
            _ => self.attachment(key, path, bytes),
        }
    }

    /// A file of which nothing could be made, by the id in its article where that can be read.
    fn unconverted(&self, index: usize, key: String, path: &str, reason: &'static str) -> Outcome {
        Outcome::unconverted(self.plan.true_key(index).unwrap_or(key), path, reason)
    }

    fn page(&self, index: usize, entry: &Entry, key: String, bytes: Vec<u8>) -> Outcome {
        let path = entry.path.as_str();
        if bytes.is_empty() {
            return Outcome::unconverted(key, path, reason::EMPTY);
        }
        let source = digest(&bytes);
        let row_of = self.plan.database_of(index);
        let (page, converter) = match Kind::of(file_name(path), &bytes) {
            Kind::Markdown => {
                let headers = row_of.map(|database| &database.headers);
                (markdown::read(bytes, headers, self.job).map(Some), "notion-md/4")
            }
            Kind::Html => {
                let task = html::ReadPage { tables: self.plan.tables_within(index) };
                (workers::run(task, bytes, self.job), "notion-html/5")
            }
            _ => return self.attachment(key, path, bytes),
        };
        let page = match page {
            Ok(Some(page)) => page,
            // What turns out to be no page of Notion's is read again as any file.
            Ok(None) => {
                return match self.job.read(entry) {
                    Ok(bytes) => self.attachment(key, path, bytes),
                    Err(reason) => self.unconverted(index, key, path, reason),
                };
            }
            Err(reason) => return self.unconverted(index, key, path, reason),
        };
        let key = page.id.as_ref().map_or(key, |id| format!("notion:{id}"));
        if page.is_table || (page.body.is_empty() && self.plan.has_table(index)) {
            // Where there is a CSV, the rows are in its document.
            return match self.plan.has_table(index) {
                true => Outcome::Merged,
                false if page.is_blank && page.properties.is_empty() => {
                    Outcome::unconverted(format!("{key}:table"), path, reason::NO_VALUES)
                }
                false => draft(format!("{key}:table"), page, source, converter, path),
            };
        }
        if page.body.is_empty() {
            let is_row = self.plan.holds_row(index, &page, self.job);
            let is_taken_in = !is_row
                && !page.properties.is_empty()
                && row_of.is_some_and(|database| database.takes_in(index, &page, self.job));
            return match (page.properties.is_empty(), page.has_blocks) {
                _ if is_row || is_taken_in => Outcome::Merged,
                (true, false) => Outcome::unconverted(key, path, reason::TITLE_ONLY),
                (true, true) => Outcome::unconverted(key, path, reason::NO_TEXT),
                (false, _) => draft(key, page, source, converter, path),
            };
        }
        draft(key, page, source, converter, path)
    }

    fn table(&self, database: &Database<'_>, key: String, path: &str, bytes: &[u8]) -> Outcome {
        let described = self.plan.page_of(database).and_then(|page| {
            let bytes = self.job.read(page).ok()?;
            workers::run(html::ReadPage::default(), bytes, self.job).ok()?
        });
        let (title, description) = match described {
            Some(page) => (page.title, page.properties),
            None => (None, String::new()),
        };
        let strays = database.strays();
        let rows = match convert::guard::guarded(|| table::to_text(bytes)) {
            Ok(Some(rows)) => rows + &strays,
            Ok(None) => return Outcome::unconverted(key, path, reason::NO_VALUES),
            Err(reason) => return Outcome::unconverted(key, path, reason),
        };
        let title = title.or_else(|| Some(database.name.clone()));
        let page = Page { title, properties: description, body: rows, ..Page::default() };
        let source =
            if strays.is_empty() { digest(bytes) } else { digest(&[bytes, strays.as_bytes()].concat()) };
        draft(key, page, source, "notion-csv/2", path)
    }

    fn attachment(&self, key: String, path: &str, bytes: Vec<u8>) -> Outcome {
        let source = digest(&bytes);
        let name = names::clean_file_name(file_name(path));
        match convert::convert(&name, bytes, self.job) {
            Ok(converted) => {
                let place = Place { key, path, clean_path: Some(names::clean_path(path)), name: &name };
                // Whatever it says it is, it belongs to a page.
                Outcome::of_file(place, source, Converted { kind: None, ..converted }, DocumentType::Note)
            }
            Err(reason) => Outcome::unconverted(key, path, reason),
        }
    }
}

fn draft(
    key: String,
    page: Page,
    source: Digest256,
    converter: impl Into<Cow<'static, str>>,
    path: &str,
) -> Outcome {
    let title = page.title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| {
        let name = names::clean_file_name(file_name(path));
        stem(&name).to_owned()
    });
    let text = match (page.properties.is_empty(), page.body.is_empty()) {
        (false, false) => format!("{}\n\n{}", page.properties, page.body),
        _ => page.properties + &page.body,
    };
    Outcome::document(Draft {
        key,
        title,
        text,
        kind: DocumentType::Note,
        source,
        converter: converter.into(),
        path: path.to_owned(),
        clean_path: Some(names::clean_path(path)),
        key_is_identity: true,
        files: 1,
        aside: Aside::default(),
    })
}
