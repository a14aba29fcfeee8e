//! Zones and the user's lists, united and applied: to what comes in, and by zones that are new here to what was here.

use std::collections::HashSet;

use h3o::CellIndex;
use rusqlite::Connection;

use super::super::{StoreError, emitters, guard, ledger, outbox, reports};
use super::{Ended, MergeSummary, STEP, Steps};
use crate::intake::Guard;
use crate::model::{ReportId, Sighting};

/// Takes over zones and lists; answers the hexagons of zones that were not here.
pub(super) fn unite(db: &Connection, summary: &mut MergeSummary) -> Result<HashSet<CellIndex>, StoreError> {
    let set = |cells: Vec<CellIndex>| cells.into_iter().collect::<HashSet<_>>();
    let here: Vec<HashSet<CellIndex>> = guard::zones(db)?.into_iter().map(|(_, cells)| set(cells)).collect();
    let mut new = HashSet::new();
    for (_, cells) in guard::zones_of(db, "other")? {
        let cells = set(cells);
        if !here.contains(&cells) {
            guard::add_zone(db, &cells)?;
            new.extend(cells);
            summary.rules += 1;
        }
    }
    summary.rules += db
        .execute("INSERT OR IGNORE INTO main.refused (pattern, is_mac) SELECT pattern, is_mac FROM other.refused", [])?
        as u64;
    Ok(new)
}

/// Deletes what lies in zones: of what came in (reports after `newest`), and of what was here where a zone is new.
pub(super) fn apply(
    db: &Connection,
    rules: &Guard,
    newest: i64,
    new_zones: &HashSet<CellIndex>,
    steps: &mut Steps<'_>,
    summary: &mut MergeSummary,
) -> Result<(), Ended> {
    if rules.has_zones() {
        let mut after = ReportId(if new_zones.is_empty() { newest } else { 0 });
        loop {
            let page = reports::places(db, after, STEP as u32)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, _) in page.iter().filter(|(_, place)| rules.in_zone(*place)) {
                outbox::forget(db, *id)?;
                reports::delete(db, *id)?;
                summary.reports_deleted += 1;
            }
            steps.done(0)?;
        }
    }
    if !new_zones.is_empty() {
        emitters::delete_where(db, |place| rules.in_zone(place))?;
        ledger::forget_ground(db, new_zones)?;
    }
    if rules.has_lists() {
        refuse(db, rules, newest)?;
    }
    Ok(())
}

/// Deletes sightings that came in of networks that the lists refuse, and reports of which nothing is left.
fn refuse(db: &Connection, rules: &Guard, newest: i64) -> Result<(), StoreError> {
    let mut after = ReportId(newest);
    loop {
        let page = reports::page(db, after, STEP as u32)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (id, _) in page {
            let Some(report) = reports::read(db, id)? else { continue };
            let heard: Vec<_> = report.sightings.iter().map(Sighting::emitter).collect();
            let kept: HashSet<_> =
                rules.allow(report).into_iter().flat_map(|r| r.sightings).map(|s| s.emitter()).collect();
            for emitter in heard.iter().filter(|e| !kept.contains(e)) {
                reports::delete_sighting(db, id, *emitter)?;
            }
            if kept.is_empty() {
                outbox::forget(db, id)?;
                reports::delete(db, id)?;
            }
        }
    }
}
