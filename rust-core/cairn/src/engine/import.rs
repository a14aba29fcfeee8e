//! Takes rows of files in: judged, learned from, counted and stored like what is heard, together with the place they reach.

use super::Engine;
use super::group::Queue;
use super::owner::Owner;
use crate::exchange::{Chunk, Estimate, Estimated, Format, Place, Reached, Row, SourceId, Taken};
use crate::intake::{Guard, Passage};
use crate::model::{EmitterKey, HeardBeacon, HeardWifi, Millis, Sighting, TripId};
use crate::store::{StoreError, estimates, imported, imports, reports};
use crate::{Clock, CoreError, intake};

impl Engine {
    /// How far a file is in; none where nothing of it is.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn import_place(&self, source: SourceId) -> Result<Option<Reached>, CoreError> {
        Ok(self.shared.readers.read(|db| imports::reached(db, source))?)
    }

    /// How far files are in that were too short to be told from longer ones with the same start; the longest first.
    pub(crate) fn short_imports(&self) -> Result<Vec<Reached>, CoreError> {
        Ok(self.shared.readers.read(imports::short)?)
    }

    /// How far databases of a program are in, the latest row first.
    pub(crate) fn database_imports(&self, format: Format) -> Result<Vec<Reached>, CoreError> {
        Ok(self.shared.readers.read(|db| imports::of_format(db, format.word()))?)
    }

    /// Places in the first bytes of files, the latest first: by them a file is known that was cut.
    pub(crate) fn first_marks(&self) -> Result<Vec<(SourceId, Place)>, CoreError> {
        Ok(self.shared.readers.read(imports::first_marks)?)
    }

    /// Places in a file that were passed on the way, in order.
    pub(crate) fn import_marks(&self, source: SourceId) -> Result<Vec<Place>, CoreError> {
        Ok(self.shared.readers.read(|db| imports::marks(db, source))?)
    }

    /// The file that was read last of a stream; none where nothing of it was.
    pub(crate) fn stream_source(&self, stream: i64) -> Result<Option<SourceId>, CoreError> {
        Ok(self.shared.readers.read(|db| imports::stream_source(db, stream))?)
    }

    /// Remembers the file that was read last of a stream.
    pub(crate) fn remember_stream(&self, stream: i64, source: SourceId) -> Result<(), CoreError> {
        self.call(move |owner| Ok(imports::remember_stream(owner.writer.db()?, stream, source)?))
    }

    /// Takes rows of a file in and remembers the place they reach, in one transaction.
    ///
    /// # Errors
    /// As for [`Engine::flush`]: then nothing of the chunk is in, and it can be told again.
    pub fn import(&self, chunk: Chunk) -> Result<Taken, CoreError> {
        self.call(move |owner| owner.import(chunk))
    }

    /// The clock that the engine was opened with.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Where something may be written for a moment: beside the database, which nobody else writes to.
    pub(crate) fn scratch(&self) -> &std::path::Path {
        &self.shared.scratch
    }
}

impl Owner {
    fn import(&mut self, chunk: Chunk) -> Result<Taken, CoreError> {
        // What is heard meanwhile is no part of the import's transaction, so that giving it up does not touch that.
        self.commit()?;
        let Chunk { source, origin, place, marks, rows, estimates, upload, trip, after } = chunk;
        let queue = if upload { Queue::ForUpload } else { Queue::KeptHere };
        let (first, last) = span(&rows).unwrap_or((self.clock.utc(), self.clock.utc()));
        let trip = trip.unwrap_or_else(|| {
            let new = self.next_trip;
            self.next_trip = TripId(new.0 + 1);
            self.group.trips.push((new, first, Some(source)));
            new
        });
        let estimates: Vec<_> = estimates.into_iter().filter(|e| may_learn(&self.guard, e)).collect();
        let reached = Reached { source, place, trip, upload };
        let mut known = 0;
        let stored = self.take_rows(rows, trip, queue, &mut known).and_then(|told| {
            // The rows are not read again, so what they taught must not wait for a later commit.
            self.cache.want_all_written();
            self.commit_with(|tx| {
                reports::end_trip(tx, trip, last)?;
                estimates::write(tx, &estimates)?;
                told.write(tx)?;
                if let Some((earlier, offset)) = after {
                    imports::go_on(tx, earlier, source, offset)?;
                }
                imports::mark(tx, source, &marks)?;
                imports::reach(tx, &reached, &origin)
            })
        });
        if stored.is_err() {
            self.abandon();
        }
        stored.map_err(CoreError::from)?;
        Ok(Taken { trip, learned: estimates.len() as u64, known })
    }

    /// Takes rows into the group, but for what is in already; answers what is to be remembered of them.
    fn take_rows(
        &mut self,
        rows: Vec<Row>,
        trip: TripId,
        queue: Queue,
        known: &mut u64,
    ) -> Result<imported::Imported, StoreError> {
        let mut told = imported::Imported::default();
        for Row { fix, scan } in rows {
            let Some(mut passage) = intake::imported(fix, scan, &self.guard, &mut self.group.counts) else { continue };
            // What a zone keeps out is not in.
            if !self.guard.in_zone(passage.fix.place) {
                let before = passage.sightings.len();
                self.forget_known(&mut passage, &mut told)?;
                let gone = before - passage.sightings.len();
                *known += gone as u64;
                if gone > 0 && passage.sightings.is_empty() {
                    continue;
                }
            }
            self.cache.load(self.writer.db()?, passage.sightings.iter().map(Sighting::emitter))?;
            self.weigh(passage, trip, queue);
        }
        Ok(told)
    }

    /// Takes out of a passage what another file told, or this phone heard itself.
    fn forget_known(&mut self, passage: &mut Passage, told: &mut imported::Imported) -> Result<(), StoreError> {
        let (utc, place) = (passage.fix.utc, passage.fix.place);
        let mut failed = None;
        let db = self.writer.db()?;
        passage.sightings.retain(|sighting| match told.note(db, utc, place, sighting.emitter()) {
            Ok(is_new) => {
                if !is_new {
                    self.group.counts.drop(intake::Drop::Known);
                }
                is_new
            }
            Err(e) => {
                failed = Some(e);
                true
            }
        });
        failed.map_or(Ok(()), Err)
    }
}

/// Whether an estimate may be learned from. What others reckoned of an access point is as private as what was heard of it; a
/// cell is its operator's, and where it stands tells nothing of who lives there.
pub(super) fn may_learn(guard: &Guard, estimate: &Estimate) -> bool {
    let address = |mac| guard.beacon(&HeardBeacon { mono: Millis(0), mac, signal: None, format: None }).is_none();
    let may = match &estimate.emitter {
        Estimated::Cell(_) => return true,
        Estimated::Beacon(mac) | Estimated::Wifi { mac, name: None } => address(*mac),
        Estimated::Wifi { mac, name: Some(ssid) } => {
            let heard = HeardWifi {
                mono: Millis(0),
                mac: *mac,
                ssid: ssid.clone(),
                signal: None,
                frequency_mhz: None,
                standard: None,
            };
            guard.wifi(&heard).is_none()
        }
    };
    may && !guard.in_zone(estimate.place)
}

impl Estimated {
    /// The emitter's name.
    pub fn key(&self) -> EmitterKey {
        match self {
            Self::Wifi { mac, .. } => EmitterKey::wifi(*mac),
            Self::Cell(cell) => EmitterKey::cell(*cell),
            Self::Beacon(mac) => EmitterKey::beacon(*mac),
        }
    }
}

/// The earliest and the latest time in rows.
fn span(rows: &[Row]) -> Option<(Millis, Millis)> {
    let times = || rows.iter().map(|row| row.fix.utc);
    times().min().zip(times().max())
}
