//! A segment's access points: which hash has a record, and what it holds.
//!
//! Hashes stand in blocks of equal ranges, sorted, each cut in two (Elias 1974, Fano 1971): the high parts as a bitmap with a one
//! for each hash and a zero at the end of each high part, the low parts in the records.
//!
//! A block is read whole and held against its checksum once. Its outline, some 110 of 1300 bytes, stays in memory, and from then on
//! only records that may be the hash's are read; for four in five of the hashes that are not there, none. That no checksum covers
//! them alone is safe enough: packs are never written over but made beside their name and moved there, so that what is open stays
//! as it was read, and a file that is cut off fails the read. What somebody writes over an open pack all the same fits neither the
//! low parts nor the pads, gives no place, and is told at the first block that was not read before. Only a medium that turns single
//! bits while a pack is open, and does not tell, could move a place by it.

use std::ops::Range;
use std::sync::OnceLock;

use super::PackError;
use super::bits;
use super::blocks::Blocks;
use super::header::{Header, Part};
use super::key::Name;
use super::layout::Layout;
use super::outline::Outline;
use super::tile::SPOTS;

/// What a record holds, as far as an address alone can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its point of its tile's line.
    pub y: u32,
    /// Spot and class, still hidden by the line.
    pub spot: u64,
    pub class: u64,
}

/// How records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Codec {
    pub layout: Layout,
    pub payloads: u64,
    pub classes: u64,
}

impl Codec {
    pub fn of(header: &Header) -> Self {
        Self { layout: header.layout, payloads: header.payloads(), classes: header.classes.len() as u64 }
    }

    /// The block of a hash, and the hash as the block counts it.
    fn block(&self, hash: u64) -> (u32, u64) {
        // The place over the width, rounded down: the universe is so many widths. A product is quicker than a quotient.
        let index = ((u128::from(hash) * u128::from(self.layout.buckets)) >> 64) as u32;
        (index, self.place(hash) - u64::from(index) * self.layout.width)
    }

    /// The hash as the segment counts it: a number below the universe, in the same order.
    pub fn place(&self, hash: u64) -> u64 {
        ((u128::from(hash) * u128::from(self.layout.universe)) >> 64) as u64
    }

    /// A record's payload, hidden by what its address alone gives.
    pub fn hide(&self, record: Record, pad: u64) -> u64 {
        let payload = (u64::from(record.y) * SPOTS + record.spot) * self.classes + record.class;
        payload ^ self.pad(pad)
    }

    /// The record behind a payload; none where it is none, as with most false hits.
    pub fn show(&self, hidden: u64, pad: u64) -> Option<Record> {
        let payload = hidden ^ self.pad(pad);
        (payload < self.payloads).then(|| {
            let (rest, class) = (payload / self.classes, payload % self.classes);
            Record { y: (rest / SPOTS) as u32, spot: rest % SPOTS, class }
        })
    }

    fn pad(&self, pad: u64) -> u64 {
        pad & ((1 << self.layout.payload) - 1)
    }

    /// A block of sorted hashes (within the block's range) with their payloads.
    pub fn encode(&self, entries: &[(u64, u64)]) -> Vec<u8> {
        let Layout { width, low, payload, .. } = self.layout;
        let mut bits = bits::Writer::default();
        let mut high = 0;
        for (hash, _) in entries {
            for _ in high..hash >> low {
                bits.push(0, 1);
            }
            high = hash >> low;
            bits.push(1, 1);
        }
        for _ in high..=width >> low {
            bits.push(0, 1);
        }
        for (hash, hidden) in entries {
            bits.push(hash & ((1 << low) - 1), u32::from(low));
            bits.push(*hidden, u32::from(payload));
        }
        bits.finish()
    }

    /// The outline of a block that begins at a bit of the file; none where the block contradicts itself.
    fn outline(&self, block: &[u8], begin: u64) -> Option<Outline> {
        let Layout { width, low, .. } = self.layout;
        // A record has more bits than fill up the last byte: so many bytes can hold one number of records only.
        let zeros = (width >> low) as usize + 1;
        let count = (block.len() * 8).checked_sub(zeros)? / (1 + self.record());
        let length = zeros + count;
        let ones = |at: usize| bits::read(block, at, (length - at).min(32) as u32).count_ones() as usize;
        let is_sound = (length + count * self.record()).div_ceil(8) == block.len()
            // It ends with its last zero.
            && ones(length - 1) == 0
            && (0..length).step_by(32).map(ones).sum::<usize>() == count;
        let records = (0..count).map(|index| length + index * self.record());
        is_sound.then(|| Outline::new(block, begin, length, records, low))
    }

    /// Bits of a record.
    fn record(&self) -> usize {
        usize::from(self.layout.low) + usize::from(self.layout.payload)
    }

    /// At which bits of the file the records stand that may be a hash's (within the block's range).
    fn records(&self, outline: &Outline, hash: u64) -> Range<u64> {
        let low = self.layout.low;
        let candidates = outline.candidates(hash >> low, hash & ((1 << low) - 1));
        let at = |index| outline.records + (index * self.record()) as u64;
        at(candidates.start)..at(candidates.end)
    }

    /// The payload of a hash, of the records that stand at some bits of these bytes.
    fn among(&self, bytes: &[u8], records: Range<usize>, hash: u64) -> Option<u64> {
        let Layout { low, payload, .. } = self.layout;
        let wanted = hash & ((1 << low) - 1);
        let found = records.step_by(self.record()).find(|at| bits::read(bytes, *at, u32::from(low)) == wanted)?;
        Some(bits::read(bytes, found + usize::from(low), u32::from(payload)))
    }
}

/// Blocks whose outlines lie side by side in memory: so few that a phone's scan takes little, so many that where they are stays in the
/// processor's cache.
const SIDE_BY_SIDE: usize = 32;

/// The stations of a segment.
pub(super) struct Stations {
    codec: Codec,
    pub blocks: Blocks,
    /// Of the blocks that were read once and found sound.
    outlines: Vec<OnceLock<Box<[OnceLock<Outline>; SIDE_BY_SIDE]>>>,
}

/// What is to be found: an address's name, and the outline of its block.
pub(super) struct Sought<'a> {
    block: u32,
    /// Within the block's range.
    hash: u64,
    pad: u64,
    outline: &'a Outline,
}

impl Stations {
    pub fn new(header: &Header, blocks: Blocks) -> Self {
        let outlines = (0..(blocks.count() as usize).div_ceil(SIDE_BY_SIDE)).map(|_| OnceLock::new()).collect();
        Self { codec: Codec::of(header), blocks, outlines }
    }

    /// The first half of a look-up: has the block be read whole unless it was before.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn seek(&self, name: Name) -> Result<Sought<'_>, PackError> {
        let (block, hash) = self.codec.block(name.hash);
        let outline = self.outline(block)?;
        // What is not waited for comes from memory while the next one is sought.
        std::hint::black_box(outline.touch());
        Ok(Sought { block, hash, pad: name.pad, outline })
    }

    /// The second half: what stands there; in one of 100 000 cases something though the address is not there.
    ///
    /// # Errors
    /// As for [`Stations::seek`].
    pub fn find(&self, sought: &Sought<'_>) -> Result<Option<Record>, PackError> {
        let bits = self.codec.records(sought.outline, sought.hash);
        if bits.is_empty() {
            return Ok(None);
        }
        let begin = bits.start / 8;
        let within = (bits.start - begin * 8) as usize..(bits.end - begin * 8) as usize;
        let length = within.end.div_ceil(8);
        let among = |bytes: &[u8]| self.codec.among(bytes, within, sought.hash);
        let hidden = self.blocks.read_bytes(sought.block, begin, length, among)?;
        Ok(hidden.and_then(|hidden| self.codec.show(hidden, sought.pad)))
    }

    /// The outline of a block. The first to ask for it has the whole block read.
    fn outline(&self, index: u32) -> Result<&Outline, PackError> {
        const DAMAGED: PackError = PackError::Damaged(Part::Stations.word());
        let side_by_side = self.outlines.get(index as usize / SIDE_BY_SIDE).ok_or(DAMAGED)?;
        let side_by_side = side_by_side.get_or_init(|| Box::new([const { OnceLock::new() }; SIDE_BY_SIDE]));
        let slot = &side_by_side[index as usize % SIDE_BY_SIDE];
        if let Some(outline) = slot.get() {
            return Ok(outline);
        }
        let begin = self.blocks.begin(index)? * 8;
        let outline = self.blocks.read(index, |block| self.codec.outline(block, begin))?.ok_or(DAMAGED)?;
        Ok(slot.get_or_init(|| outline))
    }

    /// Reads every block, so that damage anywhere is found.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn verify(&self) -> Result<(), PackError> {
        (0..self.blocks.count()).try_for_each(|index| self.blocks.read(index, |_| ()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codec(stations: u32) -> Codec {
        let payloads = 65_537 * SPOTS * 6;
        Codec { layout: Layout::for_stations(stations, payloads), payloads, classes: 6 }
    }

    fn find(codec: &Codec, block: &[u8], hash: u64) -> Result<Option<u64>, ()> {
        let records = codec.records(&codec.outline(block, 0).ok_or(())?, hash);
        Ok(codec.among(block, records.start as usize..records.end as usize, hash))
    }

    proptest! {
        #[test]
        fn each_hash_finds_its_payload_and_no_other_hash_does(
            hashes in proptest::collection::btree_map(any::<u64>(), any::<u64>(), 1..300), others in proptest::collection::vec(any::<u64>(), 100),
            low in 1_u8..12, is_crowded in any::<bool>(),
        ) {
            let mut codec = codec(256);
            if is_crowded {
                // With long bitmaps, many ones side by side, and many hashes that differ in a bit or two.
                codec.layout = Layout { width: 4_096, low, ..codec.layout };
            }
            let within = |hash: u64| hash % codec.layout.width;
            let entries: std::collections::BTreeMap<u64, u64> =
                hashes.into_iter().map(|(hash, payload)| (within(hash), payload % codec.payloads)).collect();
            let list: Vec<(u64, u64)> = entries.iter().map(|(hash, payload)| (*hash, *payload)).collect();
            let block = codec.encode(&list);
            for (hash, payload) in &entries {
                prop_assert_eq!(find(&codec, &block, *hash), Ok(Some(*payload)));
            }
            for other in others {
                prop_assert_eq!(find(&codec, &block, within(other)), Ok(entries.get(&within(other)).copied()));
            }
        }

        #[test]
        fn whatever_bytes_a_block_has_it_is_read_without_a_panic(block in proptest::collection::vec(any::<u8>(), 0..2_000), hash in any::<u64>()) {
            let codec = codec(256);
            let _ = find(&codec, &block, hash % codec.layout.width);
        }

        #[test]
        fn a_record_comes_back_with_its_own_pad_only(y in 0_u32..65_537, spot in 0..SPOTS, class in 0_u64..6, pad in any::<u64>(), other in any::<u64>()) {
            let codec = codec(256);
            let record = Record { y, spot, class };
            let hidden = codec.hide(record, pad);
            prop_assert_eq!(codec.show(hidden, pad), Some(record));
            if codec.pad(pad) != codec.pad(other) {
                prop_assert_ne!(codec.show(hidden, other), Some(record));
            }
        }
    }
}
