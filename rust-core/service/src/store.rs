//! Keeps every report that was taken, as sent, in SQLite; the model is rebuilt from here when the service starts.
//!
//! The only place with SQL. One connection, used by one request at a time.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use serde_json::Value;

/// What a taken report leaves behind. A batch is one submission; its answer is not sent before it is on disk.
const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS batch (
  id          INTEGER PRIMARY KEY,
  received_ms INTEGER NOT NULL,  -- Unix milliseconds; the model's days come from it
  items       INTEGER NOT NULL   -- as sent, with those that were skipped
) STRICT;
CREATE TABLE IF NOT EXISTS report (
  id       INTEGER PRIMARY KEY,  -- in order of receipt
  batch    INTEGER NOT NULL REFERENCES batch,
  emitters INTEGER NOT NULL,     -- how many had an effect on the model; 0 means it was taken in vain
  body     TEXT    NOT NULL      -- JSON, as sent
) STRICT;
";

/// A report that was taken.
#[derive(Clone)]
pub struct Accepted {
    /// The submission it came with, counted from 1 since the database was made.
    pub batch: i64,
    /// How many of its emitters had an effect on the model.
    pub emitters: u32,
    /// The item as it was sent.
    pub report: Value,
}

/// What `/health` tells of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Submissions taken.
    pub batches: i64,
    /// Reports taken.
    pub reports: i64,
    /// Emitters of these reports that had an effect.
    pub emitters: i64,
}

pub(crate) struct Store(Connection);

impl Store {
    /// Opens or makes the database; without a path it lives in memory.
    pub fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = path.map_or_else(Connection::open_in_memory, Connection::open)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    /// Stores a submission, asking `learn` for the effect of every kept item; durable when this returns.
    pub fn keep(
        &mut self,
        received_ms: i64,
        sent: usize,
        kept: &[Value],
        learn: impl FnOnce(&[Value]) -> Vec<u32>,
    ) -> rusqlite::Result<i64> {
        let tx = self.0.transaction()?;
        let insert_batch = "INSERT INTO batch (received_ms, items) VALUES (?1, ?2)";
        tx.prepare_cached(insert_batch)?.execute(params![received_ms, sent as i64])?;
        let batch = tx.last_insert_rowid();
        insert_reports(&tx, batch, kept, &learn(kept))?;
        tx.commit()?;
        Ok(batch)
    }

    /// Hands every submission's receipt time and reports to `learn`, oldest first.
    pub fn replay(&self, mut learn: impl FnMut(i64, &[Value])) -> rusqlite::Result<()> {
        let mut batches = self.0.prepare("SELECT id, received_ms FROM batch ORDER BY id")?;
        let mut bodies = self.0.prepare("SELECT body FROM report WHERE batch = ?1 ORDER BY id")?;
        let mut rows = batches.query([])?;
        while let Some(row) = rows.next()? {
            let (batch, received_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
            let reports = bodies.query_map([batch], |row| row.get(0).map(|text: String| parse(&text)))?;
            learn(received_ms, &reports.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        Ok(())
    }

    /// Every report, in order of receipt.
    pub fn accepted(&self) -> rusqlite::Result<Vec<Accepted>> {
        let mut reports = self.0.prepare("SELECT batch, emitters, body FROM report ORDER BY id")?;
        let read = |row: &rusqlite::Row| {
            let body: String = row.get(2)?;
            Ok(Accepted { batch: row.get(0)?, emitters: row.get(1)?, report: parse(&body) })
        };
        reports.query_map([], read)?.collect()
    }

    /// Totals.
    pub fn counts(&self) -> rusqlite::Result<Counts> {
        let sql = "SELECT (SELECT count(*) FROM batch), count(*), coalesce(sum(emitters), 0) FROM report";
        self.0
            .query_row(sql, [], |row| Ok(Counts { batches: row.get(0)?, reports: row.get(1)?, emitters: row.get(2)? }))
    }
}

fn insert_reports(tx: &Transaction, batch: i64, kept: &[Value], emitters: &[u32]) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO report (batch, emitters, body) VALUES (?1, ?2, ?3)")?;
    for (report, emitters) in kept.iter().zip(emitters) {
        insert.execute(params![batch, emitters, report.to_string()])?;
    }
    Ok(())
}

/// Only what was JSON is ever stored; should the file have been edited, null is a report that teaches nothing.
fn parse(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_default()
}
