//! Region packs: compact files of where access points and cells of a region are, for places where the phone has not been.
//!
//! Files in, answers out, nothing of the database. A pack gives no access point's place to who asks for it alone, and none to who
//! has the file but not the addresses; how, and what it costs whoever tries, stands in `schemas/pack/README.md` with the format.

mod agree;
mod bits;
mod blocks;
mod build;
mod cells;
mod disk;
mod error;
mod header;
mod key;
mod layout;
mod line;
mod merge;
mod outline;
mod packs;
mod region;
mod report;
mod segment;
mod stations;
mod tile;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use build::{
    Builder, Built, CellSource, LeftOut, MAX_STRETCH, Options, Phase, PlacesError, PlacesRead, Progress, StationSource,
    Watch,
};
pub use cells::CellEntry;
pub use error::PackError;
pub use merge::merge;
pub use packs::{Beside, Packs};
pub use region::{Region, RegionError};
pub use report::{Report, check};

use crate::model::{CellKey, LatLng, Mac, Metres};
use disk::Disk;
use segment::Segment;

/// The newest format this build knows.
pub const FORMAT_VERSION: u16 = 1;

/// What a pack tells of an access point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Where it is heard around, to 4 m.
    pub place: LatLng,
    /// Root mean square distance from there at which it is heard, of those of its class.
    pub radius: Metres,
    /// Level one metre away, dBm, of those of its class.
    pub level: f64,
    /// How often one of its class was heard.
    pub sightings: u16,
}

/// What a pack says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// What region it is.
    pub name: String,
    /// Where its data comes from.
    pub source: String,
    /// Under which terms it may be passed on.
    pub licence: String,
}

impl Notes {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in [&self.name, &self.source, &self.licence] {
            // Cut at a character, should one be longer than its length can tell.
            let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut text = || {
            let (length, rest) = bytes.split_first_chunk()?;
            let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            bytes = rest;
            String::from_utf8(text.to_vec()).ok()
        };
        let notes = Self { name: text()?, source: text()?, licence: text()? };
        bytes.is_empty().then_some(notes)
    }
}

/// A pack in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct PackInfo {
    /// What its segments say of themselves, without repetitions.
    pub notes: Vec<Notes>,
    /// Day the oldest of it was made, since 1970 UTC.
    pub built: u32,
    /// South-western and north-eastern corner of what is in it; where it spans the date line, of the whole way around.
    pub corners: Option<(LatLng, LatLng)>,
    /// Access points.
    pub stations: u64,
    /// Tiles of 1.7 km with access points.
    pub tiles: u64,
    /// Cells.
    pub cells: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes that only the access points need.
    pub station_bytes: u64,
    /// Bytes that only the cells need.
    pub cell_bytes: u64,
    /// Packs that were merged into it.
    pub segments: usize,
    /// How many times, as a power of two, addresses are hashed.
    pub stretch: u8,
}

/// An open pack.
pub struct Pack {
    path: PathBuf,
    bytes: u64,
    segments: Vec<Segment>,
}

impl Pack {
    /// Opens a pack: headers, directories and lists are read and held against their checksums, and the length against what the
    /// headers say. Blocks are checked as they are read.
    ///
    /// # Errors
    /// [`PackError`]: a file that is no pack, newer, cut off or damaged.
    pub fn open(path: &Path) -> Result<Self, PackError> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(PackError::File(std::io::ErrorKind::IsADirectory));
        }
        let (disk, bytes) = (Arc::new(Disk::new(file)), about.len());
        let mut segments: Vec<Segment> = Vec::new();
        let mut at = 0;
        loop {
            let segment = Segment::open(&disk, at, bytes - at)?;
            at += segment.header.segment_length();
            if usize::from(segment.header.segment) != segments.len()
                || segments.first().is_some_and(|first| first.header.segments != segment.header.segments)
            {
                return Err(PackError::Damaged("order of segments"));
            }
            let all = usize::from(segment.header.segments);
            segments.push(segment);
            if segments.len() == all {
                break;
            }
        }
        if at != bytes {
            return Err(PackError::Length { expected: at, found: bytes });
        }
        Ok(Self { path: path.to_owned(), bytes, segments })
    }

    /// The same for millions of questions: what is read of the access points is kept in memory, all of it in the end, where that
    /// is at most so many bytes. Look-ups are then two to three times as fast; a phone, which asks a few, has better use for the room.
    #[must_use]
    pub fn keeping(mut self, at_most: u64) -> Self {
        if self.bytes <= at_most {
            self.segments.iter_mut().for_each(Segment::keep);
        }
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where those of these access points are that the pack has and that open each other: two devices of one neighbourhood at
    /// least. One address alone opens nothing.
    ///
    /// # Errors
    /// [`PackError::Damaged`] where a block that is needed is, [`PackError::File`] where it cannot be read.
    pub fn find(&self, macs: &[Mac]) -> Result<Vec<Option<Station>>, PackError> {
        let mut found = vec![None; macs.len()];
        // Who made a pack later knows better what has moved.
        let mut newest_first: Vec<&Segment> = self.segments.iter().collect();
        newest_first.sort_unstable_by_key(|s| std::cmp::Reverse(s.header.built));
        for segment in newest_first {
            segment.find(macs, &mut found)?;
        }
        Ok(found)
    }

    /// In how many of its segments something stands under an address: for one that is not in the pack, in one of 100 000 cases
    /// a segment. Tells nothing of where.
    ///
    /// # Errors
    /// As for [`Pack::find`].
    pub fn hits(&self, mac: Mac) -> Result<usize, PackError> {
        self.segments.iter().try_fold(0, |hits, segment| Ok(hits + usize::from(segment.record(mac)?.is_some())))
    }

    /// A cell.
    ///
    /// # Errors
    /// As for [`Pack::find`].
    pub fn cell(&self, key: CellKey) -> Result<Option<CellEntry>, PackError> {
        for segment in &self.segments {
            if let Some(found) = segment.cells.find(key)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Places of up to some hundred cells that share an area with this one.
    ///
    /// # Errors
    /// As for [`Pack::find`].
    pub fn area(&self, cell: CellKey) -> Result<Vec<LatLng>, PackError> {
        let mut places = Vec::new();
        for segment in &self.segments {
            places.extend(segment.cells.area(cell)?);
        }
        Ok(places)
    }

    /// Day the newest of it was made, since 1970 UTC.
    pub fn newest(&self) -> u32 {
        self.segments.iter().map(|s| s.header.built).max().unwrap_or_default()
    }

    /// The pack in numbers.
    pub fn info(&self) -> PackInfo {
        use header::Part::{CellDirectory, Cells, StationDirectory, Stations, Tiles};

        let headers = || self.segments.iter().map(|s| &s.header);
        let length =
            |parts: &[header::Part]| -> u64 { headers().flat_map(|h| parts.iter().map(|p| h.part(*p).1)).sum() };
        let mut notes: Vec<Notes> = Vec::new();
        for segment in &self.segments {
            if !notes.contains(&segment.notes) {
                notes.push(segment.notes.clone());
            }
        }
        PackInfo {
            notes,
            built: headers().map(|h| h.built).min().unwrap_or_default(),
            corners: corners(headers().map(|h| h.bounds)),
            stations: headers().map(|h| u64::from(h.stations)).sum(),
            tiles: headers().map(|h| u64::from(h.tiles)).sum(),
            cells: headers().map(|h| u64::from(h.cells)).sum(),
            bytes: self.bytes,
            station_bytes: length(&[Tiles, StationDirectory, Stations]),
            cell_bytes: length(&[Cells, CellDirectory]),
            segments: self.segments.len(),
            stretch: headers().map(|h| h.stretch).max().unwrap_or_default(),
        }
    }

    /// Reads the whole pack, so that damage anywhere in it is found.
    ///
    /// # Errors
    /// As for [`Pack::find`].
    pub fn verify(&self) -> Result<(), PackError> {
        self.segments.iter().try_for_each(Segment::verify)
    }
}

/// Bounds of what lies within either.
fn wider(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn corners(bounds: impl Iterator<Item = [i32; 4]>) -> Option<(LatLng, LatLng)> {
    let [south, west, north, east] = bounds.fold(region::NOWHERE, wider);
    Some((LatLng::from_e7(south, west).ok()?, LatLng::from_e7(north, east).ok()?))
}

#[cfg(test)]
mod attack_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod large_tests;
#[cfg(test)]
mod tests;
