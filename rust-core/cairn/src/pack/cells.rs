//! A segment's cells: sorted by their full identity, so that one is found exactly and an area's lie together.
//!
//! Masts are public, and so is where they stand: nothing here is hidden. An entry says how it differs from the one before, then
//! where it is, in seven bytes.

use super::PackError;
use super::blocks::Blocks;
use super::header::Part;
use crate::model::{CellKey, LatLng, Metres, Radio};

/// A cell of a pack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellEntry {
    /// Which.
    pub key: CellKey,
    /// The middle of where it is heard, to 5 m.
    pub place: LatLng,
    /// Root mean square distance from there at which it is heard: one of 32 steps, each 1.3 times the one before.
    pub radius: Metres,
    /// How often it was heard: a power of two up to 128.
    pub sightings: u16,
    /// How old the newest of that is at the pack's making, in half-years up to 7.
    pub half_years: u8,
}

/// A cell's identity in the order of the file: radio, country, network, area, cell.
pub(super) type KeyBytes = [u8; 13];

/// Bytes of an entry after its identity.
const PAYLOAD: usize = 7;

/// The longest entry: a mark, an identity that shares nothing, the payload.
pub(super) const MAX_ENTRY: usize = 1 + 13 + PAYLOAD;

/// How an entry's identity is told: the cell's number counted on from the one before, a new area and cell, or everything.
const NEXT: u64 = 0;
const AREA: u64 = 1;
const WHOLE: u64 = 2;

const LAT_BITS: u32 = 22;
const LON_BITS: u32 = 23;
const SMALLEST_RADIUS: f64 = 50.0;
const RADIUS_STEP: f64 = 1.3;
const RADII: u64 = 32;

pub(super) fn key_bytes(key: CellKey) -> KeyBytes {
    let mut bytes = [0; 13];
    bytes[0] = key.radio() as u8;
    bytes[1..3].copy_from_slice(&key.mcc().to_be_bytes());
    bytes[3..5].copy_from_slice(&key.mnc().to_be_bytes());
    bytes[5..8].copy_from_slice(&key.area().to_be_bytes()[1..]);
    bytes[8..].copy_from_slice(&key.cell().to_be_bytes()[3..]);
    bytes
}

pub(super) fn key_of(bytes: &KeyBytes) -> Option<CellKey> {
    let number = |part: &[u8]| part.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    let radio = [Radio::Gsm, Radio::Wcdma, Radio::Lte, Radio::Nr].into_iter().find(|r| *r as u8 == bytes[0])?;
    let [mcc, mnc, area] = [&bytes[1..3], &bytes[3..5], &bytes[5..8]].map(|part| number(part) as u32);
    CellKey::new(radio, mcc, mnc, area, number(&bytes[8..])).ok()
}

/// Appends a cell to a block whose last entry is `before`.
pub(super) fn append(block: &mut Vec<u8>, before: Option<CellKey>, entry: &CellEntry) {
    let key = entry.key;
    let same = before.filter(|b| (b.radio(), b.mcc(), b.mnc()) == (key.radio(), key.mcc(), key.mnc()));
    match same {
        Some(b) if b.area() == key.area() => push_varint(block, (key.cell() - b.cell()) << 2 | NEXT),
        Some(b) => {
            push_varint(block, u64::from(key.area() - b.area()) << 2 | AREA);
            push_varint(block, key.cell());
        }
        None => {
            push_varint(block, WHOLE);
            block.extend_from_slice(&key_bytes(key));
        }
    }
    let scale = |degrees: f64, span: f64, bits: u32| {
        ((degrees + span / 2.0) / span * f64::from(1 << bits)).floor().clamp(0.0, f64::from((1 << bits) - 1)) as u64
    };
    let radius = ((entry.radius.0.max(SMALLEST_RADIUS) / SMALLEST_RADIUS).ln() / RADIUS_STEP.ln()).round() as u64;
    let mut payload = scale(entry.place.lat(), 180.0, LAT_BITS);
    payload = payload << LON_BITS | scale(entry.place.lon(), 360.0, LON_BITS);
    payload = payload << 5 | radius.min(RADII - 1);
    payload = payload << 3 | u64::from(entry.sightings.clamp(1, 128).ilog2());
    payload = payload << 3 | u64::from(entry.half_years.min(7));
    block.extend_from_slice(&payload.to_be_bytes()[1..]);
}

/// The entries of a block.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    left: u16,
    before: Option<CellKey>,
}

impl<'a> Entries<'a> {
    /// A block begins with the number of its entries.
    pub fn new(block: &'a [u8]) -> Option<Self> {
        let left = u16::from_le_bytes(block.get(..2)?.try_into().ok()?);
        Some(Self { rest: &block[2..], left, before: None })
    }

    fn entry(&mut self) -> Option<CellEntry> {
        let mark = self.varint()?;
        let key = match (mark & 3, self.before) {
            (NEXT, Some(b)) => {
                CellKey::new(b.radio(), b.mcc().into(), b.mnc().into(), b.area(), b.cell().checked_add(mark >> 2)?)
                    .ok()?
            }
            (AREA, Some(b)) => {
                let area = u64::from(b.area()).checked_add(mark >> 2)?.try_into().ok()?;
                let cell = self.varint()?;
                CellKey::new(b.radio(), b.mcc().into(), b.mnc().into(), area, cell).ok()?
            }
            (WHOLE, _) => key_of(self.take(13)?.try_into().ok()?)?,
            _ => return None,
        };
        self.before = Some(key);
        let mut payload = self.take(PAYLOAD)?.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
        let mut low = |bits: u32| {
            let value = payload & ((1 << bits) - 1);
            payload >>= bits;
            value
        };
        let (half_years, sightings, radius) = (low(3) as u8, 1 << low(3), low(5));
        let (lon, lat) = (low(LON_BITS), low(LAT_BITS));
        let degrees =
            |value: u64, span: f64, bits: u32| (value as f64 + 0.5) / f64::from(1 << bits) * span - span / 2.0;
        let place = LatLng::new(degrees(lat, 180.0, LAT_BITS), degrees(lon, 360.0, LON_BITS)).ok()?;
        let radius = Metres(SMALLEST_RADIUS * RADIUS_STEP.powi(radius as i32));
        Some(CellEntry { key, place, radius, sightings, half_years })
    }

    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let (value, length) = read_varint(self.rest)?;
        self.rest = &self.rest[length..];
        Some(value)
    }
}

impl Iterator for Entries<'_> {
    /// None within where the block contradicts itself.
    type Item = Option<CellEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let entry = self.entry();
        if entry.is_none() {
            self.left = 0;
        }
        Some(entry)
    }
}

/// Seven bits a byte, lowest first; the highest bit tells that more follow.
pub(super) fn push_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// A number and its length in bytes; none where it is cut off or longer than 63 bits.
pub(super) fn read_varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

const DAMAGED: PackError = PackError::Damaged(Part::Cells.word());

/// The cells of a segment.
pub(super) struct Cells {
    /// The first identity of each block.
    firsts: Vec<KeyBytes>,
    pub blocks: Blocks,
}

/// Cells looked at to place an area: more do not move its middle by much.
const AREA_CELLS: usize = 200;

impl Cells {
    /// Cells in blocks that begin with these; none where their numbers differ.
    pub fn new(firsts: Vec<KeyBytes>, blocks: Blocks) -> Option<Self> {
        (firsts.len() as u32 == blocks.count() && firsts.is_sorted()).then_some(Self { firsts, blocks })
    }

    /// One cell.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn find(&self, key: CellKey) -> Result<Option<CellEntry>, PackError> {
        let mut found = None;
        self.from(&key_bytes(key), |entry| {
            found = Some(entry).filter(|e| e.key == key);
            false
        })?;
        Ok(found)
    }

    /// Places of cells that share an area with this one.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn area(&self, cell: CellKey) -> Result<Vec<LatLng>, PackError> {
        let mut first = key_bytes(cell);
        first[8..].fill(0);
        let mut places = Vec::new();
        self.from(&first, |entry| {
            let same = key_bytes(entry.key)[..8] == first[..8];
            if same {
                places.push(entry.place);
            }
            same && places.len() < AREA_CELLS
        })?;
        Ok(places)
    }

    /// Reads every block.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn verify(&self) -> Result<(), PackError> {
        self.from(&[0; 13], |_| true)
    }

    /// Hands out the cells from an identity on, in order, until `each` answers false.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn from(&self, first: &KeyBytes, mut each: impl FnMut(CellEntry) -> bool) -> Result<(), PackError> {
        let start = self.firsts.partition_point(|f| f <= first).saturating_sub(1);
        let wanted = key_of(first);
        for index in start..self.firsts.len() {
            let goes_on: Result<bool, PackError> = self.blocks.read(index as u32, |block| {
                for entry in Entries::new(block).ok_or(DAMAGED)? {
                    let entry = entry.ok_or(DAMAGED)?;
                    let is_before = match wanted {
                        Some(wanted) => entry.key < wanted,
                        None => key_bytes(entry.key) < *first,
                    };
                    if !is_before && !each(entry) {
                        return Ok(false);
                    }
                }
                Ok(true)
            })?;
            if !goes_on? {
                break;
            }
        }
        Ok(())
    }

    /// The cells of one block; empty after the last.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn block(&self, index: u32) -> Result<Vec<CellEntry>, PackError> {
        if index >= self.blocks.count() {
            return Ok(Vec::new());
        }
        self.blocks
            .read(index, |block| Entries::new(block).ok_or(DAMAGED)?.map(|entry| entry.ok_or(DAMAGED)).collect())?
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = CellKey> {
        let radio = proptest::sample::select(&[Radio::Gsm, Radio::Wcdma, Radio::Lte, Radio::Nr][..]);
        (radio, 1_u32..1_000, 0_u32..1_000, 1_u32..60_000, 1_u64..1 << 36).prop_filter_map(
            "a cell",
            |(radio, mcc, mnc, area, cell)| {
                CellKey::new(radio, mcc % 3 + 1, mnc % 3, area % 5 + 1, cell % radio.max_cell()).ok()
            },
        )
    }

    proptest! {
        #[test]
        fn cells_come_back_in_order_as_near_as_is_promised(
            keys in proptest::collection::btree_set(key().prop_map(key_bytes), 1..60), lat in -90.0_f64..=90.0, lon in -180.0_f64..=180.0, radius in 50.0_f64..1e5,
        ) {
            let place = LatLng::new(lat, lon).unwrap();
            let mut block = (keys.len() as u16).to_le_bytes().to_vec();
            let mut before = None;
            for key in &keys {
                let key = key_of(key).unwrap();
                append(&mut block, before, &CellEntry { key, place, radius: Metres(radius), sightings: 9, half_years: 3 });
                before = Some(key);
            }
            let back: Vec<CellEntry> = Entries::new(&block).unwrap().map(Option::unwrap).collect();
            prop_assert_eq!(back.iter().map(|e| key_bytes(e.key)).collect::<Vec<_>>(), keys.into_iter().collect::<Vec<_>>());
            prop_assert!(back.iter().all(|e| e.place.distance(place).0 < 3.5 && (e.sightings, e.half_years) == (8, 3)));
            prop_assert!(back.iter().all(|e| (e.radius.0 / radius).ln().abs() < 0.14));
        }

        #[test]
        fn whatever_bytes_a_block_has_it_is_read_without_a_panic(block in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(entries) = Entries::new(&block) {
                prop_assert!(entries.count() <= 65_535);
            }
        }
    }
}
