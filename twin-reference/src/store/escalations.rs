//! Answers, the escalations they open, and the queue of webhooks that tell of them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde::Serialize;

use super::{Page, Result, Store, keep_newest, moment, new_id, usage};

/// An escalation as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Escalation {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) asked_by: String,
    pub(crate) confidence: f64,
    pub(crate) reason: String,
    pub(crate) status: String,
    pub(crate) created_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// The escalation an answer opens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEscalation<'a> {
    pub(crate) question: &'a str,
    pub(crate) asked_by: &'a str,
    pub(crate) reason: &'a str,
}

/// The body of a webhook, in the order of the API reference.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    event: &'static str,
    escalation_id: &'a str,
    question: &'a str,
    asked_by: &'a str,
    confidence: f64,
    reason: &'a str,
    timestamp: Timestamp,
}

const COLUMNS: &str = "id, question, asked_by, confidence, reason, status, created_ms, resolved_ms";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Escalation> {
    Ok(Escalation {
        id: row.get(0)?,
        question: row.get(1)?,
        asked_by: row.get(2)?,
        confidence: row.get(3)?,
        reason: row.get(4)?,
        status: row.get(5)?,
        created_at: moment(row.get(6)?),
        resolved_at: row.get::<_, Option<i64>>(7)?.map(moment),
    })
}

/// Opens an escalation and, where a webhook is told of it, keeps the body to send.
fn open(
    db: &Connection,
    escalation: NewEscalation<'_>,
    confidence: f64,
    with_webhook: bool,
    now: Timestamp,
) -> Result<()> {
    let NewEscalation { question, asked_by, reason } = escalation;
    let (id, created_ms) = (new_id("esc_"), now.as_millisecond());
    db.prepare_cached(
        "INSERT INTO escalations(id, question, asked_by, confidence, reason, created_ms) VALUES(?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![id, question, asked_by, confidence, reason, created_ms])?;
    if with_webhook {
        let event = Event {
            event: "escalation.created",
            escalation_id: &id,
            question,
            asked_by,
            confidence,
            reason,
            timestamp: moment(created_ms),
        };
        let body = serde_json::to_string(&event).map_err(std::io::Error::from)?;
        db.prepare_cached("INSERT INTO deliveries(body) VALUES(?)")?.execute([body])?;
    }
    Ok(())
}

impl Store {
    /// Counts an answer, adds a hit to each document it drew on (by place in the store), opens its
    /// escalation and, where a webhook is told of it, keeps the body to send: all of it or nothing.
    pub(crate) fn record_answer(
        &mut self,
        confidence: f64,
        drew_on: &[i64],
        escalation: Option<NewEscalation<'_>>,
        with_webhook: bool,
        now: Timestamp,
    ) -> Result<()> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        usage::count(&transaction, now, confidence, escalation.is_some())?;
        for seq in drew_on {
            transaction
                .prepare_cached("UPDATE documents SET hits = hits + 1 WHERE seq = ?")?
                .execute([seq])?;
        }
        if let Some(escalation) = escalation {
            open(&transaction, escalation, confidence, with_webhook, now)?;
            keep_newest(&transaction, "escalations", self.most)?;
            keep_newest(&transaction, "deliveries", self.most)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Escalations of a status, or all of them, newest first.
    pub(crate) fn escalations(&self, status: Option<&str>, limit: u32) -> Result<Page<Escalation>> {
        self.page("escalations", COLUMNS, status.map(|status| ("status", status)), limit, from_row)
    }

    /// Resolves an escalation; one that is resolved already stays as it is.
    pub(crate) fn resolve(&mut self, id: &str, now: Timestamp) -> Result<Option<Escalation>> {
        self.db
            .prepare_cached(
                "UPDATE escalations SET status = 'resolved', resolved_ms = ? WHERE id = ? AND status = 'open'",
            )?
            .execute(params![now.as_millisecond(), id])?;
        let mut statement =
            self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM escalations WHERE id = ?"))?;
        Ok(statement.query_row([id], from_row).optional()?)
    }

    /// Webhook bodies still to deliver, the oldest first, past this place in the queue.
    pub(crate) fn deliveries(&self, past: i64, most: usize) -> Result<Vec<(i64, String)>> {
        let mut statement =
            self.db.prepare_cached("SELECT seq, body FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?")?;
        let rows = statement.query_map(params![past, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes a body out of the queue: delivered, or given up.
    pub(crate) fn delivery_done(&mut self, seq: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM deliveries WHERE seq = ?")?.execute([seq])?;
        Ok(())
    }

    /// How many bodies wait to be delivered.
    pub(crate) fn deliveries_waiting(&self) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_memory_the_oldest_escalations_and_deliveries_make_room_for_new_ones() {
        let mut store = Store { most: 2, ..Store::open(None).unwrap() };
        for question in ["one", "two", "three"] {
            let escalation = NewEscalation { question, asked_by: "API", reason: "why" };
            store.record_answer(0.2, &[], Some(escalation), true, Timestamp::UNIX_EPOCH).unwrap();
        }
        let kept = store.escalations(None, 200).unwrap();
        let questions: Vec<&str> = kept.items.iter().map(|escalation| escalation.question.as_str()).collect();
        assert_eq!((questions, kept.total), (vec!["three", "two"], 2));
        assert_eq!(store.deliveries_waiting().unwrap(), 2);
        assert_eq!(store.answered_in_month_of(Timestamp::UNIX_EPOCH).unwrap(), 3);
    }
}
