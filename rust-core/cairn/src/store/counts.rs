//! The running counts of the outbox and of what is stored: made anew after a salvage, and compared with the rows themselves.
//!
//! Everything else reads and keeps them where the rows are written; only here are rows counted.

use rusqlite::Connection;

use super::StoreError;

/// Counts everything anew: what was copied from a damaged database need not fit its old counts.
pub(super) fn recount(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "DELETE FROM outbox_count;
         INSERT INTO outbox_count (service, state, n) SELECT service, state, count(*) FROM outbox GROUP BY service, state;
         INSERT OR REPLACE INTO stored (one, reports, sightings)
           VALUES (1, (SELECT count(*) FROM report), (SELECT count(*) FROM sighting));",
    )?;
    Ok(())
}

/// How many running counts differ from the rows they stand for: none, unless something wrote past them.
pub(super) fn wrong(db: &Connection) -> Result<u64, StoreError> {
    let n: i64 = db.query_row(
        "SELECT (SELECT count(*) FROM stored
                 WHERE reports != (SELECT count(*) FROM report) OR sightings != (SELECT count(*) FROM sighting))
              + (SELECT count(*) FROM (SELECT service, state, n FROM outbox_count WHERE n != 0
                 EXCEPT SELECT service, state, count(*) FROM outbox GROUP BY service, state))
              + (SELECT count(*) FROM (SELECT service, state, count(*) FROM outbox GROUP BY service, state
                 EXCEPT SELECT service, state, n FROM outbox_count))",
        [],
        |row| row.get(0),
    )?;
    Ok(n as u64)
}
