//! What waits for the next commit: reports, learned emitters, the ledger's tally and the counters go together or not at all.

use rusqlite::TransactionBehavior;

use super::owner::Owner;
use crate::exchange::SourceId;
use crate::intake::Counts;
use crate::ledger::Tally;
use crate::model::{Millis, Report, TripId};
use crate::store::{StoreError, emitters, guard, ledger, outbox, reports};

/// Everything taken in since the last commit.
#[derive(Default)]
pub(super) struct Group {
    /// Those that begin: when, and out of which file.
    pub trips: Vec<(TripId, Millis, Option<SourceId>)>,
    pub reports: Vec<(TripId, Report, Queue)>,
    pub tally: Tally,
    pub counts: Counts,
    pub scans: u32,
    pub turned_away: u64,
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
}

impl Owner {
    /// Writes the group and whatever `besides` adds, in one transaction. On failure everything stays in memory as it was.
    pub fn commit_with(
        &mut self,
        besides: impl FnOnce(&rusqlite::Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.group.counts.add(&self.intake.take_counts());
        let has_news = !self.group.is_empty() || self.cache.has_urgent();
        if has_news {
            self.cache.settle();
        }
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if has_news {
            for (trip, started, file) in &self.group.trips {
                reports::begin_trip(&tx, *trip, *started, *file)?;
            }
            let mut inserter = reports::Inserter::new(&tx)?;
            let mut enqueuer = outbox::Enqueuer::new(&tx)?;
            for (trip, report, queue) in &self.group.reports {
                let id = inserter.insert(*trip, report)?;
                if *queue == Queue::ForUpload {
                    enqueuer.add(id, &mut self.chance)?;
                }
            }
            inserter.finish()?;
            enqueuer.finish()?;
            let posted = ledger::post(&tx, &self.group.tally)?;
            emitters::write(&tx, self.cache.dirty(), &posted.new)?;
            guard::add_counts(&tx, &self.group.counts)?;
        }
        besides(&tx)?;
        tx.commit()?;
        self.cache.written();
        self.group = Group::default();
        Ok(())
    }
}
