//! Who was first: emitters and hexagons that were new to several origins count for one of them only.
//!
//! The winner is the part of the earliest day; where days are equal, of the origin whose name comes first: all databases agree
//! on it. What the others counted is taken off the ledger, and who lost is kept, so that it is taken off once.
//!
//! A part of a phone's is only ever added to by that phone, so its count goes with its claims. To a file's part every phone adds
//! that reads the file, each what was new to it: what is claimed for it on either side counts, once.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::super::StoreError;
use super::super::ledger::Sums;
use crate::ledger::{Country, Day, Hexagon, Subject};
use crate::model::TripId;

/// What a part of the ledger is known by in every database; its order decides who was first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PartName {
    pub day: i32,
    pub origin: Vec<u8>,
    /// The trip's origin and its number there.
    pub trip: (Vec<u8>, i64),
    pub area: i64,
    pub country: String,
}

/// A part, by our numbers.
#[derive(Clone, Debug)]
pub(super) struct PartRow {
    pub name: PartName,
    /// Our number of the trip; 0 where that is not known.
    pub trip: i64,
}

impl PartRow {
    /// The ledger's rows that the part adds to.
    pub fn subjects(&self) -> Vec<Subject> {
        let mut subjects = Subject::of_day(Day::new(self.name.day)).to_vec();
        subjects.extend((self.trip != 0).then_some(Subject::Trip(TripId(self.trip))));
        subjects.extend(Hexagon::from_index(self.name.area as u64).filter(|_| self.name.area != 0).map(Subject::Area));
        subjects.extend(Country::from_code(&self.name.country).map(Subject::Country));
        subjects
    }
}

/// What can be new to an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Emitter = 0,
    Ground = 1,
    Again = 2,
}

/// All parts, and what merging changes of their sums.
pub(super) struct Claims {
    pub parts: HashMap<i64, PartRow>,
    /// Our number of each of the other's parts.
    pub ours: HashMap<i64, i64>,
    pub changed: BTreeMap<i64, Sums>,
    /// Files' parts that were here before, and what others claim for them besides.
    pub files: BTreeMap<i64, Sums>,
}

impl Claims {
    /// Unites who claims to have been first; answers who was. What is lost by it is taken off the part that had counted it.
    pub fn unite(
        &mut self,
        db: &Connection,
        claim: Claim,
        key: i64,
        ours: Option<i64>,
        theirs: Option<i64>,
        off: impl Fn(&mut Sums),
    ) -> Result<Option<i64>, StoreError> {
        let lost_here = lost(db, "SELECT part FROM main.ledger_lost WHERE kind = ? AND key = ?", claim, key)?;
        let lost_there = lost(db, "SELECT part FROM other.ledger_lost WHERE kind = ? AND key = ?", claim, key)?;
        let map = |part: i64| self.ours.get(&part).copied();
        let mut all: Vec<i64> = theirs.into_iter().chain(lost_there).filter_map(map).collect();
        all.extend(ours);
        all.extend(&lost_here);
        all.sort_unstable();
        all.dedup();
        for part in all.iter().filter(|part| ours != Some(**part) && !lost_here.contains(part)) {
            if let Some(file) = self.files.get_mut(part) {
                let mut one = Sums::default();
                off(&mut one);
                file.take(&one);
                self.changed.entry(*part).or_default().take(&one);
            }
        }
        let name = |part: &i64| self.parts.get(part).map(|row| &row.name);
        let Some(winner) = all.iter().copied().min_by(|a, b| name(a).cmp(&name(b))) else { return Ok(None) };
        if all.len() > 1 {
            let mut note =
                db.prepare_cached("INSERT OR IGNORE INTO main.ledger_lost (kind, key, part) VALUES (?, ?, ?)")?;
            for part in all.into_iter().filter(|part| *part != winner) {
                if note.execute(params![claim as i64, key, part])? > 0 {
                    off(self.changed.entry(part).or_default());
                }
            }
        }
        Ok(Some(winner))
    }

    /// Writes what has changed into the ledger.
    pub fn settle(self, db: &Connection) -> Result<(), StoreError> {
        for (part, claimed) in self.files.iter().filter(|(_, claimed)| **claimed != Sums::default()) {
            db.prepare_cached(
                "UPDATE main.ledger_part SET wifi = wifi + ?, cells = cells + ?, beacons = beacons + ?, ground = ground + ?,
                        again = again + ? WHERE id = ?",
            )?
            .execute([claimed.wifi, claimed.cells, claimed.beacons, claimed.ground, claimed.again, *part])?;
        }
        let mut sums: BTreeMap<Subject, Sums> = BTreeMap::new();
        for (part, changed) in &self.changed {
            let Some(row) = self.parts.get(part) else { continue };
            for subject in row.subjects() {
                sums.entry(subject).or_default().add(changed);
            }
        }
        for (subject, changed) in sums {
            super::super::ledger::change(db, subject, &changed)?;
        }
        Ok(())
    }
}

fn lost(db: &Connection, sql: &str, claim: Claim, key: i64) -> Result<Vec<i64>, StoreError> {
    let mut select = db.prepare_cached(sql)?;
    Ok(select.query_map([claim as i64, key], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
