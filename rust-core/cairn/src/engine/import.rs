//! Takes rows of files in: judged, learned from, counted and stored like what is heard, together with the place they reach.

use super::Engine;
use super::group::Queue;
use super::owner::Owner;
use crate::exchange::{Chunk, Reached, Row, SourceId};
use crate::model::{Millis, Sighting, TripId};
use crate::store::{StoreError, imports, reports};
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

    /// Takes rows of a file in and remembers the place they reach, in one transaction; answers the trip that they went to.
    ///
    /// # Errors
    /// As for [`Engine::flush`]: then nothing of the chunk is in, and it can be told again.
    pub fn import(&self, chunk: Chunk) -> Result<TripId, CoreError> {
        self.call(move |owner| owner.import(chunk))
    }

    /// The clock that the engine was opened with.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }
}

impl Owner {
    fn import(&mut self, chunk: Chunk) -> Result<TripId, CoreError> {
        // What is heard meanwhile is no part of the import's transaction, so that giving it up does not touch that.
        self.commit()?;
        let Chunk { source, place, rows, upload, trip } = chunk;
        let queue = if upload { Queue::ForUpload } else { Queue::KeptHere };
        let (first, last) = span(&rows).unwrap_or((self.clock.utc(), self.clock.utc()));
        let trip = trip.unwrap_or_else(|| {
            let new = self.next_trip;
            self.next_trip = TripId(new.0 + 1);
            self.group.trips.push((new, first));
            new
        });
        let stored = self
            .take_rows(rows, trip, queue)
            .and_then(|()| self.store_rows(source, Reached { place, trip, upload }, last));
        if stored.is_err() {
            self.abandon();
        }
        stored.map(|()| trip).map_err(CoreError::from)
    }

    fn take_rows(&mut self, rows: Vec<Row>, trip: TripId, queue: Queue) -> Result<(), StoreError> {
        for Row { fix, scan } in rows {
            if let Some(passage) = intake::imported(fix, scan, &self.guard, &mut self.group.counts) {
                self.cache.load(&self.db, passage.sightings.iter().map(Sighting::emitter))?;
                self.weigh(passage, trip, queue);
            }
        }
        Ok(())
    }

    fn store_rows(&mut self, source: SourceId, reached: Reached, last: Millis) -> Result<(), StoreError> {
        // The rows are not read again, so what they taught must not wait for a later commit.
        self.cache.want_all_written();
        self.commit_with(|tx| {
            reports::end_trip(tx, reached.trip, last)?;
            imports::reach(tx, source, &reached)
        })
    }
}

/// The earliest and the latest time in rows.
fn span(rows: &[Row]) -> Option<(Millis, Millis)> {
    let times = || rows.iter().map(|row| row.fix.utc);
    times().min().zip(times().max())
}
