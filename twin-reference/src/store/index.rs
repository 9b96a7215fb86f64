//! The search index over the documents' passages (FTS5).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, Store};
use crate::answer::table::{self, DIMENSIONS, Vector};
use crate::answer::{passages, words};

/// A passage that has some of the terms searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// The document's place in the store.
    pub(crate) document: i64,
    /// The passage's place in the document.
    pub(crate) passage: usize,
}

/// A cosine with a document and its passage: the farthest, and of equally far ones the last, is the greatest.
type Near = Reverse<(i32, Reverse<(i64, usize)>)>;

/// The mean of more vectors than this differs little.
const ENOUGH: usize = 10_000;

/// The most rows a search ranks.
const MOST_RANKED: u64 = 4_000;

const PASSAGE_BITS: i64 = 16;
const _: () = assert!(passages::MOST == 1 << PASSAGE_BITS);

/// Indexes a document under its place in the store. A title alone is found too.
pub(super) fn add(db: &Connection, document: i64, title: &str, content: &str) -> Result<()> {
    let mut insert =
        db.prepare_cached("INSERT INTO passages(rowid, title, heading, body) VALUES(?, ?, ?, ?)")?;
    let (title, of_title) = words::indexed(title);
    let mut vectors = Vec::new();
    for (row, passage) in (document << PASSAGE_BITS..).zip(passages::split(content)) {
        let (heading, of_heading) = words::indexed(&passage.context());
        let (body, of_body) = words::indexed(passage.text);
        insert.execute(params![row, title, heading, body])?;
        vectors.extend(of_title.plus(&of_heading, 1.0).plus(&of_body, 1.0).unit().pack());
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
    /// The passages that have any of the terms, best first; each comes with how many passages have it. Only the rarest
    /// are looked for, as many as can be ranked in a few milliseconds: a word that stands everywhere costs the most
    /// and finds the least. Where all do, they are looked for in titles and headings.
    pub(crate) fn search(&self, mut terms: Vec<(u64, &str)>, most: usize) -> Result<Vec<Hit>> {
        terms.retain(|(frequency, _)| *frequency > 0);
        terms.sort_unstable();
        terms.dedup();
        let mut ranked = 0;
        let affordable = terms.iter().take_while(|(frequency, _)| {
            ranked += frequency;
            ranked <= MOST_RANKED
        });
        let affordable = affordable.count();
        let within = if affordable == 0 { "{title heading} : " } else { "" };
        let query: Vec<String> =
            terms.iter().take(affordable.max(1)).map(|(_, term)| format!("\"{term}\"")).collect();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.db.prepare_cached(
            "SELECT rowid FROM passages WHERE passages MATCH ?
             AND rank MATCH 'bm25(4.0, 2.0, 1.0)' ORDER BY rank LIMIT ?",
        )?;
        let hits =
            statement.query_map(params![format!("{within}({})", query.join(" OR ")), most], |row| {
                let row: i64 = row.get(0)?;
                let passage = usize::try_from(row & ((1 << PASSAGE_BITS) - 1)).unwrap_or_default();
                Ok(Hit { document: row >> PASSAGE_BITS, passage })
            })?;
        Ok(hits.collect::<rusqlite::Result<_>>()?)
    }

    /// The passages that point where the vector does, the closest first, and the mean of them all, or of as many as
    /// tell it. Every passage is looked at: a hundred thousand take some milliseconds.
    pub(crate) fn nearest(&self, vector: &Vector, most: usize) -> Result<(Vec<Hit>, Vector)> {
        let needle = vector.pack();
        let mut statement = self.db.prepare_cached("SELECT document, packed FROM vectors")?;
        let mut rows = statement.query([])?;
        let (mut sum, mut count) = ([0; DIMENSIONS], 0);
        // The worst of the best is on top, so that it makes room.
        let mut best: BinaryHeap<Near> = BinaryHeap::with_capacity(most + 1);
        while let Some(row) = rows.next()? {
            let (document, packed) = (row.get(0)?, row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
            for (passage, packed) in packed.chunks_exact(DIMENSIONS).enumerate() {
                if count < ENOUGH {
                    sum.iter_mut().zip(packed).for_each(|(sum, byte)| *sum += i32::from(byte.cast_signed()));
                    count += 1;
                }
                let near = table::dot(&needle, packed);
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
        Ok((hits, Vector::mean(sum, count)))
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
