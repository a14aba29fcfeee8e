//! From passages to the group: what each teaches, counts and leaves to store.

use super::group::{Group, Queue};
use super::owner::Owner;
use crate::intake::{self, Passage};
use crate::ledger;
use crate::model::{Sighting, TripId};

impl Owner {
    /// Takes passages of the running trip into the group. One that cannot be compared with what is known, because the
    /// database cannot be read, waits here with all after it.
    pub fn take(&mut self, passages: Vec<Passage>) {
        self.unweighed.extend(passages);
        while let Some(passage) = self.unweighed.pop_front() {
            if let Err(e) = self.cache.load(&self.reader, passage.sightings.iter().map(Sighting::emitter)) {
                log::warn!("engine: what is known cannot be read, will try again: {e}");
                self.unweighed.push_front(passage);
                break;
            }
            let trip = self.running_trip();
            self.weigh(passage, trip, Queue::ForUpload);
        }
    }

    /// Takes one passage into the group. Zones are applied to the fix and to each place at which something was heard.
    /// What is known of its emitters has been loaded.
    pub fn weigh(&mut self, mut passage: Passage, trip: TripId, queue: Queue) {
        if self.guard.in_zone(passage.fix.place) {
            for _ in &passage.sightings {
                self.group.counts.drop(intake::Drop::Zone);
            }
            return;
        }
        let before = passage.sightings.len();
        passage.sightings.retain(|s| !self.guard.in_zone(s.place));
        for _ in passage.sightings.len()..before {
            self.group.counts.drop(intake::Drop::Zone);
        }
        let (fix, moved, took) = (passage.fix.clone(), passage.moved, passage.took);
        let Some(weighed) = intake::weigh(passage, &mut self.cache, &mut self.group.counts) else { return };
        let passage = ledger::Passage {
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
        };
        self.group.tally.count(&passage, weighed.new);
        if let Some(report) = weighed.report {
            self.group.reports.push((trip, report, queue));
        }
    }

    /// The trip that runs; one begins where none does, so that nothing heard is without one.
    pub fn running_trip(&mut self) -> TripId {
        if let Some(trip) = self.trip {
            return trip;
        }
        let trip = self.next_trip;
        self.next_trip = TripId(trip.0 + 1);
        self.group.trips.push((trip, self.clock.utc(), None));
        self.trip = Some(trip);
        trip
    }

    /// Gives up what was taken in since the last commit: an import that cannot be stored is as if it had not been tried.
    pub fn abandon(&mut self) {
        self.group = Group::default();
        self.cache.forget_unwritten();
        let taken = self.sealed.drain(..).flat_map(|group| group.learned);
        self.cache.forget(taken.map(|(key, _)| key));
    }
}
