//! From access points in any order to blocks of hashes: sorted by tile to find the tiles, then by hash.

use std::path::Path;

use super::super::PackError;
use super::super::cells::push_varint;
use super::super::header::{Header, Part, STATION_ENTRY};
use super::super::key::{Cipher, body};
use super::super::layout::Layout;
use super::super::line::{Field, Lines, MAX_TILES};
use super::super::stations::{Codec, Record};
use super::super::tile::{SPOTS, Tile};
use super::classes::Levels;
use super::out::Out;
use super::sort::Sorter;
use super::station_blocks::Blocks;
use super::{LeftOut, Phase, Progress, StationSource, WATCH_EVERY, Watch};
use crate::model::Mac;

/// A tile with fewer devices is left out.
const MIN_DEVICES: usize = 3;

/// Bytes of a station while it is sorted by tile: tile, address, spot, level, radius, sightings, day.
const BY_TILE: usize = 4 + 6 + 4 + 1 + 2 + 2 + 2;

/// And by hash: hash, address, the other half of its name, number of the tile, then as before.
const BY_HASH: usize = 8 + 6 + 8 + 4 + 4 + 1 + 2 + 2 + 2;

/// What is carried along unchanged: spot, level, radius, sightings, day.
const CARRIED: usize = 11;

/// Access points on their way into a pack.
pub(super) struct StationSorter(Sorter<BY_TILE>);

impl StationSorter {
    pub fn new(folder: &Path) -> Self {
        Self(Sorter::new(folder))
    }

    pub fn push(&mut self, s: &StationSource) -> Result<(), PackError> {
        let (tile, spot) = Tile::of(s.place);
        let radius = s.radius.0.round().clamp(1.0, f64::from(u16::MAX)) as u16;
        let day = u16::try_from(s.last_day).unwrap_or(u16::MAX);
        let mut record = [0; BY_TILE];
        record[..4].copy_from_slice(&tile.number().to_be_bytes());
        record[4..10].copy_from_slice(&s.mac.to_u64().to_be_bytes()[2..]);
        record[10..14].copy_from_slice(&spot.to_be_bytes());
        record[14] = Levels::number(s.level);
        record[15..17].copy_from_slice(&radius.to_be_bytes());
        record[17..19].copy_from_slice(&s.sightings.to_be_bytes());
        record[19..].copy_from_slice(&day.to_be_bytes());
        Ok(self.0.push(record)?)
    }

    /// Writes tiles, directory and blocks.
    pub fn write(
        self,
        out: &mut Out,
        header: &mut Header,
        secret: &[u8; 32],
        left_out: &mut LeftOut,
        watch: Watch<'_>,
    ) -> Result<(), PackError> {
        header.key.copy_from_slice(&secret[..16]);
        let folder = self.0.folder().to_owned();
        let mut by_hash = ByHash {
            cipher: Cipher::new(&header.key, header.stretch),
            sorter: Sorter::new(&folder),
            tiles: Vec::new(),
            levels: Levels::new(),
        };
        by_hash.take(self.0, left_out, watch)?;
        if by_hash.sorter.count() == 0 {
            out.whole(Part::Tiles, &[])?;
            out.whole(Part::StationDirectory, &[])?;
            return Ok(());
        }
        out.whole(Part::Tiles, &encode_tiles(&by_hash.tiles))?;
        by_hash.write(out, header, secret, left_out, watch)
    }
}

fn encode_tiles(tiles: &[Tile]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tiles.len() * 2);
    let mut before = 0;
    for tile in tiles {
        push_varint(&mut bytes, u64::from(tile.number() - before));
        before = tile.number();
    }
    bytes
}

struct ByHash {
    cipher: Cipher,
    sorter: Sorter<BY_HASH>,
    tiles: Vec<Tile>,
    levels: Levels,
}

impl ByHash {
    /// Takes over the stations of tiles with enough devices.
    fn take(&mut self, by_tile: Sorter<BY_TILE>, left_out: &mut LeftOut, watch: Watch<'_>) -> Result<(), PackError> {
        let total = by_tile.count();
        // Those of the current tile while it has too few devices; then it is empty.
        let mut waiting: Vec<[u8; BY_TILE]> = Vec::new();
        let mut devices: Vec<u64> = Vec::new();
        let mut current: Option<Tile> = None;
        for (done, record) in (0..).zip(by_tile.finish()?) {
            let record = record?;
            if done % WATCH_EVERY == 0 && !watch(Progress { phase: Phase::Sorting, done, total }) {
                return Err(PackError::Cancelled);
            }
            let tile = Tile::from_number(u32::from_be_bytes(array(&record[..4])));
            if tile != current {
                left_out.lonely += waiting.len() as u64;
                waiting.clear();
                devices.clear();
                current = tile;
            }
            let device = body(mac_of(&record[4..10]));
            if devices.len() < MIN_DEVICES && !devices.contains(&device) {
                devices.push(device);
            }
            if devices.len() < MIN_DEVICES {
                waiting.push(record);
                continue;
            }
            if self.tiles.last().copied() != current {
                self.tiles.extend(current);
                if self.tiles.len() as u32 > MAX_TILES {
                    return Err(PackError::TooMuch("tiles"));
                }
            }
            for waited in waiting.drain(..) {
                self.push(&waited)?;
            }
            self.push(&record)?;
        }
        left_out.lonely += waiting.len() as u64;
        Ok(())
    }

    fn push(&mut self, record: &[u8; BY_TILE]) -> Result<(), PackError> {
        let carried = Carried::read(array(&record[10..]));
        self.levels.add(carried.level, carried.radius, carried.sightings);
        let name = self.cipher.name(mac_of(&record[4..10]));
        let tile = self.tiles.len() as u32 - 1;
        let mut next = [0; BY_HASH];
        next[..8].copy_from_slice(&name.hash.to_be_bytes());
        next[8..14].copy_from_slice(&record[4..10]);
        next[14..22].copy_from_slice(&name.pad.to_be_bytes());
        next[22..26].copy_from_slice(&tile.to_be_bytes());
        next[26..].copy_from_slice(&record[10..]);
        Ok(self.sorter.push(next)?)
    }

    /// Writes directory and blocks.
    fn write(
        self,
        out: &mut Out,
        header: &mut Header,
        secret: &[u8; 32],
        left_out: &mut LeftOut,
        watch: Watch<'_>,
    ) -> Result<(), PackError> {
        let total = self.sorter.count();
        let most = u32::try_from(total).map_err(|_| PackError::TooMuch("access points"))?;
        header.tiles = self.tiles.len() as u32;
        let (field, check) = Field::for_tiles(header.tiles);
        (header.field, header.check) = (field.0, check);
        let (classes, class_of) = self.levels.classes();
        header.classes = classes;
        header.layout = Layout::for_stations(most, header.payloads());
        let codec = Codec::of(header);
        let lines = Lines { field, check, tiles: header.tiles, cipher: &self.cipher };
        let (_, slopes) = secret.split_at(16);
        let slopes = Cipher::new(&array(slopes), 0);
        let room = out.keep_room(Part::StationDirectory, u64::from(header.layout.buckets) * STATION_ENTRY)?;
        let mut blocks = Blocks::new(out, codec);
        let mut held: Option<Held> = None;
        for (done, record) in (0..).zip(self.sorter.finish()?) {
            let record = record?;
            if done % WATCH_EVERY == 0 && !watch(Progress { phase: Phase::Writing, done, total }) {
                return Err(PackError::Cancelled);
            }
            let next = Held::read(&record, &codec);
            match &mut held {
                Some(before) if before.mac == next.mac => {
                    left_out.again += 1;
                    if next.carried.beats(&before.carried) {
                        *before = Held { is_alike: before.is_alike, ..next };
                    }
                }
                Some(before) if before.place == next.place => {
                    left_out.alike += 1 + u64::from(!before.is_alike);
                    *before = Held { is_alike: true, ..next };
                }
                _ => {
                    if let Some(before) = held.replace(next) {
                        header.stations += before.write(&mut blocks, &lines, &slopes, &class_of)?;
                    }
                }
            }
        }
        if let Some(last) = held {
            header.stations += last.write(&mut blocks, &lines, &slopes, &class_of)?;
        }
        let directory = blocks.finish(header.layout.buckets)?;
        Ok(out.fill(Part::StationDirectory, room, &directory)?)
    }
}

/// One station before it is known whether another is like it.
#[derive(Clone, Copy)]
struct Held {
    place: u64,
    mac: Mac,
    pad: u64,
    tile: u32,
    carried: Carried,
    /// Whether others share its place: then none is written.
    is_alike: bool,
}

impl Held {
    fn read(record: &[u8; BY_HASH], codec: &Codec) -> Self {
        Self {
            place: codec.place(u64::from_be_bytes(array(&record[..8]))),
            mac: mac_of(&record[8..14]),
            pad: u64::from_be_bytes(array(&record[14..22])),
            tile: u32::from_be_bytes(array(&record[22..26])),
            carried: Carried::read(array(&record[26..])),
            is_alike: false,
        }
    }

    /// Answers how many were written.
    fn write(
        &self,
        blocks: &mut Blocks<'_>,
        lines: &Lines<'_>,
        slopes: &Cipher,
        class_of: &[u8],
    ) -> Result<u32, PackError> {
        if self.is_alike {
            return Ok(0);
        }
        let line = lines.draw(self.tile, u64::from(slopes.remainder(self.tile)));
        let pad = lines.cipher.spot_pad(self.mac, line.tile, line.slope);
        let classes = blocks.codec.classes;
        let record = Record {
            y: lines.y(line, lines.cipher.device(self.mac, lines.field.0)),
            spot: (u64::from(self.carried.spot) + pad) % SPOTS,
            class: (u64::from(class_of[usize::from(self.carried.level)]) + (pad >> 32)) % classes,
        };
        let hidden = blocks.codec.hide(record, self.pad);
        blocks.push(self.place, hidden)?;
        Ok(1)
    }
}

/// What a station brings along.
#[derive(Clone, Copy)]
struct Carried {
    spot: u32,
    level: u8,
    radius: u16,
    sightings: u16,
    day: u16,
}

impl Carried {
    fn read(bytes: [u8; CARRIED]) -> Self {
        Self {
            spot: u32::from_be_bytes(array(&bytes[..4])),
            level: bytes[4],
            radius: u16::from_be_bytes(array(&bytes[5..7])),
            sightings: u16::from_be_bytes(array(&bytes[7..9])),
            day: u16::from_be_bytes(array(&bytes[9..])),
        }
    }

    /// Whether this one is to be believed rather: it was heard more often, or as often and later.
    fn beats(&self, other: &Self) -> bool {
        (self.sightings, self.day) > (other.sightings, other.day)
    }
}

fn mac_of(bytes: &[u8]) -> Mac {
    let number = bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b));
    Mac::from_u64(number).expect("six bytes are an address")
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}
