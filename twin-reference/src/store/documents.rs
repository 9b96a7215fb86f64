//! Documents: created, listed, read, deleted.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use serde::Serialize;

use super::{Page, Result, Store, index, moment, new_id};
use crate::seed::Seed;

/// Every type the API knows.
pub(crate) const DOCUMENT_TYPES: [&str; 6] = ["sop", "policy", "email", "slack", "drive", "note"];

/// A document as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Only where one document was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    pub(crate) source: String,
    pub(crate) hits: u64,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &str = "id, title, type, source, hits, created_ms";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: row.get(0)?,
        title: row.get(1)?,
        kind: row.get(2)?,
        content: None,
        source: row.get(3)?,
        hits: row.get(4)?,
        created_at: moment(row.get(5)?),
    })
}

impl Store {
    /// Puts documents in, all of them or none; `now` is the `createdAt` of those without one.
    pub(crate) fn add_documents(
        &mut self,
        seeds: impl IntoIterator<Item = Seed>,
        now: Timestamp,
    ) -> Result<Vec<Document>> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut added = Vec::new();
        for seed in seeds {
            let created_ms = seed.created_at.unwrap_or(now).as_millisecond();
            let id = new_id("doc_");
            transaction
                .prepare_cached(
                    "INSERT INTO documents(id, title, type, source, created_ms, content) VALUES(?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![id, seed.title, seed.kind, seed.source, created_ms, seed.content])?;
            index::add(&transaction, transaction.last_insert_rowid(), &seed.title, &seed.content)?;
            added.push(Document {
                id,
                title: seed.title,
                kind: seed.kind,
                content: None,
                source: seed.source,
                hits: 0,
                created_at: moment(created_ms),
            });
        }
        transaction.commit()?;
        Ok(added)
    }

    /// Documents of a type, or all of them, newest first.
    pub(crate) fn documents(&self, kind: Option<&str>, limit: u32) -> Result<Page<Document>> {
        self.page("documents", COLUMNS, kind.map(|kind| ("type", kind)), limit, from_row)
    }

    /// How many documents there are.
    pub(crate) fn document_count(&self) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?)
    }

    /// One document with its content.
    pub(crate) fn document(&self, id: &str) -> Result<Option<Document>> {
        let mut statement =
            self.db.prepare_cached(&format!("SELECT {COLUMNS}, content FROM documents WHERE id = ?"))?;
        let found = statement
            .query_row([id], |row| Ok(Document { content: Some(row.get(6)?), ..from_row(row)? }))
            .optional()?;
        Ok(found)
    }

    /// Deletes a document; false where there is none.
    pub(crate) fn delete_document(&mut self, id: &str) -> Result<bool> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let deleted: Option<i64> = transaction
            .query_row("DELETE FROM documents WHERE id = ? RETURNING seq", [id], |row| row.get(0))
            .optional()?;
        if let Some(seq) = deleted {
            index::remove(&transaction, seq)?;
        }
        transaction.commit()?;
        Ok(deleted.is_some())
    }

    /// The content of each document with this title, of the newest few.
    pub(crate) fn contents(&self, title: &str) -> Result<Vec<String>> {
        let sql = "SELECT content FROM documents WHERE title = ? ORDER BY seq DESC LIMIT 20";
        let mut statement = self.db.prepare_cached(sql)?;
        statement
            .query_map([title], |row| row.get(0))?
            .collect::<std::result::Result<_, _>>()
            .map_err(Into::into)
    }

    /// Title and content of the document with this place in the index.
    pub(crate) fn text(&self, seq: i64) -> Result<Option<(String, String)>> {
        let mut statement = self.db.prepare_cached("SELECT title, content FROM documents WHERE seq = ?")?;
        Ok(statement.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }
}
