//! From passages to the group: what each teaches, counts and leaves to store.

use super::group::Queue;
use super::owner::Owner;
use crate::CoreError;
use crate::intake::{self, Passage};
use crate::ledger;
use crate::model::TripId;
use crate::store::{StoreError, reports};

impl Owner {
    /// Takes passages of the running trip into the group.
    pub fn take(&mut self, passages: Vec<Passage>) {
        for passage in passages {
            if let Err(e) = self.take_one(passage, Queue::ForUpload) {
                // Only reading what is known can fail here; the passage is worth more than what it would have been compared to.
                log::warn!("engine: a passage could not be weighed: {e}");
            }
        }
    }

    /// Takes one passage into the group. Zones are applied to the fix and to each place at which something was heard.
    pub fn take_one(&mut self, mut passage: Passage, queue: Queue) -> Result<(), StoreError> {
        if self.guard.in_zone(passage.fix.place) {
            for _ in &passage.sightings {
                self.group.counts.drop(intake::Drop::Zone);
            }
            return Ok(());
        }
        let before = passage.sightings.len();
        passage.sightings.retain(|s| !self.guard.in_zone(s.place));
        for _ in passage.sightings.len()..before {
            self.group.counts.drop(intake::Drop::Zone);
        }
        self.cache.load(&self.db, passage.sightings.iter().map(crate::model::Sighting::emitter))?;
        let trip = self.running_trip()?;
        let (fix, moved, took) = (passage.fix.clone(), passage.moved, passage.took);
        let Some(weighed) = intake::weigh(passage, &mut self.cache, &mut self.group.counts) else { return Ok(()) };
        self.group.tally.count(&ledger::Passage {
            utc: fix.utc,
            utc_offset_min: fix.utc_offset_min,
            trip,
            place: fix.place,
            moved,
            took,
            reports: u32::from(weighed.report.is_some()),
            sightings: weighed.sightings,
            new_wifi: weighed.new_wifi,
            new_cells: weighed.new_cells,
            new_beacons: weighed.new_beacons,
        });
        if let Some(report) = weighed.report {
            self.group.reports.push((trip, report, queue));
        }
        Ok(())
    }

    /// The trip that runs; one begins where none does, so that nothing heard is without one.
    fn running_trip(&mut self) -> Result<TripId, StoreError> {
        if let Some(trip) = self.trip {
            return Ok(trip);
        }
        let trip = reports::begin_trip(&self.db, self.clock.utc())?;
        self.trip = Some(trip);
        Ok(trip)
    }

    /// Gives up what was taken in since the last commit: an import that cannot be stored is as if it had not been tried.
    pub fn abandon(&mut self) -> Result<(), CoreError> {
        self.group = super::group::Group::default();
        self.cache.forget_unwritten();
        Ok(())
    }
}
