//! Ground walked: hexagons united, each counted for whoever walked it first.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::StoreError;
use super::claims::{Claim, Claims};
use super::{Ended, MergeSummary, STEP, Steps};
use crate::intake::Guard;
use crate::ledger::{Extent, GROUND, Hexagon, LEVELS};

/// What is kept of a hexagon.
#[derive(Clone, Copy)]
struct Walked {
    first: i32,
    last: i32,
    days: i64,
    part: Option<i64>,
    again: Option<i64>,
}

impl Walked {
    /// The part that earns the second walk after a while without having counted it: who walked first, where only both
    /// together were there on days so far apart.
    fn earned_together(&self) -> Option<i64> {
        self.part.filter(|_| self.again.is_none() && Extent::of(self.first, self.last).is_again())
    }
}

pub(super) fn merge(
    db: &Connection,
    rules: &Guard,
    claims: &mut Claims,
    steps: &mut Steps<'_>,
    summary: &mut MergeSummary,
) -> Result<(), Ended> {
    let mut select = db.prepare(
        "SELECT cell, first_day, last_day, days, part, again FROM other.ledger_ground WHERE cell > ? ORDER BY cell LIMIT ?",
    )?;
    let mut after = i64::MIN;
    loop {
        let page = select.query_map([after, STEP], |row| {
            let (first, last, days) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<_, i64>(0)?, Walked { first, last, days, part: row.get(4)?, again: row.get(5)? }))
        })?;
        let page = page.collect::<Result<Vec<_>, _>>()?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (cell, theirs) in &page {
            let Some(hexagon) = Hexagon::from_index(*cell as u64) else {
                return Err(StoreError::Value("ledger_ground.cell").into());
            };
            if hexagon.resolution() != GROUND {
                widen(db, *cell, *theirs)?;
            } else if !rules.in_zone(hexagon.centre()) {
                summary.hexagons += u64::from(unite(db, claims, hexagon, *theirs)?);
            }
        }
        steps.done(page.len() as u64)?;
    }
    // Of those nothing is left outside of zones.
    db.execute("DELETE FROM main.ledger_ground WHERE hexagons <= 0", [])?;
    Ok(())
}

/// Unites a hexagon; answers whether it is new here.
fn unite(db: &Connection, claims: &mut Claims, hexagon: Hexagon, theirs: Walked) -> Result<bool, StoreError> {
    let cell = hexagon.index() as i64;
    let ours = db
        .prepare_cached("SELECT first_day, last_day, days, part, again FROM main.ledger_ground WHERE cell = ?")?
        .query_row([cell], |row| {
            let (first, last, days) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Walked { first, last, days, part: row.get(3)?, again: row.get(4)? })
        })
        .optional()?;
    let ours_part = ours.and_then(|o| o.part);
    let ours_again = ours.and_then(|o| o.again);
    let part = claims.unite(db, Claim::Ground, cell, ours_part, theirs.part, |off| off.ground -= 1)?;
    let again = claims.unite(db, Claim::Again, cell, ours_again, theirs.again, |off| off.again -= 1)?;
    let united = Walked {
        first: ours.map_or(theirs.first, |o| o.first.min(theirs.first)),
        last: ours.map_or(theirs.last, |o| o.last.max(theirs.last)),
        // Which days these were is not kept: at least so many.
        days: ours.map_or(theirs.days, |o| o.days.max(theirs.days)),
        part,
        again,
    };
    let (before, now) = (ours.and_then(|o| o.earned_together()), united.earned_together());
    if before != now {
        for (part, n) in before.map(|p| (p, -1)).into_iter().chain(now.map(|p| (p, 1))) {
            claims.changed.entry(part).or_default().again += n;
        }
    }
    db.prepare_cached(
        "INSERT OR REPLACE INTO main.ledger_ground (cell, first_day, last_day, days, hexagons, part, again)
         VALUES (?, ?, ?, ?, 1, ?, ?)",
    )?
    .execute(params![cell, united.first, united.last, united.days, united.part, united.again])?;
    if ours.is_none() {
        let mut more = db.prepare_cached(
            "INSERT INTO main.ledger_ground (cell, first_day, last_day, days, hexagons) VALUES (?, ?, ?, ?, 1)
             ON CONFLICT DO UPDATE SET hexagons = hexagons + 1",
        )?;
        for level in &LEVELS[1..] {
            more.execute(params![hexagon.within(*level).index() as i64, united.first, united.last, united.days])?;
        }
    }
    Ok(ours.is_none())
}

/// Tells a coarser cell, whose hexagons are counted with the hexagons themselves, when it was walked.
fn widen(db: &Connection, cell: i64, theirs: Walked) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO main.ledger_ground (cell, first_day, last_day, days, hexagons) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT DO UPDATE SET first_day = min(first_day, excluded.first_day),
           last_day = max(last_day, excluded.last_day), days = max(days, excluded.days)",
    )?
    .execute(params![cell, theirs.first, theirs.last, theirs.days])?;
    Ok(())
}
