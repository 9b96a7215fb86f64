//! The search index over the documents' passages (FTS5).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, Store};
use crate::answer::table::{DIMENSIONS, Mean, Needle, Vector};
use crate::answer::{passages, words};

/// A passage that has some of the terms searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// The document's place in the store.
    pub(crate) document: i64,
    /// The passage's place in the document.
    pub(crate) passage: usize,
}

/// A cosine with a document and its passage: the farthest, and of equally far ones the last, is the greatest.
type Near = Reverse<(i32, Reverse<(i64, usize)>)>;

/// The most rows a search ranks, unless its rarest term alone has more.
const MOST_RANKED: u64 = 6_000;

const PASSAGE_BITS: i64 = 16;
const _: () = assert!(passages::MOST == 1 << PASSAGE_BITS);

/// Indexes a document under its place in the store. A title alone is found too.
pub(super) fn add(db: &Connection, document: i64, title: &str, content: &str) -> Result<()> {
    let mut insert =
        db.prepare_cached("INSERT INTO passages(rowid, title, heading, body) VALUES(?, ?, ?, ?)")?;
    let mut about = Vector::default();
    about.add(title);
    let title = words::indexed(title);
    let mut vectors = Vec::new();
    for (row, passage) in (document << PASSAGE_BITS..).zip(passages::split(content)) {
        let context = passage.context();
        insert.execute(params![row, title, words::indexed(&context), words::indexed(passage.text)])?;
        let mut vector = about;
        vector.add(&context);
        vector.add(passage.text);
        vectors.extend(vector.unit().pack());
    }
    db.prepare_cached("INSERT INTO vectors(document, packed) VALUES(?, ?)")?
        .execute(params![document, vectors])?;
    Ok(())
}

/// Indexes every document, into an index that is empty.
pub(super) fn rebuild(db: &Connection) -> Result<()> {
    let mut documents = db.prepare("SELECT seq, title, content FROM documents ORDER BY seq")?;
    let mut rows = documents.query([])?;
    while let Some(row) = rows.next()? {
        add(db, row.get(0)?, &row.get::<_, String>(1)?, &row.get::<_, String>(2)?)?;
    }
    Ok(())
}

/// Takes a document's passages out.
pub(super) fn remove(db: &Connection, document: i64) -> Result<()> {
    let (first, next) = (document << PASSAGE_BITS, (document + 1) << PASSAGE_BITS);
    db.execute("DELETE FROM passages WHERE rowid >= ? AND rowid < ?", [first, next])?;
    db.execute("DELETE FROM vectors WHERE document = ?", [document])?;
    Ok(())
}

impl Store {
    /// The passages that have any of the terms, best first.
    pub(crate) fn search(&self, terms: &[String], most: usize) -> Result<Vec<Hit>> {
        let query: Vec<String> = self.telling(terms)?.iter().map(|term| format!("\"{term}\"")).collect();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.db.prepare_cached(
            "SELECT rowid FROM passages WHERE passages MATCH ?
             AND rank MATCH 'bm25(4.0, 2.0, 1.0)' ORDER BY rank LIMIT ?",
        )?;
        let hits = statement.query_map(params![query.join(" OR "), most], |row| {
            let row: i64 = row.get(0)?;
            let passage = usize::try_from(row & ((1 << PASSAGE_BITS) - 1)).unwrap_or_default();
            Ok(Hit { document: row >> PASSAGE_BITS, passage })
        })?;
        Ok(hits.collect::<rusqlite::Result<_>>()?)
    }

    /// The passages that point where the vector does, the closest first, and the mean of all. Every passage is looked
    /// at: a hundred thousand take some milliseconds.
    pub(crate) fn nearest(&self, vector: &Vector, most: usize) -> Result<(Vec<Hit>, Vector)> {
        let needle = Needle::of(vector);
        let mut statement = self.db.prepare_cached("SELECT document, packed FROM vectors")?;
        let mut rows = statement.query([])?;
        let mut mean = Mean::default();
        // The worst of the best is on top, so that it makes room.
        let mut best: BinaryHeap<Near> = BinaryHeap::with_capacity(most + 1);
        while let Some(row) = rows.next()? {
            let (document, packed) = (row.get(0)?, row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
            for (passage, packed) in packed.chunks_exact(DIMENSIONS).enumerate() {
                mean.add(packed);
                let near = needle.dot(packed);
                if near > 0
                    && (best.len() < most || best.peek().is_some_and(|Reverse((worst, ..))| near > *worst))
                {
                    best.push(Reverse((near, Reverse((document, passage)))));
                    if best.len() > most {
                        best.pop();
                    }
                }
            }
        }
        let best = best.into_sorted_vec().into_iter();
        let hits = best.map(|Reverse((_, Reverse((document, passage))))| Hit { document, passage }).collect();
        Ok((hits, mean.vector()))
    }

    /// The rarest of the terms, as many as can be ranked in a few milliseconds. A word that stands everywhere
    /// costs the most and finds the least.
    fn telling<'a>(&self, terms: &'a [String]) -> Result<Vec<&'a String>> {
        let mut known = Vec::new();
        for term in terms {
            match self.frequency(term)? {
                0 => {}
                frequency => known.push((frequency, term)),
            }
        }
        known.sort();
        known.dedup();
        let mut ranked = 0;
        let affordable = known.iter().take_while(|(frequency, _)| {
            let before = ranked;
            ranked += frequency;
            before == 0 || ranked <= MOST_RANKED
        });
        Ok(affordable.map(|(_, term)| *term).collect())
    }

    /// In how many passages a term stands.
    pub(crate) fn frequency(&self, term: &str) -> Result<u64> {
        let mut statement = self.db.prepare_cached("SELECT doc FROM terms WHERE term = ?")?;
        Ok(statement.query_row([term], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// The terms that begin so, up to a thousand of them.
    pub(crate) fn terms_beginning(&self, beginning: &str) -> Result<Vec<String>> {
        let mut statement = self.db.prepare_cached(
            "SELECT term FROM terms WHERE term >= ?1 AND term < ?1 || char(1114111) LIMIT 1000",
        )?;
        Ok(statement.query_map([beginning], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// How many passages there are.
    pub(crate) fn passages(&self) -> Result<u64> {
        let mut statement = self.db.prepare_cached("SELECT count(*) FROM passages_docsize")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}
