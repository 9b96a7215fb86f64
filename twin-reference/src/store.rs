//! What the twin keeps: documents and their search index, escalations, usage, webhooks still to deliver.
//!
//! One SQLite database, in a file or in memory, used by one thread. In a file every write is on disk
//! before it is acknowledged (WAL with `synchronous=FULL`), so a crash loses nothing that was answered.

mod documents;
mod escalations;
mod index;
mod usage;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, MAIN_DB, Row, params};

pub(crate) use documents::DOCUMENT_TYPES;
pub(crate) use escalations::NewEscalation;

/// The layout of the database; a file of a later one is refused.
const SCHEMA_VERSION: i64 = 2;

/// How many escalations a store in memory keeps, and how many deliveries: a twin that runs for long under load
/// would fill the memory with them.
const MOST_IN_MEMORY: i64 = 100_000;

const SCHEMA: &str = "
CREATE TABLE documents(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, type TEXT NOT NULL,
  source TEXT NOT NULL, hits INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL, content TEXT NOT NULL
) STRICT;
CREATE INDEX documents_newest ON documents(created_ms, seq);
CREATE INDEX documents_of_type ON documents(type, created_ms, seq);
CREATE TABLE escalations(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, asked_by TEXT NOT NULL,
  confidence REAL NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open',
  created_ms INTEGER NOT NULL, resolved_ms INTEGER
) STRICT;
CREATE INDEX escalations_newest ON escalations(created_ms, seq);
CREATE INDEX escalations_of_status ON escalations(status, created_ms, seq);
CREATE TABLE usage(
  month TEXT PRIMARY KEY, answered INTEGER NOT NULL, escalated INTEGER NOT NULL, confidence REAL NOT NULL
) STRICT;
CREATE TABLE deliveries(seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
";

/// The search index, which can be made anew from the documents.
const INDEX: &str = "
-- Terms as answer::words makes them, so the tokenizer only splits at spaces. A passage's rowid is
-- its document's seq << 16 | its place in the document.
CREATE VIRTUAL TABLE passages USING fts5(title, heading, body, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE terms USING fts5vocab(passages, row);
-- The directions of a document's passages, one after another.
CREATE TABLE vectors(document INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
";

/// What goes wrong in the store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("the file was written by a newer version of twin-reference (layout {0}); use that version")]
    TooNew(i64),
    #[error("the image was written by another version of twin-reference (layout {0})")]
    OtherImage(i64),
}

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// A listing: what was asked for, newest first, and how many match in all.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: u64,
}

/// The open database.
#[derive(Debug)]
pub(crate) struct Store {
    db: Connection,
    /// How many escalations, and how many deliveries, are kept at most. The oldest make room.
    most: i64,
}

impl Store {
    /// Opens the file, making it where there is none, or a fresh store in memory.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let (db, most) = match path {
            Some(path) => (open_file(path)?, i64::MAX),
            None => (Connection::open_in_memory()?, MOST_IN_MEMORY),
        };
        db.set_prepared_statement_cache_capacity(64);
        let mut store = Self { db, most };
        store.migrate()?;
        Ok(store)
    }

    /// Opens a store in memory that [`image`](Self::image) made.
    pub(crate) fn of_image(image: &[u8]) -> Result<Self> {
        let mut db = Connection::open_in_memory()?;
        db.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
        db.set_prepared_statement_cache_capacity(64);
        let store = Self { db, most: MOST_IN_MEMORY };
        match store.version()? {
            SCHEMA_VERSION => Ok(store),
            other => Err(StoreError::OtherImage(other)),
        }
    }

    /// The whole database, with its index.
    pub(crate) fn image(&mut self) -> Result<Vec<u8>> {
        Ok(self.db.serialize(MAIN_DB)?.to_vec())
    }

    fn migrate(&mut self) -> Result<()> {
        if self.version()? == SCHEMA_VERSION {
            return Ok(());
        }
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another process may have made the tables between the two looks.
        match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
            SCHEMA_VERSION => return Ok(()),
            0 => {
                transaction.execute_batch(SCHEMA)?;
                transaction.execute_batch(INDEX)?;
            }
            // The index of the first layout knew other terms, and no vectors.
            1 => {
                transaction.execute_batch("DROP TABLE terms; DROP TABLE passages")?;
                transaction.execute_batch(INDEX)?;
                index::rebuild(&transaction)?;
            }
            newer => return Err(StoreError::TooNew(newer)),
        }
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.commit()?;
        Ok(())
    }

    fn version(&self) -> Result<i64> {
        Ok(self.db.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    /// The newest rows of a table: those that have `filter`, a column and its value, or all of them. Of the
    /// same moment the one put in last comes first.
    fn page<T>(
        &self,
        table: &str,
        columns: &str,
        filter: Option<(&str, &str)>,
        limit: u32,
        from_row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Page<T>> {
        let (column, value) = filter.unzip();
        let condition = column.map_or("?1 IS NULL".to_owned(), |column| format!("{column} = ?1"));
        let total = self
            .db
            .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {condition}"))?
            .query_row([value], |row| row.get(0))?;
        let items = self
            .db
            .prepare_cached(&format!(
                "SELECT {columns} FROM {table} WHERE {condition} ORDER BY created_ms DESC, seq DESC LIMIT ?2"
            ))?
            .query_map(params![value, limit], from_row)?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Page { items, total })
    }
}

fn open_file(path: &Path) -> Result<Connection> {
    create_private(path)?;
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    Ok(db)
}

/// Makes the file for its owner's eyes alone: it holds what a company knows.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Takes all but the newest rows out of a table that grows by one row at a time.
fn keep_newest(db: &Connection, table: &str, most: i64) -> Result<()> {
    let oldest_out = format!("DELETE FROM {table} WHERE seq <= (SELECT max(seq) FROM {table}) - ?");
    db.prepare_cached(&oldest_out)?.execute([most])?;
    Ok(())
}

/// An id as the API makes them: a prefix and sixteen random letters and digits.
fn new_id(prefix: &str) -> String {
    let random = std::iter::repeat_with(|| fastrand::alphanumeric().to_ascii_lowercase()).take(16);
    prefix.chars().chain(random).collect()
}

/// A moment out of the database; one that cannot be was not written by us and reads as the epoch.
fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
