//! What the engine answers without its owner: read-only, each answer from one state of the database.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::Engine;
use crate::exchange::{Area, ExportError, Filter, Selection};
use crate::intake::{Counts, Guard};
use crate::ledger::{Board, Covered, Day, Score, Subject, View};
use crate::locate::{self, Estimate, Learned, Query, Track};
use crate::model::{CellKey, EmitterKey, EmitterKind, Millis, Report, ReportId, TripId};
use crate::store::{self, check, emitters, give, guard, ledger, outbox, reports};
use crate::{CoreError, outbox::OutboxView};

/// Reports read per step when all of them are read: keeps memory and read transactions short.
const PAGE: u32 = 500;

/// What there is, in numbers.
#[derive(Clone, Debug)]
pub struct Stats {
    /// What intake kept, counted and dropped since the beginning.
    pub counts: Counts,
    /// Reports stored now (sent ones may have been pruned).
    pub reports: u64,
    /// Sightings stored now.
    pub sightings: u64,
    /// Bytes of the database, its free pages not counted.
    pub bytes: u64,
    /// What the ledger counts over everything.
    pub totals: crate::ledger::Totals,
    /// Each service's share of the outbox.
    pub outbox: Vec<OutboxView>,
    /// Fixes and scans turned away since the engine was opened.
    pub turned_away: u64,
}

/// How sound the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soundness {
    /// The schema's version.
    pub schema: u32,
    /// Faults in the file's structure, running counts that differ from their rows among them.
    pub structure_faults: u64,
    /// Rows that refer to rows that are not there.
    pub reference_faults: u64,
}

impl Engine {
    /// Looks the whole database over; takes seconds for a large one.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn check(&self) -> Result<Soundness, CoreError> {
        let (structure_faults, reference_faults) = self.shared.readers.read(check::faults)?;
        Ok(Soundness { schema: store::SCHEMA_VERSION, structure_faults, reference_faults })
    }

    /// What there is, in numbers.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn stats(&self) -> Result<Stats, CoreError> {
        let turned_away = self.turned_away();
        Ok(self.shared.readers.read(|db| {
            let (reports, sightings) = reports::count(db)?;
            Ok(Stats {
                counts: guard::counts(db)?,
                reports,
                sightings,
                bytes: reports::bytes(db)?,
                totals: ledger::totals(db)?,
                outbox: outbox::view(db)?,
                turned_away,
            })
        })?)
    }

    /// The personal leaderboard as of a local day.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn leaderboard(&self, today: Day) -> Result<Board, CoreError> {
        Ok(self.shared.readers.read(|db| ledger::board(db, today))?)
    }

    /// How each local day from `first` to `last` stands that has anything, in order.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn days(&self, first: Day, last: Day) -> Result<Vec<(Day, Score)>, CoreError> {
        Ok(self.shared.readers.read(|db| ledger::days(db, first, last))?)
    }

    /// How one subject stands; none where it has nothing.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn score(&self, subject: Subject) -> Result<Option<Score>, CoreError> {
        Ok(self.shared.readers.read(|db| ledger::score(db, subject))?)
    }

    /// The ground covered within a view, coarser where more than about `limit` hexagons would be needed.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn coverage(&self, view: &View, limit: usize) -> Result<Vec<Covered>, CoreError> {
        Ok(self.shared.readers.read(|db| ledger::coverage(db, view, limit))?)
    }

    /// Where something that hears this must be; none where too little of it is known.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn locate(&self, query: &Query) -> Result<Option<Estimate>, CoreError> {
        let own = self.shared.readers.read(|db| emitters::load(db, query))?;
        Ok(locate::estimate(query, &self.shared.packs.beside(query, own)))
    }

    /// The same for a phone that asks again and again, `at` times of one clock: smoothed, and told on for a while when nothing
    /// known is heard.
    ///
    /// # Errors
    /// As for [`Engine::open`]; the track is then as it was.
    pub fn follow(&self, track: &mut Track, at: Millis, query: &Query) -> Result<Option<Estimate>, CoreError> {
        let estimate = self.locate(query)?;
        Ok(track.hear(at, estimate))
    }

    /// Reads stored reports, oldest first, as far as today's zones and lists allow them out.
    ///
    /// # Errors
    /// As for [`Engine::open`], and what `each` answers, which ends the reading.
    pub fn reports<E: From<CoreError>>(
        &self,
        selection: Selection,
        each: impl FnMut(TripId, Report) -> Result<(), E>,
    ) -> Result<(), E> {
        self.reports_of(selection, Filter::default(), each)
    }

    /// The same, of the part that is wanted.
    ///
    /// # Errors
    /// As [`Engine::reports`].
    pub fn reports_of<E: From<CoreError>>(
        &self,
        selection: Selection,
        filter: Filter,
        mut each: impl FnMut(TripId, Report) -> Result<(), E>,
    ) -> Result<(), E> {
        let rules: Guard = self.shared.readers.read(guard::load).map_err(CoreError::from)?;
        let sought = sought(selection, &filter);
        let mut after = ReportId(0);
        loop {
            let page = self.shared.readers.read(|db| read_page(db, &sought, after)).map_err(CoreError::from)?;
            let Some((last, _, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, trip, report) in page {
                if let Some(report) = report.and_then(|r| rules.allow(r)).and_then(|r| filter.part_of(r)) {
                    each(trip, report)?;
                }
            }
        }
    }

    /// Reads what was learned of all emitters of a kind, in the order of their keys, as far as today's zones and lists allow
    /// it out: nothing that stands in a zone, and nothing whose address, or stored name, is refused.
    ///
    /// # Errors
    /// As [`Engine::reports`].
    pub fn learned<E: From<CoreError>>(
        &self,
        kind: EmitterKind,
        mut each: impl FnMut(LearnedEmitter) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = || {
            self.shared.readers.read(|db| {
                let rules = guard::load(db)?;
                let (mut refused, mut physical) = (HashSet::new(), HashMap::new());
                match kind {
                    EmitterKind::Wifi => refused = give::refused_emitters(db, &rules)?,
                    EmitterKind::Cell => physical = emitters::physical(db)?,
                    EmitterKind::Beacon => {}
                }
                Ok((rules, refused, physical))
            })
        };
        let (rules, refused, physical) = read().map_err(CoreError::from)?;
        let mut after = -1;
        loop {
            let page = self.shared.readers.read(|db| emitters::page(db, after, PAGE)).map_err(CoreError::from)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.key.to_i64();
            for emitters::Listed { key, known, cell } in page {
                let private = rules.in_zone(known.learned.place()) || rules.refuses(key) || refused.contains(&key);
                // Without its name a cell is nothing to anybody else.
                if key.kind() == kind && !private && (kind != EmitterKind::Cell || cell.is_some()) {
                    each(LearnedEmitter { key, cell, physical: physical.get(&key).copied(), learned: known.learned })?;
                }
            }
        }
    }

    /// Copies the database to a path, without what zones and lists forbid, without these themselves and without keys; where
    /// less than everything is wanted, no more than reports. `each` is told of every report in it.
    ///
    /// # Errors
    /// As for [`Engine::open`], and what `each` answers: then what is at the path is to be thrown away.
    pub(crate) fn copy_to(
        &self,
        path: &Path,
        selection: Selection,
        filter: Filter,
        each: &mut dyn FnMut() -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        self.flush()?;
        let rules: Guard = self.shared.readers.read(guard::load).map_err(CoreError::from)?;
        let part_of = |trip: TripId, report: Report| {
            filter.part_of(report).filter(|_| filter.trip.is_none_or(|wanted| wanted == trip))
        };
        let all = filter == Filter::default() && selection == Selection::All;
        let quarantined = selection == Selection::Quarantined;
        give::give(self.shared.readers.path(), path, &rules, give::Wanted { part_of: &part_of, quarantined, all, each })
    }
}

/// What was learned of one emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnedEmitter {
    /// Which.
    pub key: EmitterKey,
    /// Its worldwide name, where it is a cell.
    pub cell: Option<CellKey>,
    /// Its physical identity, where it is a cell and that stands in a stored sighting.
    pub physical: Option<u16>,
    /// What was learned.
    pub learned: Learned,
}

type Page = Vec<(ReportId, TripId, Option<Report>)>;

/// What the database can look for by itself; the rest is looked at report by report.
fn sought(selection: Selection, filter: &Filter) -> reports::Sought {
    let lat = match filter.area {
        Some(Area::Box { south_west, north_east }) => south_west.lat_e7()..=north_east.lat_e7(),
        _ => i32::MIN..=i32::MAX,
    };
    reports::Sought {
        quarantined: selection == Selection::Quarantined,
        time: filter.from.map_or(i64::MIN, |t| t.0)..filter.to.map_or(i64::MAX, |t| t.0),
        trip: filter.trip,
        lat,
    }
}

fn read_page(db: &rusqlite::Connection, sought: &reports::Sought, after: ReportId) -> Result<Page, store::StoreError> {
    let ids = reports::sought_page(db, sought, after, PAGE)?;
    ids.into_iter().map(|(id, trip)| Ok((id, trip, reports::read(db, id)?))).collect()
}
