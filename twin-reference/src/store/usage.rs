//! How many questions were answered: the monthly limit and the statistics.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::{Result, Store};

/// What one answer saves its asker.
const MINUTES_PER_ANSWER: u64 = 3;

/// The calendar month of a moment in UTC, such as `2026-03`.
fn month(moment: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(moment).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// `GET /v1/stats`, by the contract's formulas.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    total_answered: u64,
    total_escalated: u64,
    avg_confidence: f64,
    handle_rate: f64,
    total_saved_minutes: u64,
    kb_doc_count: u64,
}

/// Adds one answer to its month.
pub(super) fn count(db: &Connection, now: Timestamp, confidence: f64, escalated: bool) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO usage(month, answered, escalated, confidence) VALUES(?1, 1, ?2, ?3)
         ON CONFLICT(month) DO UPDATE SET
           answered = answered + 1, escalated = escalated + ?2, confidence = confidence + ?3",
    )?
    .execute(params![month(now), escalated, confidence])?;
    Ok(())
}

impl Store {
    /// How many questions were answered in the month of this moment.
    pub(crate) fn answered_in_month_of(&self, now: Timestamp) -> Result<u64> {
        let mut statement = self.db.prepare_cached("SELECT answered FROM usage WHERE month = ?")?;
        Ok(statement.query_row([month(now)], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    pub(crate) fn stats(&self) -> Result<Stats> {
        let (answered, escalated, confidence): (u64, u64, f64) = self.db.query_row(
            "SELECT coalesce(sum(answered), 0), coalesce(sum(escalated), 0), coalesce(sum(confidence), 0.0) FROM usage",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok(Stats {
            total_answered: answered,
            total_escalated: escalated,
            avg_confidence: ratio(confidence, answered),
            handle_rate: ratio(answered.saturating_sub(escalated) as f64, answered),
            total_saved_minutes: MINUTES_PER_ANSWER.saturating_mul(answered),
            kb_doc_count: self.document_count()?,
        })
    }
}

/// A part of a whole, to two decimals; of nothing it is zero.
fn ratio(part: f64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part / whole as f64 * 100.0).round() / 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_references_own_figures_fit() {
        assert_eq!(ratio(250.0, 284), 0.88);
        assert_eq!(MINUTES_PER_ANSWER * 284, 852);
        assert_eq!(ratio(0.0, 0), 0.0);
    }

    #[test]
    fn months_begin_in_utc() {
        assert_eq!(month("2026-02-28T23:59:59.999Z".parse().unwrap()), "2026-02");
        assert_eq!(month("2026-03-01T00:00:00Z".parse().unwrap()), "2026-03");
    }
}
