//! What the engine answers without its owner: read-only, each answer from one state of the database.

use super::Engine;
use crate::exchange::Selection;
use crate::intake::{Counts, Guard};
use crate::ledger::{Board, Covered, Day, Score, Subject, View};
use crate::locate::{self, Estimate, Query};
use crate::model::{Report, ReportId, TripId};
use crate::store::{self, check, emitters, guard, ledger, outbox, reports};
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
        Ok(self.shared.readers.read(|db| Ok(locate::estimate(query, &emitters::load(db, query)?)))?)
    }

    /// Reads stored reports, oldest first, as far as today's zones and lists allow them out.
    ///
    /// # Errors
    /// As for [`Engine::open`], and what `each` answers, which ends the reading.
    pub fn reports<E: From<CoreError>>(
        &self,
        selection: Selection,
        mut each: impl FnMut(TripId, Report) -> Result<(), E>,
    ) -> Result<(), E> {
        let rules: Guard = self.shared.readers.read(guard::load).map_err(CoreError::from)?;
        let mut after = ReportId(0);
        loop {
            let page = self.shared.readers.read(|db| read_page(db, selection, after)).map_err(CoreError::from)?;
            let Some((last, _, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, trip, report) in page {
                if let Some(report) = report.and_then(|r| rules.allow(r)) {
                    each(trip, report)?;
                }
            }
        }
    }
}

type Page = Vec<(ReportId, TripId, Option<Report>)>;

fn read_page(db: &rusqlite::Connection, selection: Selection, after: ReportId) -> Result<Page, store::StoreError> {
    let ids = match selection {
        Selection::All => reports::page(db, after, PAGE),
        Selection::Quarantined => reports::quarantined_page(db, after, PAGE),
    };
    ids?.into_iter().map(|(id, trip)| Ok((id, trip, reports::read(db, id)?))).collect()
}
