//! Brings another database's contents in: another phone's, a backup's, or an older state of this one.
//!
//! A join: whatever is in both is in once, so the order, the direction and the number of merges do not matter. It runs in one
//! transaction of the caller's, in steps between which the caller may do something else; the other database is only read.

mod claims;
mod emitters;
mod ground;
mod ledger;
mod other;
mod reports;
mod rules;
mod sources;
mod sums;

use rusqlite::Connection;

use super::StoreError;
pub(crate) use other::Other;
use sources::Sources;

/// How far a merge is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MergeProgress {
    /// Rows of the other database that have been looked at.
    pub done: u64,
    /// Rows to look at.
    pub of: u64,
}

/// What a merge brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeSummary {
    /// Trips that were not here.
    pub trips: u64,
    /// Reports that were not here.
    pub reports: u64,
    /// Sightings in them.
    pub sightings: u64,
    /// Emitters that were not known here.
    pub emitters: u64,
    /// Hexagons of ground that were not walked here.
    pub hexagons: u64,
    /// Reports that a service turned out to have taken already, as the other database knows.
    pub accepted: u64,
    /// Zones and refused addresses and names that were not here.
    pub rules: u64,
    /// Reports that were here or there and lie in a zone of the other: deleted, as a zone asks.
    pub reports_deleted: u64,
    /// Services that were not here. They are off until the user says otherwise.
    pub services: Vec<String>,
}

/// Called between steps; answers whether to go on.
pub(crate) type Between<'a> = &'a mut dyn FnMut(MergeProgress) -> bool;

/// What ended a merge before its end.
pub(crate) enum Ended {
    Cancelled,
    Failed(StoreError),
}

impl<E: Into<StoreError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Rows between two calls of [`Between`]: some tens of milliseconds.
const STEP: i64 = 2_000;

/// Counts rows and gives others their turn.
struct Steps<'a> {
    progress: MergeProgress,
    between: Between<'a>,
}

impl Steps<'_> {
    fn done(&mut self, rows: u64) -> Result<(), Ended> {
        self.progress.done += rows;
        if (self.between)(self.progress) { Ok(()) } else { Err(Ended::Cancelled) }
    }
}

/// Brings in what is in the database attached as `other`, in the transaction of the caller's.
pub(crate) fn merge(db: &Connection, between: Between<'_>) -> Result<MergeSummary, Ended> {
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    let of = count("SELECT count(*) FROM other.report")?
        + count("SELECT count(*) FROM other.emitter")?
        + count("SELECT count(*) FROM other.ledger_ground")?;
    let mut steps = Steps { progress: MergeProgress { done: 0, of }, between };
    let mut summary = MergeSummary::default();

    let sources = Sources::map(db, &mut summary)?;
    let new_zones = rules::unite(db, &mut summary)?;
    let guard = super::guard::load(db)?;
    let newest = db.query_row("SELECT coalesce(max(id), 0) FROM report", [], |row| row.get::<_, i64>(0))?;

    let mut claims = ledger::merge(db, &sources)?;
    emitters::merge(db, &sources, &guard, &mut claims, &mut steps, &mut summary)?;
    super::imported::merge(db)?;
    super::estimates::merge(db)?;
    super::estimates::delete_where(db, |place| guard.in_zone(place))?;
    ground::merge(db, &guard, &mut claims, &mut steps, &mut summary)?;
    claims.settle(db)?;
    sums::merge(db, &sources)?;
    reports::merge(db, &sources, &mut steps, &mut summary)?;
    rules::apply(db, &guard, newest, &new_zones, &mut steps, &mut summary)?;
    Sources::forget(db)?;
    super::counts::recount(db)?;
    Ok(summary)
}
