//! A segment's header: 288 bytes that say where everything is and how it is to be read, with a checksum of their own.
//!
//! The layout stands in `schemas/pack/README.md`. What is read here comes from outside: every number is held against the others
//! and against the file's length before anything is believed.

use super::layout::Layout;
use super::line::Field;
use super::tile::SPOTS;
use super::{FORMAT_VERSION, PackError, key};

/// Bytes of a header.
pub(super) const LENGTH: usize = 288;

pub(super) const MAGIC: [u8; 8] = *b"CairnPck";

/// Most segments that one file has: each takes look-ups of its own.
pub(super) const MAX_SEGMENTS: u16 = 64;

/// Most classes of stations that a segment tells apart.
pub(super) const MAX_CLASSES: usize = 8;

/// Bytes of a block's entry in the directory of stations, and in that of cells.
pub(super) const STATION_ENTRY: u64 = 2;
pub(super) const CELL_ENTRY: u64 = 15;

/// The parts of a segment after its header, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Notes,
    Tiles,
    StationDirectory,
    Stations,
    Cells,
    CellDirectory,
}

impl Part {
    /// The word for it in errors.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Tiles => "list of tiles",
            Self::StationDirectory => "directory of stations",
            Self::Stations => "stations",
            Self::Cells => "cells",
            Self::CellDirectory => "directory of cells",
        }
    }
}

/// What stations of one class have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    /// Root mean square distance at which they are heard, m.
    pub radius: u16,
    /// Level one metre away, hundredths of a dBm.
    pub level: i16,
    /// How often one of them was heard, in the mean.
    pub sightings: u16,
}

/// A segment's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub segment: u16,
    pub segments: u16,
    pub key: [u8; 16],
    pub stretch: u8,
    /// Day it was made, since 1970 UTC.
    pub built: u32,
    /// South, west, north, east, 1e-7 degree.
    pub bounds: [i32; 4],
    pub stations: u32,
    pub tiles: u32,
    pub field: u32,
    pub check: u8,
    pub classes: Vec<Class>,
    pub layout: Layout,
    pub cells: u32,
    pub cell_blocks: u32,
    pub lengths: [u64; 6],
    /// Of the parts that are read whole: notes, tiles, both directories.
    pub checksums: [u32; 4],
}

impl Header {
    /// Different payloads of a station: its y, spot and class.
    pub fn payloads(&self) -> u64 {
        u64::from(self.field) * SPOTS * self.classes.len() as u64
    }

    /// Bytes of the segment.
    pub fn segment_length(&self) -> u64 {
        LENGTH as u64 + self.lengths.iter().sum::<u64>()
    }

    /// Where a part begins, from the segment's start, and how long it is.
    pub fn part(&self, part: Part) -> (u64, u64) {
        let index = part as usize;
        (LENGTH as u64 + self.lengths[..index].iter().sum::<u64>(), self.lengths[index])
    }

    pub fn encode(&self) -> [u8; LENGTH] {
        let mut out = Out(Vec::with_capacity(LENGTH));
        out.put(&MAGIC);
        for number in [FORMAT_VERSION, self.segment, self.segments, LENGTH as u16] {
            out.put(&number.to_le_bytes());
        }
        out.put(&self.segment_length().to_le_bytes());
        out.put(&self.key);
        out.put(&self.built.to_le_bytes());
        self.bounds.iter().for_each(|b| out.put(&b.to_le_bytes()));
        let layout = self.layout;
        for number in [self.stations, self.tiles, self.field, layout.buckets, self.cells, self.cell_blocks] {
            out.put(&number.to_le_bytes());
        }
        out.put(&[self.stretch, self.check, self.classes.len() as u8, layout.low, layout.payload, 0, 0, 0]);
        out.put(&layout.universe.to_le_bytes());
        out.put(&layout.width.to_le_bytes());
        self.lengths.iter().for_each(|l| out.put(&l.to_le_bytes()));
        self.checksums.iter().for_each(|c| out.put(&c.to_le_bytes()));
        for index in 0..MAX_CLASSES {
            let class = self.classes.get(index).copied().unwrap_or_default();
            out.put(&class.radius.to_le_bytes());
            out.put(&class.level.to_le_bytes());
            out.put(&class.sightings.to_le_bytes());
        }
        out.0.resize(LENGTH - 4, 0);
        let checksum = crc32fast::hash(&out.0);
        out.put(&checksum.to_le_bytes());
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(&out.0);
        bytes
    }

    /// Reads a header of which so many bytes are left in the file, itself included.
    pub fn decode(bytes: &[u8; LENGTH], left: u64) -> Result<Self, PackError> {
        let mut from = In(bytes);
        if from.take::<8>() != MAGIC {
            return Err(PackError::NotAPack);
        }
        let version = u16::from_le_bytes(from.take());
        if version > FORMAT_VERSION {
            return Err(PackError::Newer(version));
        }
        if crc32fast::hash(&bytes[..LENGTH - 4]) != u32::from_le_bytes(In(&bytes[LENGTH - 4..]).take()) {
            return Err(PackError::Damaged("header"));
        }
        let [segment, segments, length] = [0; 3].map(|_: u8| u16::from_le_bytes(from.take()));
        let segment_length = u64::from_le_bytes(from.take());
        let key = from.take();
        let built = u32::from_le_bytes(from.take());
        let bounds = [0; 4].map(|_: u8| i32::from_le_bytes(from.take()));
        let [stations, tiles, field, buckets, cells, cell_blocks] = [0; 6].map(|_: u8| u32::from_le_bytes(from.take()));
        let [stretch, check, classes, low, payload, _, _, _] = from.take();
        let universe = u64::from_le_bytes(from.take());
        let width = u64::from_le_bytes(from.take());
        let lengths = [0; 6].map(|_: u8| u64::from_le_bytes(from.take()));
        let checksums = [0; 4].map(|_: u8| u32::from_le_bytes(from.take()));
        let classes = (0..usize::from(classes).min(MAX_CLASSES + 1))
            .map(|_| Class {
                radius: u16::from_le_bytes(from.take()),
                level: i16::from_le_bytes(from.take()),
                sightings: u16::from_le_bytes(from.take()),
            })
            .collect();
        let layout = Layout { universe, width, buckets, low, payload };
        let header = Self {
            segment,
            segments,
            key,
            stretch,
            built,
            bounds,
            stations,
            tiles,
            field,
            check,
            classes,
            layout,
            cells,
            cell_blocks,
            lengths,
            checksums,
        };
        if version != FORMAT_VERSION || usize::from(length) != LENGTH || !header.is_sound() {
            return Err(PackError::Damaged("header"));
        }
        if segment_length != header.segment_length() || segment_length > left {
            return Err(PackError::Length { expected: segment_length, found: left });
        }
        Ok(header)
    }

    /// Whether its numbers fit each other.
    fn is_sound(&self) -> bool {
        let length = |part| self.part(part).1;
        // Small enough that no sum of them overflows: asked before any sum is made.
        if self.lengths.iter().any(|l| *l >= 1 << 40) {
            return false;
        }
        let order = self.segments >= 1 && self.segments <= MAX_SEGMENTS && self.segment < self.segments;
        let cells = length(Part::CellDirectory) == u64::from(self.cell_blocks) * CELL_ENTRY
            && (self.cells == 0) == (self.cell_blocks == 0);
        let directory = length(Part::StationDirectory) == u64::from(self.layout.buckets) * STATION_ENTRY;
        order && cells && directory && self.stretch <= key::MAX_STRETCH && self.has_sound_stations()
    }

    fn has_sound_stations(&self) -> bool {
        if self.stations == 0 {
            return self.layout == Layout::default() && self.tiles == 0;
        }
        let Layout { universe, width, buckets, low, payload } = self.layout;
        (1..=MAX_CLASSES).contains(&self.classes.len())
            && self.tiles > 0
            && Field(self.field).is_sound(self.tiles, self.check)
            && buckets > 0
            && (1..1 << 40).contains(&width)
            && u64::from(buckets).checked_mul(width) == Some(universe)
            && (1..32).contains(&low)
            // A block's bitmap has a zero for each of these.
            && width >> low < 1 << 24
            && u64::from(payload) == u64::from(u64::BITS - (self.payloads() - 1).leading_zeros())
    }
}

/// Appends.
struct Out(Vec<u8>);

impl Out {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// Takes from the front; beyond the end there are zeros.
struct In<'a>(&'a [u8]);

impl In<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        let n = N.min(self.0.len());
        taken[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> Header {
        let mut header = Header {
            segments: 1,
            key: [9; 16],
            built: 20_000,
            bounds: [-1, 2, -3, 4],
            stations: 1_000,
            tiles: 3,
            field: 65_537,
            classes: vec![Class { radius: 60, level: -3_000, sightings: 7 }; 6],
            ..Header::default()
        };
        header.layout = Layout::for_stations(1_000, header.payloads());
        header.lengths = [10, 20, STATION_ENTRY * u64::from(header.layout.buckets), 6_000, 0, 0];
        header
    }

    #[test]
    fn a_header_comes_back_as_it_was_written() {
        let header = header();
        assert_eq!(Header::decode(&header.encode(), header.segment_length()), Ok(header));
    }

    #[test]
    fn a_file_shorter_than_promised_says_so() {
        let header = header();
        let found = header.segment_length() - 1;
        assert_eq!(
            Header::decode(&header.encode(), found),
            Err(PackError::Length { expected: header.segment_length(), found })
        );
    }

    #[test]
    fn a_newer_format_is_named_before_its_checksum_is_asked_for() {
        let mut bytes = header().encode();
        bytes[8] = 2;
        assert_eq!(Header::decode(&bytes, u64::MAX), Err(PackError::Newer(2)));
    }

    proptest! {
        #[test]
        fn any_bytes_with_a_good_checksum_are_read_without_a_panic(
            changes in proptest::collection::vec((8..LENGTH - 4, any::<u8>()), 0..20),
        ) {
            let mut bytes = header().encode();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
            let checksum = crc32fast::hash(&bytes[..LENGTH - 4]);
            bytes[LENGTH - 4..].copy_from_slice(&checksum.to_le_bytes());
            let _ = Header::decode(&bytes, 1 << 30);
        }
    }
}
