//! What waits for the next commit: reports, learned emitters, the ledger's tally and the counters go together or not at all.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;

use super::owner::Owner;
use super::writer;
use crate::exchange::SourceId;
use crate::intake::{Counts, Known};
use crate::ledger::Tally;
use crate::model::{EmitterKey, Millis, Report, TripId};
use crate::store::{StoreError, emitters, guard, ledger, outbox, reports};

/// Everything taken in between two commits.
#[derive(Default)]
pub(super) struct Group {
    /// Those that begin: when, and out of which file.
    pub trips: Vec<(TripId, Millis, Option<SourceId>)>,
    pub reports: Vec<(TripId, Report, Queue)>,
    pub tally: Tally,
    pub counts: Counts,
    pub scans: u32,
    /// What is known by now of emitters that were heard; filled in when the group ends.
    pub learned: Vec<(EmitterKey, Known)>,
    /// Where the order of upload comes from.
    pub seed: u64,
}

/// Whether a report goes to the services.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    ForUpload,
    /// Imported to learn and count only.
    KeptHere,
}

impl Group {
    pub fn is_empty(&self) -> bool {
        self.trips.is_empty() && self.reports.is_empty() && self.tally.is_empty() && self.counts == Counts::default()
    }

    /// Writes everything, as part of a transaction.
    pub fn write(&self, db: &Connection) -> Result<(), StoreError> {
        for (trip, started, file) in &self.trips {
            reports::begin_trip(db, *trip, *started, *file)?;
        }
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let mut inserter = reports::Inserter::new(db)?;
        let mut enqueuer = outbox::Enqueuer::new(db)?;
        for (trip, report, queue) in &self.reports {
            let id = inserter.insert(*trip, report)?;
            if *queue == Queue::ForUpload {
                enqueuer.add(id, &mut chance)?;
            }
        }
        inserter.finish()?;
        enqueuer.finish()?;
        let posted = ledger::post(db, &self.tally)?;
        emitters::write(db, &self.learned, &posted.new)?;
        guard::add_counts(db, &self.counts)
    }
}

impl Owner {
    /// Stores what was taken in and whatever `besides` adds, in one transaction. On failure everything stays in memory as it was.
    pub fn commit_with(
        &mut self,
        besides: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.await_writer();
        self.seal();
        writer::store(self.writer.begin()?, &self.sealed, besides)?;
        self.forget_stored();
        Ok(())
    }

    /// Has what was taken in stored while the owner goes on hearing. A failure is left to the next try: the groups stay as they
    /// are until they are stored.
    pub fn commit_meanwhile(&mut self) {
        self.await_writer();
        self.seal();
        if self.sealed.is_empty() {
            return;
        }
        if let Err(groups) = self.writer.lend(std::mem::take(&mut self.sealed)) {
            log::warn!("engine: the writing thread takes nothing");
            self.sealed = groups;
        }
    }

    /// Waits for what is being stored; afterwards the connection is here.
    pub fn await_writer(&mut self) {
        match self.writer.take_back() {
            None => {}
            Some((_, Ok(()))) => self.forget_stored(),
            Some((groups, Err(e))) => {
                log::warn!("engine: could not store, will try again: {e}");
                self.sealed = groups;
            }
        }
    }

    /// Ends the group, if there is anything in it, with what was learned in it.
    fn seal(&mut self) {
        // Whatever becomes of it: after a failure the next try comes after the usual time, not at once.
        self.last_commit = self.clock.mono();
        self.group.counts.add(&self.intake.take_counts());
        if self.group.is_empty() && !self.cache.has_urgent() {
            return;
        }
        self.group.learned = self.cache.take_news();
        self.group.seed = self.chance.random();
        self.sealed.push(std::mem::take(&mut self.group));
    }

    fn forget_stored(&mut self) {
        self.sealed.clear();
        self.cache.trim();
    }
}
