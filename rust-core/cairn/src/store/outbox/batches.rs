//! Batches: formed, leased, settled and halved, each in a transaction of the caller's.

use rand::Rng;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{StoreError, ledger, reports};
use super::State;
use crate::ledger::Day;
use crate::model::{Millis, Report, ReportId};
use crate::outbox::{Leased, NotUseful, Sent, ServiceId, Settled, Settlement, Stop, next_attempt, useful};

/// Reports in a batch: what `NeoStumbler` sends to `BeaconDB`, and under a megabyte with twenty sightings each.
const MAX_REPORTS: u32 = 950;

/// Requests remembered for the history: months of ordinary use.
const MAX_ATTEMPTS: i64 = 2_000;

/// So many single reports refused in a row, and none taken, are the service's fault and not theirs. A user who sets it going
/// all the same is believed more each time, as the run doubles: a file full of bad reports comes to an end, and a broken
/// service cannot fill the quarantine at once.
const REFUSES_ALL: u32 = 8;

/// Batches of a service that are in flight while nobody uploads were left so by a death or a full disk: they are sent again,
/// for whether the service has them cannot be known.
pub(crate) fn recover(db: &Connection, service: ServiceId) -> Result<(), StoreError> {
    db.execute("UPDATE batch SET in_flight = 0 WHERE service = ? AND in_flight = 1", [service.0])?;
    Ok(())
}

/// The next batch of a service, marked as in flight: the newest that waits to be sent again, so that a culprit is cornered
/// before other halves are looked at, else a new one. What the service has no
/// use for is marked so and not sent; `allow` applies today's zones and lists.
pub(crate) fn lease(
    db: &Connection,
    service: ServiceId,
    allow: impl Fn(Report) -> Option<Report>,
) -> Result<Option<Leased>, StoreError> {
    let Some((known, _)) = super::by_id(db, service)? else { return Ok(None) };
    while let Some(batch) = next_batch(db, service)? {
        let mut usable = Vec::new();
        for id in members(db, batch)? {
            let Some(report) = reports::read(db, id)? else {
                // Lost with a damaged database: left here it would come back with every batch.
                super::forget(db, id)?;
                continue;
            };
            match allow(report).ok_or(NotUseful::Private).and_then(|r| useful(r, known.settings.protocol)) {
                Ok(report) => usable.push((id, report)),
                Err(why) => set_state(db, service, id, State::NotUseful, Some(why.word()))?,
            }
        }
        if !usable.is_empty() {
            db.prepare_cached("UPDATE batch SET in_flight = 1 WHERE id = ?")?.execute([batch])?;
            return Ok(Some(Leased { batch, reports: usable }));
        }
        delete(db, batch)?;
    }
    Ok(None)
}

fn next_batch(db: &Connection, service: ServiceId) -> Result<Option<i64>, StoreError> {
    let waiting = db
        .prepare_cached("SELECT id FROM batch WHERE service = ? AND in_flight = 0 ORDER BY id DESC LIMIT 1")?
        .query_row([service.0], |row| row.get(0))
        .optional()?;
    if waiting.is_some() {
        return Ok(waiting);
    }
    let ids: Vec<i64> = db
        .prepare_cached(
            "SELECT report FROM outbox WHERE service = ? AND state = 0 AND batch IS NULL ORDER BY shuffle LIMIT ?",
        )?
        .query_map([service.0, i64::from(MAX_REPORTS)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if ids.is_empty() { Ok(None) } else { form(db, service, ids.into_iter()).map(Some) }
}

fn form(db: &Connection, service: ServiceId, reports: impl Iterator<Item = i64>) -> Result<i64, StoreError> {
    db.prepare_cached("INSERT INTO batch (service, in_flight) VALUES (?, 0)")?.execute([service.0])?;
    let batch = db.last_insert_rowid();
    let mut join = db.prepare_cached("UPDATE outbox SET batch = ?3 WHERE service = ?1 AND report = ?2")?;
    for report in reports {
        join.execute([service.0, report, batch])?;
    }
    Ok(batch)
}

fn members(db: &Connection, batch: i64) -> Result<Vec<ReportId>, StoreError> {
    let mut select = db.prepare_cached("SELECT report FROM outbox WHERE batch = ? AND state = 0 ORDER BY shuffle")?;
    let rows = select.query_map([batch], |row| Ok(ReportId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends a batch; members that were not settled wait again.
fn delete(db: &Connection, batch: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET batch = NULL WHERE batch = ? AND state != 2")?.execute([batch])?;
    db.prepare_cached("DELETE FROM batch WHERE id = ?")?.execute([batch])?;
    Ok(())
}

fn set_state(
    db: &Connection,
    service: ServiceId,
    id: ReportId,
    state: State,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET state = ?3, reason = ?4, batch = CASE ?3 WHEN 2 THEN batch END WHERE service = ?1 AND report = ?2")?
        .execute(params![service.0, id.0, state as i64, reason])?;
    Ok(())
}

/// Records what became of a batch, of which `sent.reports` were sent.
pub(crate) fn settle(
    db: &Connection,
    service: ServiceId,
    batch: i64,
    settlement: &Settlement,
    sent: Sent,
    now: Millis,
    chance: &mut impl Rng,
) -> Result<Settled, StoreError> {
    let ids = members(db, batch)?;
    let mut settled = Settled::default();
    match settlement {
        Settlement::Accepted => {
            for id in &ids {
                set_state(db, service, *id, State::Accepted, None)?;
            }
            delete(db, batch)?;
            count_accepted(db, &ids)?;
            trust(db, service)?;
            settled.accepted = ids.len() as u64;
        }
        Settlement::Refused(reason) if ids.len() == 1 && sent.reports == 1 => {
            set_state(db, service, ids[0], State::Quarantined, Some(reason))?;
            db.prepare_cached("DELETE FROM batch WHERE id = ?")?.execute([batch])?;
            settled.quarantined = 1;
            settled.stopped = doubt(db, service)?;
        }
        Settlement::Refused(_) | Settlement::TooLarge => {
            let (first, second) = ids.split_at(ids.len() / 2);
            delete(db, batch)?;
            // A half may be empty: of what was sent together, all but one may have been deleted meanwhile. What is left is then
            // asked about alone, for the fault may have lain in the others.
            for half in [first, second].into_iter().filter(|half| !half.is_empty()) {
                form(db, service, half.iter().map(|id| id.0))?;
            }
        }
        Settlement::Later(_, asked) => {
            db.prepare_cached("UPDATE batch SET in_flight = 0 WHERE id = ?")?.execute([batch])?;
            let failures: u32 = db.query_row(
                "UPDATE service SET failures = failures + 1 WHERE id = ? RETURNING failures",
                [service.0],
                |row| row.get(0),
            )?;
            let at = next_attempt(now, failures, *asked, chance);
            db.execute("UPDATE service SET next_attempt = ? WHERE id = ?", [at.0, service.0])?;
            settled.next_attempt = Some(at);
        }
        Settlement::Stop(stop) => {
            db.prepare_cached("UPDATE batch SET in_flight = 0 WHERE id = ?")?.execute([batch])?;
            settled.stopped = Some(set_stopped(db, service, *stop)?);
        }
    }
    remember(db, service, sent, settlement, now)?;
    Ok(settled)
}

/// Notes that the service takes reports: those it refused before are to blame themselves.
fn trust(db: &Connection, service: ServiceId) -> Result<(), StoreError> {
    let refused: i64 = db
        .prepare_cached("UPDATE service SET failures = 0, next_attempt = NULL WHERE id = ? RETURNING refused")?
        .query_row([service.0], |row| row.get(0))?;
    if refused > 0 {
        db.execute(
            "UPDATE outbox SET batch = NULL WHERE service = ? AND state = 2 AND batch IS NOT NULL",
            [service.0],
        )?;
        db.execute("UPDATE service SET refused = 0 WHERE id = ?", [service.0])?;
    }
    Ok(())
}

/// Notes a single refused report. Where the run of them is too long the service is stopped, and those of the run wait again.
fn doubt(db: &Connection, service: ServiceId) -> Result<Option<Stop>, StoreError> {
    let refused: u32 = db.query_row(
        "UPDATE service SET refused = refused + 1, failures = 0 WHERE id = ? RETURNING refused",
        [service.0],
        |row| row.get(0),
    )?;
    if refused < REFUSES_ALL || !refused.is_power_of_two() {
        return Ok(None);
    }
    db.execute(
        "UPDATE outbox SET state = 0, reason = NULL, batch = NULL WHERE service = ? AND state = 2 AND batch IS NOT NULL",
        [service.0],
    )?;
    set_stopped(db, service, Stop::RefusesAll).map(Some)
}

fn set_stopped(db: &Connection, service: ServiceId, stop: Stop) -> Result<Stop, StoreError> {
    let number = Stop::ALL.iter().position(|s| *s == stop).map(|n| n as i64);
    db.execute("UPDATE service SET stopped = ?2 WHERE id = ?1", params![service.0, number])?;
    Ok(stop)
}

/// Tells the ledger, by the local day of each report.
fn count_accepted(db: &Connection, ids: &[ReportId]) -> Result<(), StoreError> {
    let mut by_day = std::collections::BTreeMap::<Day, u32>::new();
    for id in ids {
        if let Some(fix) = reports::read_fix_of(db, *id)? {
            *by_day.entry(Day::local(fix.utc, fix.utc_offset_min, fix.place)).or_default() += 1;
        }
    }
    for (day, n) in by_day {
        ledger::accepted(db, day, n)?;
    }
    Ok(())
}

fn remember(
    db: &Connection,
    service: ServiceId,
    sent: Sent,
    settlement: &Settlement,
    now: Millis,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO attempt (service, utc, reports, bytes, outcome, waiting)
         VALUES (?1, ?2, ?3, ?4, ?5,
                 coalesce((SELECT n FROM outbox_count WHERE service = ?1 AND state = 0), 0))",
    )?
    .execute(params![service.0, now.0, i64::from(sent.reports), sent.bytes as i64, settlement.describe()])?;
    db.prepare_cached("DELETE FROM attempt WHERE id <= ?")?.execute([db.last_insert_rowid() - MAX_ATTEMPTS])?;
    Ok(())
}
