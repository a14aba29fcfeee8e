//! One segment of a pack: opened, held against its checksums, and asked.

use std::sync::Arc;

use super::blocks::Blocks;
use super::cells::{Cells, read_varint};
use super::disk::Disk;
use super::header::{self, CELL_ENTRY, Header, Part};
use super::key::{Cipher, Name};
use super::line::{Field, Line, Lines, Point};
use super::stations::{Record, Sought, Stations};
use super::tile::{SPOTS, Tile};
use super::{Notes, PackError, Station, agree};
use crate::model::{Mac, Metres};

/// A part that is read whole is not longer: twenty million stations need 600 KB.
const MAX_WHOLE: u64 = 64 << 20;

/// A segment.
pub(super) struct Segment {
    pub disk: Arc<Disk>,
    start: u64,
    pub header: Header,
    pub notes: Notes,
    pub cells: Cells,
    cipher: Cipher,
    tiles: Vec<Tile>,
    stations: Stations,
}

impl Segment {
    /// Opens the segment that begins there, in a file that has so many bytes from there on.
    pub fn open(disk: &Arc<Disk>, start: u64, left: u64) -> Result<Self, PackError> {
        if left < header::LENGTH as u64 {
            return Err(too_short(disk, start, left)?);
        }
        let mut bytes = [0; header::LENGTH];
        disk.read_at(&mut bytes, start)?;
        let header = Header::decode(&bytes, left).map_err(|error| match error {
            // Of the whole file, as its owner sees it.
            PackError::Length { expected, found } => {
                PackError::Length { expected: expected.saturating_add(start), found: found + start }
            }
            other => other,
        })?;
        let whole = |part: Part, checksum: usize| {
            let (from, length) = header.part(part);
            if length > MAX_WHOLE {
                return Err(PackError::Damaged(part.word()));
            }
            let mut bytes = vec![0; length as usize];
            disk.read_at(&mut bytes, start + from)?;
            if crc32fast::hash(&bytes) == header.checksums[checksum] {
                Ok(bytes)
            } else {
                Err(PackError::Damaged(part.word()))
            }
        };
        let notes = whole(Part::Notes, 0)?;
        let tiles = whole(Part::Tiles, 1)?;
        let station_directory = whole(Part::StationDirectory, 2)?;
        let cell_directory = whole(Part::CellDirectory, 3)?;
        let damaged = |part: Part| PackError::Damaged(part.word());
        let blocks = |part: Part, lengths: &[u16]| {
            let (from, length) = header.part(part);
            Blocks::new(Arc::clone(disk), (start + from, length), lengths, part.word())
        };
        let lengths: Vec<u16> =
            station_directory.as_chunks().0.iter().map(|length| u16::from_le_bytes(*length)).collect();
        let stations = blocks(Part::Stations, &lengths).ok_or(damaged(Part::StationDirectory))?;
        let (firsts, lengths): (_, Vec<u16>) = cell_directory
            .as_chunks::<{ CELL_ENTRY as usize }>()
            .0
            .iter()
            .filter_map(|entry| Some((*entry.first_chunk::<13>()?, u16::from_le_bytes(*entry.last_chunk()?))))
            .unzip();
        let cells = blocks(Part::Cells, &lengths)
            .and_then(|blocks| Cells::new(firsts, blocks))
            .ok_or(damaged(Part::CellDirectory))?;
        Ok(Self {
            disk: Arc::clone(disk),
            start,
            notes: Notes::decode(&notes).ok_or(damaged(Part::Notes))?,
            tiles: decode_tiles(&tiles, header.tiles).ok_or(damaged(Part::Tiles))?,
            stations: Stations::new(&header, stations),
            cells,
            cipher: Cipher::new(&header.key, header.stretch),
            header,
        })
    }

    /// Where those of the stations are that are known here and open each other, unless that was found elsewhere.
    pub fn find(&self, macs: &[Mac], found: &mut [Option<Station>]) -> Result<(), PackError> {
        if self.header.stations == 0 {
            return Ok(());
        }
        let mut hits: Vec<(usize, Record)> = Vec::with_capacity(macs.len());
        // All of them are sought before one is found: what each waits for on its way from memory, all wait for at once. Names go
        // before, since the processor looks ahead only so far.
        let names: Vec<Name> = macs.iter().map(|mac| self.cipher.name(*mac)).collect();
        let sought: Vec<Sought<'_>> =
            names.into_iter().map(|name| self.stations.seek(name)).collect::<Result<_, _>>()?;
        for (index, sought) in sought.iter().enumerate() {
            if let Some(record) = self.stations.find(sought)? {
                hits.push((index, record));
            }
        }
        if hits.len() < 2 {
            return Ok(());
        }
        let lines = self.lines();
        let points: Vec<Point> = hits
            .iter()
            .map(|(index, record)| Point { x: self.cipher.device(macs[*index], self.header.field), y: record.y })
            .collect();
        let station = |hit: usize, line: Line| self.station(macs[hits[hit].0], hits[hit].1, line);
        let opened = agree::open(&points, &lines, |hit, line| station(hit, line).map(|s| s.place));
        for (hit, line) in opened.into_iter().enumerate() {
            let found = &mut found[hits[hit].0];
            *found = found.or_else(|| station(hit, line?));
        }
        Ok(())
    }

    /// What stands under an address, still closed.
    pub fn record(&self, mac: Mac) -> Result<Option<Record>, PackError> {
        if self.header.stations == 0 {
            return Ok(None);
        }
        self.stations.find(&self.stations.seek(self.cipher.name(mac))?)
    }

    /// The lines of its tiles.
    pub fn lines(&self) -> Lines<'_> {
        let Header { field, check, tiles, .. } = self.header;
        Lines { field: Field(field), check, tiles, cipher: &self.cipher }
    }

    /// A record, opened by the line of its tile.
    pub fn station(&self, mac: Mac, record: Record, line: Line) -> Option<Station> {
        let pad = self.cipher.spot_pad(mac, line.tile, line.slope);
        let spot = (record.spot + SPOTS - pad % SPOTS) % SPOTS;
        // In 32 bits, which divide faster.
        let classes = self.header.classes.len() as u32;
        let class = (record.class as u32 + classes - (pad >> 32) as u32 % classes) % classes;
        let class = self.header.classes.get(class as usize)?;
        Some(Station {
            place: self.tiles.get(line.tile as usize)?.place(spot as u32)?,
            radius: Metres(f64::from(class.radius)),
            level: f64::from(class.level) / 100.0,
            sightings: class.sightings,
        })
    }

    /// Bytes as they stand in the file, from the segment's start.
    pub fn read_at(&self, into: &mut [u8], at: u64) -> Result<(), PackError> {
        Ok(self.disk.read_at(into, self.start + at)?)
    }

    /// Has its access points be kept in memory as they are read.
    pub fn keep(&mut self) {
        self.stations.blocks.keep();
    }

    /// Reads all of it.
    pub fn verify(&self) -> Result<(), PackError> {
        self.stations.verify()?;
        self.cells.verify()
    }
}

/// What is wrong with what is too short for a header: the beginning of a pack, or something else.
fn too_short(disk: &Disk, start: u64, left: u64) -> Result<PackError, PackError> {
    let mut magic = [0; header::MAGIC.len()];
    if left < magic.len() as u64 {
        return Ok(if start == 0 { PackError::NotAPack } else { PackError::Damaged("length") });
    }
    disk.read_at(&mut magic, start)?;
    let (expected, found) = (start + header::LENGTH as u64, start + left);
    Ok(if magic == header::MAGIC { PackError::Length { expected, found } } else { PackError::NotAPack })
}

/// The tiles in ascending order, each as its distance from the one before; none where they are not so many, or no tiles.
fn decode_tiles(mut bytes: &[u8], count: u32) -> Option<Vec<Tile>> {
    // A tile takes a byte at least: a false count reserves no memory.
    let mut tiles = Vec::with_capacity(bytes.len().min(count as usize));
    let mut number = 0;
    while !bytes.is_empty() {
        let (gap, length) = read_varint(bytes)?;
        bytes = &bytes[length..];
        if gap == 0 && !tiles.is_empty() {
            return None;
        }
        number += u64::from(u32::try_from(gap).ok()?);
        tiles.push(Tile::from_number(u32::try_from(number).ok()?)?);
    }
    (tiles.len() == count as usize).then_some(tiles)
}
