//! Makes a pack from stations and cells that come one by one, in memory that does not grow with their number.
//!
//! The file appears when it is complete; until then an older one of its name is kept.

mod cells;
mod classes;
mod out;
mod places;
mod sort;
mod station_blocks;
mod stations;

use std::path::{Path, PathBuf};

pub use super::key::MAX_STRETCH;
pub use places::{PlacesError, PlacesRead};

pub(super) use cells::CellBlocks;
pub(super) use out::Out;

use rand::TryRng;
use rand::rngs::SysRng;

use super::header::Header;
use super::region::NOWHERE;
use super::{Notes, PackError, Region};
use crate::locate::Learned;
use crate::model::{CellKey, LatLng, Mac, Metres};
use cells::CellSorter;
use stations::StationSorter;

/// What goes into a pack, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the pack says of itself.
    pub notes: Notes,
    /// What lies outside is left out.
    pub region: Region,
    /// What was heard less often is left out.
    pub min_sightings: u16,
    /// What was not heard since is left out; day since 1970 UTC.
    pub not_before: u32,
    /// Addresses are hashed 2^stretch times, at most 2^[`MAX_STRETCH`]: so much longer takes each guess of one, and each
    /// look-up (0.03 µs each time on a desk).
    pub stretch: u8,
    /// Today, since 1970 UTC.
    pub today: u32,
    /// From the system's entropy: half of it becomes the pack's public key, half hides its tiles and is forgotten.
    pub secret: [u8; 32],
}

impl Options {
    /// A pack that leaves nothing out, says nothing of itself and makes no guess slower.
    pub fn everything(today: u32, secret: [u8; 32]) -> Self {
        Self {
            notes: Notes::default(),
            region: Region::Everywhere,
            min_sightings: 1,
            not_before: 0,
            stretch: 0,
            today,
            secret,
        }
    }

    /// A secret from the system's entropy.
    ///
    /// # Errors
    /// [`PackError::File`] where the system has none to give.
    pub fn fresh_secret() -> Result<[u8; 32], PackError> {
        let mut secret = [0; 32];
        SysRng.try_fill_bytes(&mut secret).map_err(|_| PackError::File(std::io::ErrorKind::Other))?;
        Ok(secret)
    }
}

/// An access point for a pack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationSource {
    /// Its address.
    pub mac: Mac,
    /// Where it is heard around.
    pub place: LatLng,
    /// Root mean square distance from there at which it is heard.
    pub radius: Metres,
    /// Level one metre away, dBm.
    pub level: f64,
    /// How often it was heard.
    pub sightings: u16,
    /// Day of the newest of that, since 1970 UTC.
    pub last_day: u32,
}

/// A cell for a pack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellSource {
    /// Which.
    pub key: CellKey,
    /// Where it is heard around.
    pub place: LatLng,
    /// Root mean square distance from there at which it is heard.
    pub radius: Metres,
    /// How often it was heard.
    pub sightings: u32,
    /// Day of the newest of that, since 1970 UTC.
    pub last_day: u32,
}

impl StationSource {
    /// What was learned of an access point.
    pub fn learned(mac: Mac, learned: &Learned) -> Self {
        Self {
            mac,
            place: learned.place(),
            radius: radius(learned),
            level: f64::from(learned.to_columns().level) / 100.0,
            sightings: learned.count(),
            last_day: learned.last_day().max(0) as u32,
        }
    }
}

impl CellSource {
    /// What was learned of a cell.
    pub fn learned(key: CellKey, learned: &Learned) -> Self {
        Self {
            key,
            place: learned.place(),
            radius: radius(learned),
            sightings: learned.count().into(),
            last_day: learned.last_day().max(0) as u32,
        }
    }
}

/// As it was measured, not shrunk towards the usual: who reads it from the pack does that.
fn radius(learned: &Learned) -> Metres {
    Metres(f64::from(learned.to_columns().extent) / 10.0)
}

/// What was given but is not in the pack, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Outside the region.
    pub outside: u64,
    /// Heard too seldom.
    pub few: u64,
    /// Not heard for too long.
    pub old: u64,
    /// In a tile with fewer than three devices: nobody could ask for it but who knows its neighbour, and who knows a lonely
    /// house's two addresses knows the house.
    pub lonely: u64,
    /// The same station or cell again; the one heard more often is in.
    pub again: u64,
    /// Two addresses that the pack could not tell apart; some hundred in twenty million.
    pub alike: u64,
}

/// What came of making a pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Access points in it.
    pub stations: u64,
    /// Cells in it.
    pub cells: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What is not in it.
    pub left_out: LeftOut,
}

/// What a build is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading a file; told in bytes.
    Reading,
    /// Finding the tiles; told in stations.
    Sorting,
    /// Writing stations or cells; told in these.
    Writing,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Of that, so much is done.
    pub done: u64,
    /// Of so much.
    pub total: u64,
}

/// Told the progress every some milliseconds; answers whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(Progress) -> bool;

/// Records between two calls of a [`Watch`].
const WATCH_EVERY: u64 = 1 << 14;

/// A pack being made.
pub struct Builder {
    path: PathBuf,
    options: Options,
    stations: StationSorter,
    cells: CellSorter,
    bounds: [i32; 4],
    left_out: LeftOut,
}

impl Builder {
    /// Begins a pack. Nothing is written yet but to files without a name in the folder where it will be.
    pub fn new(path: &Path, options: Options) -> Self {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self {
            path: path.to_owned(),
            stations: StationSorter::new(folder),
            cells: CellSorter::new(folder),
            options,
            bounds: NOWHERE,
            left_out: LeftOut::default(),
        }
    }

    /// Takes an access point.
    ///
    /// # Errors
    /// [`PackError::File`] where the disk does not take it.
    pub fn add_station(&mut self, station: &StationSource) -> Result<(), PackError> {
        if self.wants(station.place, u32::from(station.sightings), station.last_day) {
            self.stations.push(station)?;
            self.widen(station.place);
        }
        Ok(())
    }

    /// Takes a cell.
    ///
    /// # Errors
    /// [`PackError::File`] where the disk does not take it.
    pub fn add_cell(&mut self, cell: &CellSource) -> Result<(), PackError> {
        if self.wants(cell.place, cell.sightings, cell.last_day) {
            self.cells.push(cell)?;
            self.widen(cell.place);
        }
        Ok(())
    }

    fn wants(&mut self, place: LatLng, sightings: u32, last_day: u32) -> bool {
        let out = &mut self.left_out;
        let reason = if sightings < u32::from(self.options.min_sightings) {
            &mut out.few
        } else if last_day < self.options.not_before {
            &mut out.old
        } else if !self.options.region.contains(place) {
            &mut out.outside
        } else {
            return true;
        };
        *reason += 1;
        false
    }

    fn widen(&mut self, place: LatLng) {
        let [south, west, north, east] = &mut self.bounds;
        *south = place.lat_e7().min(*south);
        *west = place.lon_e7().min(*west);
        *north = place.lat_e7().max(*north);
        *east = place.lon_e7().max(*east);
    }

    /// Writes the pack.
    ///
    /// # Errors
    /// [`PackError::Cancelled`], [`PackError::Nothing`], [`PackError::File`], [`PackError::TooMuch`]: then no file is made, and
    /// an older one is still there.
    pub fn finish(self, watch: Watch<'_>) -> Result<Built, PackError> {
        let Self { path, options, stations, cells, bounds, mut left_out } = self;
        let mut out = Out::create(&path)?;
        let mut header = Header {
            segments: 1,
            stretch: options.stretch.min(MAX_STRETCH),
            built: options.today,
            bounds,
            ..Header::default()
        };
        out.begin(&options.notes)?;
        stations.write(&mut out, &mut header, &options.secret, &mut left_out, watch)?;
        cells.write(&mut out, &mut header, &mut left_out, watch)?;
        if header.stations == 0 && header.cells == 0 {
            return Err(PackError::Nothing);
        }
        let bytes = out.finish(header.clone())?;
        Ok(Built { stations: header.stations.into(), cells: header.cells.into(), bytes, left_out })
    }
}
