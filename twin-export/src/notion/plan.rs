//! What each file of a Notion export is, told from the names of all of them.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use super::super::Limits;
use super::super::job::{Budget, Job};
use super::super::tree::{Entry, ending, file_name, folder_of, safe_path, stem};
use super::database::Database;
use super::html::TableName;
use super::{Page, html, names, table};

/// A file's part in the export.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role<'a> {
    Page,
    /// The rows of a database.
    Table(&'a Database<'a>),
    /// A view of a database whose rows are in another file.
    View,
    /// The export's own table of contents.
    Index,
    Attachment,
}

#[derive(Debug)]
pub(super) struct Plan<'a> {
    entries: &'a [&'a Entry],
    limits: &'a Limits,
    budget: &'a Budget,
    /// By the place of the page: the id in its article, once it was looked for.
    article_ids: Mutex<HashMap<usize, Option<String>>>,
    /// Every folder, and the place of every table, as digests: only what owns one of those needs to be known.
    places: HashSet<u64>,
    /// By the path without ending: `Folder/Title <id>` and, without an id, `Folder/Title`.
    owners: HashMap<String, Owner>,
    databases: Vec<Database<'a>>,
    /// By the place of its CSV among the entries.
    tables: HashMap<usize, usize>,
    /// The folder in which all lies, where the export was packed with one around it.
    root: &'a str,
    /// By the folder of its CSV.
    by_folder: HashMap<String, Vec<usize>>,
}

/// A page or a database to which a folder belongs.
#[derive(Debug, Clone)]
struct Owner {
    id: String,
    /// The database whose CSV is in the export.
    database: Option<usize>,
    /// The database of which the pages in the folder are rows.
    rows_of: Option<usize>,
    page: Option<usize>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(entries: &'a [&'a Entry], limits: &'a Limits, budget: &'a Budget) -> Self {
        // Where tables are told from views, what is no table is a view.
        let has_all = entries.iter().any(|entry| is_all(&entry.path));
        let mut plan = Self {
            entries,
            limits,
            budget,
            article_ids: Mutex::default(),
            places: places(entries),
            owners: HashMap::new(),
            databases: Vec::new(),
            tables: HashMap::new(),
            root: root(entries),
            by_folder: HashMap::new(),
        };
        for (index, entry) in entries.iter().enumerate() {
            if is_page_name(&entry.path) {
                plan.own(entry, None, Some(index));
            }
        }
        for (index, entry) in entries.iter().enumerate() {
            if is_csv(&entry.path) && (!has_all || is_all(&entry.path)) {
                plan.add_database(index, entry);
            }
        }
        plan.add_databases_without_csv();
        plan
    }

    /// Older HTML exports have a database's rows in its page alone.
    fn add_databases_without_csv(&mut self) {
        let entries = self.entries;
        for (index, entry) in entries.iter().enumerate() {
            let (place, _) = place_and_id(&entry.path);
            let bare = join(folder_of(&place), names::without_id(file_name(&place)));
            let has_rows = self.is_place(&place) || self.is_place(&bare);
            let is_candidate = is_page_name(&entry.path) && ending(&entry.path) == "html" && has_rows;
            if !is_candidate || self.has_table(index) || !html::is_table_page(&self.head(entry, html::STYLES))
            {
                continue;
            }
            let database = self.databases.len();
            self.databases.push(Database { has_values: true, source: Some(entry), ..Database::default() });
            for place in [place, bare] {
                if let Some(owner) = self.owners.get_mut(&place) {
                    owner.rows_of.get_or_insert(database);
                }
            }
        }
    }

    fn add_database(&mut self, index: usize, entry: &'a Entry) {
        let (place, _) = place_and_id(&entry.path);
        let page = self.owners.get(&place).and_then(|owner| owner.page);
        let mut glance = table::glance(&self.head(entry, table::GLANCE));
        if !self.budget.keep(glance.cost(), self.limits) {
            // What it says is not known: its columns and rows are not told from other text.
            glance = table::Glance { has_values: glance.has_values, ..table::Glance::default() };
        }
        let database = self.databases.len();
        self.databases.push(Database {
            name: names::without_id(file_name(&place)).to_owned(),
            headers: glance.headers,
            titles: glance.titles,
            has_values: glance.has_values,
            page: page.filter(|&page| ending(&self.entries[page].path) == "html"),
            source: Some(entry),
            ..Database::default()
        });
        self.tables.insert(index, database);
        self.by_folder.entry(folder_of(&entry.path).to_owned()).or_default().push(database);
        self.own(entry, Some(database), None);
    }

    fn own(&mut self, entry: &Entry, database: Option<usize>, page: Option<usize>) {
        let (place, id) = place_and_id(&entry.path);
        let Some(id) = id else { return };
        let folder = folder_of(&place);
        let bare = join(folder, names::without_id(file_name(&place)));
        for place in [place, bare] {
            let is_known = self.owners.contains_key(&place);
            if !self.is_place(&place) || !is_known && !self.budget.keep(OWNER + place.len(), self.limits) {
                continue;
            }
            let owner = self.owners.entry(place).or_insert_with(|| Owner {
                id: id.clone(),
                database,
                rows_of: database,
                page,
            });
            owner.database = owner.database.or(database);
            owner.rows_of = owner.rows_of.or(database);
            owner.page = owner.page.or(page);
        }
    }

    pub(super) fn role(&self, index: usize) -> Role<'_> {
        let path = &self.entries[index].path;
        if let Some(&database) = self.tables.get(&index) {
            Role::Table(&self.databases[database])
        } else if is_page_name(path) {
            Role::Page
        } else if is_csv(path) {
            Role::View
        } else if file_name(path) == "index.html" && folder_of(path) == self.root {
            Role::Index
        } else if ending(path) == "html" {
            // A page may be known by its article alone; where it is none, it is an attachment.
            Role::Page
        } else {
            Role::Attachment
        }
    }

    /// The identity of a file's document, as far as names tell.
    pub(super) fn key(&self, index: usize) -> String {
        let path = &self.entries[index].path;
        match place_and_id(path).1 {
            Some(id) if is_csv(path) => {
                let owner = self.tables.get(&index).and_then(|&database| self.databases[database].page);
                format!("notion:{}:table", owner.and_then(|page| self.article_id(page)).unwrap_or(id))
            }
            Some(id) if is_page_name(path) => format!("notion:{id}"),
            _ => self.attachment_key(path),
        }
    }

    /// The key of a page by its article, without reading it whole.
    pub(super) fn true_key(&self, index: usize) -> Option<String> {
        self.article_id(index).map(|id| format!("notion:{id}"))
    }

    /// The id in an HTML page's article: where it differs from the file's, it is the right one.
    fn article_id(&self, page: usize) -> Option<String> {
        let entry = self.entries[page];
        if ending(&entry.path) != "html" {
            return None;
        }
        let known = || self.article_ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known().get(&page) {
            return id.clone();
        }
        let id = html::article_id(&self.head(entry, html::STYLES));
        known().insert(page, id.clone());
        id
    }

    fn head(&self, entry: &Entry, len: usize) -> Vec<u8> {
        self.budget.head(entry, len, self.limits)
    }

    /// The page that describes a database.
    pub(super) fn page_of(&self, database: &Database<'_>) -> Option<&'a Entry> {
        database.page.map(|page| self.entries[page])
    }

    fn is_place(&self, place: &str) -> bool {
        self.places.contains(&digest(place))
    }

    /// An attachment belongs to the page in whose folder it lies.
    fn attachment_key(&self, path: &str) -> String {
        let mut folder = folder_of(path);
        while !folder.is_empty() {
            if let Some(owner) = self.owners.get(folder) {
                let id = owner.page.and_then(|page| self.article_id(page));
                let id = id.unwrap_or_else(|| owner.id.clone());
                let below = names::clean_path(&path[folder.len() + 1..]);
                return format!("notion:{id}/{}", safe_path(&below));
            }
            folder = folder_of(folder);
        }
        format!("notion:/{}", safe_path(&names::clean_path(path)))
    }

    /// The database of which a page is a row.
    pub(super) fn database_of(&self, index: usize) -> Option<&Database<'a>> {
        let owner = self.owners.get(folder_of(&self.entries[index].path))?;
        owner.rows_of.map(|database| &self.databases[database])
    }

    /// Whether all that the page of a row says is in its table. An export without folders for subpages has
    /// the page beside the table.
    pub(super) fn holds_row(&self, index: usize, page: &Page, job: &Job<'_>) -> bool {
        let holds = |database: &Database<'_>| database.has_values && database.holds(page, job);
        if let Some(database) = self.database_of(index) {
            return holds(database);
        }
        let folder = folder_of(&self.entries[index].path);
        let Some(title) = &page.title else { return false };
        !page.properties.is_empty()
            && self.tables_in(folder).any(|database| database.titles.contains(title) && holds(database))
    }

    /// The databases within a page that have documents of their own.
    pub(super) fn tables_within(&self, page: usize) -> Vec<TableName> {
        let (place, _) = place_and_id(&self.entries[page].path);
        let bare = join(folder_of(&place), names::without_id(file_name(&place)));
        let within = [place, bare].into_iter().flat_map(|folder| self.tables_in(&folder));
        within.filter(|database| database.has_values).map(|database| TableName::new(&database.name)).collect()
    }

    /// The databases whose CSVs lie in a folder.
    fn tables_in(&self, folder: &str) -> impl Iterator<Item = &Database<'a>> + use<'_, 'a> {
        let tables = self.by_folder.get(folder).map(Vec::as_slice).unwrap_or_default();
        tables.iter().map(|&database| &self.databases[database])
    }

    /// Whether a database's page has its rows in a CSV, too.
    pub(super) fn has_table(&self, index: usize) -> bool {
        let (place, _) = place_and_id(&self.entries[index].path);
        self.owners.get(&place).is_some_and(|owner| owner.database.is_some())
    }
}

/// The innermost folder in which all entries lie, unless it is a page's own.
fn root<'a>(entries: &[&'a Entry]) -> &'a str {
    let Some(mut root) = entries.first().map(|entry| folder_of(&entry.path)) else { return "" };
    for entry in entries {
        while !root.is_empty() && !entry.path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')) {
            root = folder_of(root);
        }
    }
    while names::split_id(file_name(root)).is_some() {
        root = folder_of(root);
    }
    root
}

fn digest(place: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

/// Bytes that an owner takes beside its place.
const OWNER: usize = 200;

fn places(entries: &[&Entry]) -> HashSet<u64> {
    let mut places = HashSet::new();
    for entry in entries {
        if is_csv(&entry.path) {
            places.insert(digest(&place_and_id(&entry.path).0));
        }
        let mut folder = folder_of(&entry.path);
        while !folder.is_empty() && places.insert(digest(folder)) {
            folder = folder_of(folder);
        }
    }
    places
}

/// The key of a page or a table, as far as its name tells.
pub(super) fn named_key(path: &str) -> Option<String> {
    let id = place_and_id(path).1?;
    if is_csv(path) {
        Some(format!("notion:{id}:table"))
    } else {
        is_page_name(path).then(|| format!("notion:{id}"))
    }
}

/// The key of a single file given as a PATH.
pub(super) fn single_key(name: &str) -> String {
    named_key(name).unwrap_or_else(|| format!("notion:/{}", safe_path(&names::clean_path(name))))
}

/// The path without its ending (and `_all`), and the id in it.
fn place_and_id(path: &str) -> (String, Option<String>) {
    let name = stem(file_name(path));
    let name = if is_csv(path) { name.strip_suffix("_all").unwrap_or(name) } else { name };
    (join(folder_of(path), name), names::split_id(name).map(|(_, id)| id))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_page_name(path: &str) -> bool {
    matches!(ending(path).as_str(), "md" | "html") && names::is_notion_name(file_name(path))
}

pub(super) fn is_csv(path: &str) -> bool {
    ending(path) == "csv" && names::is_notion_name(file_name(path))
}

fn is_all(path: &str) -> bool {
    is_csv(path) && stem(file_name(path)).ends_with("_all")
}
