//! What others have reckoned of where emitters are, into a pack: exports of Mozilla's location service, `OpenCellID`, microG, and
//! whatever else `exchange` reads of that kind.

use super::{Builder, CellSource, PackError, Phase, Progress, StationSource, WATCH_EVERY, Watch};
use crate::exchange::{BadRows, Estimate, Estimated, ImportError, Item, Reader};
use crate::locate::Learned;
use crate::model::{CellKey, EmitterKind, Mac, Metres, Millis};

/// What came of reading a file of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlacesRead {
    /// Access points in it, whether or not they go into the pack.
    pub stations: u64,
    /// Cells in it, likewise.
    pub cells: u64,
    /// Beacons, which no pack has: they are worn and sold more often than they stay.
    pub beacons: u64,
    /// What may not be passed on: its owner opted out, or the user's zones and lists refuse it.
    pub private: u64,
    /// Rows that could not be read; CDMA, which no location service takes, is among them as unsupported.
    pub bad: BadRows,
}

/// Why a file of places could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] ImportError),
    /// The pack cannot be written.
    #[error(transparent)]
    Pack(#[from] PackError),
}

/// An export's range is the farthest that a cell was heard. Heard evenly within a disc, the root mean square is 0.7 of that, and
/// the farthest of many sightings is an outlier as often as not.
const RANGE_TO_RADIUS: f64 = 0.5;

/// Where an export tells no range: as the phone takes cells that it knows nothing else of.
const USUAL_RADIUS: Metres = Metres(900.0);

impl Builder {
    /// Takes the places of a file that tells some ([`Format::is_estimates`](crate::exchange::Format::is_estimates)); rows of what
    /// was heard are passed over. `may` answers whether one may be passed on.
    ///
    /// # Errors
    /// [`PlacesError`]; [`PackError::Cancelled`] where the watch answers so.
    pub fn add_places(
        &mut self,
        reader: &mut Reader,
        may: &dyn Fn(&Estimate) -> bool,
        watch: Watch<'_>,
    ) -> Result<PlacesRead, PlacesError> {
        let mut read = PlacesRead::default();
        for row in 0_u64.. {
            if row.is_multiple_of(WATCH_EVERY) {
                let (done, total) = reader.progress();
                if !watch(Progress { phase: Phase::Reading, done, total }) {
                    return Err(PackError::Cancelled.into());
                }
            }
            let estimate = match reader.next_item()? {
                Some(Item::Estimate(estimate)) => estimate,
                Some(Item::Bad(why, line)) => {
                    read.bad.add(why, line);
                    continue;
                }
                Some(Item::Row(_)) => continue,
                None => break,
            };
            if !may(&estimate) {
                read.private += 1;
                continue;
            }
            match estimate.emitter {
                Estimated::Wifi { mac, .. } => {
                    read.stations += 1;
                    self.add_station(&station(mac, &estimate))?;
                }
                Estimated::Cell(key) => {
                    read.cells += 1;
                    self.add_cell(&cell(key, &estimate))?;
                }
                Estimated::Beacon(_) => read.beacons += 1,
            }
        }
        Ok(read)
    }
}

/// A day since 1970 UTC; 0, which is older than anything wanted, where none is told.
fn day(estimate: &Estimate) -> u32 {
    estimate.heard.and_then(|time| u32::try_from(time.0 / Millis::from_days(1).0).ok()).unwrap_or_default()
}

/// As the phone would learn it from the same row.
fn station(mac: Mac, estimate: &Estimate) -> StationSource {
    let Estimate { place, radius, samples, .. } = estimate;
    let day = day(estimate);
    let learned = Learned::estimated(EmitterKind::Wifi, *place, *radius, samples.unwrap_or(1), day as i32);
    StationSource { last_day: day, ..StationSource::learned(mac, &learned) }
}

fn cell(key: CellKey, estimate: &Estimate) -> CellSource {
    CellSource {
        key,
        place: estimate.place,
        radius: estimate.radius.map_or(USUAL_RADIUS, |r| Metres(r.0 * RANGE_TO_RADIUS)),
        sightings: estimate.samples.unwrap_or(1),
        last_day: day(estimate),
    }
}
