//! Emitters: what both have learned of one, together; how much of whose knowledge is in it already is kept, so that nothing
//! weighs twice.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::super::{StoreError, emitters};
use super::claims::{Claim, Claims};
use super::sources::Sources;
use super::{Ended, MergeSummary, STEP, Steps};
use crate::intake::{Guard, Known};
use crate::model::{EmitterKey, EmitterKind};

/// Whose knowledge is in a row: each origin's version of it, by our numbers.
type Versions = BTreeMap<i64, i64>;

struct Row {
    key: EmitterKey,
    known: Known,
    part: Option<i64>,
    version: i64,
}

pub(super) fn merge(
    db: &Connection,
    sources: &Sources,
    rules: &Guard,
    claims: &mut Claims,
    steps: &mut Steps<'_>,
    summary: &mut MergeSummary,
) -> Result<(), Ended> {
    let mut after = -1;
    loop {
        let page = page(db, after)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.key.to_i64();
        for row in &page {
            if rules.in_zone(row.known.learned.place()) || rules.refuses(row.key) {
                continue;
            }
            summary.emitters += u64::from(unite(db, sources, claims, row)?);
        }
        steps.done(page.len() as u64)?;
    }
}

fn page(db: &Connection, after: i64) -> Result<Vec<Row>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT lat, lon, known, key, part, version FROM other.emitter WHERE key > ? ORDER BY key LIMIT ?",
    )?;
    let mut rows = select.query([after, STEP])?;
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        let key = EmitterKey::from_i64(row.get(3)?).ok_or(StoreError::Value("emitter.key"))?;
        page.push(Row { key, known: emitters::read_row(key, row)?, part: row.get(4)?, version: row.get(5)? });
    }
    Ok(page)
}

/// Unites what is known of an emitter; answers whether it is new here.
fn unite(db: &Connection, sources: &Sources, claims: &mut Claims, theirs: &Row) -> Result<bool, StoreError> {
    let key = theirs.key;
    let ours = db
        .prepare_cached("SELECT lat, lon, known, part, version FROM main.emitter WHERE key = ?")?
        .query([key.to_i64()])?
        .next()?
        .map(|row| {
            Ok::<_, StoreError>(Row {
                key,
                known: emitters::read_row(key, row)?,
                part: row.get(3)?,
                version: row.get(4)?,
            })
        })
        .transpose()?;
    let part = claims.unite(
        db,
        Claim::Emitter,
        key.to_i64(),
        ours.as_ref().and_then(|o| o.part),
        theirs.part,
        |off| match key.kind() {
            EmitterKind::Wifi => off.wifi -= 1,
            EmitterKind::Cell => off.cells -= 1,
            EmitterKind::Beacon => off.beacons -= 1,
        },
    )?;
    let there =
        versions(db, "SELECT origin, version FROM other.emitter_of WHERE key = ?", theirs, Some(&sources.origins))?;
    let here = match &ours {
        Some(row) => versions(db, "SELECT origin, version FROM main.emitter_of WHERE key = ?", row, None)?,
        None => Versions::new(),
    };
    let known = match &ours {
        None => theirs.known,
        Some(ours) => together((&ours.known, &here), (&theirs.known, &there)),
    };
    let mut united = here.clone();
    for (origin, version) in there {
        let known = united.entry(origin).or_default();
        *known = version.max(*known);
    }
    if let Some(ours) = &ours
        && united == here
        && known == ours.known
        && part == ours.part
    {
        return Ok(false);
    }
    emitters::put(db, key, &known, part, united.remove(&0).unwrap_or(0))?;
    let mut note =
        db.prepare_cached("INSERT OR REPLACE INTO main.emitter_of (key, origin, version) VALUES (?, ?, ?)")?;
    for (origin, version) in united.iter().filter(|(origin, version)| here.get(origin) != Some(version)) {
        note.execute(params![key.to_i64(), origin, version])?;
    }
    Ok(ours.is_none())
}

fn versions(
    db: &Connection,
    sql: &str,
    row: &Row,
    origins: Option<&HashMap<i64, i64>>,
) -> Result<Versions, StoreError> {
    let map = |origin: i64| origins.map_or(Some(origin), |o| o.get(&origin).copied());
    let mut versions = Versions::new();
    if row.version > 0
        && let Some(own) = map(0)
    {
        versions.insert(own, row.version);
    }
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([row.key.to_i64()])?;
    while let Some(found) = rows.next()? {
        if let Some(origin) = map(found.get(0)?) {
            versions.insert(origin, found.get(1)?);
        }
    }
    Ok(versions)
}

/// What two rows tell together. Where all of one is in the other, the other; else what is not in it is added with its share of
/// the weight.
fn together((a, versions_a): (&Known, &Versions), (b, versions_b): (&Known, &Versions)) -> Known {
    let more = |x: &Versions, y: &Versions| -> i64 {
        x.iter().map(|(origin, version)| (version - y.get(origin).copied().unwrap_or(0)).max(0)).sum()
    };
    let (more_a, more_b) = (more(versions_a, versions_b), more(versions_b, versions_a));
    let seen = a.seen.with(&b.seen);
    let learned = match (more_a, more_b) {
        (0, 0) => a.learned.better_known(&b.learned),
        (_, 0) => a.learned,
        (0, _) => b.learned,
        _ => {
            // The one of which more is new is the base; what the other has besides is added to it.
            let share = |more: i64, versions: &Versions| more as f64 / versions.values().sum::<i64>().max(1) as f64;
            if (more_a, a.learned.order()) > (more_b, b.learned.order()) {
                a.learned.with(&b.learned, share(more_b, versions_b))
            } else {
                b.learned.with(&a.learned, share(more_a, versions_a))
            }
        }
    };
    Known { seen, learned }
}
