//! A copy of the database that can be given away: without what zones and lists forbid, without the zones and lists themselves,
//! and without keys. What was deleted from it cannot be found in its free pages, for it has none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{StoreError, counts, emitters, estimates, outbox, reports, salvage};
use crate::intake::Guard;
use crate::model::{EmitterKey, Report, ReportId, Ssid, TripId};

/// Reports looked at per step.
const PAGE: u32 = 500;

/// A whole copy beside the one that is made of it; removed when it is done with.
struct Work(PathBuf);

impl Work {
    fn remove(&self) {
        for suffix in ["", "-journal"] {
            let mut name = self.0.clone().into_os_string();
            name.push(suffix);
            // Not being there is what is wanted; what cannot be removed fails the next copy, which says so.
            let _ = std::fs::remove_file(name);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What of the database is copied.
pub(crate) struct Wanted<'a, E> {
    /// What is left of a report; none where it is left out. It has been asked whether the rules allow it.
    pub part_of: &'a dyn Fn(TripId, Report) -> Option<Report>,
    /// Whether only reports are wanted that some service refused.
    pub quarantined: bool,
    /// Whether everything is wanted; else the copy is an excerpt, of reports alone.
    pub all: bool,
    /// Told of each report that is in the copy; an error ends it.
    pub each: &'a mut dyn FnMut() -> Result<(), E>,
}

/// Copies the database at `from` to `to`, where nothing must be.
pub(crate) fn give<E: From<StoreError>>(
    from: &Path,
    to: &Path,
    rules: &Guard,
    mut wanted: Wanted<'_, E>,
) -> Result<(), E> {
    let work = Work(salvage::beside(to, "whole"));
    work.remove();
    let _ = std::fs::remove_file(to);
    vacuum_into(from, &work.0)?;
    let db = open_work(&work.0)?;
    let all = wanted.all;
    cut_reports(&db, rules, &mut wanted)?;
    cut_rest(&db, rules, all)?;
    drop(db);
    vacuum_into(&work.0, to)?;
    Ok(())
}

fn vacuum_into(from: &Path, to: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(from, flags)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.execute("VACUUM INTO ?", [to.to_str().ok_or(StoreError::Path)?])?;
    Ok(())
}

fn open_work(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open(path)?;
    // It is thrown away whatever happens.
    db.pragma_update(None, "journal_mode", "OFF")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // The order in which rows go is not that of what refers to them.
    db.pragma_update(None, "foreign_keys", "OFF")?;
    Ok(db)
}

fn cut_reports<E: From<StoreError>>(db: &Connection, rules: &Guard, wanted: &mut Wanted<'_, E>) -> Result<(), E> {
    let failed = |e: rusqlite::Error| E::from(StoreError::from(e));
    db.execute_batch("BEGIN").map_err(failed)?;
    if wanted.quarantined {
        db.execute_batch(
            "DELETE FROM report WHERE id NOT IN (SELECT report FROM outbox WHERE state = 2);
             DELETE FROM outbox WHERE report NOT IN (SELECT id FROM report);
             DELETE FROM sighting WHERE report NOT IN (SELECT id FROM report);",
        )
        .map_err(failed)?;
    }
    let mut after = ReportId(0);
    loop {
        let page = reports::page(db, after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (id, trip) in page {
            let Some(report) = reports::read(db, id)? else { continue };
            let heard: Vec<EmitterKey> = report.sightings.iter().map(crate::model::Sighting::emitter).collect();
            let Some(part) = rules.allow(report).and_then(|report| (wanted.part_of)(trip, report)) else {
                outbox::forget(db, id)?;
                reports::delete(db, id)?;
                continue;
            };
            let kept: HashSet<EmitterKey> = part.sightings.iter().map(crate::model::Sighting::emitter).collect();
            for emitter in heard.into_iter().filter(|e| !kept.contains(e)) {
                reports::delete_sighting(db, id, emitter)?;
            }
            (wanted.each)()?;
        }
    }
    db.execute_batch("COMMIT").map_err(failed)
}

/// Cuts what is not reports.
fn cut_rest(db: &Connection, rules: &Guard, all: bool) -> Result<(), StoreError> {
    db.execute_batch(
        "DELETE FROM zone_cell; DELETE FROM refused; DELETE FROM attempt; DELETE FROM batch; DELETE FROM import_stream;
         DELETE FROM imported; DELETE FROM asked;
         UPDATE import SET name = NULL;
         UPDATE outbox SET batch = NULL WHERE batch IS NOT NULL;
         UPDATE service SET api_key = NULL, enabled = 0, stopped = NULL, failures = 0, next_attempt = NULL, refused = 0;",
    )?;
    if all {
        emitters::delete_where(db, |place| rules.in_zone(place))?;
        estimates::delete_where(db, |place| rules.in_zone(place))?;
        emitters::delete(db, refused_emitters(db, rules)?.into_iter())?;
    } else {
        db.execute_batch(
            "DELETE FROM emitter; DELETE FROM emitter_of; DELETE FROM ledger; DELETE FROM ledger_base; DELETE FROM ledger_clock;
             DELETE FROM ledger_ground; DELETE FROM ledger_lost; DELETE FROM ledger_part; DELETE FROM ledger_touched;
             DELETE FROM accepted_of; DELETE FROM intake_of; DELETE FROM intake_count; DELETE FROM import; DELETE FROM pruned;
             DELETE FROM import_mark; DELETE FROM estimate;
             DELETE FROM trip WHERE id NOT IN (SELECT trip FROM report);
             DELETE FROM kept_trip WHERE trip NOT IN (SELECT id FROM trip);",
        )?;
    }
    // Names of cells that were heard where nothing must be known to have been heard. Cells' keys are the greatest.
    db.execute(
        "DELETE FROM cell WHERE emitter NOT IN (SELECT emitter FROM sighting WHERE emitter >= ?1)
                            AND emitter NOT IN (SELECT key FROM emitter WHERE key >= ?1)
                            AND emitter NOT IN (SELECT key FROM estimate WHERE key >= ?1)",
        [EmitterKey::FIRST_CELL.to_i64()],
    )?;
    counts::recount(db)
}

/// Emitters that today's lists and opt-outs refuse, as far as their names are stored.
pub(crate) fn refused_emitters(db: &Connection, rules: &Guard) -> Result<HashSet<EmitterKey>, StoreError> {
    let mut refused = HashSet::new();
    let mut select = db.prepare("SELECT emitter, ssid FROM sighting WHERE ssid IS NOT NULL")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let key = EmitterKey::from_i64(row.get(0)?).ok_or(StoreError::Value("sighting.emitter"))?;
        let name = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Value("sighting.ssid"))?;
        if key.mac().is_some_and(|mac| rules.refuses_network(mac, &Ssid::new(name))) {
            refused.insert(key);
        }
    }
    Ok(refused)
}
