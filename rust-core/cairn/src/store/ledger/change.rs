//! Changes of sums that do not come from passages: what merging brings, and takes off.

use rusqlite::{Connection, params};

use super::key_of;
use crate::ledger::{Counts, Subject};
use crate::store::StoreError;

/// Sums that may go up and down, in the order of the ledger's columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub reports: i64,
    pub sightings: i64,
    pub wifi: i64,
    pub cells: i64,
    pub beacons: i64,
    pub ground: i64,
    pub again: i64,
    pub distance: i64,
    pub took: i64,
}

impl Sums {
    /// From columns in their order.
    pub fn of([reports, sightings, wifi, cells, beacons, ground, again, distance, took]: [i64; 9]) -> Self {
        Self { reports, sightings, wifi, cells, beacons, ground, again, distance, took }
    }

    /// The columns in their order.
    pub fn columns(&self) -> [i64; 9] {
        [
            self.reports,
            self.sightings,
            self.wifi,
            self.cells,
            self.beacons,
            self.ground,
            self.again,
            self.distance,
            self.took,
        ]
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        let (mut sums, others) = (self.columns(), other.columns());
        sums.iter_mut().zip(others).for_each(|(sum, n)| *sum += n);
        *self = Self::of(sums);
    }

    /// Takes others off.
    pub fn take(&mut self, other: &Self) {
        let (mut sums, others) = (self.columns(), other.columns());
        sums.iter_mut().zip(others).for_each(|(sum, n)| *sum -= n);
        *self = Self::of(sums);
    }

    /// These without what is counted by who claims it: emitters and ground.
    pub fn unclaimed(self) -> Self {
        Self { wifi: 0, cells: 0, beacons: 0, ground: 0, again: 0, ..self }
    }

    /// What `newer` has more, column by column: each only grows.
    pub fn up_to(&self, newer: &Self) -> Self {
        let mut more = newer.columns();
        more.iter_mut().zip(self.columns()).for_each(|(n, here)| *n = (*n - here).max(0));
        Self::of(more)
    }

    /// Tenths of points, by the rule of version [`crate::ledger::RULE`].
    fn points(&self) -> i64 {
        let worth = |counts: Counts| counts.points().tenths() as i64;
        let one = Counts::default();
        self.wifi * worth(Counts { wifi: 1, ..one })
            + self.cells * worth(Counts { cells: 1, ..one })
            + self.beacons * worth(Counts { beacons: 1, ..one })
            + self.ground * worth(Counts { ground: 1, ..one })
            + self.again * worth(Counts { again: 1, ..one })
    }
}

/// Changes a row's sums, where there is one; nothing goes below zero.
pub(crate) fn change(tx: &Connection, subject: Subject, sums: &Sums) -> Result<(), StoreError> {
    let (kind, key) = key_of(subject);
    change_row(tx, kind as i64, key, sums)
}

/// The same, of the row with that key.
pub(crate) fn change_row(tx: &Connection, kind: i64, key: i64, sums: &Sums) -> Result<(), StoreError> {
    let [reports, sightings, wifi, cells, beacons, ground, again, distance, took] = sums.columns();
    tx.prepare_cached(
        "UPDATE main.ledger SET points = max(0, points + ?3), reports = max(0, reports + ?4),
                sightings = max(0, sightings + ?5), wifi = max(0, wifi + ?6), cells = max(0, cells + ?7),
                beacons = max(0, beacons + ?8), ground = max(0, ground + ?9), again = max(0, again + ?10),
                distance = max(0, distance + ?11), took = max(0, took + ?12)
         WHERE kind = ?1 AND key = ?2",
    )?
    .execute(params![
        kind,
        key,
        sums.points(),
        reports,
        sightings,
        wifi,
        cells,
        beacons,
        ground,
        again,
        distance,
        took
    ])?;
    Ok(())
}
