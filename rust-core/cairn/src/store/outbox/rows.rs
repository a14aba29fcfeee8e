//! Which report each service has, wants or refused.

use rand::{Rng, RngExt};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params_from_iter};

use super::super::StoreError;
use super::{State, services};
use crate::model::{Millis, ReportId};
use crate::outbox::{Attempt, OutboxView, Quarantined, ServiceId};

/// Reports queued by one statement. A trigger counts them, and for a statement with a trigger `SQLite` saves each page it
/// touches beforehand.
const AT_ONCE: usize = 16;

/// Puts new reports into the outbox of every service, also of those that are off: they get them when they are on again.
pub(crate) struct Enqueuer<'a> {
    one: CachedStatement<'a>,
    many: CachedStatement<'a>,
    /// Reports that are not in the outbox yet, with their place in the order; fewer than [`AT_ONCE`].
    held: Vec<(ReportId, i64)>,
}

impl<'a> Enqueuer<'a> {
    /// Prepares to queue in a database.
    pub(crate) fn new(db: &'a Connection) -> Result<Self, StoreError> {
        let insert = |n: usize| {
            db.prepare_cached(&format!(
                "WITH new (report, shuffle) AS (VALUES {})
                 INSERT INTO outbox (service, report, state, shuffle)
                 SELECT service.id, new.report, 0, new.shuffle FROM new CROSS JOIN service",
                vec!["(?, ?)"; n].join(", ")
            ))
        };
        Ok(Self { one: insert(1)?, many: insert(AT_ONCE)?, held: Vec::with_capacity(AT_ONCE) })
    }

    /// Queues one report that is not there yet. [`Enqueuer::finish`] is to follow the last one.
    pub(crate) fn add(&mut self, report: ReportId, chance: &mut impl Rng) -> Result<(), StoreError> {
        self.held.push((report, shuffle(chance)));
        if self.held.len() == AT_ONCE {
            queue(&mut self.many, &self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    /// Ends the work: queues what is held.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        self.held.chunks(1).try_for_each(|report| queue(&mut self.one, report))
    }
}

fn queue(insert: &mut CachedStatement<'_>, reports: &[(ReportId, i64)]) -> Result<(), StoreError> {
    insert.execute(params_from_iter(reports.iter().flat_map(|(report, shuffle)| [report.0, *shuffle])))?;
    Ok(())
}

/// Puts every stored report into a service's outbox, but for what was imported to keep: for a service added later.
pub(crate) fn enqueue_stored(db: &Connection, service: ServiceId, chance: &mut impl Rng) -> Result<(), StoreError> {
    let mut reports = db.prepare("SELECT id FROM report WHERE trip NOT IN (SELECT trip FROM kept_trip)")?;
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO outbox (service, report, state, shuffle) VALUES (?, ?, 0, ?)")?;
    for report in reports.query_map([], |row| row.get::<_, i64>(0))? {
        insert.execute([service.0, report?, shuffle(chance)])?;
    }
    Ok(())
}

/// Random order, for it must not tell which reports belong together.
fn shuffle(chance: &mut impl Rng) -> i64 {
    i64::from(chance.random::<u32>())
}

/// Remembers which services have taken a report that is about to be deleted, so that another phone's copy of it is not sent
/// again. The oldest go first, so that a few ranges hold them all.
pub(crate) fn note_pruned(db: &Connection, report: ReportId) -> Result<(), StoreError> {
    let mut select = db.prepare_cached(
        "SELECT o.service, r.origin, coalesce(r.number, r.id) FROM outbox o JOIN report r ON r.id = o.report
         WHERE o.report = ? AND o.state = 1",
    )?;
    let taken = select.query_map([report.0], |row| Ok([row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?]))?;
    for [service, origin, number] in taken.collect::<Result<Vec<_>, _>>()? {
        let longer = db
            .prepare_cached("UPDATE pruned SET last = ?3 WHERE service = ?1 AND origin = ?2 AND last = ?3 - 1")?
            .execute([service, origin, number])?;
        if longer == 0 {
            db.prepare_cached("INSERT OR IGNORE INTO pruned (service, origin, first, last) VALUES (?1, ?2, ?3, ?3)")?
                .execute([service, origin, number])?;
        }
    }
    Ok(())
}

/// Removes a report from every service's outbox, when the report itself is deleted.
pub(crate) fn forget(db: &Connection, report: ReportId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM outbox WHERE report = ?")?.execute([report.0])?;
    Ok(())
}

/// Reports that every service in use has settled and that no service, in use or not, holds in quarantine, oldest first: what
/// pruning may take. None while no service is in use, for nothing has been sent anywhere then.
pub(crate) fn prunable(db: &Connection, limit: u32) -> Result<Vec<ReportId>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT r.id FROM report r
         WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.report = r.id AND o.state = 1)
           AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.report = r.id AND o.state = 2)
           AND NOT EXISTS (SELECT 1 FROM service s LEFT JOIN outbox o ON o.service = s.id AND o.report = r.id
                           WHERE s.enabled = 1 AND coalesce(o.state, 0) NOT IN (1, 3))
         ORDER BY r.id LIMIT ?",
    )?;
    let rows = select.query_map([limit], |row| Ok(ReportId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What services refused, newest last.
pub(crate) fn quarantined(db: &Connection) -> Result<Vec<Quarantined>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT service, report, coalesce(reason, '') FROM outbox WHERE state = 2 ORDER BY report")?;
    let rows = select.query_map([], |row| {
        Ok(Quarantined { service: ServiceId(row.get(0)?), report: ReportId(row.get(1)?), reason: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lets a quarantined report be sent again; answers whether there was one.
pub(crate) fn resend(db: &Connection, service: ServiceId, report: ReportId) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE outbox SET state = 0, batch = NULL, reason = NULL WHERE service = ? AND report = ? AND state = 2",
        [service.0, report.0],
    )?;
    Ok(changed > 0)
}

/// Each service's share of the outbox.
pub(crate) fn view(db: &Connection) -> Result<Vec<OutboxView>, StoreError> {
    let mut count = db.prepare_cached("SELECT n FROM outbox_count WHERE service = ? AND state = ?")?;
    let mut last = db.prepare_cached("SELECT outcome FROM attempt WHERE service = ? ORDER BY id DESC LIMIT 1")?;
    let mut views = Vec::new();
    for (service, next_attempt) in services::all(db)? {
        let id = service.id.0;
        let mut of = |state: State| {
            count.query_row([id, state as i64], |row| row.get::<_, i64>(0)).optional().map(|n| n.unwrap_or(0) as u64)
        };
        views.push(OutboxView {
            waiting: of(State::Waiting)?,
            accepted: of(State::Accepted)?,
            quarantined: of(State::Quarantined)?,
            not_useful: of(State::NotUseful)?,
            next_attempt,
            last_outcome: last.query_row([id], |row| row.get(0)).optional()?,
            service,
        });
    }
    Ok(views)
}

/// The requests of the past, oldest first.
pub(crate) fn attempts(db: &Connection) -> Result<Vec<Attempt>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT service, utc, reports, bytes, outcome, waiting FROM attempt ORDER BY id")?;
    let rows = select.query_map([], |row| {
        Ok(Attempt {
            service: ServiceId(row.get(0)?),
            utc: Millis(row.get(1)?),
            reports: row.get(2)?,
            bytes: row.get::<_, i64>(3)? as u64,
            outcome: row.get(4)?,
            waiting: row.get::<_, i64>(5)? as u64,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
